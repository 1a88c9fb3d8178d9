#include "server/resync/resync_targets.hpp"

#include "base/text.hpp"
#include "config/render/render.hpp"
#include "server/layers.hpp"
#include "server/lines.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using catalogue::EventTransport;

constexpr std::array<std::string_view, 6> events{
    "check-sync", "check-sync;reboot=true", "check-sync;reboot=false", "resync", "reboot", "report"};
constexpr std::size_t contacts_looked_at = 100;

/// Whoever names a MAC in a request that we refuse, or in a SUBSCRIBE or a DHCP packet, has shown nothing of the
/// phone's.
bool comes_from_the_phone(const catalogue::TimelineEvent& event) {
    if (event.outcome != catalogue::Outcome::served && event.outcome != catalogue::Outcome::not_modified) return false;
    switch (event.transport) {
    case EventTransport::http:
    case EventTransport::https:
    case EventTransport::tftp:
    case EventTransport::ftp:
        return event.source != IpAddress() && event.source != IpAddress::v4(0);
    default:
        return false;
    }
}

/// Line 1, or the first one that has a user.
struct Line {
    std::string user;
    std::optional<protocol::BasicCredentials> account;
};
Line first_line(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Device& device) {
    const auto* site = snapshot.site(device.site);
    if (site == nullptr) return {};
    const Layers layers(snapshot, family, *site, &device);
    const auto lines = effective_lines(config::Effective(layers.all()));
    if (lines.empty()) return {};
    Line out{lines.front().user, {}};
    if (!lines.front().password.empty())
        out.account = protocol::BasicCredentials{
            lines.front().auth_user.empty() ? lines.front().user : lines.front().auth_user, lines.front().password};
    return out;
}

constexpr std::uint16_t web_port_default = 80;

/// A column of the pack's models; "": it has none.
std::string_view trait_of(const config::Model* model, std::string_view name) {
    if (model == nullptr) return {};
    for (const auto& trait : model->traits)
        if (trait.name == name) return trait.value;
    return {};
}

/// The path of a phone's own page: "resync_page". "": it has none.
std::string page_of(const config::Family* family, std::string_view model, std::string_view event) {
    if (family == nullptr) return {};
    const auto page = trait_of(family->find_model(model), fmt::format("{}_page", event));
    return page.starts_with('/') ? std::string(page) : std::string();
}

/// What leads a phone to its own file: the pack's rule of the name "resync_rule", as the phones of its site are told
/// it, never an operator's own, which may hold a key. "": no setting says where this server is; then what a phone does
/// without an argument counts.
std::string own_rule(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
                     const config::Model* model) {
    const auto name = trait_of(model, "resync_rule");
    if (name.empty()) return {};
    const Layers layers(snapshot, family, site, nullptr, model);
    config::Subject subject;
    subject.family = &family;
    subject.model = model;
    subject.model_name = model->name;
    subject.site_name = site.name;
    subject.shared = layers.shared();
    subject.all = layers.all();
    for (const config::Document& document : family.documents()) {
        if (document.content != config::Document::Content::shared || document.syntax == nullptr) continue;
        const auto rendered = config::render(document, subject);
        if (!rendered) return {};
        for (const auto& written : rendered->parameters)
            if (written.parameter.name == name && written.origin == config::LayerKind::vendor_default)
                return written.parameter.value;
    }
    return {};
}

