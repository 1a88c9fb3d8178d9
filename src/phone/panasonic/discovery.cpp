#include "phone/panasonic/discovery.hpp"

#include "base/text.hpp"
#include "phone/discovery/inform_switch.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/panasonic/provisioning.hpp"
#include "protocol/url.hpp"

#include <array>
#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;
namespace dhcp6 = protocol::dhcp6;

constexpr std::uint8_t option_159 = 159, option_160 = 160;
constexpr std::uint16_t url_sub_option = 1;

Switch read_switch(const Flash& flash, std::string_view name, Switch otherwise) {
    const auto value = flash.parameter(name);
    if (value.empty()) return otherwise;
    return equal_ignoring_case(value, "Y") ? Switch::on : Switch::off;
}

std::string text_or(const Flash& flash, std::string_view name, std::string otherwise) {
    return flash.parameters.contains(name) ? std::string(flash.parameter(name)) : otherwise;
}

std::string in_directory(std::string_view directory, std::string_view file) {
    while (directory.ends_with('/')) directory.remove_suffix(1);
    while (file.starts_with('/')) file.remove_prefix(1);
    return fmt::format("{}/{}", directory, file);
}

/// Behind the host: "" or "/…". `url` has a scheme.
std::string_view path_of(std::string_view url) {
    const auto start = url.find("://") + 3;
    const auto slash = url.find('/', start);
    return slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
}

std::optional<Address> from_directory_option(const std::optional<std::string>& value, Switch enabled, unsigned number,
                                             const std::optional<std::string>& file) {
    if (enabled == Switch::off || !value || !protocol::names_scheme(*value)) return std::nullopt;
    if (!file) return Address{in_directory(*value, model_file), fmt::format("DHCP option {}", number)};
    return Address{in_directory(*value, *file), fmt::format("DHCP option {} with option 67", number)};
}

/// The last segment of a URL in option 66 is the file, unlike in 160 and 159.
Address from_option_66(const std::string& value, std::string_view file) {
    if (!protocol::names_scheme(value)) return {"tftp://" + in_directory(value, file), "DHCP option 66"};
    if (path_of(value).empty() || value.ends_with('/')) return {in_directory(value, file), "DHCP option 66"};
    return {value, "DHCP option 66"};
}

/// The option as text, or nothing; what is wrong with it is told.
std::optional<std::string> read_option(const dhcp4::Message& ack, std::uint8_t code, Switch enabled,
                                       Interview& interview) {
    const auto value = ack.option(code);
    if (!value) return std::nullopt;
    if (enabled == Switch::off) {
        interview.tell(fmt::format("option {} is not used: it is switched off", code));
        return std::nullopt;
    }
    auto text = told_text(*value, url_bytes_max);
    if (text && (code == option_160 || code == option_159) && !protocol::names_scheme(*text))
        text = fail(ErrorCode::invalid, "it is no URL, and here the phone needs one");
    if (text && code != dhcp4::boot_file && !protocol::parse_url(*text))
        text = fail(ErrorCode::invalid, protocol::parse_url(*text).error().message);
    if (text) return *text;
    interview.tell(fmt::format("option {} is not used: {}", code, text.error().message));
    return std::nullopt;
}

} // namespace

DiscoverySettings read_discovery_settings(const Flash& flash) {
    DiscoverySettings settings;
    const auto mode = flash.parameter("IP_ADDR_MODE");
    settings.ip_mode = mode == "1" ? IpMode::ipv6 : mode == "2" ? IpMode::dual : IpMode::ipv4;
    const auto type = flash.parameter("CONNECTION_TYPE_IPV6");
    if (!type.empty() && type != "1") settings.ipv6 = DiscoverySettings::Ipv6::other;
    settings.pnp = read_switch(flash, "SIPPNP_PROV_ENABLE", Switch::on);
    settings.option_160 = read_switch(flash, "OPTION160_PROV_ENABLE", Switch::on);
    settings.option_159 = read_switch(flash, "OPTION159_PROV_ENABLE", Switch::on);
    settings.option_66 = read_switch(flash, "OPTION66_ENABLE", Switch::on);
    // Remembered (R): "N" looks at option 66 in the factory's state alone. Only where a file or a hand has set it.
    if (knows_a_file(flash) && read_switch(flash, "OPTION66_REBOOT", Switch::on) == Switch::off)
        settings.option_66 = Switch::off;
    settings.dhcp6_option_17 = read_switch(flash, "DHCPV6_OPTION17_PROV_ENABLE", Switch::on);
    settings.file_with_66 = read_switch(flash, "phone.OPTION67_WITH_66", Switch::off);
    settings.bare_address = generation_of(flash).bare_address;
    settings.vendor_word = text_or(flash, "phone.PNP_VENDOR_WORD", settings.vendor_word);
    settings.vendor_class = text_or(flash, "phone.DHCP_VENDOR_CLASS", settings.vendor_class);
    return settings;
}

