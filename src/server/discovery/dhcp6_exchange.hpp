#pragma once
/// @file  Dhcp6Server::Exchange: one message of a client, and what grows into the answer. Of dhcp6_server*.cpp alone.
#include "server/discovery/dhcp6_server.hpp"

namespace offhook::server {

struct Dhcp6Server::Exchange {
    const protocol::dhcp6::Message& request;
    const Dhcp6Arrival& arrival;
    Asker asker;
    Offer offer;
    const Dhcp6Pool* pool = nullptr;
    std::string_view duid = {}; ///< the client's; "": anonymous
    protocol::dhcp6::Message reply = {};
    std::vector<Change> changes = {};
    std::string told = {};

    [[nodiscard]] std::vector<protocol::dhcp6::IaNa> ias() const;
    [[nodiscard]] std::string client_of(const protocol::dhcp6::IaNa& ia) const;
    void tell(std::string_view words);
};

} // namespace offhook::server
