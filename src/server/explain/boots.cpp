#include "server/explain/boots.hpp"

#include "server/explain/event_meaning.hpp"

#include <algorithm>
#include <array>

namespace offhook::server {

using catalogue::Outcome;
using catalogue::TimelineEvent;

namespace {

constexpr std::chrono::seconds boot_gap{60}; // quiet for so long: what follows is another boot

/// What a family's phones ask for before they have anything: the image that begins a boot, where one does,
/// and its first document.
struct Opening {
    const config::OtherFile* image = nullptr;
    const config::Document* document = nullptr;
};
Opening opening_of(const config::Family* family) {
    Opening out;
    if (family == nullptr) return out;
    if (!family->documents().empty()) out.document = &family->documents().front();
    for (const config::OtherFile& other : family->other_files())
        if (other.begins_boot && out.image == nullptr) out.image = &other;
    return out;
}

/// What a phone that begins anew says, and one that keeps its address does not; nor is it what it is told.
bool opens_a_boot(const TimelineEvent& event) {
    constexpr std::array<std::string_view, 8> go_on{"REQUEST", "RENEW", "REBIND", "RELEASE",
                                                    "DECLINE", "OFFER", "ACK",    "NOTIFY"};
    return is_discovery(event) && !is_overheard(event) &&
           std::find(go_on.begin(), go_on.end(), event.kind.view()) == go_on.end();
}

/// A phone whose boots begin with an image asked for its first document again and for none of its own: that is how a
/// look at its files ends, and no boot.
void join_last_looks(std::vector<Boot>& boots, std::vector<bool>& by_document, const config::Family* family) {
    for (std::size_t i = boots.size(); i-- > 1;) {
        const auto is_own_file = [&](const TimelineEvent* event) { return is_own(meant_by(family, *event)); };
        if (!by_document[i] || std::any_of(boots[i].begin(), boots[i].end(), is_own_file)) continue;
        boots[i - 1].insert(boots[i - 1].end(), boots[i].begin(), boots[i].end());
        boots.erase(boots.begin() + static_cast<std::ptrdiff_t>(i));
        by_document.erase(by_document.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

} // namespace

std::vector<Boot> cut_into_boots(std::span<const TimelineEvent> newest_first, const config::Family* family) {
    std::vector<Boot> boots;
    WallTime last{};
    std::vector<bool> by_document; // of boots: begun by the first document alone, where an image would come first
    bool own_seen = false, past_image = false;
    const Opening opening = opening_of(family);
    for (auto at = newest_first.rbegin(); at != newest_first.rend(); ++at) {
        if (is_discovery(*at) && !opens_a_boot(*at)) {
            if (!boots.empty()) boots.back().push_back(&*at);
            continue;
        }
        const Named named = meant_by(family, *at);
        const bool image = named.other != nullptr && named.other == opening.image;
        const bool anew =
            boots.empty() || at->at - last > boot_gap || (image && past_image) || (own_seen && opens_a_boot(*at));
        const bool again = own_seen && named.document != nullptr && named.document == opening.document;
        if (anew || again) {
            boots.emplace_back();
            by_document.push_back(!anew && opening.image != nullptr);
            own_seen = past_image = false;
        }
        past_image = past_image || (!image && !is_discovery(*at));
        own_seen = own_seen || (is_own(named) && at->outcome != Outcome::challenged); // it comes back at once
        boots.back().push_back(&*at);
        last = at->at + std::chrono::milliseconds(at->span_ms);
    }
    join_last_looks(boots, by_document, family);
    return boots;
}

} // namespace offhook::server
