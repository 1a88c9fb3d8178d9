#pragma once
/// @file  For tests of DHCPv4: offers that a test writes down, and messages as clients send them.
#include "base/assert.hpp"
#include "protocol/dhcp4/message.hpp"
#include "server/discovery/dhcp4_actions.hpp"
#include "server/discovery/offer_source.hpp"

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace offhook::server::testing_dhcp4 {

namespace dhcp4 = protocol::dhcp4;

inline IpAddress ip(std::string_view text) { return *IpAddress::from_text(text); }
inline const IpAddress nobody = IpAddress::v4(0);

/// Whoever's class or MAC begins like a phone's is one; `rules` are what it is told.
class ScriptedOffers final : public OfferSource {
public:
    struct Note {
        catalogue::Outcome outcome;
        std::string asked, told;
        bool operator==(const Note&) const = default;
    };
    Offer::State state = Offer::State::offered;
    std::vector<std::pair<config::OfferRule, std::string>> rules;
    std::map<MacAddress, IpAddress> reserved;
    std::vector<Note> notes;
    mutable std::atomic<int> makes_left = 1'000'000; ///< then it throws
    std::vector<std::string> classes;                ///< as they were asked with

    void tell(std::uint16_t option, std::string value) {
        config::OfferRule rule;
        rule.method = config::OfferMethod::dhcp4;
        rule.option = option;
        rules.emplace_back(rule, std::move(value));
    }
    [[nodiscard]] Offer make(const Asker& asker) const override {
        if (makes_left-- <= 0) throw std::runtime_error("no more offers");
        Offer out = recognize(asker);
        if (out.family == nullptr) return out;
        out.state = state;
        out.why = "no reason";
        if (!out.is_offered()) return out;
        out.shown_url = "http://boot";
        for (const auto& [rule, value] : rules) out.options.push_back({&rule, value});
        return out;
    }
    [[nodiscard]] Offer recognize(const Asker& asker) const override {
        Offer out;
        const bool is_phone = asker.enterprise == 13885U || asker.vendor_class.substr(0, 7) == "LINKSYS" ||
                              (asker.mac && asker.mac->oui() == 0x0004f2);
        // Only ever compared with nullptr by who is tested.
        if (is_phone) out.family = reinterpret_cast<const config::Family*>(this);
        return out;
    }
    void note(const Asker& asker, const Offer&, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told) override {
        notes.push_back({outcome, std::string(asked), std::string(told)});
        classes.emplace_back(asker.vendor_class);
    }
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress mac) const override {
        const auto found = reserved.find(mac);
        if (found == reserved.end()) return std::nullopt;
        return found->second;
    }
    [[nodiscard]] bool is_reserved(const IpAddress& address) const override {
        for (const auto& [mac, kept] : reserved)
            if (kept == address) return true;
        return false;
    }
};

inline dhcp4::Message from_client(dhcp4::Type type, std::uint64_t mac, std::uint32_t xid = 1) {
    dhcp4::Message out;
    out.set_type(type);
    out.set_mac(MacAddress(mac));
    out.xid = xid;
    return out;
}

inline std::string bytes_of(const dhcp4::Message& message) {
    std::string out;
    message.write(out);
    return out;
}

inline dhcp4::Message read(const Dhcp4Send& send) {
    dhcp4::Message out;
    OFFHOOK_ASSERT(out.read(send.bytes) == dhcp4::MessageError::none);
    return out;
}

inline Dhcp4Options one_pool() {
    Dhcp4Options out;
    out.mode = Dhcp4Mode::small_pool;
    out.conflict_wait = std::chrono::milliseconds(0);
    out.answers_per_source_second = 1'000; // tests ask often within one moment
    Dhcp4Pool pool;
    pool.subnet = *Network::from_text("10.0.0.0/24");
    pool.first = ip("10.0.0.10"), pool.last = ip("10.0.0.12");
    pool.routers = {ip("10.0.0.1")}, pool.dns = {ip("10.0.0.2"), ip("10.0.0.3")};
    pool.domain = "example.net";
    out.pools.push_back(pool);
    return out;
}

inline constexpr std::uint64_t polycom = 0x0004'f200'0001, other_polycom = 0x0004'f200'0002,
                               third_polycom = 0x0004'f200'0003, computer = 0x0200'0000'0001;

} // namespace offhook::server::testing_dhcp4
