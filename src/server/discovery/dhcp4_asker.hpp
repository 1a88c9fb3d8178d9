#pragma once
/// @file  dhcp4_asker: who a DHCPv4 message comes from, as Offers wants to know it.
///
/// Text in option 60 is the class; what begins with a NUL there is the binary form enterprise(4) length(1) data, as
/// some phones send it; else option 124 names an enterprise, and option 77 stands for a class where there is no 60. The
/// MAC's maker is left to Offers. Lifetime  of the views: the message.
#include "protocol/dhcp4/message.hpp"
#include "server/discovery/offer_source.hpp"

namespace offhook::server {

[[nodiscard]] Asker dhcp4_asker(const protocol::dhcp4::Message& message, std::uint16_t listener,
                                const IpAddress& source, const IpAddress& local);

/// "DISCOVER wants 66,67,160": the type, and what stands in option 55.
[[nodiscard]] std::string asked_text(const protocol::dhcp4::Message& message);

} // namespace offhook::server