/// Its page, and the password of whoever administers it.
void take_page(const catalogue::Snapshot& snapshot, const config::Family* family, const catalogue::Device& device,
               const ResyncWish& wish, ResyncTarget& out) {
    out.task.event = wish.event.empty() ? "resync" : wish.event;
    const auto page = page_of(family, device.model, out.task.event);
    const auto* site = snapshot.site(device.site);
    if (page.empty() || site == nullptr) {
        out.address.reset();
        out.why_not = fmt::format("its family's pack names no page for {}", out.task.event);
        return;
    }
    const Layers layers(snapshot, *family, *site, &device);
    const config::Effective settings(layers.all());
    const auto text = [&](std::string_view name) {
        const auto key = config::find_setting(name);
        const auto* value = key ? settings.find(*key) : nullptr;
        return value == nullptr ? std::string() : std::string(value->value);
    };
    PageTask task{page, std::nullopt};
    auto rule = wish.rule;
    if (rule.empty() && out.task.event == "resync")
        rule = own_rule(snapshot, *family, *site, family->find_model(device.model));
    if (!rule.empty()) task.target += "?" + page_argument(rule);
    if (auto password = text("web.admin_password"); !password.empty())
        task.account = protocol::BasicCredentials{"admin", std::move(password)};
    out.page = std::move(task);
    if (out.port == 0) out.port = to_number<std::uint16_t>(text("web.port")).value_or(web_port_default);
}

} // namespace

bool is_known_event(std::string_view event, const config::Family* family) {
    if (std::find(events.begin(), events.end(), event) != events.end()) return true;
    if (family == nullptr) return false;
    const auto& own = family->discovery().notify_events;
    return std::find(own.begin(), own.end(), event) != own.end();
}

std::string known_events() {
    std::string out;
    for (const auto event : events) out += fmt::format("{}{}", out.empty() ? "" : ", ", event);
    return out;
}

Result<ResyncAddress> read_resync_address(std::string_view text, std::uint16_t default_port) {
    const auto wrong = [] {
        return fail(ErrorCode::invalid,
                    "expected an address, or an address and a port, as in 192.0.2.7:5060 or [2001:db8::7]:5060",
                    "address");
    };
    if (const auto alone = IpAddress::from_text(text)) return ResyncAddress{*alone, default_port};
    if (text.starts_with('[') && text.ends_with(']')) {
        const auto bare = IpAddress::from_text(text.substr(1, text.size() - 2));
        if (!bare || bare->is_v4()) return wrong();
        return ResyncAddress{*bare, default_port};
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong();
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') != host.ends_with(']')) return wrong();
    const bool is_v6 = host.starts_with('[');
    if (is_v6) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::from_text(host);
    const auto port = to_number<std::uint16_t>(text.substr(colon + 1));
    if (!address || !port || *port == 0 || address->is_v4() == is_v6) return wrong();
    return ResyncAddress{*address, *port};
}

std::optional<IpAddress> last_address(catalogue::Timeline& timeline, MacAddress mac) {
    for (const auto& event : timeline.query({mac, {}, contacts_looked_at}))
        if (comes_from_the_phone(event)) return event.source;
    return std::nullopt;
}

ResyncTarget resync_target(const catalogue::Snapshot& snapshot, const config::Families& families,
                           catalogue::Timeline& timeline, const catalogue::Device& device, const ResyncWish& wish) {
    ResyncTarget out;
    out.mac = device.mac;
    out.family = device.family;
    out.model = device.model;
    const auto* family = config::find_family(families, device.family);
    Line line;
    out.task.event = wish.event.empty() ? "check-sync" : wish.event;
    if (family != nullptr) {
        line = first_line(snapshot, *family, device);
        const auto& own = family->discovery().notify_events;
        if (wish.event.empty() && !own.empty()) out.task.event = own.front();
    }
    if (wish.via == ResyncWish::Via::url) out.port = 0; // until its own is known
    if (wish.address) {
        out.address = wish.address->address;
        out.port = wish.address->port;
    } else {
        out.address = last_address(timeline, device.mac);
        if (!out.address && device.wifi_mac) out.address = last_address(timeline, *device.wifi_mac);
    }
    if (!out.address) {
        out.why_not = "its address is not known: it never got a file from here; say it with --address";
        return out;
    }
    if (wish.via == ResyncWish::Via::url) {
        take_page(snapshot, family, device, wish, out);
        return out;
    }
    out.task.request_uri = protocol::sip::sip_uri(line.user, out.address->text(), out.port,
                                                  wish.wire == NotifyExchange::Wire::stream ? "transport=tcp" : "");
    out.task.account = std::move(line.account);
    return out;
}

} // namespace offhook::server
