#pragma once
/// @file  Snapshot: the catalogue in memory, immutable, as one moment knew it.
///
/// Shape   4,096 shards under a two-level root (64 x 64), by hash of the MAC. A change copies the shards it touches,
/// their
///         nodes and the root: about 250 pointers each at a million devices, never the devices.
/// Limits  limits.hpp; at most 512 bytes a device with four settings (bench/catalogue measures it).
/// Threads immutable: any. Hand it over by posting a shared_ptr to each loop; there is no atomic<shared_ptr> (it locks
/// in
///         g++ 12). Whoever drops the last pointer frees the shards: Catalogue sees to it that this is no loop.
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "catalogue/change_set.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::catalogue {

class Snapshot {
public:
    /// An empty catalogue: the default site, no device, revision 0.
    Snapshot();

    [[nodiscard]] Revision revision() const { return revision_; }
    [[nodiscard]] std::size_t device_count() const { return device_count_; }

    /// The device whose LAN or Wi-Fi MAC this is; null: unknown. Allocates nothing.
    /// Lifetime  as long as this snapshot.
    [[nodiscard]] const Device* find(MacAddress mac) const;
    /// By LAN MAC alone.
    [[nodiscard]] const Device* find_lan(MacAddress mac) const;
    [[nodiscard]] const Device* find_serial(std::string_view family, std::string_view serial) const;
    [[nodiscard]] std::shared_ptr<const Device> share(MacAddress lan_mac) const;

    /// The current upload of a kind, by the device's LAN MAC; null: there is none. Allocates nothing.
    [[nodiscard]] const UploadMark* upload(MacAddress lan_mac, std::string_view kind) const;

    /// Firmware and assets whose name is `name` in any letter case, the one added last first. Allocates nothing.
    using Files = std::vector<std::shared_ptr<const StoredFile>>;
    [[nodiscard]] const Files& files_named(std::string_view name) const;
    [[nodiscard]] const std::map<std::int64_t, std::shared_ptr<const StoredFile>>& files() const {
        return shared_->files;
    }

    [[nodiscard]] const Fleet& fleet() const { return shared_->fleet; }
    [[nodiscard]] const Site* site(SiteId id) const; ///< null: no such site
    [[nodiscard]] const Site* site(std::string_view name) const;
    [[nodiscard]] const Group* group(GroupId id) const; ///< null: none, or no such group
    [[nodiscard]] const Group* group(std::string_view name) const;
    /// What is stated for all phones of a model, by its exact name; null: nothing. Allocates nothing.
    [[nodiscard]] const ModelLayer* model_layer(std::string_view family, std::string_view model) const;
    [[nodiscard]] std::vector<const ModelLayer*> model_layers() const; ///< by family and model
    [[nodiscard]] const std::map<SiteId, Site>& sites() const { return shared_->sites; }
    [[nodiscard]] const std::map<GroupId, Group>& groups() const { return shared_->groups; }

    /// A site's own entries; SiteId{}: those of the fleet, which every site's phones show as well.
    [[nodiscard]] const Phonebook& phonebook(SiteId site) const;

    /// The site whose secret token this is, null: nobody's. Compares hashes, so time tells nothing of the token.
    [[nodiscard]] const Site* site_of_token(std::string_view token) const;
    /// Devices and sites that have an account of that user, at most `accounts_max` of each: users need not be unique,
    /// but who gives the same to many devices has told us which one asks by the password only.
    struct Holders {
        std::vector<const Device*> devices;
        std::vector<const Site*> sites;
    };
    [[nodiscard]] Holders holders_of(std::string_view user) const;
    static constexpr std::size_t accounts_max = 4;
    /// Whether credentials could help anybody there: a site wants them, or wants a token for which an account stands.
    [[nodiscard]] bool credentials_help(SourceClass from, Privacy over) const;
    /// Whether a site there serves by the MAC alone, and for longer than a first contact: who guesses MACs gets files.
    [[nodiscard]] bool mac_suffices(SourceClass from, Privacy over) const;

