#pragma once
/// @file  Session: what the stages of one phone's boot work on together, and how they fetch and send.
///
/// Threads  the loop's own.
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/flash.hpp"
#include "phone/polycom/image.hpp"
#include "phone/polycom/log.hpp"
#include "phone/polycom/master_file.hpp"
#include "phone/polycom/release.hpp"
#include "phone/polycom/server_address.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace offhook::phone::polycom {

using Surroundings = BootSurroundings;

/// An upload.
struct Sending {
    std::string body = {};
    TransferRequest::Upload upload = TransferRequest::Upload::replace;
    std::optional<std::uint64_t> append_below = {}, content_from = {}; ///< as TransferRequest has them
};

class Session {
public:
    Session(const Surroundings& surroundings, Flash& flash);

    /// A program takes over: finds the server, forgets which ones were dead, starts a log of its own.
    [[nodiscard]] boost::asio::awaitable<void> enter(Stage stage);

    /// Fetches a file that the phone or another file names. A network failure is tried again as often as the phone is
    /// told to; after the last try the server counts as dead for the rest of the stage, and is not asked again.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch(std::string name);
    /// The same for an image, of which only the digest counts; `in_flash` may be null.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch_image(std::string name, const StoredImage* in_flash);
    /// Of a phone that runs already: the application goes on, with the server that it has.
    [[nodiscard]] boost::asio::awaitable<void> resume();
    /// Uploads. Failure is never fatal.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> send(std::string name, Sending sending);
    /// How long a file on the server is, without fetching it: HTTP's HEAD.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> ask_size(std::string name);
    /// How a file of this name would travel; nullopt: not at all.
    [[nodiscard]] std::optional<protocol::Scheme> scheme_of(const std::string& name) const;
    /// By the phone's own clock, which may be faster than ours.
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time);
    /// MAC.cfg or what stands for it. nullopt: no candidate could be used.
    [[nodiscard]] boost::asio::awaitable<std::optional<MasterFile>> fetch_master();

    void decide(std::string text);
    void problem(std::string text);
    /// The last file was fetched, but is of no use: its record and the log say so.
    void mark_not_usable(const std::string& reason);
    /// Notes of a reader, as far as a person wants them.
    void tell_notes(std::string_view name, const config::ParsedDocument& document);

    [[nodiscard]] bool has_server() const { return server_.has_value(); }
    [[nodiscard]] bool server_is_dead() const;
    [[nodiscard]] const config::Family& family() const { return around_.family; }
    [[nodiscard]] const config::Model& model() const { return around_.model; }
    [[nodiscard]] const std::string& part_number() const { return part_number_; }
    [[nodiscard]] const Release& release() const { return *release_; }
    [[nodiscard]] Flash& flash() { return flash_; }
    [[nodiscard]] BootReport& report() { return report_; }
    [[nodiscard]] const std::string& boot_log() const { return log_; }
    [[nodiscard]] const LogRules& log_rules() const { return log_rules_; }
    void use_log_rules(LogRules rules) { log_rules_ = std::move(rules); }
    /// In force; "" where it is not set.
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& parameters() const {
        return report_.parameters;
    }
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
    /// Into the log of the running program, where its rules take it. The application's is in flash until it is sent.
    void log(std::string_view component, unsigned severity, std::string_view text);
    [[nodiscard]] BootObserver& observer() { return around_.observer; }

private:
    /// By DHCP, where the phone may. What the bootROM found counts for an application that finds nothing itself.
    [[nodiscard]] boost::asio::awaitable<void> look_for_server();
    void take_server();
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> transfer(std::string name, TransferRequest request);
    /// What the running program says it is; the release's own version where its image does not tell.
    [[nodiscard]] std::string version_told() const;
    [[nodiscard]] std::optional<TransferRequest> request_for(const std::string& name);
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> try_often(TransferRequest request, unsigned& attempts);
    void judge(const std::string& name, const TransferRequest& request, const TransferAnswer& answer);
    void record(const std::string& name, const TransferRequest& request, const TransferAnswer& answer,
                unsigned attempts);
    Surroundings around_;
    Flash& flash_;
    BootReport report_;
    Stage stage_ = Stage::bootrom;
    const Release* release_;
    std::string part_number_; ///< "" where the pack knows none
    Tls tls_;
    std::optional<ServerAddress> server_;
    std::set<std::string> dead_; ///< origins that failed in this stage: not asked again
    std::string log_;            ///< of the bootROM
    LogRules log_rules_ = bootrom_log_rules();
    Instant begun_; ///< of this program
};

} // namespace offhook::phone::polycom
