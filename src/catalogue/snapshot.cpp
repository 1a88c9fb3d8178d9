#include "catalogue/snapshot.hpp"

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "catalogue/account.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>

namespace offhook::catalogue {
namespace {

// A bijection of 64 bits, so that the mixed value alone is the key: makers hand out MACs in runs, shards must not.
constexpr std::uint64_t mixed(std::uint64_t bits) {
    bits *= 0x9e37'79b9'7f4a'7c15ULL;
    bits ^= bits >> 32U;
    bits *= 0xd6e8'feb8'6659'fd93ULL;
    return bits ^ (bits >> 32U);
}

constexpr std::uint32_t shard_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 52U); }
static_assert((1U << 12U) == Snapshot::shard_count);

/// A collision is told apart by the device itself.
std::uint64_t text_key(std::string_view kind, std::string_view text) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL; // FNV-1a
    const auto add = [&](std::string_view piece) {
        for (const char c : piece) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3ULL;
    };
    add(kind);
    add(std::string_view("\0", 1));
    add(text);
    return mixed(hash);
}

std::uint64_t serial_key(std::string_view family, std::string_view serial) { return text_key(family, serial); }
std::uint64_t user_key(std::string_view user) { return text_key("user of an account", user); }
} // namespace

std::uint64_t upload_key(std::string_view kind) { return text_key({}, kind); }

