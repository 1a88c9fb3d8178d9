#include "server/discovery/offers.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "catalogue/account.hpp"
#include "config/settings/setting.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using catalogue::EventTransport;
using config::OfferMethod;
using config::OfferRule;
using State = Offer::State;

constexpr std::string_view hidden = "***";
constexpr std::chrono::seconds reserved_kept{1}; // what the catalogue reserves is looked for no more often

config::SettingKey key_of(std::string_view name) {
    const auto key = config::find_setting(name);
    OFFHOOK_ASSERT(key); // the vocabulary is ours
    return *key;
}

EventTransport transport_of(OfferMethod method) {
    switch (method) {
    case OfferMethod::pnp:
        return EventTransport::pnp;
    case OfferMethod::dhcp4:
        return EventTransport::dhcp4;
    case OfferMethod::dhcp6:
        return EventTransport::dhcp6;
    }
    return EventTransport::pnp;
}

bool is_unset(const IpAddress& address) { return address == IpAddress() || address == IpAddress::v4(0); }

bool listens_at(const OfferOrigin& origin, const IpAddress& address) {
    if (is_unset(address)) return false;
    return is_unset(origin.address) ? origin.address.is_v4() == address.is_v4() : origin.address == address;
}

bool is_one_of(std::string_view scheme, const std::vector<std::string>& schemes) {
    return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

std::string without_slash_at_end(std::string path) {
    while (path.ends_with('/')) path.pop_back();
    return path;
}

/// Nothing of a URL is encoded on its way to a phone, so these would end the credentials too early.
bool fits_into_url(std::string_view text) { return text.find_first_of("@/:?# \t\r\n\"<>") == std::string_view::npos; }

/// The secret parts of a URL, and what stands there for people.
struct Secrets {
    std::string credentials, path;
    std::string shown_credentials, shown_path;
};

Result<Secrets> secrets_of(OfferSecrets which, const catalogue::Device* device, const catalogue::Site* site) {
    Secrets out;
    if (device == nullptr || which == OfferSecrets::none) return out;
    if (which == OfferSecrets::token) {
        if (site == nullptr || site->url_token.empty()) return out;
        out.path = "/" + site->url_token;
        out.shown_path = "/" + std::string(hidden);
        return out;
    }
    const auto account = catalogue::account_of(*device);
    if (!account) return out;
    const std::string user = account->user.empty() ? device->mac.text() : std::string(account->user);
    if (!fits_into_url(user) || !fits_into_url(account->passwords[0]))
        return fail(ErrorCode::invalid,
                    "the device's user or password holds a character that a URL gives another meaning (@ / : ? # or a "
                    "blank): choose others, or do not offer credentials");
    out.credentials = fmt::format("{}:{}@", user, account->passwords[0]);
    out.shown_credentials = fmt::format("{}:{}@", user, hidden);
    return out;
}

/// Whether nothing but the host of a URL goes into it: the phone would go to the usual port, and to the top folder.
bool names_a_host_alone(const OfferRule& rule) {
    if (rule.form == config::OfferForm::addresses) return true;
    const auto pieces = config::offer_pieces(rule.value);
    if (!pieces) return false;
    using Word = config::OfferWord;
    const auto has = [&](Word word) {
        return std::any_of(pieces->begin(), pieces->end(), [&](const auto& piece) { return piece.word == word; });
    };
    return (has(Word::host) || has(Word::address)) && !has(Word::url);
}

std::optional<IpAddress> address_of(const catalogue::Device& device) {
    static const auto key = key_of("network.address");
    const auto text = device.layer.find(key);
    return text ? IpAddress::from_text(*text) : std::nullopt;
}

std::string authority_of(const protocol::Url& url) {
    const auto origin = url.origin(); // brackets and port as they must be
    const auto slashes = origin.find("://");
    return slashes == std::string::npos ? origin : origin.substr(slashes + 3);
}

} // namespace

Offers::Offers(const config::Families& families, catalogue::EventRing& ring, const Clock& clock,
               std::vector<Listener> listeners)
    : families_(families), ring_(ring), clock_(clock), listeners_(std::move(listeners)),
      snapshot_(std::make_shared<const catalogue::Snapshot>()) {}

void Offers::publish(std::shared_ptr<const catalogue::Snapshot> snapshot) { snapshot_ = std::move(snapshot); }

