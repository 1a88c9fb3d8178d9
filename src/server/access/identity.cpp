#include "server/access/identity.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "catalogue/limits.hpp"
#include "server/version_files.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::limits::token_bytes_least;
using catalogue::limits::token_bytes_max;

/// The first run of exactly twelve hexadecimal digits that is a MAC: how every family writes one into a file's name.
/// All zeros stand for nobody.
std::optional<MacAddress> first_mac(std::string_view text) {
    std::size_t run = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && hex_digit(text[i]) >= 0) {
            ++run;
            continue;
        }
        if (run == 12)
            if (const auto mac = MacAddress::from_digits(text.substr(i - 12)); mac && mac->bits() != 0) return mac;
        run = 0;
    }
    return std::nullopt;
}

} // namespace

std::optional<MacAddress> mac_in(std::string_view path) {
    // The name decides, because names are what files are looked up by: a folder in front of another device's name must
    // not make it one's own.
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return first_mac(path);
    if (const auto mac = first_mac(path.substr(slash + 1))) return mac;
    return first_mac(path.substr(0, slash));
}

bool may_hold_token(std::string_view path) {
    while (true) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.size() >= token_bytes_least && segment.size() <= token_bytes_max &&
            segment.find('.') == std::string_view::npos)
            return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

void Identity::take_token(Asked& asked, const catalogue::Snapshot& snapshot) {
    const auto slash = asked.path.find('/');
    if (slash == std::string_view::npos || slash < token_bytes_least || slash > token_bytes_max) return;
    const auto* site = snapshot.site_of_token(asked.path.substr(0, slash));
    if (site == nullptr) return;
    asked.site = site;
    asked.proof = catalogue::Proof::token;
    asked.token = asked.path.substr(0, slash);
    asked.path.remove_prefix(slash + 1);
}

void Identity::find_device(Asked& asked, const catalogue::Snapshot& snapshot) {
    asked.mac = mac_in(asked.path);
    if (asked.mac) asked.device = snapshot.find(*asked.mac);
    // y000000000108.cfg holds the number of a model's firmware: no phone of this century has an address that begins so.
    if (asked.mac && asked.device == nullptr && asked.mac->oui() == 0) asked.mac.reset();
}

Verdict Identity::identify(Asked& asked, const catalogue::Snapshot& snapshot) const {
    // Twelve digits in a vendor's name of an image, a date for one, are no MAC.
    if (asked.mac && asked.device == nullptr && find_listed_image(snapshot, families_, asked.path).family != nullptr)
        asked.mac.reset();
    return asked.mac ? identify_device(asked, snapshot) : identify_shared(asked, snapshot);
}

Verdict Identity::identify_device(Asked& asked, const catalogue::Snapshot& snapshot) const {
    if (asked.device == nullptr) {
        asked.family = config::family_of_oui(families_, asked.mac->oui());
        if (asked.family != nullptr) asked.match = asked.family->match_path(asked.path);
        return Verdict::absent;
    }
    asked.family = config::find_family(families_, asked.device->family);
    if (asked.family == nullptr) return Verdict::absent; // its pack was taken away; the log said so at start
    asked.match = asked.family->match_path(asked.path);
    const catalogue::Site* its_site = snapshot.site(asked.device->site);
    OFFHOOK_ASSERT(its_site != nullptr);
    if (asked.site != nullptr && asked.site != its_site) return Verdict::refuse; // another customer's token
    asked.site = its_site;
    asked.model = asked.family->find_model(asked.device->model);
    return Verdict::serve;
}

const catalogue::Site& Identity::site_of(const Asked& asked, const catalogue::Snapshot& snapshot) const {
    const FileRequest& request = asked.request;
    const catalogue::Site* by_place = nullptr;
    if (request.listener < listeners_.size() && listeners_[request.listener].site)
        by_place = snapshot.site(*listeners_[request.listener].site);
    if (by_place == nullptr) by_place = &snapshot.site_of_source(request.source);
    const auto is_one = std::find(asked.accounts.begin(), asked.accounts.end(), by_place) != asked.accounts.end();
    return asked.accounts.empty() || is_one ? *by_place : *asked.accounts.front();
}

const catalogue::Site* Identity::site_by_serial(const Asked& asked, const catalogue::Snapshot& snapshot) const {
    const FileRequest& request = asked.request;
    for (const auto& family : families_) {
        const auto agent = family->match_user_agent(request.user_agent);
        if (!agent) continue;
        const auto* device = snapshot.find_serial(family->name(), agent->serial);
        const auto* site = device == nullptr ? nullptr : snapshot.site(device->site);
        if (site == nullptr || site->first_contact_minutes != 0) continue;
        if (site->policy.needed(request.source.source_class(), request.privacy) == catalogue::Proof::mac_alone)
            return site;
    }
    return nullptr;
}

/// No pattern has the name, but a version file may.
void Identity::name_listed_image(Asked& asked, const catalogue::Snapshot& snapshot) const {
    const auto listed = find_listed_image(snapshot, families_, asked.path);
    if (listed.family == nullptr) return;
    asked.family = listed.family;
    asked.match.emplace().other = listed.as;
    const auto agent = asked.family->match_user_agent(asked.request.user_agent);
    if (agent) asked.model = asked.family->find_model(agent->model);
}

Verdict Identity::identify_shared(Asked& asked, const catalogue::Snapshot& snapshot) const {
    const FileRequest& request = asked.request;
    if (asked.holder != nullptr) {
        const auto* its_site = snapshot.site(asked.holder->site);
        OFFHOOK_ASSERT(its_site != nullptr);
        if (asked.site != nullptr && asked.site != its_site) return Verdict::refuse;
        asked.site = its_site;
    }
    if (asked.site == nullptr && asked.accounts.empty()) asked.site = site_by_serial(asked, snapshot);
    if (asked.site == nullptr) asked.site = &site_of(asked, snapshot);
    // Who asks decides between families that use the same name; without a User-Agent the first family has it.
    for (const auto& family : families_) {
        auto match = family->match_path(asked.path);
        if (!match) continue;
        const auto agent = family->match_user_agent(request.user_agent);
        if (asked.family != nullptr && !agent) continue;
        asked.family = family.get();
        asked.match = match;
        // A name that says a model says whose file it is, whoever asks for it.
        asked.model = config::model_of(*family, *match);
        if (asked.model == nullptr && agent) asked.model = family->find_model(agent->model);
        if (agent) break;
    }
    if (!asked.match) name_listed_image(asked, snapshot);
    return Verdict::serve;
}

} // namespace offhook::server
