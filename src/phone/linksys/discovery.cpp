#include "phone/linksys/discovery.hpp"

#include "base/text.hpp"
#include "phone/discovery/inform_switch.hpp"
#include "phone/discovery/told_text.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;

constexpr std::string_view model_prefix = "SPA";
constexpr unsigned first_with_list = 7; // major version of the line's firmware that has DHCP_Option_To_Use (G-later)
constexpr std::size_t options_most = 16;

std::vector<std::uint8_t> parse_list(std::string_view text) {
    std::vector<std::uint8_t> out;
    for (const auto word : split(text, ',')) {
        const auto number = to_number<unsigned>(trim(word));
        if (number && *number > 0 && *number < dhcp4::end && out.size() < options_most)
            out.push_back(static_cast<std::uint8_t>(*number));
    }
    return out;
}

unsigned major_version(const Flash& flash) {
    if (!flash.application) return 0;
    const auto& version = flash.application->version;
    return to_number<unsigned>(std::string_view(version).substr(0, version.find('.'))).value_or(0);
}

std::optional<std::string> read_option(const dhcp4::Message& ack, std::uint8_t code,
                                       std::vector<std::string>& remarks) {
    const auto value = ack.option(code);
    if (!value) return std::nullopt;
    if (code == dhcp4::tftp_addresses)
        if (const auto address = ack.address(code)) return address->text();
    const auto text = told_text(*value);
    if (!text) {
        remarks.push_back(fmt::format("option {} is not used: {}", code, text.error().message));
        return std::nullopt;
    }
    const auto url = protocol::parse_url(*text);
    const bool speaks = url && (!url->scheme || *url->scheme == protocol::Scheme::tftp ||
                                *url->scheme == protocol::Scheme::http || *url->scheme == protocol::Scheme::https);
    if (speaks) return *text;
    remarks.push_back(fmt::format("option {} is not used: {}", code,
                                  url ? "the phone speaks tftp, http and https only" : url.error().message));
    return std::nullopt;
}

bool is_set(const IpAddress& address) { return address != IpAddress::v4(0) && address != IpAddress{}; }

} // namespace

std::string product_name(std::string_view model) {
    const auto series = product_series(model);
    // 9xx and the 1001 to 3102 adapters have the hyphen, 8000 and the later lines have not (C).
    const bool is_number = !series.empty() && std::all_of(series.begin(), series.end(), ascii_digit);
    const bool has_hyphen = is_number && series != "8000" && model.starts_with(model_prefix) &&
                            (series.starts_with('9') || series.size() == 4 || series == "841");
    return has_hyphen ? fmt::format("{}-{}", model_prefix, series) : std::string(model);
}

std::string product_series(std::string_view model) {
    const auto digit = std::find_if(model.begin(), model.end(), ascii_digit);
    return std::string(digit, model.end());
}

std::string vendor_class(std::string_view model) { return "LINKSYS " + product_name(model); }

OptionOrder option_order(const Flash& flash) {
    if (const auto list = parse_list(flash.parameter("DHCP_Option_To_Use")); !list.empty())
        return {list, OptionOrder::Fallback::none};
    if (major_version(flash) >= first_with_list) return {{66, 160, 159, 150}, OptionOrder::Fallback::none};
    return {{66}, OptionOrder::Fallback::server_itself};
}

std::optional<Address> choose(const dhcp4::Message& ack, const OptionOrder& order, std::vector<std::string>& remarks) {
    for (const auto code : order.options)
        if (auto text = read_option(ack, code, remarks))
            return Address{std::move(*text), fmt::format("DHCP option {}", code)};
    if (order.fallback == OptionOrder::Fallback::none) return std::nullopt;
    if (is_set(ack.siaddr)) return Address{ack.siaddr.text(), "siaddr of the DHCP answer"};
    if (const auto server = ack.address(dhcp4::server_id); server && is_set(*server))
        return Address{server->text(), "the DHCP server itself, option 54"};
    return std::nullopt;
}

asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash, const config::Model& model,
                                      DiscoveryRequest request, BootObserver& observer) {
    Interview interview(clients, observer);
    const auto order = option_order(flash);
    Dhcp4Ask ask;
    const bool has_address = request.ipv4 == DiscoveryRequest::Address::by_hand;
    ask.kind = has_address ? Dhcp4Ask::Kind::inform : Dhcp4Ask::Kind::lease;
    ask.parameter_list = {dhcp4::subnet_mask, dhcp4::router,      dhcp4::dns_servers,
                          dhcp4::host_name,   dhcp4::domain_name, dhcp4::ntp_servers};
    ask.parameter_list.insert(ask.parameter_list.end(), order.options.begin(), order.options.end());
    ask.wanted = order.options;
    ask.vendor_class = vendor_class(model.name);
    const auto name = flash.parameter("HostName");
    ask.host_name = name.empty() ? "SipuraSPA" : std::string(name);
    std::optional<Dhcp4Answer> answer;
    if (may_ask_dhcp4(request.ipv4, flash, interview)) answer = co_await interview.dhcp4(std::move(ask));
    if (!answer) co_return interview.found_nothing();
    std::vector<std::string> remarks;
    auto address = choose(answer->ack, order, remarks);
    for (auto& remark : remarks) interview.tell(std::move(remark));
    if (!address) co_return interview.found_nothing();
    co_return interview.found(std::move(address->text), std::move(address->how));
}

} // namespace offhook::phone::linksys
