#include "phone/polycom/discovery.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;
using Use = DhcpMenu::BootServer;

constexpr std::uint32_t enterprise_number = 13885;
constexpr std::uint8_t company = 1, product_model = 2, part_and_revision = 3, application_build = 4, bootrom_build = 5;
constexpr std::uint8_t end_of_sub_options = 0xff;
constexpr unsigned custom_least = 128, custom_most = 254;
// When the programs were built is in the sub-options and of no consequence; these are not the vendor's dates.
constexpr std::string_view bootrom_built = "18-Jan-07 09:12", application_built = "02-Apr-07 10:44";
constexpr std::string_view part_revision = "1";
constexpr unsigned inform_tries = 2; // how often is not known

unsigned number_in(const Flash& flash, std::string_view name, unsigned least, unsigned most, unsigned otherwise) {
    const auto number = to_number<unsigned>(flash.parameter(name));
    return number && *number >= least && *number <= most ? *number : otherwise;
}

/// Any form that the Server Address may have (G 3-7).
Result<std::string> check_address(std::string_view text) {
    if (text == "0.0.0.0") return fail(ErrorCode::not_found, "it is 0.0.0.0");
    const auto url = protocol::parse_url(text);
    if (!url) return tl::unexpected(url.error());
    return std::string(text);
}

std::optional<std::string> read_custom(const dhcp4::Message& ack, const DhcpMenu& menu,
                                       std::vector<std::string>& remarks) {
    const auto value = ack.option(menu.option);
    if (!value) return std::nullopt;
    const auto not_used = [&](std::string_view why) {
        remarks.push_back(fmt::format("option {} is not used: {}", menu.option, why));
        return std::nullopt;
    };
    if (menu.type == DhcpMenu::Type::address) {
        const auto address = ack.address(menu.option);
        if (!address) return not_used("Boot Server Option Type says IP address, and it is not made of four octets");
        if (*address == IpAddress::v4(0)) return not_used("it is 0.0.0.0");
        return address->text();
    }
    auto text = told_text(*value);
    if (!text && text.error().code == ErrorCode::invalid && value->size() == 4)
        return not_used("it is four octets, and Boot Server Option Type says string");
    if (text) text = check_address(*text);
    if (!text) return not_used(text.error().message);
    return *text;
}

/// Option 66, or the field it stood in before there were options: some servers fill that one.
std::optional<BootServer> read_66(const dhcp4::Message& ack, std::vector<std::string>& remarks) {
    const auto value = ack.option(dhcp4::tftp_server);
    auto text = told_text(value ? *value : std::string_view(ack.sname));
    if (text) text = check_address(*text);
    const std::string how = value ? "DHCP option 66" : "sname of the DHCP answer";
    if (text) return BootServer{*text, how};
    if (value || !ack.sname.empty())
        remarks.push_back(fmt::format("{} is not used: {}", value ? "option 66" : "sname", text.error().message));
    return std::nullopt;
}

} // namespace

DhcpMenu read_dhcp_menu(const Flash& flash) {
    DhcpMenu menu;
    menu.boot_server =
        static_cast<Use>(number_in(flash, "device.dhcp.bootSrvUseOpt", 0, 3, static_cast<unsigned>(menu.boot_server)));
    if (equal_ignoring_case(flash.parameter("device.dhcp.bootSrvUseOpt"), "static")) // as UCS exports it
        menu.boot_server = Use::static_address;
    menu.option =
        static_cast<std::uint8_t>(number_in(flash, "device.dhcp.bootSrvOpt", custom_least, custom_most, menu.option));
    menu.type = static_cast<DhcpMenu::Type>(
        number_in(flash, "device.dhcp.bootSrvOptType", 0, 1, static_cast<unsigned>(menu.type)));
    menu.vendor_class = static_cast<DhcpMenu::VendorClass>(
        number_in(flash, "device.dhcp.option60Type", 0, 1, static_cast<unsigned>(menu.vendor_class)));
    menu.offers_wait = std::chrono::seconds(
        number_in(flash, "device.dhcp.offerTimeout", 1, 600, static_cast<unsigned>(menu.offers_wait.count())));
    return menu;
}

