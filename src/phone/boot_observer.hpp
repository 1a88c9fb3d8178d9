#pragma once
/// @file  BootObserver: hears of every step of a boot as it happens.
#include "phone/file_record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace offhook::phone {

struct BootEvent {
    enum class Kind : std::uint8_t {
        power_on,  ///< a boot begins, the first or one after a reboot
        stage,     ///< a program of the phone takes over
        discovery, ///< what the phone asked its network for a boot server, or was told
        address,   ///< where the files will come from
        file,      ///< `file` is set
        decision,  ///< what the phone made of it
        problem,   ///< something an operator should look at
        reboot
    };
    Kind kind;
    std::string text; ///< one line; never holds a secret
    std::optional<FileRecord> file = std::nullopt;
};

class BootObserver {
public:
    virtual ~BootObserver() = default;
    virtual void on_event(const BootEvent& event) = 0;
};

} // namespace offhook::phone
