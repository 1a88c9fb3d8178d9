#pragma once
/// @file  FakeOffers: for tests and benches of discovery listeners - the same offer for everybody, and what was noted.
#include "server/discovery/offer_source.hpp"

#include <set>
#include <string>
#include <vector>

namespace offhook::server {

class FakeOffers : public OfferSource {
public:
    struct Note {
        std::optional<MacAddress> mac;
        std::string vendor, model, asked, told;
        catalogue::Outcome outcome;
        Trust trust;
    };
    std::string url = "http://192.0.2.1/{MODEL}.cfg";
    Offer::State state = Offer::State::offered;
    std::set<MacAddress> strangers; ///< answered, but in no catalogue
    bool all_are_strangers = false;
    bool keeps_notes = true;
    std::vector<Note> notes;

    [[nodiscard]] Offer make(const Asker& asker) const override {
        Offer offer;
        offer.state = state;
        const bool is_stranger = all_are_strangers || (asker.mac && strangers.contains(*asker.mac));
        if (!is_stranger) offer.device = &device_;
        if (state == Offer::State::offered)
            offer.url = offer.shown_url = url;
        else
            offer.why = "not here";
        return offer;
    }
    [[nodiscard]] Offer recognize(const Asker& asker) const override { return make(asker); }
    void note(const Asker& asker, const Offer&, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told) override {
        if (!keeps_notes) return;
        notes.push_back({asker.mac, std::string(asker.vendor_class), std::string(asker.model), std::string(asked),
                         std::string(told), outcome, asker.trust});
    }
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress) const override { return std::nullopt; }

private:
    catalogue::Device device_;
};

} // namespace offhook::server