std::string vendor_class(const DhcpMenu& menu, Stage stage, const config::Model& model, std::string_view version,
                         std::string_view bootrom_version) {
    // That ASCII can be chosen is known, its text is not.
    if (menu.vendor_class == DhcpMenu::VendorClass::ascii) return "Polycom-" + model.name;
    const auto bootrom = fmt::format("BR/{}/{}", bootrom_version, bootrom_built);
    const auto application = stage == Stage::bootrom ? bootrom : fmt::format("SIP/{}/{}", version, application_built);
    std::string parts;
    dhcp4::append_sub_option(parts, company, "Polycom");
    dhcp4::append_sub_option(parts, product_model, product_of(model));
    if (!model.part_numbers.empty())
        dhcp4::append_sub_option(parts, part_and_revision,
                                 fmt::format("{},{}", model.part_numbers.front(), part_revision));
    dhcp4::append_sub_option(parts, application_build, application);
    dhcp4::append_sub_option(parts, bootrom_build, bootrom);
    std::string out;
    dhcp4::append_enterprise_block(out, enterprise_number, parts);
    out += static_cast<char>(end_of_sub_options); // counted by neither length in the guide's example
    return out;
}

std::optional<BootServer> choose(const dhcp4::Message& ack, const DhcpMenu& menu, std::vector<std::string>& remarks) {
    const bool looks_at_custom = menu.boot_server == Use::custom || menu.boot_server == Use::custom_then_66;
    const bool looks_at_66 = menu.boot_server == Use::option_66 || menu.boot_server == Use::custom_then_66;
    if (looks_at_custom)
        if (auto text = read_custom(ack, menu, remarks))
            return BootServer{std::move(*text), fmt::format("DHCP option {}", menu.option)};
    if (looks_at_66) return read_66(ack, remarks);
    return std::nullopt;
}

bool informs(const Release& release, const Flash& flash) {
    if (release.inform == Release::Inform::always) return true;
    const auto address = trim(flash.parameter("device.prov.serverName"));
    return address.empty() || address == "0.0.0.0";
}

namespace {

std::vector<std::uint8_t> parameter_list(const DhcpMenu& menu) {
    std::vector<std::uint8_t> codes{dhcp4::subnet_mask, dhcp4::time_offset, dhcp4::router,      dhcp4::time_servers,
                                    dhcp4::dns_servers, dhcp4::domain_name, dhcp4::ntp_servers, dhcp4::tftp_server};
    if (menu.boot_server == Use::custom || menu.boot_server == Use::custom_then_66) codes.push_back(menu.option);
    return codes;
}

/// The custom option wins wherever it stands, then the first 66 (B).
std::vector<std::uint8_t> wanted(const DhcpMenu& menu) {
    switch (menu.boot_server) {
    case Use::option_66:
        return {dhcp4::tftp_server};
    case Use::custom:
        return {menu.option};
    case Use::custom_then_66:
        return {menu.option, dhcp4::tftp_server};
    case Use::static_address:
        break;
    }
    return {};
}

/// Asks once and looks for a server in what came. `got_answer` says whether anything did.
asio::awaitable<std::optional<BootServer>> ask(Interview& interview, const DhcpMenu& menu, Dhcp4Ask question,
                                               bool& got_answer) {
    const auto answer = co_await interview.dhcp4(std::move(question));
    got_answer = answer.has_value();
    if (!answer) co_return std::nullopt;
    std::vector<std::string> remarks;
    auto server = choose(answer->ack, menu, remarks);
    for (auto& remark : remarks) interview.tell(std::move(remark));
    co_return server;
}

} // namespace

asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash, const config::Model& model,
                                      Stage stage, DiscoveryRequest request, BootObserver& observer) {
    Interview interview(clients, observer);
    const auto menu = read_dhcp_menu(flash);
    const auto& release = release_of(flash.application ? flash.application->version : "");
    const auto told = [](const StoredImage* image, std::string_view otherwise) {
        return image != nullptr && !image->version.empty() ? image->version : std::string(otherwise);
    };
    Dhcp4Ask question;
    question.parameter_list = parameter_list(menu);
    question.wanted = wanted(menu);
    question.offers_wait = menu.offers_wait;
    question.vendor_class = vendor_class(
        menu, stage, model, told(flash.application ? &*flash.application : nullptr, release.application_version),
        told(&flash.bootrom, release.bootrom_version));
    Dhcp4Ask inform = question;
    inform.kind = Dhcp4Ask::Kind::inform;
    inform.tries = inform_tries;

    std::optional<BootServer> server;
    bool has_address = request.ipv4 == DiscoveryRequest::Address::by_hand;
    if (!has_address) server = co_await ask(interview, menu, std::move(question), has_address);
    if (menu.boot_server == Use::static_address) {
        interview.tell("Boot Server is Static: the address in the Server Menu counts");
        co_return interview.found_nothing();
    }
    if (!server && has_address && informs(release, flash)) {
        bool got_answer = false;
        server = co_await ask(interview, menu, std::move(inform), got_answer);
        if (server) server->how += ", told in answer to a DHCPINFORM";
    }
    if (!server) co_return interview.found_nothing();
    co_return interview.found(std::move(server->address), std::move(server->how));
}

} // namespace offhook::phone::polycom
