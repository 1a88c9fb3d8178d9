/// `offhook dhcp-config`: what to write into an operator's own DHCP server, and putting it into a running Kea.
#include "config/dhcp_config/dhcp_config.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/kea_push.hpp"
#include "cli/output.hpp"
#include "config/dhcp_config/offer_values.hpp"
#include "config/family/loader.hpp"
#include "protocol/url.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

using config::DhcpServer;

constexpr const char* dhcp_config_footer =
    "The fragment gives phones their boot server, by vendor class, enterprise number or the maker's part of the MAC;\n"
    "other devices see no difference. Without --url the running server is asked: the site's provisioning.server, else\n"
    "its listeners at --address.\n"
    "\n"
    "  offhook dhcp-config isc --address 192.0.2.10 > /etc/dhcp/offhook.conf\n"
    "  offhook dhcp-config dnsmasq --family polycom --url http://boot.example.net/\n"
    "  offhook dhcp-config kea --address 192.0.2.10 --push /run/kea/kea4-ctrl-socket\n"
    "  offhook dhcp-config kea --push /run/kea/kea4-ctrl-socket --rollback";

#if defined(__aarch64__)
constexpr const char* kea_hooks = "/usr/lib/aarch64-linux-gnu/kea/hooks";
#elif defined(__arm__)
constexpr const char* kea_hooks = "/usr/lib/arm-linux-gnueabihf/kea/hooks";
#else
constexpr const char* kea_hooks = "/usr/lib/x86_64-linux-gnu/kea/hooks";
#endif

struct DhcpConfigArguments {
    std::string server, site = "default", url, address, hooks_directory = kea_hooks, push, former;
    std::vector<std::string> families;
    std::vector<std::uint16_t> options;
    std::uint32_t enterprise = 0; ///< 0: the packs'
    bool v6 = false, yes = false, rollback = false;
};

/// Where phones can be sent: one URL for all, or what our listeners are, by scheme.
struct Targets {
    std::string url; ///< empty: by scheme
    struct Origin {
        std::string scheme, url;
    };
    std::vector<Origin> origins;
};

std::string authority(const IpAddress& address, std::string_view port) {
    return fmt::format(fmt::runtime(address.is_v4() ? "{}:{}" : "[{}]:{}"), address.text(), port);
}

/// What a listener is to phones; an empty scheme: nothing, of itself or from where they are.
Targets::Origin origin_of(std::string_view name, std::string_view bound, const std::optional<IpAddress>& address) {
    auto kind = name.substr(0, name.find('/'));
    if (kind == "https_legacy") kind = "https";
    const auto colon = bound.rfind(':');
    if (!protocol::scheme_from_text(kind) || colon == std::string_view::npos) return {};
    auto host = bound.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto own = IpAddress::from_text(host);
    if (!own) return {};
    const bool is_everywhere = *own == IpAddress() || *own == IpAddress::v4(0);
    if (is_everywhere && !address) return {};
    if (!is_everywhere && address && *address != *own) return {};
    if (!is_everywhere && !address && own->source_class() == SourceClass::loopback) return {};
    return {std::string(kind),
            fmt::format("{}://{}", kind, authority(is_everywhere ? *address : *own, bound.substr(colon + 1)))};
}

Result<Targets> ask_server(const Cli& cli, const DhcpConfigArguments& arguments,
                           const std::optional<IpAddress>& address) {
    const ApiClient api(cli);
    for (const std::string& layer : {"site/" + percent_encoded(arguments.site), std::string("fleet")}) {
        const auto answer = api.get("/v1/layers/" + layer);
        if (!answer && answer.error().code == ErrorCode::unavailable)
            return fail(ErrorCode::unavailable, answer.error().message + "; or say --url", answer.error().where);
        if (!answer) return tl::unexpected(answer.error());
        const auto* settings = answer->is_object() ? answer->get_object().if_contains("settings") : nullptr;
        const std::string url = settings == nullptr ? "" : text_of(*settings, "provisioning.server");
        if (!url.empty()) return Targets{url, {}};
    }
    const auto status = api.get("/v1/status");
    if (!status) return tl::unexpected(status.error());
    Targets targets;
    for (const auto& listener : array_of(*status, "listeners")) {
        auto origin = origin_of(text_of(listener, "name"), text_of(listener, "address"), address);
        if (!origin.scheme.empty()) targets.origins.push_back(std::move(origin));
    }
    if (targets.origins.empty())
        return fail(ErrorCode::invalid,
                    address ? "no listener of the server can be reached at " + address->text() + "; say --url"
                            : "the server does not say under which address phones reach it: say --address or --url");
    return targets;
}

/// The URL for a family: the one for all, or that of the listener that it likes best. Empty: there is none.
std::string url_for(const config::Discovery& discovery, const Targets& targets) {
    if (!targets.url.empty()) return targets.url;
    for (const std::string& scheme : discovery.schemes)
        for (const auto& origin : targets.origins)
            if (origin.scheme == scheme) return origin.url;
    return {};
}

Result<std::vector<const config::Family*>> chosen(const config::Families& families,
                                                  const std::vector<std::string>& names) {
    std::vector<const config::Family*> out;
    for (const std::string& name : names) {
        const auto* family = config::find_family(families, name);
        if (family == nullptr) return fail(ErrorCode::invalid, "no such family of phones", name);
        if (std::find(out.begin(), out.end(), family) == out.end()) out.push_back(family);
    }
    if (names.empty())
        for (const auto& family : families)
            if (!family->discovery().offers.empty()) out.push_back(family.get());
    return out;
}

