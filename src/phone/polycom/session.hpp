#pragma once
/// @file  Session: what the stages of one phone's boot work on together, and how they fetch and send.
///
/// A file's name may be a URL with a password in it: what is told of it, in report, events and log, is shown_address().
/// Threads  the loop's own.
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/flash.hpp"
#include "phone/image.hpp"
#include "phone/polycom/log.hpp"
#include "phone/polycom/master_file.hpp"
#include "phone/polycom/redundant_servers.hpp"
#include "phone/polycom/release.hpp"
#include "phone/polycom/server_address.hpp"
#include "phone/polycom/switches.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

using Surroundings = BootSurroundings;

/// By name as shown, in order of their discovery.
struct Changes {
    std::vector<std::string> listed; ///< files that the master file names, and itself
    std::vector<std::string> others; ///< overrides and directory
    std::vector<std::string> flash;  ///< parameters of the flash that the configuration set at the last boot
};

/// An upload.
struct Sending {
    std::string body = {};
    TransferRequest::Upload upload = TransferRequest::Upload::replace;
    std::optional<std::uint64_t> append_below = {}, content_from = {}; ///< as TransferRequest has them
    std::string only_at = {}; ///< one address of a server that has several; "": as uploads go
};

/// How long a file is, and which of the server's addresses says so.
struct SizeAsked {
    std::optional<std::uint64_t> size; ///< nullopt: it did not say
    std::string place;                 ///< "" where the server has one address
};

class Session {
public:
    Session(const Surroundings& surroundings, Flash& flash);

    /// A program takes over: finds the server, forgets which ones were dead, starts a log of its own.
    [[nodiscard]] boost::asio::awaitable<void> enter(Stage stage);

    /// Fetches a file that the phone or another file names. A network failure is tried again as often as the phone is
    /// told to; after the last try the server counts as dead for the rest of the stage, and is not asked again.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch(std::string name);
    /// The same for a file that the phone has only so much room for.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch_at_most(std::string name, std::uint64_t bytes_max);
    /// The same for an image, of which only the digest counts.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch_image(std::string name, ImageReader reader);
    /// Of a phone that runs already: the application goes on, with the server that it has.
    [[nodiscard]] boost::asio::awaitable<void> resume();
    /// Uploads. Failure is never fatal.
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> send(std::string name, Sending sending);
    /// How long a file on the server is, without fetching it: HTTP's HEAD.
    [[nodiscard]] boost::asio::awaitable<SizeAsked> ask_size(std::string name);
    /// How a file of this name would travel; nullopt: not at all.
    [[nodiscard]] std::optional<protocol::Scheme> scheme_of(const std::string& name) const;
    /// By the phone's own clock, which may be faster than ours.
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time);
    /// MAC.cfg or what stands for it. nullopt: no candidate could be used.
    [[nodiscard]] boost::asio::awaitable<std::optional<MasterFile>> fetch_master();

    void decide(std::string text);
    void problem(std::string text);
    /// What the phone's log has and an operator may want to see, but nobody has to act upon.
    void remark(std::string text);
    /// The last file was fetched, but is of no use: its record and the log say so.
    void mark_not_usable(const std::string& reason);
    /// The same of a sealed file that the phone's key does not open.
    void mark_undecryptable(const std::string& reason);
    /// The same of a file that cannot be read as what it should be; `expected` is what that is.
    void mark_malformed(std::string_view reason, std::string_view expected);
    /// Notes of a reader, as far as a person wants them.
    void tell_notes(std::string_view name, const config::ParsedDocument& document);

    [[nodiscard]] bool has_server() const { return server_.has_value(); }
    [[nodiscard]] bool server_is_dead() const;
    [[nodiscard]] const config::Family& family() const { return around_.family; }
    [[nodiscard]] const config::Model& model() const { return around_.model; }
    [[nodiscard]] const std::string& part_number() const { return part_number_; }
    [[nodiscard]] const Release& release() const { return *release_; }
    /// Of the application in flash, which a bootROM may just have stored.
    [[nodiscard]] const Release& application_release() const;
    [[nodiscard]] const Switches& switches() const { return switches_; }
    /// The program that runs.
    [[nodiscard]] Stage stage() const { return stage_; }
    /// It runs already, and only looks whether something has changed.
    [[nodiscard]] bool is_running() const { return around_.found_before != nullptr; }
    [[nodiscard]] Transfers& transfers() { return around_.transfers; }
    /// What this boot or look found to be other than in flash.
    [[nodiscard]] Changes& changes() { return changes_; }
    [[nodiscard]] Flash& flash() { return flash_; }
    [[nodiscard]] const Flash& flash() const { return flash_; }
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
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> transfer_everywhere(std::string name, TransferRequest request);
    /// What the running program says it is; the release's own version where its image does not tell.
    [[nodiscard]] std::string version_told() const;
    [[nodiscard]] std::optional<TransferRequest> request_for(const std::string& name);
    void judge(const std::string& name, const TransferRequest& request, const TransferAnswer& answer);
    void record(const std::string& name, const TransferRequest& request, const Tried& tried);
    [[nodiscard]] TransferAnswer settle(const std::string& name, const TransferRequest& request, Tried tried);

    Surroundings around_;
    Flash& flash_;
    BootReport report_;
    Stage stage_ = Stage::bootrom;
    const Release* release_;
    std::string part_number_; ///< "" where the pack knows none
    Tls tls_;
    RedundantServers servers_;
    Switches switches_;
    Changes changes_;
    std::optional<ServerAddress> server_;
    std::set<std::string> dead_; ///< origins that failed in this stage: not asked again
    std::string log_;            ///< of the bootROM
    LogRules log_rules_ = bootrom_log_rules();
    Instant begun_; ///< of this program
};

} // namespace offhook::phone::polycom
