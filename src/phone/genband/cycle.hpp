#pragma once
/// @file  Cycle: one pass of a GENBAND IP88xx phone through its files - after power, a NOTIFY or its own timer.
///
/// Global file, the phone's own, the phonebook that it includes, version file, software. Each configuration file is
/// applied as it comes, the second over the first; what none says stays, and so does what a phone would not take. A
/// file that is missing, or cannot be read, never ends the cycle; a server that cannot be reached, or is not trusted,
/// does. The phone restarts where a field that needs it has at the end another value than at the begin, or software
/// came. Its clock is unset until an SNTP server has told it the time: nothing expires before that.
///
/// Switches of our own for what no source says, parameters of flash: phone.WIFI_MAC (the module's, where one is
/// fitted), phone.MAC_CASE, phone.USER_AGENT, phone.TRIES, phone.RETRY_PAUSE (s), phone.REDIRECTS,
/// phone.VERSION_CHECKSUM ("bytesum32"), phone.CA (copied to it through its web page: PEM or DER),
/// phone.SMARTUP_CONFIG and phone.SMARTUP_ANSWER (enable or disable; of the user who is asked).
/// Source  reference: IP88xx 3 (the cycle), 4 (retries: inferred), 5, 6, 10.
#include "config/syntax/version_file.hpp"
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/flash.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace offhook::phone::genband {

/// Names of the files, without the base: by what the phone is and has in flash.
struct FileNames {
    std::string global, own_by_tftp, own_by_http;
    std::vector<std::string> version; ///< in the order in which they are tried
};
[[nodiscard]] FileNames file_names(const Flash& flash, const config::Model& model);

/// PROVISION.verifying_cert's bits: 0x01 issuer, 0x02 name, 0x04 expiry. What is no number is the factory's 7.
[[nodiscard]] TlsTrust::Checks checks_of(std::string_view verifying_cert);

class Cycle {
public:
    enum class Next : std::uint8_t { go_on, restart };

    /// Lifetime: everything outlives this.
    Cycle(const BootSurroundings& around, Flash& flash, BootReport& report);
    [[nodiscard]] boost::asio::awaitable<Next> run();
    [[nodiscard]] FileFetcher& files() { return files_; }

private:
    using Values = std::map<std::string, std::string, std::less<>>;

    [[nodiscard]] std::string version() const { return flash_.application ? flash_.application->version : ""; }
    [[nodiscard]] boost::asio::awaitable<std::string> find_base();
    [[nodiscard]] boost::asio::awaitable<bool> fetch_all(std::string base);
    [[nodiscard]] boost::asio::awaitable<void> fetch_configuration(std::string base);
    [[nodiscard]] boost::asio::awaitable<void> apply(std::string base, std::string name);
    [[nodiscard]] boost::asio::awaitable<void> fetch_phonebook(std::string base);
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> fetch(std::string base, std::string name);
    /// What the file says; nullopt: nothing that the phone can use, and said so.
    [[nodiscard]] std::optional<std::string> readable(const std::string& name, std::string body);
    void take(const std::vector<config::Parameter>& parameters);
    [[nodiscard]] const std::string& spelling_in_memory(const std::string& parameter);

    // software_stage.cpp. True: software came.
    [[nodiscard]] boost::asio::awaitable<bool> look_at_version(std::string base);
    [[nodiscard]] boost::asio::awaitable<bool> fetch_loads(std::string base, config::VersionFile offered);
    [[nodiscard]] bool is_put_off() const;

    [[nodiscard]] boost::asio::awaitable<void> prepare_for(std::string base);
    [[nodiscard]] boost::asio::awaitable<void> prepare_tls();
    [[nodiscard]] boost::asio::awaitable<void> set_clock();
    [[nodiscard]] std::optional<protocol::Url> locate(const std::string& base, const std::string& name);
    [[nodiscard]] protocol::Url::Credentials account() const;
    [[nodiscard]] std::vector<std::string> changed_restarting() const;
    [[nodiscard]] std::string_view in_force(const Values& values, const std::string& name) const;
    void settle();

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    FileFetcher files_;
    const Values at_begin_;
    Values fetched_;
    std::map<std::string, std::string> spellings_;          ///< in lower case, to that in memory
    std::optional<std::chrono::milliseconds> clock_offset_; ///< nullopt: nobody has told it the time
    std::set<std::string> time_servers_asked_;
};

} // namespace offhook::phone::genband