std::optional<Address> choose(const Told& told, const DiscoverySettings& settings) {
    if (auto found = from_directory_option(told.option_160, settings.option_160, option_160, told.option_67))
        return found;
    if (auto found = from_directory_option(told.option_159, settings.option_159, option_159, told.option_67))
        return found;
    if (settings.option_66 == Switch::off || !told.option_66) return std::nullopt;
    const bool takes_67 = settings.file_with_66 == Switch::on && told.option_67;
    return from_option_66(*told.option_66, takes_67 ? std::string_view(*told.option_67) : model_file);
}

Result<std::string> check_url(std::string_view value, Generation::BareAddress bare) {
    auto text = told_text(value, url_bytes_max);
    if (!text) return text;
    if (bare == Generation::BareAddress::completed) {
        // Without a scheme the guide lists tftp, http, https, ftp; this phone tries the first.
        if (!protocol::names_scheme(*text)) *text = "tftp://" + *text;
        const auto url = protocol::parse_url(*text);
        const auto file = url ? std::string_view(url->path).substr(url->path.rfind('/') + 1) : std::string_view();
        const bool names_file = file.find_first_of(".{?") != std::string_view::npos;
        if (url && !names_file) *text = in_directory(*text, model_file);
    }
    if (!protocol::names_scheme(*text)) return fail(ErrorCode::invalid, "it has no scheme (tftp, ftp, http, https)");
    const auto url = protocol::parse_url(*text);
    if (!url) return tl::unexpected(url.error());
    if (url->scheme == protocol::Scheme::ftps) return fail(ErrorCode::invalid, "the phone does not speak ftps");
    if (url->path.empty() || url->path.ends_with('/')) return fail(ErrorCode::invalid, "it names no file");
    return text;
}

Result<std::string> url_of(const dhcp6::Message& reply, Generation::BareAddress bare) {
    Error problem{ErrorCode::not_found, "there is no sub-option 1 of option 17", {}};
    for (const auto& option : reply.options.all()) {
        if (option.code != dhcp6::vendor_options) continue;
        const auto block = dhcp6::parse_vendor_options(option.value);
        if (!block) {
            problem = {ErrorCode::invalid, "option 17 cannot be read", {}};
            continue;
        }
        for (const auto& piece : block->pieces) {
            if (piece.code != url_sub_option) continue;
            auto url = check_url(piece.value, bare);
            if (url) return url;
            problem = url.error();
        }
    }
    return tl::unexpected(std::move(problem));
}

std::string expand(std::string_view text, const Macros& macros) {
    const std::array<std::pair<std::string_view, std::string>, 4> values{{{"{MAC}", macros.mac.text_upper()},
                                                                          {"{mac}", macros.mac.text()},
                                                                          {"{MODEL}", macros.model},
                                                                          {"{fwver}", macros.version}}};
    std::string out;
    while (!text.empty()) {
        std::size_t taken = 0;
        for (const auto& [name, value] : values) {
            if (!text.starts_with(name)) continue;
            out += value;
            taken = name.size();
        }
        if (taken == 0) out += text[taken++];
        text.remove_prefix(taken);
    }
    return out;
}

std::string typed_url(std::string_view base) {
    std::string url(trim(base));
    if (!protocol::names_scheme(url)) url = "tftp://" + url;
    const auto path = path_of(url);
    const auto file = path.substr(path.rfind('/') + 1);
    const bool names_file =
        !path.empty() && (file.find('.') != std::string_view::npos || file.find('{') != std::string_view::npos ||
                          file.find('?') != std::string_view::npos);
    return names_file ? url : in_directory(url, model_file);
}

