#include "phone/discovery/interview.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"

#include <array>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;
namespace dhcp6 = protocol::dhcp6;

template <class Codes>
std::string listed(const Codes& codes) {
    std::vector<std::string> words;
    for (const auto code : codes) words.push_back(std::to_string(code));
    return join(words, ", ");
}

/// An option as a person reads it: text, an address, or how long it is: the sub-options of 43 and 125 may hold
/// passwords.
std::string shown_option(const dhcp4::Message& ack, const dhcp4::Message::Option& option) {
    if (option.code == dhcp4::tftp_addresses) {
        std::vector<std::string> addresses;
        for (const auto& address : ack.addresses(option.code)) addresses.push_back(address.text());
        if (!addresses.empty()) return fmt::format("\"{}\"", join(addresses, ", "));
    }
    const auto text = told_text(option.value, 512);
    return text ? fmt::format("\"{}\"", shown_address(*text)) : fmt::format("{} bytes", option.value.size());
}

/// Those that boot servers are told by; the ordinary ones are no news.
bool tells_of_servers(std::uint8_t code) {
    switch (code) {
    case dhcp4::vendor_specific:
    case dhcp4::tftp_server:
    case dhcp4::boot_file:
    case dhcp4::vi_vendor_specific:
        return true;
    default:
        return code >= 128 && code != dhcp4::end;
    }
}

std::string told_by(const dhcp4::Message& ack) {
    std::vector<std::string> words;
    for (const auto& option : ack.options())
        if (tells_of_servers(option.code))
            words.push_back(fmt::format("option {} = {}", option.code, shown_option(ack, option)));
    return words.empty() ? "no option that names a boot server" : join(words, ", ");
}

std::string server_of(const dhcp4::Message& ack) {
    const auto server = ack.address(dhcp4::server_id);
    return server ? server->text() : "a server without a name";
}

} // namespace

void Interview::tell(std::string sentence) {
    observer_.on_event({BootEvent::Kind::discovery, sentence});
    found_.steps.push_back(std::move(sentence));
}

asio::awaitable<std::optional<Dhcp4Answer>> Interview::dhcp4(Dhcp4Ask ask) {
    const bool is_inform = ask.kind == Dhcp4Ask::Kind::inform;
    const std::string word = is_inform ? "DHCPINFORM" : "DHCP";
    tell(fmt::format("{}: asks for options {}", word, listed(ask.parameter_list)));
    auto answer = co_await clients_.dhcp4(std::move(ask));
    const auto remarks = clients_.remarks();
    for (const auto& remark : remarks) tell(fmt::format("{}: {}", word, remark));
    if (!answer) {
        tell(fmt::format("{}: nobody answered", word));
        co_return std::nullopt;
    }
    if (remarks.empty())
        for (const auto& remark : answer->remarks) tell(fmt::format("{}: {}", word, remark));
    if (answer->ack.type() != dhcp4::Type::ack) {
        tell(fmt::format("{}: {} refused with a NAK", word, server_of(answer->ack)));
        co_return std::nullopt;
    }
    const std::string lease = is_inform ? "" : fmt::format("leased {} and ", answer->ack.yiaddr.text());
    tell(fmt::format("{}: {} {}told {}", word, server_of(answer->ack), lease, told_by(answer->ack)));
    co_return answer;
}

asio::awaitable<std::optional<Dhcp6Answer>> Interview::dhcp6(Dhcp6Ask ask) {
    const std::string word = ask.kind == Dhcp6Ask::Kind::address ? "DHCPv6" : "DHCPv6 INFORMATION-REQUEST";
    tell(fmt::format("{}: asks for options {}", word, listed(ask.option_request)));
    auto answer = co_await clients_.dhcp6(std::move(ask));
    const auto remarks = clients_.remarks();
    for (const auto& remark : remarks) tell(fmt::format("{}: {}", word, remark));
    if (!answer) {
        tell(fmt::format("{}: nobody answered", word));
        co_return std::nullopt;
    }
    if (remarks.empty())
        for (const auto& remark : answer->remarks) tell(fmt::format("{}: {}", word, remark));
    std::vector<std::string> told;
    for (const auto& option : answer->reply.options.all())
        if (option.code == dhcp6::vendor_options || option.code == dhcp6::boot_file_url)
            told.push_back(fmt::format("option {} ({} bytes)", option.code, option.value.size()));
    tell(fmt::format("{}: {}{}", word,
                     answer->address ? fmt::format("leased {} and told ", answer->address->text()) : "was told ",
                     told.empty() ? "no option that names a boot server" : join(told, ", ")));
    co_return answer;
}

asio::awaitable<std::optional<PnpAnswer>> Interview::pnp(PnpAsk ask) {
    tell(fmt::format("SIP PnP: SUBSCRIBE {}, Event {}", ask.request_uri, ask.event));
    const auto time = ask.time;
    auto answer = co_await clients_.pnp(std::move(ask));
    const auto remarks = clients_.remarks();
    for (const auto& remark : remarks) tell(fmt::format("SIP PnP: {}", remark));
    if (!answer) {
        tell(fmt::format("SIP PnP: no NOTIFY within {} ms", time.count()));
        co_return std::nullopt;
    }
    for (const auto& deviation : answer->deviations) tell(fmt::format("SIP PnP: {}", deviation));
    tell(fmt::format("SIP PnP: NOTIFY says \"{}\"", shown_address(answer->url)));
    co_return answer;
}

FoundServer Interview::found(std::string address, std::string how) {
    tell(fmt::format("the boot server is {} ({})", shown_address(address), how));
    found_.address = std::move(address);
    found_.how = std::move(how);
    return std::move(found_);
}

FoundServer Interview::found_nothing() {
    tell("no boot server was found");
    return std::move(found_);
}

} // namespace offhook::phone