Offers::Who Offers::who_is(const Asker& asker) const {
    Who who;
    if (asker.mac) who.device = snapshot_->find(*asker.mac);
    if (who.device != nullptr) {
        who.family = config::find_family(families_, who.device->family);
        who.site = snapshot_->site(who.device->site);
        return who;
    }
    const auto& listener = listeners_[asker.listener];
    if (listener.site) who.site = snapshot_->site(*listener.site);
    if (who.site == nullptr) who.site = &snapshot_->site_of_source(is_unset(asker.source) ? asker.local : asker.source);
    // What it says of itself, the most telling first; two vendors may share an OUI.
    for (const auto& family : families_)
        if (asker.enterprise && family->discovery().matches_enterprise(*asker.enterprise)) who.family = family.get();
    for (const auto& family : families_) {
        if (who.family != nullptr || asker.vendor_class.empty()) break;
        const auto& shows = family->discovery();
        if (asker.method == OfferMethod::pnp ? shows.matches_vendor(asker.vendor_class)
                                             : shows.matches_class(asker.vendor_class))
            who.family = family.get();
    }
    for (const auto& family : families_) {
        if (who.family != nullptr || asker.user_agent.empty()) break;
        if (family->match_user_agent(asker.user_agent)) who.family = family.get();
    }
    // A computer that boots from the network may have a card of a phone maker: an option 66 of ours would mislead it.
    const bool is_computer =
        asker.vendor_class.starts_with("PXEClient") || asker.vendor_class.starts_with("HTTPClient");
    if (who.family == nullptr && asker.mac && !is_computer)
        who.family = config::family_of_oui(families_, asker.mac->oui());
    return who;
}

Offer Offers::recognize(const Asker& asker) const {
    const Who who = who_is(asker);
    Offer offer;
    offer.family = who.family;
    offer.device = who.device;
    offer.state = who.device != nullptr ? State::offered : who.family != nullptr ? State::stranger : State::no_family;
    return offer;
}

Offer Offers::make(const Asker& asker) const {
    const Who who = who_is(asker);
    Offer offer;
    offer.family = who.family;
    offer.device = who.device;
    const auto& listener = listeners_[asker.listener];
    const auto& filter = listener.options.who;
    const auto refuse = [&](State state, std::string why) {
        offer.state = state;
        offer.why = std::move(why);
        return offer;
    };
    if (who.family == nullptr)
        return refuse(State::no_family,
                      who.device != nullptr ? "its family has no pack here" : "nobody's phone we know");
    const bool is_known = who.device != nullptr;
    if (!filter.lets_in(asker.mac, who.family->name(), is_known)) {
        if (is_known || filter.strangers)
            return refuse(State::denied, fmt::format("the lists of listener {} leave it out", listener.name));
        return refuse(State::stranger, "it is in no catalogue; adopt it, or let the listener answer strangers");
    }
    fill(offer, asker, who);
    return offer;
}

void Offers::fill(Offer& offer, const Asker& asker, const Who& who) const {
    const config::Discovery& discovery = who.family->discovery();
    warn_of_server(who);
    offer.state = State::no_url;
    offer.why =
        fmt::format("its family's pack says nothing to tell by {}", config::offer_method_text.to_text(asker.method));
    for (const OfferRule& rule : discovery.offers) {
        if (rule.method != asker.method) continue;
        const auto already = [&](const OfferedOption& other) {
            return other.rule->option == rule.option && other.rule->sub_option == rule.sub_option;
        };
        if (std::any_of(offer.options.begin(), offer.options.end(), already)) continue;
        const auto base = base_for(asker, who, rule.schemes.empty() ? discovery.schemes : rule.schemes);
        if (!base) {
            offer.why = base.error().text();
            continue;
        }
        if (!base->is_bare && names_a_host_alone(rule)) {
            offer.why = "the URL has a port or a path, and all that its family takes there is a host";
            continue;
        }
        auto value = config::expand(rule, base->values);
        if (!value) {
            offer.why = value.error().text();
            continue;
        }
        if (asker.method == OfferMethod::pnp) {
            offer.url = *value;
            auto shown = base->values;
            shown.url = base->shown_url;
            offer.shown_url = config::expand(rule, shown).value_or(std::string(hidden));
        } else if (offer.shown_url.empty()) {
            offer.shown_url = base->shown_url;
        }
        offer.options.push_back({&rule, std::move(*value)});
    }
    if (!offer.options.empty()) {
        offer.state = State::offered;
        offer.why.clear();
    }
}

std::optional<std::string_view> Offers::stated(const Who& who, config::SettingKey key) const {
    const catalogue::Group* group = who.device != nullptr ? snapshot_->group(who.device->group) : nullptr;
    const catalogue::ModelLayer* model =
        who.device != nullptr ? snapshot_->model_layer(who.device->family, who.device->model) : nullptr;
    const std::array<const config::Layer*, 5> narrowest_first{
        who.device != nullptr ? &who.device->layer : nullptr, group != nullptr ? &group->layer : nullptr,
        model != nullptr ? &model->layer : nullptr, who.site != nullptr ? &who.site->layer : nullptr,
        &snapshot_->fleet().layer};
    for (const auto* layer : narrowest_first)
        if (layer != nullptr)
            if (const auto value = layer->find(key)) return value->empty() ? std::nullopt : value;
    return std::nullopt;
}

