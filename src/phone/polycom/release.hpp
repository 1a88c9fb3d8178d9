#pragma once
/// @file  Release: how one generation of Polycom software behaves where generations differ.
///
/// Source  reference: Polycom 3.2, 3.3, 7.1. Marks after a field are the reference's: G guide, C code or trace,
///         U later guide, I inferred, B field knowledge.
#include "config/family/family.hpp"
#include "phone/flash.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::phone::polycom {

enum class Stage : std::uint8_t { bootrom, application };

struct Release {
    std::string_view name;
    std::string_view application_version; ///< of a phone out of its box
    std::string_view bootrom_version;
    enum class Agent : std::uint8_t { plain, typed } agent; ///< typed: ends in "Type/Application" or "Type/Updater" (C)
    enum class Licences : std::uint8_t { ignored, asked } licences;               ///< C from 3.x on; 2.2.0 unclear
    enum class WebOverrides : std::uint8_t { none, asked } web_overrides;         ///< C from UCS 3.3 on
    enum class Reload : std::uint8_t { reboots, in_place } changed_configuration; ///< B: in place from UCS 3.3 on
    enum class Redirects : std::uint8_t {
        refused,
        followed
    } application_redirects;                                             ///< I from UCS on; a bootROM never follows (B)
    enum class Inform : std::uint8_t { always, without_address } inform; ///< G: when a lease names no boot server
    enum class LogAppend : std::uint8_t { plain, ranged } log_append;    ///< C from UCS 4.0 on, I of 3.3
    /// Addresses of a redundant boot server that count where device.prov.maxRedunServers does not say: the guide of UCS
    /// has the parameter, with 1 (U); before it, all up to eight (I).
    unsigned servers;
};

/// The release whose software has this version ("3.1.8.0070"; 3.3 is a UCS, before it a SIP); the oldest we know for
/// what cannot be told.
[[nodiscard]] const Release& release_of(std::string_view application_version);

/// "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047". `serial`: the MAC where the phone is told to show it
/// (device.prov.tagSerialNo), else ""; only of releases whose form is known, which are typed ones (C).
[[nodiscard]] std::string user_agent(const Release& release, Stage stage, const config::Model& model,
                                     std::string_view version, std::string_view serial = {});

/// "SoundPointIP-SPIP_650": in the User-Agent and in option 60.
[[nodiscard]] std::string product_of(const config::Model& model);

/// A phone as it leaves its box: Server Type FTP, the factory account, an application image in flash.
/// Boot Server is Custom+Option 66 with option 160 as a string: reports from the field differ (B), so it is a value in
/// flash that --flash changes.
[[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac);

/// Whether the model can speak TLS: 300 and 500 cannot (G), by the pack's trait "tls" or by name.
[[nodiscard]] bool speaks_tls(const config::Model& model);

/// The last application that the model takes ("2.1.2" of a 300: C), by the pack's trait; "" where there is no end.
[[nodiscard]] std::string_view last_application(const config::Model& model);

} // namespace offhook::phone::polycom