namespace {

/// Where `key` stands among evenly spread keys, sorted: a guess from the key itself, then a short walk. The keys of a
/// shard share their upper 12 bits, so the next 32 tell the place.
std::size_t place_of(const std::vector<std::uint64_t>& keys, std::uint64_t key) {
    const std::size_t size = keys.size();
    std::size_t at = static_cast<std::size_t>((((key >> 20U) & 0xffff'ffffULL) * size) >> 32U);
    while (at > 0 && keys[at - 1] >= key) --at;
    while (at < size && keys[at] < key) ++at;
    return at;
}

} // namespace

/// The devices whose LAN MAC falls here, and the other identities that do, each with the LAN MAC it leads to.
struct Snapshot::Shard {
    struct Alias {
        std::uint64_t key;
        MacAddress mac;
        friend auto operator<=>(const Alias&, const Alias&) = default;
    };
    std::vector<std::uint64_t> keys; // sorted; apart from the devices, so that a search reads few cache lines
    std::vector<std::shared_ptr<const Device>> devices;
    struct Upload {
        std::uint64_t key, kind; // of the device's LAN MAC; upload_key()
        UploadMark mark;
    };
    static_assert(sizeof(Upload) <= 64); // of each current upload
    std::vector<Alias> aliases;          // sorted
    std::vector<Upload> uploads;         // sorted by key and kind
    std::size_t accounts = 0;            // devices with one

    [[nodiscard]] const std::shared_ptr<const Device>* find(std::uint64_t key) const {
        const std::size_t at = place_of(keys, key);
        return at < keys.size() && keys[at] == key ? &devices[at] : nullptr;
    }
    [[nodiscard]] std::span<const Alias> aliases_of(std::uint64_t key) const {
        const auto first =
            std::lower_bound(aliases.begin(), aliases.end(), key,
                             [](const Alias& alias, std::uint64_t wanted) { return alias.key < wanted; });
        auto last = first;
        while (last != aliases.end() && last->key == key) ++last;
        return {first, last};
    }
};

/// What a change does to one shard.
struct Snapshot::Edits {
    std::vector<std::pair<std::uint64_t, std::shared_ptr<const Device>>> devices; // null: taken out
    std::vector<Shard::Alias> aliases_out, aliases_in;
    std::vector<std::uint64_t> uploads_out;                             // of these keys all
    std::vector<std::pair<std::uint64_t, const UploadChange*>> uploads; // then these, in order

    static void aliases_of(const Device& device, std::vector<Shard::Alias>& out) {
        if (device.wifi_mac) out.push_back({mixed(device.wifi_mac->bits()), device.mac});
        if (!device.serial.empty()) out.push_back({serial_key(device.family, device.serial), device.mac});
        const auto account = account_of(device);
        if (!account || account->user.empty()) return; // found by its MAC
        const std::string user = canonical_user(account->user);
        if (user != device.mac.text()) out.push_back({user_key(user), device.mac});
    }

    [[nodiscard]] std::shared_ptr<const Shard> applied(const Shard& old) {
        // Of edits to one key the last stands.
        std::stable_sort(devices.begin(), devices.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        auto out = std::make_shared<Shard>();
        out->keys.reserve(old.keys.size() + devices.size());
        out->devices.reserve(old.keys.size() + devices.size());
        out->accounts = old.accounts;
        const auto put = [&](std::uint64_t key, const std::shared_ptr<const Device>& device) {
            if (!device) return;
            out->keys.push_back(key);
            out->devices.push_back(device);
        };
        std::size_t at = 0;
        for (std::size_t edit = 0; edit < devices.size(); ++edit) {
            if (edit + 1 < devices.size() && devices[edit + 1].first == devices[edit].first) continue;
            const std::uint64_t key = devices[edit].first;
            for (; at < old.keys.size() && old.keys[at] < key; ++at) put(old.keys[at], old.devices[at]);
            if (at < old.keys.size() && old.keys[at] == key) out->accounts -= has_account(old.devices[at++]);
            out->accounts += has_account(devices[edit].second);
            put(key, devices[edit].second);
        }
        for (; at < old.keys.size(); ++at) put(old.keys[at], old.devices[at]);
        out->keys.shrink_to_fit();
        out->devices.shrink_to_fit();
        out->aliases = merged_aliases(old);
        out->uploads = merged_uploads(old);
        return out;
    }

private:
    static std::size_t has_account(const std::shared_ptr<const Device>& device) {
        return device && account_of(*device) ? 1 : 0;
    }
    [[nodiscard]] std::vector<Shard::Upload> merged_uploads(const Shard& old) {
        if (uploads_out.empty() && uploads.empty()) return old.uploads;
        std::map<std::pair<std::uint64_t, std::uint64_t>, UploadMark> all;
        std::sort(uploads_out.begin(), uploads_out.end());
        for (const Shard::Upload& upload : old.uploads)
            if (!std::binary_search(uploads_out.begin(), uploads_out.end(), upload.key))
                all.emplace(std::pair(upload.key, upload.kind), upload.mark);
        for (const auto& [key, change] : uploads) {
            if (change->mark)
                all.insert_or_assign(std::pair(key, change->key), *change->mark);
            else
                all.erase(std::pair(key, change->key));
        }
        std::vector<Shard::Upload> out;
        out.reserve(all.size());
        for (const auto& [place, mark] : all) out.push_back({place.first, place.second, mark});
        return out;
    }
    [[nodiscard]] std::vector<Shard::Alias> merged_aliases(const Shard& old) {
        if (aliases_out.empty() && aliases_in.empty()) return old.aliases;
        std::sort(aliases_out.begin(), aliases_out.end());
        std::vector<Shard::Alias> out;
        out.reserve(old.aliases.size() + aliases_in.size());
        std::set_difference(old.aliases.begin(), old.aliases.end(), aliases_out.begin(), aliases_out.end(),
                            std::back_inserter(out));
        out.insert(out.end(), aliases_in.begin(), aliases_in.end());
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        out.shrink_to_fit();
        return out;
    }
};

void Snapshot::Shared::index() {
    site_names.clear(), group_names.clear(), networks.clear(), tokens.clear(), users.clear(), file_names.clear();
    credentials_help = token_wanted = mac_suffices = {};
    for (auto file = files.rbegin(); file != files.rend(); ++file)
        file_names[to_lower(file->second->name)].push_back(file->second);
    for (const auto& [id, site] : sites) {
        site_names.emplace(site.name, id);
        for (const Network& network : site.networks) networks.emplace_back(network, id);
        for (const std::string& token : {site.url_token, site.previous_url_token}) {
            if (token.empty()) continue;
            const Sha256 hash = sha256(token);
            tokens.emplace(std::string(reinterpret_cast<const char*>(hash.data()), hash.size()), id);
        }
        index_accounts(site);
    }
    for (const auto& [id, group] : groups) group_names.emplace(group.name, id);
    std::stable_sort(networks.begin(), networks.end(),
                     [](const auto& a, const auto& b) { return a.first.prefix_bits() > b.first.prefix_bits(); });
}

void Snapshot::Shared::index_accounts(const Site& site) {
    const auto account = account_of(site);
    if (account) users[canonical_user(account->user)].push_back(site.id);
    for (std::size_t from = 0; from < site.policy.least.size(); ++from)
        for (std::size_t over = 0; over < site.policy.least[from].size(); ++over) {
            const Proof least = site.policy.least[from][over];
            // With first-contact windows the MAC alone does not last: see server/access.
            const bool token = least == Proof::token || (least == Proof::mac_alone && site.first_contact_minutes != 0);
            if (least == Proof::credentials || (token && account)) credentials_help[from][over] = true;
            if (token) token_wanted[from][over] = true;
            if (least == Proof::mac_alone && !token) mac_suffices[from][over] = true;
        }
}

void Snapshot::Shared::change_phonebooks(const std::vector<PhonebookChange>& changes) {
    const auto before = [](const auto& a, const auto& b) {
        return std::tie(a->last_name, a->first_name, a->id) < std::tie(b->last_name, b->first_name, b->id);
    };
    std::map<SiteId, std::unordered_map<std::int64_t, std::shared_ptr<const PhonebookEntry>>> last;
    for (const PhonebookChange& change : changes) last[change.site].insert_or_assign(change.id, change.entry);
    for (auto& [site, entries] : last) {
        auto& place = phonebooks[site];
        auto book = std::make_shared<Phonebook>();
        if (place != nullptr)
            std::copy_if(place->begin(), place->end(), std::back_inserter(*book),
                         [&](const auto& entry) { return !entries.contains(entry->id); });
        const auto kept = static_cast<std::ptrdiff_t>(book->size());
        for (auto& [id, entry] : entries)
            if (entry != nullptr) book->push_back(std::move(entry));
        std::sort(book->begin() + kept, book->end(), before);
        std::inplace_merge(book->begin(), book->begin() + kept, book->end(), before);
        place = std::move(book);
    }
    std::erase_if(phonebooks, [&](const auto& each) {
        return each.second->empty() || (each.first != SiteId{} && !sites.contains(each.first));
    });
}

Snapshot::Snapshot() {
    static const ShardPtr no_devices = std::make_shared<const Shard>();
    static const auto empty_node = [] {
        auto node = std::make_shared<Node>();
        node->fill(no_devices);
        return node;
    }();
    root_.fill(empty_node);
    auto shared = std::make_shared<Shared>();
    Site first;
    first.id = default_site;
    first.name = "default";
    shared->sites.emplace(first.id, first);
    shared->index();
    shared_ = std::move(shared);
}

const Device* Snapshot::find_lan(MacAddress mac) const {
    const std::uint64_t key = mixed(mac.bits());
    const auto* found = shard_at(shard_of(key))->find(key);
    return found == nullptr ? nullptr : found->get();
}

const Device* Snapshot::find(MacAddress mac) const {
    const std::uint64_t key = mixed(mac.bits());
    const Shard& shard = *shard_at(shard_of(key));
    if (const auto* found = shard.find(key)) return found->get();
    for (const Shard::Alias& alias : shard.aliases_of(key)) {
        const Device* device = find_lan(alias.mac);
        if (device != nullptr && device->wifi_mac == mac) return device;
    }
    return nullptr;
}

const Device* Snapshot::find_serial(std::string_view family, std::string_view serial) const {
    if (serial.empty()) return nullptr;
    const std::uint64_t key = serial_key(family, serial);
    for (const Shard::Alias& alias : shard_at(shard_of(key))->aliases_of(key)) {
        const Device* device = find_lan(alias.mac);
        if (device != nullptr && device->serial == serial && device->family == family) return device;
    }
    return nullptr;
}

std::shared_ptr<const Device> Snapshot::share(MacAddress lan_mac) const {
    const std::uint64_t key = mixed(lan_mac.bits());
    const auto* found = shard_at(shard_of(key))->find(key);
    return found == nullptr ? nullptr : *found;
}

const UploadMark* Snapshot::upload(MacAddress lan_mac, std::string_view kind) const {
    const std::pair wanted(mixed(lan_mac.bits()), upload_key(kind));
    const auto& uploads = shard_at(shard_of(wanted.first))->uploads;
    const auto found =
        std::lower_bound(uploads.begin(), uploads.end(), wanted,
                         [](const auto& upload, const auto& key) { return std::pair(upload.key, upload.kind) < key; });
    if (found == uploads.end() || std::pair(found->key, found->kind) != wanted) return nullptr;
    return &found->mark;
}

const Snapshot::Files& Snapshot::files_named(std::string_view name) const {
    static const Files none;
    std::array<char, offhook::limits::path_bytes_max> buffer; // NOLINT: filled below as far as it is read
    if (shared_->file_names.empty() || name.size() > buffer.size()) return none;
    std::transform(name.begin(), name.end(), buffer.begin(), ascii_lower);
    const auto found = shared_->file_names.find(std::string_view(buffer.data(), name.size()));
    return found == shared_->file_names.end() ? none : found->second;
}

const Site* Snapshot::site(SiteId id) const {
    const auto found = shared_->sites.find(id);
    return found == shared_->sites.end() ? nullptr : &found->second;
}

const Site* Snapshot::site(std::string_view name) const {
    const auto found = shared_->site_names.find(name);
    return found == shared_->site_names.end() ? nullptr : site(found->second);
}

const Group* Snapshot::group(GroupId id) const {
    const auto found = shared_->groups.find(id);
    return found == shared_->groups.end() ? nullptr : &found->second;
}

const Group* Snapshot::group(std::string_view name) const {
    const auto found = shared_->group_names.find(name);
    return found == shared_->group_names.end() ? nullptr : group(found->second);
}

const ModelLayer* Snapshot::model_layer(std::string_view family, std::string_view model) const {
    const auto found = shared_->model_layers.find(std::pair(family, model));
    return found == shared_->model_layers.end() ? nullptr : &found->second;
}

std::vector<const ModelLayer*> Snapshot::model_layers() const {
    std::vector<const ModelLayer*> out;
    for (const auto& [name, layer] : shared_->model_layers) out.push_back(&layer);
    return out;
}

const Phonebook& Snapshot::phonebook(SiteId site) const {
    static const Phonebook none;
    const auto found = shared_->phonebooks.find(site);
    return found == shared_->phonebooks.end() ? none : *found->second;
}

const Site* Snapshot::site_of_token(std::string_view token) const {
    if (token.empty() || shared_->tokens.empty()) return nullptr;
    const Sha256 hash = sha256(token);
    const auto found = shared_->tokens.find(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
    return found == shared_->tokens.end() ? nullptr : site(found->second);
}

Snapshot::Holders Snapshot::holders_of(std::string_view user) const {
    Holders out;
    if (user.empty()) return out;
    const auto add = [&](const Device* device) {
        const auto account = device == nullptr ? std::nullopt : account_of(*device);
        if (!account || !is_user_of(*device, *account, user) || out.devices.size() == accounts_max) return;
        if (std::find(out.devices.begin(), out.devices.end(), device) == out.devices.end())
            out.devices.push_back(device);
    };
    if (const auto mac = MacAddress::from_text(user)) add(find_lan(*mac));
    const std::string name = canonical_user(user);
    const std::uint64_t key = user_key(name);
    for (const Shard::Alias& alias : shard_at(shard_of(key))->aliases_of(key)) {
        if (out.devices.size() == accounts_max) break;
        add(find_lan(alias.mac));
    }
    if (const auto found = shared_->users.find(name); found != shared_->users.end())
        for (const SiteId id : found->second)
            if (out.sites.size() < accounts_max) out.sites.push_back(site(id));
    return out;
}

bool Snapshot::credentials_help(SourceClass from, Privacy over) const {
    const auto f = static_cast<std::size_t>(from), o = static_cast<std::size_t>(over);
    return shared_->credentials_help[f][o] || (shared_->token_wanted[f][o] && account_count_ != 0);
}

bool Snapshot::mac_suffices(SourceClass from, Privacy over) const {
    return shared_->mac_suffices[static_cast<std::size_t>(from)][static_cast<std::size_t>(over)];
}

const Site* Snapshot::site_of_network(const IpAddress& source) const {
    for (const auto& [network, id] : shared_->networks)
        if (network.contains(source)) return site(id);
    return nullptr;
}

const Site& Snapshot::site_of_source(const IpAddress& source) const {
    const Site* found = site_of_network(source);
    return found != nullptr ? *found : *site(default_site);
}

std::vector<const Device*> Snapshot::page(Cursor& cursor, std::size_t count) const {
    std::vector<const Device*> out;
    while (!cursor.at_end() && out.size() < count) {
        const Shard& shard = *shard_at(cursor.shard);
        if (cursor.place >= shard.devices.size()) {
            ++cursor.shard;
            cursor.place = 0;
            continue;
        }
        out.push_back(shard.devices[cursor.place++].get());
    }
    // So that the last page knows that it is the last.
    while (!cursor.at_end() && cursor.place >= shard_at(cursor.shard)->devices.size()) ++cursor.shard, cursor.place = 0;
    return out;
}

std::shared_ptr<const Snapshot> Snapshot::advanced(const ChangeSet& change) const {
    auto out = std::make_shared<Snapshot>(*this);
    out->revision_ = change.revision;
    std::unordered_map<std::uint32_t, Edits> edits;
    // A device that is there loses its old aliases, once: those of the snapshot, not of an earlier edit of this change.
    const auto forget_aliases = [&](MacAddress mac) {
        const Device* old = find_lan(mac);
        if (old == nullptr) return;
        std::vector<Shard::Alias> aliases;
        Edits::aliases_of(*old, aliases);
        for (const auto& alias : aliases) edits[shard_of(alias.key)].aliases_out.push_back(alias);
    };
    for (const MacAddress mac : change.removed_devices) {
        const std::uint64_t key = mixed(mac.bits());
        edits[shard_of(key)].devices.emplace_back(key, nullptr);
        edits[shard_of(key)].uploads_out.push_back(key);
        forget_aliases(mac);
    }
    for (const auto& device : change.devices) {
        const std::uint64_t key = mixed(device->mac.bits());
        edits[shard_of(key)].devices.emplace_back(key, device);
        forget_aliases(device->mac);
        std::vector<Shard::Alias> aliases;
        Edits::aliases_of(*device, aliases);
        for (const auto& alias : aliases) edits[shard_of(alias.key)].aliases_in.push_back(alias);
    }
    for (const UploadChange& upload : change.uploads) {
        const std::uint64_t key = mixed(upload.mac.bits());
        edits[shard_of(key)].uploads.emplace_back(key, &upload);
    }
    std::unordered_map<std::uint32_t, std::shared_ptr<Node>> nodes;
    for (auto& [number, edit] : edits) {
        auto& node = nodes[number / 64];
        if (!node) node = std::make_shared<Node>(*root_[number / 64]);
        ShardPtr& place = (*node)[number % 64];
        const std::size_t before = place->devices.size(), accounts_before = place->accounts;
        place = edit.applied(*place);
        out->device_count_ = out->device_count_ + place->devices.size() - before;
        out->account_count_ = out->account_count_ + place->accounts - accounts_before;
    }
    for (auto& [number, node] : nodes) out->root_[number] = std::move(node);

    if (!change.fleet && change.sites.empty() && change.groups.empty() && change.removed_sites.empty() &&
        change.removed_groups.empty() && change.model_layers.empty() && change.files.empty() &&
        change.removed_files.empty() && change.phonebook.empty())
        return out;
    auto shared = std::make_shared<Shared>(*shared_);
    if (change.fleet) shared->fleet = *change.fleet;
    for (const SiteId id : change.removed_sites) shared->sites.erase(id);
    for (const Site& site : change.sites) shared->sites.insert_or_assign(site.id, site);
    for (const GroupId id : change.removed_groups) shared->groups.erase(id);
    for (const Group& group : change.groups) shared->groups.insert_or_assign(group.id, group);
    for (const ModelLayer& each : change.model_layers) {
        const std::pair name(each.family, each.model);
        if (each.layer.empty())
            shared->model_layers.erase(name);
        else
            shared->model_layers.insert_or_assign(name, each);
    }
    for (const std::int64_t id : change.removed_files) shared->files.erase(id);
    for (const auto& file : change.files) shared->files.insert_or_assign(file->id, file);
    if (!change.phonebook.empty() || !change.removed_sites.empty()) shared->change_phonebooks(change.phonebook);
    shared->index();
    out->shared_ = std::move(shared);
    return out;
}

std::shared_ptr<const Snapshot> SnapshotBuilder::build(Revision revision) {
    rest_.devices = std::move(devices_);
    rest_.revision = revision;
    auto out = Snapshot().advanced(rest_);
    *this = SnapshotBuilder();
    return out;
}

} // namespace offhook::catalogue