Result<config::DhcpConfigRequest> make_request(const Cli& cli, const DhcpConfigArguments& arguments,
                                               const config::Families& families) {
    const auto address = IpAddress::from_text(arguments.address);
    if (!arguments.address.empty() && !address) return fail(ErrorCode::invalid, "expected an IP address", "--address");
    const auto wanted = chosen(families, arguments.families);
    if (!wanted) return tl::unexpected(wanted.error());
    Targets targets{arguments.url, {}};
    if (targets.url.empty()) {
        auto asked = ask_server(cli, arguments, address);
        if (!asked) return tl::unexpected(asked.error());
        targets = std::move(*asked);
    }
    config::DhcpConfigRequest request;
    request.version = arguments.v6 ? config::DhcpVersion::v6 : config::DhcpVersion::v4;
    request.options = arguments.options;
    if (arguments.enterprise != 0) request.enterprise = arguments.enterprise;
    request.hooks_directory = arguments.hooks_directory;
    for (const auto* family : *wanted) {
        config::FamilyToTell tell{std::string(family->name()),
                                  std::string(family->title()),
                                  {family->ouis().begin(), family->ouis().end()},
                                  family->discovery(),
                                  {}};
        if (const std::string url = url_for(tell.discovery, targets); !url.empty()) {
            auto values = config::offer_values(url, tell.discovery, address);
            if (!values) return tl::unexpected(values.error());
            tell.values = std::move(*values);
        }
        request.families.push_back(std::move(tell));
    }
    return request;
}

/// Everyone in the subnet can ask for what a DHCP server tells.
void warn_of_secrets(const config::DhcpConfigRequest& request) {
    for (const auto& family : request.families)
        if (const auto url = protocol::parse_url(family.values.url); url && url->credentials) {
            std::cerr << "Mind: the password in this URL is told to everyone who asks like such a phone.\n";
            return;
        }
}

int run(const Cli& cli, const DhcpConfigArguments& arguments) {
    const auto server = *config::dhcp_server_text.from_text(arguments.server);
    const bool is_push = !arguments.push.empty();
    if ((is_push || arguments.rollback || arguments.yes) && server != DhcpServer::kea)
        return failed(Error{ErrorCode::invalid, "only Kea takes a configuration while it runs", "--push"});
    KeaPush push{arguments.push, arguments.v6 ? config::DhcpVersion::v6 : config::DhcpVersion::v4, arguments.former,
                 arguments.yes ? Confirmation::given : Confirmation::ask};
    if (push.former.empty())
        push.former = cli.data_directory + (arguments.v6 ? "/kea-dhcp6.former.json" : "/kea-dhcp4.former.json");
    if (arguments.rollback) return roll_kea_back(push);

    const auto families = config::load_families(cli.packs_directory);
    if (!families) {
        for (const auto& error : families.error()) failed(error);
        return exit_wrong_use;
    }
    const auto request = make_request(cli, arguments, *families);
    if (!request) return failed(request.error());
    if (is_push) {
        const auto parts = config::make_kea_parts(*request);
        if (!parts) return failed(parts.error());
        warn_of_secrets(*request);
        return push_to_kea(push, *parts);
    }
    const auto text = config::write_dhcp_config(server, *request);
    if (!text) return failed(text.error());
    warn_of_secrets(*request);
    std::cout << *text;
    return exit_done;
}

void add_push_options(CLI::App& command, DhcpConfigArguments& arguments) {
    constexpr const char* group = "A Kea that runs";
    auto* push = command
                     .add_option("--push", arguments.push,
                                 "Put it into the Kea with this control socket: tested, shown, confirmed, set, written")
                     ->type_name("SOCKET")
                     ->group(group);
    command
        .add_flag("--rollback", arguments.rollback, "Put back what was there before the last push; again: undo that")
        ->needs(push)
        ->group(group);
    command.add_flag("--yes", arguments.yes, "Do not ask, for scripts")->needs(push)->group(group);
    command
        .add_option("--former", arguments.former,
                    "File that keeps what was there before; default: kea-dhcp4.former.json in the data directory")
        ->type_name("FILE")
        ->needs(push)
        ->group(group);
    command
        .add_option("--kea-hooks", arguments.hooks_directory,
                    "Directory of Kea's hook libraries on its machine; option 159 needs one")
        ->type_name("DIR")
        ->capture_default_str()
        ->group(group);
}

} // namespace

void add_dhcp_config(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<DhcpConfigArguments>();
    auto* command = app.add_subcommand("dhcp-config",
                                       "Print what your own DHCP server needs so that phones find their boot server");
    command->add_option("SERVER", arguments->server, "kea, isc, dnsmasq, mikrotik or windows")
        ->required()
        ->check(CLI::IsMember({"kea", "isc", "dnsmasq", "mikrotik", "windows"}));
    command->add_option("--site", arguments->site, "Site whose provisioning.server is told")->capture_default_str();
    command->add_option("--family", arguments->families, "These families of phones alone")->allow_extra_args(false);
    command->add_option("--url", arguments->url, "URL that phones are told, instead of asking the running server");
    command->add_option("--address", arguments->address, "Address under which phones reach the server")
        ->type_name("IP");
    command->add_option("--option", arguments->options, "These DHCP options alone")
        ->check(CLI::Range(1U, 65534U))
        ->allow_extra_args(false);
    auto* v6 = command->add_flag("--v6", arguments->v6, "For DHCPv6: kea, isc, dnsmasq");
    command
        ->add_option("--enterprise", arguments->enterprise,
                     "Number that the phones use in DHCPv6, where they do not use the pack's")
        ->check(CLI::Range(1U, 0xffffffffU))
        ->type_name("N")
        ->needs(v6);
    add_push_options(*command, *arguments);
    command->footer(dhcp_config_footer);
    command->callback([&cli, arguments] { cli.run = [&cli, arguments] { return run(cli, *arguments); }; });
}

} // namespace offhook::cli