void Offers::warn_of_server(const Who& who) const {
    static const auto server_key = key_of("provisioning.server");
    const auto server = stated(who, server_key);
    if (!server) return;
    const auto url = protocol::parse_url(*server);
    const auto& schemes = who.family->discovery().schemes;
    if (url && (!url->scheme || is_one_of(protocol::to_text(*url->scheme), schemes))) return;
    constexpr std::size_t warnings_max = 64;
    if (warned_.size() >= warnings_max) return;
    // Neither path nor credentials, which may be secret; nor what is no URL at all.
    const auto shown = url ? printable(url->origin(), 80) : std::string("which is no URL");
    if (!warned_.insert(fmt::format("{} {}", who.family->name(), shown)).second) return;
    log::warning("OFFER_SERVER_NOT_USED", "provisioning.server ({}) is not told to {} phones, which fetch by {}", shown,
                 who.family->name(), join(schemes, ", "));
}

Result<Offers::Base> Offers::base_for(const Asker& asker, const Who& who,
                                      const std::vector<std::string>& schemes) const {
    static const auto server_key = key_of("provisioning.server");
    const auto& options = listeners_[asker.listener].options;
    protocol::Url url;
    const auto try_text = [&](std::string_view text) {
        const auto parsed = protocol::parse_url(text);
        if (!parsed) return false;
        url = *parsed;
        if (!url.scheme && !schemes.empty()) url.scheme = protocol::scheme_from_text(schemes.front());
        return url.scheme && is_one_of(protocol::to_text(*url.scheme), schemes);
    };
    const auto server = stated(who, server_key);
    bool is_ours = false;
    bool found = (server && try_text(*server)) || (!options.url.empty() && try_text(options.url));
    for (const auto& scheme : schemes) {
        if (found) break;
        for (const OfferOrigin& origin : origins_) {
            if (origin.scheme != scheme || !listens_at(origin, asker.local)) continue;
            url = {};
            url.scheme = protocol::scheme_from_text(scheme);
            url.host = asker.local.text();
            if (origin.port != protocol::default_port(*url.scheme)) url.port = origin.port;
            found = is_ours = true;
            break;
        }
    }
    if (!found)
        return fail(ErrorCode::not_found,
                    fmt::format("no server for it: it fetches by {}, and neither provisioning.server, nor `url` of "
                                "listener {}, nor a listener of ours at {} has one of these",
                                join(schemes, ", "), listeners_[asker.listener].name, asker.local.text()));
    const auto secrets =
        secrets_of(asker.trust == Trust::named ? options.secrets : OfferSecrets::none, who.device, who.site);
    if (!secrets) return tl::unexpected(secrets.error());
    Base base;
    const auto scheme = protocol::to_text(*url.scheme);
    const auto place = authority_of(url);
    const auto path = without_slash_at_end(url.path);
    base.values.url = fmt::format("{}://{}{}{}{}", scheme, secrets->credentials, place, path, secrets->path);
    base.shown_url = fmt::format("{}://{}{}{}{}", scheme, secrets->shown_credentials, place, path, secrets->shown_path);
    base.values.host = url.host;
    // What a name stands for we do not look up: whoever wants an address of it is told none.
    base.values.address = is_ours ? asker.local : IpAddress::from_text(url.host).value_or(IpAddress());
    base.is_bare = path.empty() && (!url.port || *url.port == protocol::default_port(*url.scheme));
    base.values.scheme = scheme;
    if (asker.mac) base.values.mac = asker.mac->text();
    if (who.device != nullptr) base.values.model = who.device->model;
    return base;
}

std::optional<IpAddress> Offers::reserved_address(MacAddress mac) const {
    const auto* device = snapshot_->find(mac);
    return device != nullptr ? address_of(*device) : std::nullopt;
}

bool Offers::is_reserved(const IpAddress& address) const {
    const auto now = clock_.instant();
    const bool is_old = reserved_of_ != snapshot_->revision();
    if (is_old && (!reserved_at_ || now - *reserved_at_ >= reserved_kept)) {
        reserved_.clear();
        for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
            for (const auto* device : snapshot_->page(cursor, 4'096))
                if (const auto kept = address_of(*device)) reserved_.insert(*kept);
        reserved_of_ = snapshot_->revision();
        reserved_at_ = now;
    }
    return reserved_.contains(address);
}

void Offers::note(const Asker& asker, const Offer& offer, catalogue::Outcome outcome, std::string_view asked,
                  std::string_view told) {
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.source = asker.source;
    event.listener = asker.listener;
    event.transport = transport_of(asker.method);
    event.verb = catalogue::EventVerb::other;
    event.outcome = outcome;
    if (offer.device != nullptr)
        event.mac = offer.device->mac;
    else if (asker.mac)
        event.mac = *asker.mac;
    // Laptops and printers speak DHCP, too: only what looks like a phone is a sighting.
    const bool is_device = offer.device != nullptr || offer.family == nullptr;
    event.acquaintance = is_device ? catalogue::Acquaintance::device : catalogue::Acquaintance::stranger;
    if (offer.device == nullptr && offer.family == nullptr) return;
    if (offer.family != nullptr) event.family = offer.family->name();
    event.kind = asked.substr(0, asked.find(' '));
    event.user_agent = printable(asked, 95);
    event.path = printable(told, 63);
    (void)ring_.push(event); // full: counted there
}

} // namespace offhook::server
