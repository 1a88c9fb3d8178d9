#pragma once
/// @file  BootReport: how a boot ended, and what the phone would register as.
#include "base/enum_text.hpp"
#include "phone/discovery/found_server.hpp"
#include "phone/file_record.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace offhook::phone {

enum class PhoneState : std::uint8_t {
    ready,       ///< a line with user, registrar and password, from files of this boot
    stale,       ///< such a line, but from the cache in flash
    unconfigured ///< none
};

inline constexpr EnumText<PhoneState, 3> phone_state_text{
    {{{PhoneState::ready, "ready"}, {PhoneState::stale, "stale"}, {PhoneState::unconfigured, "unconfigured"}}}};

/// One line as the phone would register it.
struct EffectiveLine {
    unsigned index = 0;
    std::string user, auth_user, password;
    std::string registrar; ///< `host` or `host:port`, as configured

    [[nodiscard]] bool is_complete() const { return !user.empty() && !password.empty() && !registrar.empty(); }
    friend bool operator==(const EffectiveLine&, const EffectiveLine&) = default;
};

struct BootReport {
    PhoneState state = PhoneState::unconfigured;
    unsigned reboots = 0;
    std::vector<FileRecord> files; ///< of all boots of the run, in order
    std::vector<EffectiveLine> lines;
    /// The vendor's, in force when the boot ended. What a running phone goes by; in no output.
    std::map<std::string, std::string, std::less<>> parameters;
    std::string firmware; ///< version where the image tells it, else its name
    std::vector<std::string> problems;
    FoundServer discovery; ///< of the last boot of the run; empty where nothing was looked for
};

enum class Secrets : std::uint8_t { hidden, shown };

/// The one object that `offhook boot --json` ends with (docs: command line). The password is null where it is hidden
/// and set, "" where the line has none.
[[nodiscard]] std::string to_json(const BootReport& report, Secrets secrets);

} // namespace offhook::phone
