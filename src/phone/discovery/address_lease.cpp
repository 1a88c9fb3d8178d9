#include "phone/discovery/address_lease.hpp"

#include "phone/discovery/interview.hpp"

namespace offhook::phone {

namespace asio = boost::asio;
namespace dhcp4 = protocol::dhcp4;
namespace dhcp6 = protocol::dhcp6;

asio::awaitable<void> lease_address(DiscoveryClients& clients, IpMode mode, BootObserver& observer) {
    Interview interview(clients, observer);
    bool has_any = false;
    if (mode != IpMode::ipv6) {
        Dhcp4Ask ask;
        ask.parameter_list = {dhcp4::subnet_mask, dhcp4::router, dhcp4::dns_servers, dhcp4::domain_name};
        const auto answer = co_await interview.dhcp4(std::move(ask));
        has_any = answer.has_value();
    }
    if (mode != IpMode::ipv4) {
        Dhcp6Ask ask;
        ask.kind = Dhcp6Ask::Kind::address;
        ask.option_request = {dhcp6::dns_servers};
        const auto answer = co_await interview.dhcp6(std::move(ask));
        has_any = has_any || (answer && answer->address);
    }
    if (!has_any) observer.on_event({BootEvent::Kind::problem, "the phone has no address; give it one with --address"});
}

} // namespace offhook::phone
