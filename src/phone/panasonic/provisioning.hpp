#pragma once
/// @file  Provisioning: one pass of a Panasonic phone through its files - after power, a NOTIFY or its own timer.
///
/// Pre-provisioning file, then standard, product, master; what is read is in force at once, so that a key or a path of
/// one file serves for the next. Then software. A file that cannot be had or read leaves everything as it was.
/// Source  reference: Panasonic 4.2 to 4.4, 7, 10 (what restarts: the sheet's safe model, I).
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/flash.hpp"
#include "phone/panasonic/configuration.hpp"
#include "phone/panasonic/discovery.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::panasonic {

/// The pre-provisioning address that was typed in; the vendor's name for it is not known.
inline constexpr std::string_view typed_address = "phone.ADDRESS";

/// A file that the configuration names.
struct FilePlace {
    std::string_view parameter;
    Origin origin;
    std::string_view default_name; ///< where the value ends in '/' (R); phone.DEFAULT_FILE_NAMES switches it off
};
[[nodiscard]] std::span<const FilePlace> file_places(); ///< in the order in which they are fetched
[[nodiscard]] bool knows_a_file(const Flash& flash);

/// What a changed parameter takes to be in force.
enum class Effect : std::uint8_t { at_once, registers_again, restarts };
[[nodiscard]] Effect effect_of(std::string_view parameter);
[[nodiscard]] bool needs_restart(const std::vector<std::string>& changed);
/// "VLAN_ENABLE: restart; SIP_PASS_1 and 2 more: the lines register again; 4 others at once".
[[nodiscard]] std::string effects_of(const std::vector<std::string>& changed);

class Provisioning {
public:
    enum class Next : std::uint8_t { go_on, restart };

    /// Lifetime: everything outlives this.
    Provisioning(const BootSurroundings& around, Flash& flash, BootReport& report);
    [[nodiscard]] boost::asio::awaitable<Next> run();
    [[nodiscard]] FileFetcher& files() { return files_; }

private:
    [[nodiscard]] boost::asio::awaitable<std::string> find_address();
    [[nodiscard]] boost::asio::awaitable<void> read_pre_provisioning();
    [[nodiscard]] boost::asio::awaitable<void> obtain(std::string place, std::string_view what, Origin origin);
    [[nodiscard]] boost::asio::awaitable<bool> is_ready_for(const protocol::Url& url);
    [[nodiscard]] boost::asio::awaitable<void> prepare_tls();
    [[nodiscard]] boost::asio::awaitable<std::string> pem_of(std::string parameter);
    [[nodiscard]] boost::asio::awaitable<bool> upgrade();
    [[nodiscard]] std::optional<protocol::Url> read_place(const std::string& place, std::string_view what);
    [[nodiscard]] protocol::Url::Credentials account_for(const protocol::Url& url) const;
    [[nodiscard]] std::string text(std::string_view parameter) const;
    [[nodiscard]] bool fits_in(const std::string& name);
    void take_habits();
    void refuse(const std::string& name, const protocol::Url& url);
    void tell_absent(std::string_view what, const std::string& name);
    void settle();

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    Macros macros_;
    Configuration configuration_;
    FileFetcher files_;
    std::map<std::string, std::string> certificates_; ///< of this pass, by parameter
    std::size_t bytes_ = 0;                           ///< of this pass's files
    bool has_told_clock_ = false;
};

} // namespace offhook::phone::panasonic
