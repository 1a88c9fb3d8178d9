#pragma once
/// @file  FileFetcher: how a phone with one program fetches its files, reads them, and says what came of it.
///
/// Polycom phones have two programs and a log to upload: polycom/session.hpp.
/// Threads  the loop's own.
#include "config/syntax/syntax.hpp"
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

/// What a family does about a server that does not answer.
struct FetchHabits {
    std::string user_agent;
    unsigned tries = 3; ///< of what failed on the network
    std::chrono::seconds pause{5};
    TransferRequest::Redirects redirects = TransferRequest::Redirects::followed;
    unsigned redirects_max = limits::redirects_max;
    TransferRequest::TftpName tftp_name = TransferRequest::TftpName::relative;
    TransferRequest::HttpVersion http_version = TransferRequest::HttpVersion::http_1_1;
    TlsTrust tls = {};
    /// Called where an http server sends the phone on to an https one, to set `tls` by what it knows then. Empty: the
    /// redirect is followed with `tls` as it is.
    std::function<boost::asio::awaitable<void>()> before_tls = {};
    std::optional<std::string> post = {}; ///< what is asked for by POST, with this body; http and https only
    std::string post_type = {};
};

class FileFetcher {
public:
    /// Lifetime: what `around` refers to, and `report`, outlive this.
    FileFetcher(const BootSurroundings& around, FetchHabits habits, BootReport& report)
        : around_(around), habits_(std::move(habits)), report_(report) {}

    /// `account` where the URL itself has none; no default argument, for an aggregate made in a co_await expression is
    /// destroyed twice by g++ 12. A server that stays silent through all tries is not asked again.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch(std::string name, protocol::Url url,
                                                               protocol::Url::Credentials account);
    /// An image: its head and a digest. `on_head` as in TransferRequest.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer>
    fetch_image(std::string name, protocol::Url url, protocol::Url::Credentials account,
                std::function<HeadDecision(std::string_view head)> on_head);
    /// The same, read. nullopt: absent, or of no use to the phone, and said so.
    [[nodiscard]] boost::asio::awaitable<std::optional<std::vector<config::Parameter>>>
    fetch_parameters(std::string name, protocol::Url url, std::string_view syntax, protocol::Url::Credentials account);

    /// What the phone tells of itself, once: TFTP writes it, HTTP posts it.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer>
    report(std::string name, protocol::Url url, protocol::Url::Credentials account, std::string body, std::string type);

    /// What a reader noticed, the first few of it.
    void tell_notes(std::string_view name, const std::vector<config::SyntaxNote>& notes);
    /// A phone's own configuration may change them between two files.
    [[nodiscard]] FetchHabits& habits() { return habits_; }
    void decide(std::string text);
    void problem(std::string text);
    /// Of the last file: fetched, but of no use.
    void mark_not_usable(std::string_view reason);
    [[nodiscard]] const BootSurroundings& around() const { return around_; }

private:
    [[nodiscard]] TransferRequest request_for(protocol::Url url, const protocol::Url::Credentials& account) const;
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> run(std::string name, TransferRequest request, unsigned tries);
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> go_on_over_tls(TransferRequest request, std::string url);
    [[nodiscard]] std::optional<std::vector<config::Parameter>> read(const std::string& name, const std::string& body,
                                                                     std::string_view syntax);
    void judge(const std::string& name, const TransferRequest& request, const TransferAnswer& answer);

    const BootSurroundings& around_;
    FetchHabits habits_;
    BootReport& report_;
    std::set<std::string> dead_; ///< origins
};

} // namespace offhook::phone
