#pragma once
/// @file  Access: who asks, which device or site is meant, and whether he may have it. Decided for each request, before
/// the cache is asked (design 6).
///
/// A request that does not prove enough is answered the same whoever is meant: with a challenge where credentials could
/// help anybody there, otherwise as if there were nothing. Good credentials that belong to somebody else get what they
/// would get for a device that does not exist; wrong ones are never answered better than those.
/// Threads  its loop's own; what loops share is SharedAccess.
#include "base/clock.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "server/access/accounts.hpp"
#include "server/access/asked.hpp"
#include "server/access/identity.hpp"
#include "server/access/shared_access.hpp"

#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

class Access {
public:
    /// All outlive it.
    Access(const config::Families& families, const std::vector<ListenerTraits>& listeners, const Clock& clock,
           SharedAccess& shared)
        : identity_(families, listeners), accounts_(families), clock_(clock), shared_(shared) {}

    enum class Trace : std::uint8_t {
        kept, ///< it counts for the guard, uses its Digest answer up, and may be challenged
        none  ///< nobody asked for it by name: our own question, what a login may see in a listing
    };
    /// Fills `asked`, and judges. What files, uploads and listings are asked for by is judged alike.
    [[nodiscard]] Judgement judge(Asked& asked, const catalogue::Snapshot& snapshot, Trace trace = Trace::kept);
    [[nodiscard]] LoginAnswer log_in(const LoginRequest& request, const catalogue::Snapshot& snapshot);
    [[nodiscard]] Door::Welcome admit(Transport transport, const IpAddress& source) const;

private:
    /// What became of the credentials of one request.
    struct Presented {
        enum class Outcome : std::uint8_t {
            none, ///< none were sent, or none that we take there
            good, ///< they are somebody's
            wrong,
            stale ///< they answer a nonce that is too old or was used: nothing is said about the password
        } outcome = Outcome::none;
        Proven proven;
        std::string user, secret; ///< wrong: for the guard
        enum class Secret : std::uint8_t { password, response } secret_is = Secret::password;
    };

    [[nodiscard]] Presented present(const Asked& asked, const catalogue::Snapshot& snapshot, Trace trace);
    [[nodiscard]] Presented present_login(const Login& login, const catalogue::Snapshot& snapshot) const;
    [[nodiscard]] Presented present_basic(const Asked& asked, const catalogue::Snapshot& snapshot,
                                          protocol::BasicCredentials basic) const;
    [[nodiscard]] Presented present_digest(const Asked& asked, const catalogue::Snapshot& snapshot,
                                           const protocol::DigestCredentials& digest, Trace trace);
    /// Takes what credentials and certificate have shown into `asked`.
    void credit(Asked& asked, const catalogue::Snapshot& snapshot, const Presented& presented) const;
    /// Whether they belong to whom the path names.
    [[nodiscard]] static bool contradicts(const Asked& asked);
    [[nodiscard]] bool allowed(const Asked& asked) const;
    void refuse(const Asked& asked, const catalogue::Snapshot& snapshot, const Presented& presented,
                Judgement& judgement, Trace trace);
    /// Whether anybody who asks like that, and has not proven enough, is challenged.
    [[nodiscard]] static bool challenges(const FileRequest& request, const catalogue::Snapshot& snapshot);
    [[nodiscard]] static bool is_no_help(const Asked& asked, const catalogue::Snapshot& snapshot,
                                         const Presented& presented);
    [[nodiscard]] static bool waits_for_credentials(const Asked& asked);
    void count_wrong(const FileRequest& request, const Presented& presented);
    void count_macs(const Asked& asked);
    void write_challenge(const Asked& asked, protocol::NonceAge age);

    Identity identity_;
    Accounts accounts_;
    const Clock& clock_;
    SharedAccess& shared_;
    std::string challenge_;
};

} // namespace offhook::server
