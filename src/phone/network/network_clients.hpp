#pragma once
/// @file  NetworkClients: the machines of discovery on real sockets, and what a lease means for the phone's network.
///
/// Made by make_clients() and make_host_clients() (phone_network.hpp).
#include "phone/network/discovery_socket.hpp"
#include "phone/network/phone_network.hpp"

namespace offhook::phone {

/// From where a phone speaks that has no network of its own. Address 0.0.0.0: where the host's routes lead.
struct HostPlace {
    IpAddress address = IpAddress::v4(0);
    unsigned interface_index = 0;
};

class NetworkClients final : public DiscoveryClients {
public:
    /// `network` nullptr: from `place`, PnP alone. All references outlive the clients.
    NetworkClients(boost::asio::any_io_executor executor, PhoneNetwork* network, HostPlace place, MacAddress mac,
                   const Clock& clock, Random& random);

    [[nodiscard]] boost::asio::awaitable<std::optional<Dhcp4Answer>> dhcp4(Dhcp4Ask ask) override;
    [[nodiscard]] boost::asio::awaitable<std::optional<Dhcp6Answer>> dhcp6(Dhcp6Ask ask) override;
    [[nodiscard]] boost::asio::awaitable<std::optional<PnpAnswer>> pnp(PnpAsk ask) override;
    [[nodiscard]] std::vector<std::string> remarks() const override { return remarks_; }
    [[nodiscard]] MacAddress mac() const override { return mac_; }

private:
    [[nodiscard]] std::optional<HostPlace> pnp_place();
    void take_lease(const Dhcp4Answer& answer);
    void take_name_servers();
    void take_ipv6_address(const IpAddress& address, AddressLife life);
    [[nodiscard]] std::optional<Instant> end_of(AddressLife life) const; ///< of one that begins now
    void remark_silence();
    void remark(std::string sentence) { remarks_.push_back(std::move(sentence)); }
    void remark(const Result<void>& result) {
        if (!result) remark(result.error().message);
    }

    boost::asio::any_io_executor executor_;
    PhoneNetwork* network_;
    HostPlace place_;
    MacAddress mac_;
    const Clock& clock_;
    Random& random_;
    std::vector<std::string> remarks_; // of the last question
    std::vector<IpAddress> name_servers4_, name_servers6_;
    std::string search_domain_;
};

} // namespace offhook::phone
