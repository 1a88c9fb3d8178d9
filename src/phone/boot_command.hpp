#pragma once
/// @file  What `offhook boot` does, without the parsing of its words.
#include "config/family/family.hpp"
#include "phone/boot_printer.hpp"
#include "phone/boot_report.hpp"
#include "phone/discovery/found_server.hpp"
#include "phone/stay.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace offhook::phone {

struct BootOptions {
    std::string family, model, mac;
    std::string url;             ///< what an installer types as the server's address; "": what is in flash
    std::string state_directory; ///< "": a phone out of its box that forgets everything afterwards
    std::optional<std::string> server_type, server_user, server_password;
    std::vector<std::string> flash; ///< NAME=VALUE, as set by hand
    DiscoveryChoice discovery = DiscoveryChoice::none;
    std::string ip_mode; ///< ipv4, ipv6, dual; "": what is in flash
    /// An interface of this host on which the phone gets a network of its own; "": the host's own addresses, which only
    /// SIP PnP and typed addresses can do with.
    std::string interface;
    std::string address, gateway; ///< of the phone by hand, "10.0.0.50/24"; "": DHCP gives it one
    std::string from;             ///< interface or address of the host that SIP PnP goes out by, without `interface`
    std::optional<std::uint16_t> plain_port; ///< of plain HTTP, for a stage that cannot do the TLS it is told to
    /// NAME=ADDRESS[,ADDRESS...]: names of boot servers as if DNS said so.
    std::vector<std::string> resolve;
    std::string ca_file;            ///< certificate authorities to trust instead of the system's
    std::string client_certificate; ///< PEM, shown to a server that asks under TLS; "": the phone has none
    std::string client_key;         ///< PEM, not encrypted
    std::chrono::seconds silence_time{30};
    enum class Output : std::uint8_t { text, json } output = Output::text;
    /// NAME=VALUE in the vendor's words, and "LAST,FIRST,NUMBER[,SPEED DIAL]": what its user changes once it runs.
    std::vector<std::string> changes, contacts;
    StayOptions stay; ///< whether it goes on running after its boot
    Secrets secrets = Secrets::hidden;
    Colours colours = Colours::off;
};

/// How it went. No report: wrong use, said on `err` already.
struct BootRun {
    int exit_code = 0; ///< 0 ready, 1 not, 2 wrong use
    std::optional<BootReport> report;
};

/// Boots one phone on the calling thread. Text: steps and result to `out`. JSON: one object to `out` for each boot,
/// which is one unless the phone stays; steps to `err`.
BootRun run_boot(const BootOptions& options, const config::Families& families, std::ostream& out, std::ostream& err);

} // namespace offhook::phone
