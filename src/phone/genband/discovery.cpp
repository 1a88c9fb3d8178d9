#include "phone/genband/discovery.hpp"

#include "base/text.hpp"
#include "phone/discovery/inform_switch.hpp"
#include "phone/discovery/told_text.hpp"

#include <fmt/format.h>

namespace offhook::phone::genband {
namespace {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;
using protocol::Scheme;

/// The address of a TFTP server; its URL is this phone's own form of it.
Result<std::string> check_tftp_server(std::string_view text) {
    const auto url = protocol::parse_url(text);
    if (!url) return tl::unexpected(url.error());
    if (url->scheme && *url->scheme != Scheme::tftp)
        return fail(ErrorCode::invalid, "a TFTP server's name or address is wanted, not another protocol's URL");
    return "tftp://" + (url->scheme ? url->shown().substr(std::string_view("tftp://").size()) : url->shown());
}

std::optional<Address> by_http_option(const dhcp4::Message& ack, const Memory& memory,
                                      std::vector<std::string>& remarks) {
    const auto value = ack.option(memory.http_option);
    if (!value) return std::nullopt;
    if (memory.dhcp_get_http == Switch::off) {
        remarks.push_back(fmt::format("option {} is not used: dhcp_get_http is disabled", memory.http_option));
        return std::nullopt;
    }
    auto text = told_text(*value);
    if (text) text = check_base(*text, memory.https_port);
    if (text) return Address{*text, fmt::format("DHCP option {}", memory.http_option)};
    remarks.push_back(fmt::format("option {} is not used: {}", memory.http_option, text.error().message));
    return std::nullopt;
}

std::optional<Address> by_tftp_options(const dhcp4::Message& ack, const Memory& memory,
                                       std::vector<std::string>& remarks) {
    const bool has_any = ack.option(dhcp4::tftp_addresses) || ack.option(dhcp4::tftp_server);
    if (memory.dhcp_get_tftp == Switch::off) {
        if (has_any) remarks.emplace_back("options 150 and 66 are not used: dhcp_get_tftp is disabled");
        return std::nullopt;
    }
    if (ack.option(dhcp4::tftp_addresses)) {
        const auto address = ack.address(dhcp4::tftp_addresses);
        if (address) return Address{"tftp://" + address->text(), "DHCP option 150"};
        remarks.emplace_back("option 150 is not used: it holds no addresses of four octets");
    }
    const auto value = ack.option(dhcp4::tftp_server);
    if (!value) return std::nullopt;
    auto text = told_text(*value);
    if (text) text = check_tftp_server(*text);
    if (text) return Address{*text, "DHCP option 66"};
    remarks.push_back(fmt::format("option 66 is not used: {}", text.error().message));
    return std::nullopt;
}

} // namespace

Switch read_switch(const Flash& flash, std::string_view name) {
    return equal_ignoring_case(flash.parameter(name), "disable") ? Switch::off : Switch::on;
}

Memory read_memory(const Flash& flash) {
    Memory memory;
    if (flash.parameter("PROVISION.type") == "1") memory.type = Memory::Type::http;
    memory.https_url = trim(flash.parameter("PROVISION.https_url"));
    memory.tftp_server = trim(flash.parameter("LAN.tftp_server_address"));
    memory.https_port = to_number<std::uint16_t>(flash.parameter("PROVISION.https_port")).value_or(443);
    if (memory.https_port == 0) memory.https_port = 443;
    memory.dhcp_get_http = read_switch(flash, "PROVISION.dhcp_get_http");
    memory.dhcp_get_tftp = read_switch(flash, "PROVISION.dhcp_get_tftp");
    const auto option = to_number<std::uint8_t>(flash.parameter("phone.http_option")).value_or(0);
    if (option != dhcp4::pad && option != dhcp4::end) memory.http_option = option;
    memory.vendor_class = flash.parameter("phone.vendor_class");
    return memory;
}

Result<std::string> check_base(std::string_view text, std::uint16_t https_port) {
    text = trim(text);
    while (text.ends_with('/')) text.remove_suffix(1);
    auto url = protocol::parse_url(text);
    if (!url) return tl::unexpected(url.error());
    if (!url->scheme || (*url->scheme != Scheme::http && *url->scheme != Scheme::https))
        return fail(ErrorCode::invalid, "it is no URL that begins with http:// or https://");
    if (*url->scheme != Scheme::https || url->port || https_port == protocol::default_port(Scheme::https))
        return std::string(text);
    url->port = https_port;
    const auto account =
        url->credentials ? fmt::format("{}:{}@", url->credentials->user, url->credentials->password) : "";
    const auto shown = url->shown();
    const auto start = shown.find("://") + 3;
    return shown.substr(0, start) + account + shown.substr(start);
}

std::optional<Address> decide(const dhcp4::Message* ack, const Memory& memory, std::vector<std::string>& remarks) {
    if (ack != nullptr)
        if (auto found = by_http_option(*ack, memory, remarks)) return found;
    if (memory.type == Memory::Type::http && !memory.https_url.empty()) {
        auto base = check_base(memory.https_url, memory.https_port);
        if (base) return Address{*base, "https_url in memory"};
        remarks.push_back(fmt::format("https_url in memory is not used: {}", base.error().message));
    }
    if (ack != nullptr)
        if (auto found = by_tftp_options(*ack, memory, remarks)) return found;
    if (memory.tftp_server.empty()) return std::nullopt;
    auto base = check_tftp_server(memory.tftp_server);
    if (base) return Address{*base, "tftp_server_address in memory"};
    remarks.push_back(fmt::format("tftp_server_address in memory is not used: {}", base.error().message));
    return std::nullopt;
}

asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash, const config::Model&,
                                      DiscoveryRequest request, BootObserver& observer) {
    Interview interview(clients, observer);
    const auto memory = read_memory(flash);
    Dhcp4Ask ask;
    const bool has_address = request.ipv4 == DiscoveryRequest::Address::by_hand;
    ask.kind = has_address ? Dhcp4Ask::Kind::inform : Dhcp4Ask::Kind::lease;
    ask.parameter_list = {dhcp4::subnet_mask, dhcp4::time_offset, dhcp4::router,         dhcp4::dns_servers,
                          dhcp4::ntp_servers, dhcp4::tftp_server, dhcp4::tftp_addresses, memory.http_option};
    ask.wanted = {memory.http_option, dhcp4::tftp_addresses, dhcp4::tftp_server};
    ask.vendor_class = memory.vendor_class;
    std::optional<Dhcp4Answer> answer;
    if (may_ask_dhcp4(request.ipv4, flash, interview)) answer = co_await interview.dhcp4(std::move(ask));
    std::vector<std::string> remarks;
    auto address = decide(answer ? &answer->ack : nullptr, memory, remarks);
    for (auto& remark : remarks) interview.tell(std::move(remark));
    FoundServer found =
        address ? interview.found(std::move(address->base), std::move(address->how)) : interview.found_nothing();
    if (answer)
        if (const auto clock = answer->ack.address(dhcp4::ntp_servers)) found.time_server = clock->text();
    co_return found;
}

} // namespace offhook::phone::genband
