/// `offhook boot`: a virtual phone boots against our server or anybody's, and says what it would register as.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/family/loader.hpp"
#include "phone/boot_command.hpp"
#include "phone/family_boot.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace offhook::cli {
namespace {

constexpr const char* footer =
    "Ready means: a line with user, password and registrar, from files of this boot. A phone that lives on its cache "
    "is\n"
    "stale, one without such a line unconfigured.\n"
    "Exit codes: 0 ready, 1 stale, unconfigured or not booted, 2 wrong use; with --verify 0 means ready with a line as "
    "in\n"
    "the catalogue, and 1 also that there is none, or no server to ask. With --json the steps go to stderr and one "
    "object to stdout;\n"
    "with --stay one for each boot, of which the last is the newest and decides the exit code.\n"
    "\n"
    "  offhook boot --family polycom --model SPIP650 --mac 0004f2aabbcc --url http://127.0.0.1:8080/\n"
    "  offhook boot ... --state phone1/     the same phone again: it remembers its flash\n"
    "  offhook boot ... --stay 0            it goes on running, and comes again when `offhook resync` tells it to\n"
    "  offhook boot ... --url 192.0.2.1 --server-type http --flash device.prov.redunAttemptLimit=1\n"
    "  offhook boot --family panasonic --model KX-HDV130 --mac 0080f0aabbcc --pnp\n"
    "  sudo offhook boot ... --auto --interface eth0     nothing typed in: the phone's own order on its own address";

struct BootArguments {
    phone::BootOptions options;
    std::string server_type, server_user, server_password;
    unsigned silence_s = 30;
    std::uint16_t plain_port = 0;
    unsigned stay_s = 0;
    std::string sip_address;
    unsigned busy_s = 0;
    bool registrar_only = false;
    bool show_secrets = false;
    bool verify = false;
    bool pnp = false, dhcp4 = false, dhcp6 = false, automatic = false;
};

void add_discovery_options(CLI::App& command, BootArguments& arguments) {
    constexpr const char* discovery = "Discovery, instead of --url";
    auto& options = arguments.options;
    auto* pnp = command.add_flag("--pnp", arguments.pnp,
                                 "Find the server by SIP PnP alone; without --interface from the host's own addresses");
    auto* dhcp4 = command.add_flag("--dhcp4", arguments.dhcp4, "Find the server by DHCP alone; needs --interface");
    auto* dhcp6 =
        command.add_flag("--dhcp6", arguments.dhcp6,
                         "Find the server by DHCPv6 alone; needs --interface, and makes an IPv4 phone an IPv6 phone");
    auto* automatic =
        command.add_flag("--auto", arguments.automatic, "Find the server in the family's own order; needs --interface");
    const std::vector<CLI::Option*> ways{pnp, dhcp4, dhcp6, automatic, command.get_option("--url")};
    for (auto* way : ways) {
        if (way != ways.back()) way->group(discovery);
        for (auto* other : ways)
            if (way != other) way->excludes(other);
    }
    command
        .add_option("--interface", options.interface,
                    "Give the phone a network of its own on this interface, with its MAC on the wire (as root); the "
                    "host's addresses stay as they are, and a server on the host itself is not reached this way")
        ->type_name("IF")
        ->group(discovery);
    command.add_option("--address", options.address, "The phone's address by hand, as in 10.0.0.50/24; else by DHCP")
        ->type_name("A/LEN")
        ->group(discovery);
    command.add_option("--gateway", options.gateway, "The phone's router by hand")->type_name("A")->group(discovery);
    command.add_option("--ip-mode", options.ip_mode, "ipv4, ipv6 or dual, for phones that have the choice")
        ->type_name("MODE")
        ->group(discovery);
    command
        .add_option("--from", options.from,
                    "With --pnp and no --interface: interface or address of this host to ask from")
        ->type_name("WHERE")
        ->group(discovery);
}

phone::DiscoveryChoice discovery_of(const BootArguments& arguments) {
    using Choice = phone::DiscoveryChoice;
    if (arguments.pnp) return Choice::pnp;
    if (arguments.dhcp4) return Choice::dhcp4;
    if (arguments.dhcp6) return Choice::dhcp6;
    return arguments.automatic ? Choice::all : Choice::none;
}

void add_stay_options(CLI::App& command, BootArguments& arguments) {
    constexpr const char* stay = "Staying";
    auto* seconds = command
                        .add_option("--stay", arguments.stay_s,
                                    "After its boot the phone goes on running for so many seconds, answers NOTIFY, and "
                                    "boots again when it is told to; 0: until Ctrl-C")
                        ->type_name("SECONDS")
                        ->check(CLI::Range(0U, 31'536'000U))
                        ->group(stay);
    command
        .add_option("--time-speed", arguments.options.stay.time_speed,
                    "The phone's own timers - polling, log uploads - run so many times as fast")
        ->type_name("N")
        ->check(CLI::Range(1U, 1'000'000U))
        ->group(stay);
    command.add_option("--sip-port", arguments.options.stay.sip_port, "Its SIP port, UDP and TCP; 0: a free one")
        ->check(CLI::Range(0U, 65535U))
        ->capture_default_str()
        ->needs(seconds)
        ->group(stay);
    command
        .add_option("--web-port", arguments.options.stay.web_port,
                    "Port of its own web pages, where its family has them; 0: a free one; default: with --interface "
                    "what its configuration says, else none")
        ->type_name("PORT")
        ->needs(seconds)
        ->group(stay);
    command
        .add_option("--busy", arguments.busy_s,
                    "Seconds after its first boot in which it is in use: what it is told, and what its own clock "
                    "wants, waits for the end")
        ->check(CLI::Range(0U, 86'400U))
        ->type_name("SECONDS")
        ->needs(seconds)
        ->group(stay);
    command.add_option("--sip-address", arguments.sip_address, "Address of its SIP port; default: all of this host")
        ->needs(seconds)
        ->group(stay);
    command
        .add_flag("--registrar-only", arguments.registrar_only,
                  "Take NOTIFY from the addresses of the lines' registrars alone, as many phones do")
        ->needs(seconds)
        ->group(stay);
}

void add_user_options(CLI::App& command, BootArguments& arguments) {
    constexpr const char* user = "Its user, once it has booted";
    command
        .add_option("--change", arguments.options.changes,
                    "Set a parameter as on the phone itself: it wins over all files, and is uploaded where the family "
                    "does that; an empty value takes it back")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->group(user);
    command
        .add_option("--contact", arguments.options.contacts, "Add to the phone's contact directory, or change there")
        ->type_name("LAST,FIRST,NUMBER[,SPEED DIAL]")
        ->allow_extra_args(false)
        ->group(user);
}

void add_options(CLI::App& command, BootArguments& arguments) {
    auto& options = arguments.options;
    command.add_option("--family", options.family, "Family of the phone: " + phone::booting_families())->required();
    command.add_option("--model", options.model, "Model, as in SPIP650")->required();
    command.add_option("--mac", options.mac, "MAC address, in any spelling")->required();
    command
        .add_option("--state", options.state_directory,
                    "Keep the phone's flash here; without it every boot is the first")
        ->type_name("DIR");

    constexpr const char* server = "Boot server";
    command
        .add_option("--url", options.url,
                    "Server address, as an installer would type it: an IP address, a name or a URL")
        ->group(server);
    command
        .add_option("--server-type", arguments.server_type,
                    "ftp, tftp, http or https; a scheme in the address counts before it")
        ->group(server);
    command.add_option("--server-user", arguments.server_user, "Server User, for a server that asks")->group(server);
    command.add_option("--server-password", arguments.server_password, "Server Password")->group(server);
    command.add_option("--flash", options.flash, "Set a flash parameter by hand: device.prov.redunAttemptLimit=1")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->group(server);
    command
        .add_option("--resolve", options.resolve,
                    "Addresses of a name, as if DNS said so: a redundant boot server has several; may be repeated")
        ->type_name("NAME=ADDRESS[,ADDRESS...]")
        ->allow_extra_args(false)
        ->group(server);
    command.add_option("--ca-file", options.ca_file, "Trust these certificate authorities instead of the system's")
        ->type_name("FILE")
        ->check(CLI::ExistingFile)
        ->group(server);
    command
        .add_option("--plain-port", arguments.plain_port,
                    "Port of plain HTTP, for the part of the phone that cannot do TLS where the address says https; "
                    "default: the address's own")
        ->check(CLI::Range(1U, 65535U))
        ->group(server);
    auto* certificate =
        command
            .add_option("--client-certificate", options.client_certificate,
                        "Device certificate that the phone shows to a server under TLS (offhook certificate issue)")
            ->type_name("FILE")
            ->check(CLI::ExistingFile)
            ->group(server);
    auto* key = command.add_option("--client-key", options.client_key, "The device certificate's key")
                    ->type_name("FILE")
                    ->check(CLI::ExistingFile)
                    ->group(server);
    certificate->needs(key);
    key->needs(certificate);
    command.add_option("--timeout", arguments.silence_s, "Seconds without a byte before a transfer has failed")
        ->check(CLI::Range(1U, 3600U))
        ->capture_default_str()
        ->group(server);
    command.add_flag("--show-secrets", arguments.show_secrets, "Show passwords of lines");
    command.add_flag(
        "--verify", arguments.verify,
        "Compare the lines with the catalogue of the server that runs on --data; exit 1 when none is as there");

    add_discovery_options(command, arguments);
    add_stay_options(command, arguments);
    add_user_options(command, arguments);
    command.footer(footer);
}

/// At least one line has the user, registrar and password that the catalogue gives this phone, with what was changed on
/// the phone itself on top.
int verify(const Cli& cli, const std::string& mac, const phone::BootReport& report) {
    const auto answer = ApiClient(cli).get("/v1/devices/" + percent_encoded(mac) + "/lines?show_secrets=1&local=1");
    if (!answer) return failed(answer.error());
    unsigned same = 0;
    for (const auto& wanted : array_of(*answer, "lines")) {
        const bool found = std::any_of(report.lines.begin(), report.lines.end(), [&](const phone::EffectiveLine& line) {
            return line.is_complete() && line.user == text_of(wanted, "user") &&
                   line.registrar == text_of(wanted, "registrar") && line.password == text_of(wanted, "password");
        });
        same += found ? 1 : 0;
        const bool is_whole = !text_of(wanted, "registrar").empty() && !text_of(wanted, "password").empty();
        if (!found && !is_whole)
            std::cerr << "Line " << text_of(wanted, "index") << " (" << text_of(wanted, "user")
                      << ") has no password or no registrar in the catalogue: it cannot register.\n";
        else if (!found)
            std::cerr << "Line " << text_of(wanted, "index") << " (" << text_of(wanted, "user")
                      << ") is not as in the catalogue.\n";
    }
    std::cerr << "Verified: " << same << " of " << array_of(*answer, "lines").size()
              << " lines have the user, registrar and password of the catalogue.\n";
    return same > 0 ? exit_done : exit_failed;
}

int run(const Cli& cli, const CLI::App& command, BootArguments& arguments) {
    auto& options = arguments.options;
    if (command.count("--server-type") != 0) options.server_type = arguments.server_type;
    if (command.count("--server-user") != 0) options.server_user = arguments.server_user;
    if (command.count("--server-password") != 0) options.server_password = arguments.server_password;
    if (arguments.plain_port != 0) options.plain_port = arguments.plain_port;
    options.discovery = discovery_of(arguments);
    if (command.count("--stay") != 0) options.stay.time = std::chrono::seconds(arguments.stay_s);
    if (arguments.registrar_only) options.stay.source = phone::NotifySource::registrars;
    options.stay.busy = std::chrono::seconds(arguments.busy_s);
    if (!arguments.sip_address.empty()) {
        options.stay.sip_address = IpAddress::from_text(arguments.sip_address);
        if (!options.stay.sip_address) {
            std::cerr << "offhook: --sip-address: expected an IPv4 or IPv6 address\n";
            return exit_wrong_use;
        }
    }
    options.silence_time = std::chrono::seconds(arguments.silence_s);
    options.secrets = arguments.show_secrets ? phone::Secrets::shown : phone::Secrets::hidden;
    options.output = cli.json ? phone::BootOptions::Output::json : phone::BootOptions::Output::text;
    const bool is_terminal = isatty(cli.json ? STDERR_FILENO : STDOUT_FILENO) == 1;
    options.colours = is_terminal ? phone::Colours::on : phone::Colours::off;
    const auto families = config::load_families(cli.packs_directory);
    if (!families) {
        for (const auto& error : families.error()) failed(error);
        return exit_wrong_use;
    }
    const auto booted = phone::run_boot(options, *families, std::cout, std::cerr);
    if (!booted.report || !arguments.verify) return booted.exit_code;
    const int verified = verify(cli, options.mac, *booted.report);
    return booted.exit_code != exit_done ? booted.exit_code : verified;
}

} // namespace

void add_boot(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<BootArguments>();
    auto* command = app.add_subcommand("boot", "Boot a virtual phone and show what it would register as");
    add_options(*command, *arguments);
    command->callback([&cli, command, arguments] {
        cli.run = [&cli, command, arguments] { return run(cli, *command, *arguments); };
    });
}

} // namespace offhook::cli
