#pragma once
/// @file  FakeOfferSource: offers as a test sets them, and what was noted.
#include "server/discovery/offer_source.hpp"

#include <set>
#include <vector>

namespace offhook::server {

class FakeOfferSource final : public OfferSource {
public:
    struct Note {
        std::optional<MacAddress> mac;
        catalogue::Outcome outcome;
        std::string asked, told;
    };
    Offer offer; ///< what everybody is told
    std::optional<IpAddress> reserved;
    std::set<IpAddress> kept; ///< for any device
    std::vector<Note> notes;

    [[nodiscard]] Offer make(const Asker& /*asker*/) const override { return offer; }
    [[nodiscard]] Offer recognize(const Asker& /*asker*/) const override {
        Offer out;
        out.family = offer.family;
        out.device = offer.device;
        return out;
    }
    void note(const Asker& asker, const Offer& /*offer*/, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told) override {
        notes.push_back({asker.mac, outcome, std::string(asked), std::string(told)});
    }
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress /*mac*/) const override { return reserved; }
    [[nodiscard]] bool is_reserved(const IpAddress& address) const override { return kept.contains(address); }
};

} // namespace offhook::server
