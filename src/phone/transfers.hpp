#pragma once
/// @file  Transfers: how a phone moves files, as far as booting needs to know.
///
/// The boot logic is written against this; libcurl stands behind it (curl_transfers.hpp), or a script in tests.
/// Errors   every failure is an answer with its outcome; nothing is thrown for what a network or a server does.
/// Threads  the loop's own.
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "phone/file_record.hpp"
#include "phone/limits.hpp"
#include "protocol/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace offhook::phone {

/// What to do with the rest of an image once its head is known.
struct HeadDecision {
    enum class Rest : std::uint8_t { wanted, not_wanted } rest = Rest::wanted;
    std::uint64_t digest_from = 0;                                          ///< the digest leaves out what is before
    std::uint64_t digest_bytes = std::numeric_limits<std::uint64_t>::max(); ///< and what is behind so many
};

/// What a phone's own configuration says of TLS.
struct TlsTrust {
    enum class Verify : std::uint8_t {
        surroundings, ///< as the transfers were made: a phone that has nothing to say about it
        nothing,      ///< any certificate will do
        chain,        ///< of an authority that is trusted, whatever the name in it
        chain_and_name,
        each ///< as `checks` say, and `extra_authorities` are trusted besides
    } verify = Verify::surroundings;
    std::string authorities;      ///< PEM; "": as the transfers were made
    std::string certificate, key; ///< PEM, of the phone itself; "": as the transfers were made
    /// Verify::each: what of a server's certificate is judged. Without `issuer` its end is its own alone, not of those
    /// that signed it.
    struct Checks {
        enum class Check : std::uint8_t { off, on };
        Check issuer = Check::on, name = Check::on, expiry = Check::on;
    } checks = {};
    WallTime now = {};             ///< Verify::each: by the phone's own clock
    std::string extra_authorities; ///< Verify::each: PEM or DER; "": none
};

struct TransferRequest {
    Direction direction = Direction::get;
    protocol::Url url;        ///< its scheme is set
    std::string address = {}; ///< connects there instead of looking the URL's host up; "": looks it up
    std::string user_agent;
    protocol::Url::Credentials credentials; ///< sent only when the server asks (FTP always does)
    /// followed_in_clear: up to the one that leads from http to https (TransferAnswer::secure_url), for a phone that
    /// has something to do before it judges a certificate.
    enum class Redirects : std::uint8_t { refused, followed, followed_in_clear } redirects = Redirects::refused;
    unsigned redirects_max = limits::redirects_max; ///< of those that are followed
    enum class TftpName : std::uint8_t { relative, with_slash } tftp_name = TftpName::relative; ///< as the phone asks
    /// head: an image, of which the digest counts. size: nothing but how long it is (HTTP's HEAD).
    enum class Keep : std::uint8_t { whole, head, size } keep = Keep::whole;
    std::uint64_t bytes_max = limits::configuration_bytes_max;
    /// Keep::head: called once, when limits::image_head_bytes or the whole is there.
    std::function<HeadDecision(std::string_view head)> on_head = {};
    enum class Upload : std::uint8_t { replace, append } upload = Upload::replace; ///< append: where the protocol can
    /// FTP: before it appends, the phone asks for the size (SIZE); what is as long as this already is left alone, and
    /// the outcome is too_large.
    std::optional<std::uint64_t> append_below = {};
    std::optional<std::uint64_t> content_from = {}; ///< HTTP: the put says by Content-Range that it begins there
    std::string body = {};                          ///< of a put
    std::optional<std::string> post = {};           ///< HTTP: a get that is asked for by POST, with this body
    std::string post_type = {};                     ///< its Content-Type
    enum class HttpVersion : std::uint8_t { http_1_0, http_1_1 } http_version = HttpVersion::http_1_1;
    TlsTrust tls = {};
    enum class Ip : std::uint8_t { any, ipv4 } ip = Ip::any; ///< which addresses of a name count
};

struct TransferAnswer {
    FileOutcome outcome = FileOutcome::unreachable; ///< not_changed: on_head did not want the rest
    std::string body;                               ///< the whole, or the head
    std::uint64_t bytes = 0;
    std::uint32_t byte_sum = 0;        ///< Keep::head and fetched: the same bytes, added up
    Sha256 digest{};                   ///< Keep::head and fetched: of what the decision names
    std::optional<std::uint64_t> size; ///< Keep::size: what the server says, where it does
    std::string secure_url;            ///< Redirects::followed_in_clear, and redirected: where it stopped before
    std::string detail;
    std::chrono::microseconds elapsed{0};
};

class Transfers {
public:
    virtual ~Transfers() = default;
    /// The phone's program changes: connections of the one before are gone.
    virtual void start_stage() = 0;
    [[nodiscard]] virtual boost::asio::awaitable<TransferAnswer> run(TransferRequest request) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<void> wait(std::chrono::milliseconds time) = 0;
};

} // namespace offhook::phone