namespace {

std::string event_of(const DiscoverySettings& settings, const Flash& flash, std::string_view model) {
    return fmt::format("ua-profile;profile-type=\"device\";{}=\"Panasonic\";model=\"{}\";version=\"{}\"",
                       settings.vendor_word, model, flash.application ? flash.application->version : "");
}

asio::awaitable<std::optional<Address>> by_pnp(Interview& interview, const DiscoverySettings& settings,
                                               std::string event) {
    if (settings.pnp == Switch::off) {
        interview.tell("SIP PnP is switched off (SIPPNP_PROV_ENABLE)");
        co_return std::nullopt;
    }
    PnpAsk ask;
    ask.request_uri = fmt::format("sip:MAC%3a{}@224.0.1.75", interview.mac().text_upper());
    ask.event = std::move(event);
    ask.url_bytes_max = url_bytes_max;
    const auto answer = co_await interview.pnp(std::move(ask));
    if (!answer) co_return std::nullopt;
    const auto url = check_url(answer->url, settings.bare_address);
    if (url) co_return Address{*url, "SIP PnP"};
    interview.tell(fmt::format("SIP PnP: the URL is not used: {}", url.error().message));
    co_return std::nullopt;
}

asio::awaitable<std::optional<Dhcp4Answer>> ask_dhcp4(Interview& interview, const DiscoverySettings& settings,
                                                      DiscoveryRequest::Address address) {
    Dhcp4Ask ask;
    const bool has_address = address == DiscoveryRequest::Address::by_hand;
    ask.kind = has_address ? Dhcp4Ask::Kind::inform : Dhcp4Ask::Kind::lease;
    ask.parameter_list = {dhcp4::subnet_mask, dhcp4::router,    dhcp4::dns_servers, dhcp4::domain_name,
                          dhcp4::tftp_server, dhcp4::boot_file, option_159,         option_160};
    ask.wanted = {option_160, option_159, dhcp4::tftp_server};
    ask.vendor_class = settings.vendor_class;
    co_return co_await interview.dhcp4(std::move(ask));
}

std::optional<Address> from_options(Interview& interview, const DiscoverySettings& settings,
                                    const dhcp4::Message& ack) {
    Told told;
    told.option_160 = read_option(ack, option_160, settings.option_160, interview);
    told.option_159 = read_option(ack, option_159, settings.option_159, interview);
    told.option_66 = read_option(ack, dhcp4::tftp_server, settings.option_66, interview);
    told.option_67 = read_option(ack, dhcp4::boot_file, Switch::on, interview);
    return choose(told, settings);
}

asio::awaitable<std::optional<Address>> by_dhcp6(Interview& interview, const DiscoverySettings& settings,
                                                 DiscoveryRequest::Address address) {
    if (settings.dhcp6_option_17 == Switch::off) {
        interview.tell("DHCPv6 option 17 is switched off (DHCPV6_OPTION17_PROV_ENABLE)");
        co_return std::nullopt;
    }
    Dhcp6Ask ask;
    ask.option_request = {dhcp6::vendor_options, dhcp6::dns_servers};
    const bool wants_address =
        address == DiscoveryRequest::Address::none && settings.ipv6 == DiscoverySettings::Ipv6::dhcp;
    Dhcp6Ask with_address = ask;
    with_address.kind = Dhcp6Ask::Kind::address;
    std::optional<Dhcp6Answer> answer;
    if (wants_address) answer = co_await interview.dhcp6(std::move(with_address));
    // A network whose addresses come by router advertisement answers no SOLICIT; what the phone does is not known.
    if (!answer) answer = co_await interview.dhcp6(std::move(ask));
    if (!answer) co_return std::nullopt;
    const auto url = url_of(answer->reply, settings.bare_address);
    if (url) co_return Address{*url, "DHCPv6 option 17"};
    interview.tell(fmt::format("DHCPv6: nothing to use: {}", url.error().message));
    co_return std::nullopt;
}

} // namespace

asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash, std::string model,
                                      DiscoveryRequest request, BootObserver& observer) {
    Interview interview(clients, observer);
    const auto settings = read_discovery_settings(flash);
    std::optional<Address> address;
    if (settings.ip_mode != IpMode::ipv6 && request.choice != DiscoveryChoice::dhcp6) {
        // An address comes first: without one the phone could not send its SUBSCRIBE.
        std::optional<Dhcp4Answer> lease;
        const bool needs_lease =
            request.allows(DiscoveryChoice::dhcp4) || request.ipv4 == DiscoveryRequest::Address::none;
        if (needs_lease && may_ask_dhcp4(request.ipv4, flash, interview))
            lease = co_await ask_dhcp4(interview, settings, request.ipv4);
        if (request.allows(DiscoveryChoice::pnp))
            address = co_await by_pnp(interview, settings, event_of(settings, flash, model));
        if (!address && lease && request.allows(DiscoveryChoice::dhcp4))
            address = from_options(interview, settings, lease->ack);
    }
    if (!address && settings.ip_mode != IpMode::ipv4 && request.allows(DiscoveryChoice::dhcp6))
        address = co_await by_dhcp6(interview, settings, request.ipv6);
    if (!address) co_return interview.found_nothing();
    co_return interview.found(std::move(address->url), std::move(address->how));
}

} // namespace offhook::phone::panasonic