    /// The site with the longest prefix that holds the address, else the default site.
    [[nodiscard]] const Site& site_of_source(const IpAddress& source) const;
    /// As site_of_source(); null where no site's network has it, and the default site is only what is left.
    [[nodiscard]] const Site* site_of_network(const IpAddress& source) const;

    /// Up to `count` devices behind the place where the last page ended; in no order that means anything (for one,
    /// ask Store::list_devices). Start with a default Cursor; `cursor.at_end()` tells when all were seen.
    struct Cursor {
        std::uint32_t shard = 0;
        std::uint32_t place = 0;
        [[nodiscard]] bool at_end() const { return shard >= shard_count; }
    };
    [[nodiscard]] std::vector<const Device*> page(Cursor& cursor, std::size_t count) const;

    /// This catalogue after a change; shares all it can with this one.
    [[nodiscard]] std::shared_ptr<const Snapshot> advanced(const ChangeSet& change) const;

    static constexpr std::uint32_t shard_count = 4'096;

private:
    friend class SnapshotBuilder;
    struct Shard;
    struct Edits;
    struct ByModel { // so that a pair of views finds, too
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            const int families = std::string_view(a.first).compare(b.first);
            return families != 0 ? families < 0 : std::string_view(a.second) < std::string_view(b.second);
        }
    };
    struct Shared {
        Fleet fleet;
        std::map<std::pair<std::string, std::string>, ModelLayer, ByModel> model_layers;
        std::map<SiteId, Site> sites;
        std::map<GroupId, Group> groups;
        std::map<std::string, SiteId, std::less<>> site_names;
        std::map<std::string, GroupId, std::less<>> group_names;
        std::vector<std::pair<Network, SiteId>> networks;              // longest prefix first
        std::map<std::string, SiteId, std::less<>> tokens;             // SHA-256 of the token
        std::map<std::string, std::vector<SiteId>, std::less<>> users; // canonical_user() of the sites' accounts
        std::array<std::array<bool, 2>, 3> credentials_help{};         // by source class and privacy
        std::array<std::array<bool, 2>, 3> token_wanted{};             // there a device's own account helps too
        std::array<std::array<bool, 2>, 3> mac_suffices{};
        std::map<std::int64_t, std::shared_ptr<const StoredFile>> files;
        std::map<std::string, Files, std::less<>> file_names;          // lower-case
        std::map<SiteId, std::shared_ptr<const Phonebook>> phonebooks; // SiteId{}: the fleet's; none is empty
        void change_phonebooks(const std::vector<PhonebookChange>& changes);
        void index();
        void index_accounts(const Site& site);
    };
    using ShardPtr = std::shared_ptr<const Shard>;
    using Node = std::array<ShardPtr, 64>;

    [[nodiscard]] const Shard* shard_at(std::uint32_t number) const { return (*root_[number / 64])[number % 64].get(); }

    Revision revision_ = 0;
    std::size_t device_count_ = 0;
    std::size_t account_count_ = 0; // devices with an account
    std::array<std::shared_ptr<const Node>, 64> root_;
    std::shared_ptr<const Shared> shared_;
};

/// Collects a whole catalogue, as a store loads it, and builds the snapshot once.
class SnapshotBuilder {
public:
    void reserve(std::size_t devices) { devices_.reserve(devices); }
    void add(std::shared_ptr<const Device> device) { devices_.push_back(std::move(device)); }
    void add(const UploadChange& upload) { rest_.uploads.push_back(upload); }
    void add(std::shared_ptr<const StoredFile> file) { rest_.files.push_back(std::move(file)); }
    void add(PhonebookChange entry) { rest_.phonebook.push_back(std::move(entry)); }
    void add(Site site) { rest_.sites.push_back(std::move(site)); }
    void add(ModelLayer layer) { rest_.model_layers.push_back(std::move(layer)); }
    void add(Group group) { rest_.groups.push_back(std::move(group)); }
    void set(Fleet fleet) { rest_.fleet = std::move(fleet); }
    [[nodiscard]] std::shared_ptr<const Snapshot> build(Revision revision);

private:
    std::vector<std::shared_ptr<const Device>> devices_;
    ChangeSet rest_;
};

} // namespace offhook::catalogue
