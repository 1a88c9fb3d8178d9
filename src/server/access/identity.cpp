#include "server/access/identity.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "catalogue/limits.hpp"

namespace offhook::server {
namespace {

using catalogue::limits::token_bytes_least;
using catalogue::limits::token_bytes_max;

/// The first run of exactly twelve hexadecimal digits: how every family writes a MAC into a file's name.
std::optional<MacAddress> mac_in(std::string_view path) {
    std::size_t run = 0;
    for (std::size_t i = 0; i <= path.size(); ++i) {
        if (i < path.size() && hex_digit(path[i]) >= 0) {
            ++run;
            continue;
        }
        if (run == 12) return MacAddress::from_digits(path.substr(i - 12));
        run = 0;
    }
    return std::nullopt;
}

} // namespace

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
    asked.path.remove_prefix(slash + 1);
}

Verdict Identity::identify(Asked& asked, const catalogue::Snapshot& snapshot) const {
    asked.mac = mac_in(asked.path);
    if (asked.mac && asked.mac->bits() != 0) return identify_device(asked, snapshot, *asked.mac);
    asked.mac.reset();
    return identify_shared(asked, snapshot);
}

Verdict Identity::identify_device(Asked& asked, const catalogue::Snapshot& snapshot, MacAddress mac) const {
    asked.device = snapshot.find(mac);
    if (asked.device == nullptr) {
        asked.family = config::family_of_oui(families_, mac.oui());
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

Verdict Identity::identify_shared(Asked& asked, const catalogue::Snapshot& snapshot) const {
    const FileRequest& request = asked.request;
    if (asked.site == nullptr && request.listener < listeners_.size()) {
        const auto& name = listeners_[request.listener].site;
        if (name) asked.site = snapshot.site(*name);
    }
    if (asked.site == nullptr) asked.site = &snapshot.site_of_source(request.source);
    // Who asks decides between families that use the same name; without a User-Agent the first family has it.
    for (const auto& family : families_) {
        auto match = family->match_path(asked.path);
        if (!match) continue;
        const auto agent = family->match_user_agent(request.user_agent);
        if (asked.family != nullptr && !agent) continue;
        asked.family = family.get();
        asked.match = match;
        asked.model = agent ? family->find_model(agent->model) : nullptr;
        if (agent) break;
    }
    return Verdict::serve;
}

} // namespace offhook::server
