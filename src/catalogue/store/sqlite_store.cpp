#include "catalogue/store/sqlite_store.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_journal.hpp"
#include "catalogue/store/sql_load.hpp"
#include "catalogue/store/sql_writes.hpp"
#include "catalogue/store/sqlite_schema.hpp"
#include "catalogue/store/sqlite_session.hpp"
#include "catalogue/store/write_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

constexpr std::chrono::hours forget_every{24};

/// One connection and what is prepared on it.
struct Connection {
    std::unique_ptr<soci::session> session;
    SqlRows rows;

    Connection(std::unique_ptr<soci::session> opened, const SecretKey& key)
        : session(std::move(opened)), rows(*session, key) {}
};

/// Connections for reading, made when first needed, lent one thread at a time.
class Readers {
public:
    Readers(std::filesystem::path file, const SecretKey& key) : file_(std::move(file)), key_(key) {}

    /// Runs `read` in a transaction that sees one moment.
    template <class Read>
    auto run(Read&& read) {
        auto connection = take();
        struct Return {
            Readers& readers;
            std::unique_ptr<Connection>& connection;
            ~Return() { readers.give_back(std::move(connection)); }
        } give{*this, connection};
        return guarded([&] {
            *connection->session << "BEGIN";
            try {
                auto out = read(connection->rows);
                *connection->session << "COMMIT";
                return out;
            } catch (...) {
                *connection->session << "ROLLBACK";
                throw;
            }
        });
    }

private:
    std::unique_ptr<Connection> take() {
        std::unique_lock guard(lock_);
        free_.wait(guard, [&] { return !idle_.empty() || made_ < limits::readers_max; });
        if (!idle_.empty()) {
            auto out = std::move(idle_.back());
            idle_.pop_back();
            return out;
        }
        auto out = std::make_unique<Connection>(open_sqlite(file_, Durability::full), key_);
        ++made_;
        return out;
    }
    void give_back(std::unique_ptr<Connection> connection) {
        {
            const std::scoped_lock guard(lock_);
            idle_.push_back(std::move(connection));
        }
        free_.notify_one();
    }

    const std::filesystem::path file_;
    const SecretKey key_;
    std::mutex lock_; // guards what follows
    std::condition_variable free_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t made_ = 0;
};

/// The key of this database: made when it is new, refused when it is missing or another's.
SecretKey unlock(soci::session& session, const std::filesystem::path& directory) {
    constexpr std::string_view context = "key check", word = "offhook";
    const auto file = directory / "secrets.key";
    std::string check;
    long long sealed = 0;
    session << "SELECT key_check, (SELECT COUNT(*) FROM setting WHERE sealed IS NOT NULL) + "
               "(SELECT COUNT(*) FROM layer_change WHERE sealed <> '') + "
               "(SELECT COUNT(*) FROM change_hold WHERE former_sealed <> '' OR withheld_sealed <> '') + "
               "(SELECT COUNT(*) FROM site WHERE token_sealed <> '' OR previous_token_sealed <> '') FROM catalogue",
        into(check), into(sealed);
    auto key = read_secret_key(file);
    if (!key && sealed != 0)
        throw StoreFailure(fmt::format("{}: the key that opens {} sealed values is missing; put it back from a backup",
                                       file.string(), sealed));
    if (!key) {
        SystemRandom random;
        key = create_secret_key(file, random);
        check.clear();
    }
    Sealer sealer(*key);
    if (check.empty() || (sealed == 0 && sealer.open(context, check) != word)) {
        const std::string fresh = sealer.seal(context, word);
        session << "UPDATE catalogue SET key_check = :c", use(fresh);
    } else if (sealer.open(context, check) != word) {
        throw StoreFailure(
            fmt::format("{}: this key is not the one that sealed the passwords of this database; put the "
                        "right one back from a backup",
                        file.string()));
    }
    return *key;
}

class SqliteStore final : public Store {
public:
    explicit SqliteStore(const SqliteOptions& options)
        : file_(options.directory / "catalogue.db"), check_model_(options.check_model),
          clock_(options.clock != nullptr ? *options.clock : system_clock()), journal_age_(options.journal.age),
          session_(open_sqlite(file_, Durability::full)), key_(prepare(*session_, options.directory)),
          rows_(*session_, key_), blobs_(options.directory / "blobs"),
          writes_(rows_, options.check_model, clock_, blobs_, options.quota, options.journal),
          forgotten_at_(forget_old_changes()), readers_(file_, key_),
          queue_([this](std::vector<WriteQueue::Write*>& group) { commit(group); }) {
        const auto orphans =
            guarded([&] { return blobs_.sweep([&](const BlobName& name) { return rows_.is_blob_wanted(name); }); });
        if (orphans != 0) log::info("BLOBS_SWEPT", "{} files that nothing refers to were removed", orphans);
    }

    void observe_commits(CommitObserver observer) override {
        const std::scoped_lock guard(observer_lock_);
        observer_ = std::move(observer);
    }

    std::shared_ptr<const Snapshot> load() override {
        return readers_.run([](SqlRows& rows) { return load_snapshot(rows); });
    }

    Result<Revision> add_device(const DeviceDraft& draft) override { return add_devices({&draft, 1}); }

    Result<Revision> add_devices(std::span<const DeviceDraft> drafts) override {
        const auto layers = checked_layers(drafts);
        if (!layers) return tl::unexpected(layers.error());
        const WriteSize size = drafts.size() > 100 ? WriteSize::bulk : WriteSize::small;
        return submit([&](ChangeSet& changes) { return writes_.add_devices(changes, drafts, *layers); }, size);
    }

    Result<Revision> import_tree(const TreeImport& tree) override {
        const auto layers = checked_layers(tree.added);
        if (!layers) return tl::unexpected(layers.error());
        if (const auto ok = check_settings(tree.site_settings, {}); !ok) return tl::unexpected(ok.error());
        for (const ModelSettings& model : tree.models)
            if (const auto ok = check_settings(model.settings, {}); !ok) return tl::unexpected(ok.error());
        for (const DeviceSettings& device : tree.changed)
            if (const auto ok = check_settings(device.settings, {}); !ok) return tl::unexpected(ok.error());
        for (const PhonebookEntry& entry : tree.entries)
            if (auto ok = check(entry); !ok) {
                ok.error().where = fmt::format("phonebook {} {}", printable(entry.number, 40), ok.error().where);
                return tl::unexpected(ok.error());
            }
        const std::size_t writes = tree.added.size() + tree.changed.size() + tree.entries.size();
        const WriteSize size = writes > 100 ? WriteSize::bulk : WriteSize::small;
        return submit([&](ChangeSet& changes) { return writes_.import_tree(changes, tree, *layers); }, size);
    }

    Result<Revision> change_device(MacAddress mac, const DeviceChange& change) override {
        if (const auto ok = check_settings(change.set, change.unset); !ok) return tl::unexpected(ok.error());
        return submit([&](ChangeSet& changes) { return writes_.change_device(changes, mac, change); });
    }
    Result<Revision> close_first_contact(MacAddress mac, WallTime opened_until) override {
        return submit([&](ChangeSet& changes) { return writes_.close_first_contact(changes, mac, opened_until); });
    }
    Result<Revision> end_key_rotation(MacAddress mac, Revision revision) override {
        return submit([&](ChangeSet& changes) { return writes_.end_key_rotation(changes, mac, revision); });
    }
    Result<Revision> remove_device(MacAddress mac) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_device(changes, mac); });
    }
    Result<Revision> replace_device(const Replacement& replacement) override {
        if (replacement.old_mac == replacement.new_mac)
            return fail(ErrorCode::invalid, "the old and the new MAC are the same", "mac");
        return submit([&](ChangeSet& changes) { return writes_.replace_device(changes, replacement); });
    }

    std::optional<Device> find_device(MacAddress mac) override {
        return readers_.run([&](SqlRows& rows) -> std::optional<Device> {
            auto stored = rows.device(mac);
            if (!stored) return std::nullopt;
            return std::move(stored->device);
        });
    }
    Result<std::vector<Device>> list_devices(const DeviceQuery& query) override {
        return readers_.run([&](SqlRows& rows) { return list(rows, query); });
    }
    std::vector<FormerMac> former_macs(MacAddress mac) override {
        return readers_.run(
            [&](SqlRows& rows) {
                std::vector<FormerMac> out;
                const auto bits = static_cast<long long>(mac.bits());
                long long former = 0, replaced_at = 0;
                soci::statement found =
                    (rows.session().prepare
                         << "SELECT f.mac, f.replaced_at FROM former_mac f JOIN device d ON d.id = f.device WHERE "
                            "d.mac = :m ORDER BY f.replaced_at DESC, f.rowid DESC",
                     use(bits), into(former), into(replaced_at));
                found.execute();
                while (found.fetch())
                    out.push_back({MacAddress(static_cast<std::uint64_t>(former)),
                                   WallTime(std::chrono::milliseconds(replaced_at))});
                return out;
            });
    }

    Result<Revision> change_layer(const LayerPlace& place, std::span<const SettingText> set,
                                  std::span<const std::string> unset) override {
        if (const auto ok = check_settings(set, unset); !ok) return tl::unexpected(ok.error());
        return submit([&](ChangeSet& changes) { return writes_.change_layer(changes, place, set, unset); });
    }

    Result<LayerHistory> layer_history(const LayerPlace& place) override {
        return readers_.run([&](SqlRows& rows) -> Result<LayerHistory> {
            const RowId id = layer_id(rows, place);
            if (id == 0)
                return fail(ErrorCode::not_found,
                            place.kind == config::LayerKind::device
                                ? place.mac.text() + " is no device of the catalogue"
                                : fmt::format("there is no {} {}", config::to_text(place.kind), printable(place.name)));
            return read_journal(rows, id);
        });
    }

    Result<Revision> add_site(std::string_view name, const SiteChange& site,
                              std::span<const SettingText> settings) override {
        if (const auto ok = check_word("site", name); !ok) return tl::unexpected(ok.error());
        if (const auto ok = check_settings(settings, {}); !ok) return tl::unexpected(ok.error());
        return submit([&](ChangeSet& changes) { return writes_.add_site(changes, name, site, settings); });
    }
    Result<Revision> change_site(std::string_view name, const SiteChange& change) override {
        return submit([&](ChangeSet& changes) { return writes_.change_site(changes, name, change); });
    }
    Result<Revision> remove_site(std::string_view name) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_site(changes, name); });
    }
    Result<Revision> add_group(std::string_view name, std::string_view title, std::string_view site,
                               std::span<const SettingText> settings) override {
        if (const auto ok = check_word("group", name); !ok) return tl::unexpected(ok.error());
        if (title.size() > limits::note_bytes_max || !is_printable_utf8(title))
            return fail(ErrorCode::invalid, "a title is up to 1024 bytes of printable UTF-8", "title");
        if (const auto ok = check_settings(settings, {}); !ok) return tl::unexpected(ok.error());
        return submit([&](ChangeSet& changes) { return writes_.add_group(changes, name, title, site, settings); });
    }
    Result<Revision> remove_group(std::string_view name) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_group(changes, name); });
    }

    Result<std::int64_t> add_entry(const PhonebookEntry& entry) override {
        if (const auto ok = check(entry); !ok) return tl::unexpected(ok.error());
        const auto id = submit([&](ChangeSet& changes) { return writes_.add_entry(changes, entry); });
        if (!id) return tl::unexpected(id.error());
        return static_cast<std::int64_t>(*id);
    }
    Result<Revision> change_entry(const PhonebookEntry& entry) override {
        if (const auto ok = check(entry); !ok) return tl::unexpected(ok.error());
        return submit([&](ChangeSet& changes) { return writes_.change_entry(changes, entry); });
    }
    Result<Revision> remove_entry(std::int64_t id) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_entry(changes, id); });
    }
    Result<std::vector<PhonebookEntry>> entries(std::string_view site) override {
        return readers_.run([&](SqlRows& rows) { return phonebook(rows, site); });
    }

    bool put_upload(UploadDraft draft, UploadDone done) override;
    Result<std::vector<UploadRecord>> uploads(MacAddress mac) override;
    std::optional<UploadContent> read_upload(std::int64_t id) override;
    Result<Revision> remove_upload(MacAddress mac, std::string_view kind) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_upload(changes, mac, kind); });
    }
    Result<std::int64_t> add_file(const StoredFile& file) override {
        if (const auto ok = check(file); !ok) return tl::unexpected(ok.error());
        const auto id = submit([&](ChangeSet& changes) { return writes_.add_file(changes, file); });
        if (!id) return tl::unexpected(id.error());
        return static_cast<std::int64_t>(*id);
    }
    Result<Revision> remove_file(std::int64_t id) override {
        return submit([&](ChangeSet& changes) { return writes_.remove_file(changes, id); });
    }
    BlobStore& blobs() override { return blobs_; }

    Result<void> record_sightings(std::span<const Sighting> batch) override {
        if (batch.empty()) return {};
        return without_value(submit([&](ChangeSet&) { return writes_.record_sightings(batch); }));
    }
    std::vector<Sighting> sightings(std::size_t count) override {
        return readers_.run([&](SqlRows& rows) { return sightings_where(rows, "mac <> :m", 0, count); });
    }
    std::optional<Sighting> find_sighting(MacAddress mac) override {
        return readers_.run([&](SqlRows& rows) -> std::optional<Sighting> {
            auto found = sightings_where(rows, "mac = :m", static_cast<long long>(mac.bits()), 1);
            if (found.empty()) return std::nullopt;
            return std::move(found.front());
        });
    }
    Result<void> forget_sighting(MacAddress mac) override {
        return without_value(submit([&](ChangeSet&) { return writes_.forget_sighting(mac); }));
    }

    Result<void> put_image_hold(const ImageHold& hold) override {
        return without_value(submit([&](ChangeSet&) { return writes_.put_image_hold(hold); }));
    }
    std::vector<ImageHold> image_holds() override {
        return readers_.run([](SqlRows& rows) { return rows.image_holds(); });
    }
    Result<void> remove_image_holds(MacAddress mac, std::string_view hash, std::string_view name) override {
        return without_value(
            submit([&](ChangeSet&) { return writes_.remove_image_holds(mac, std::string(hash), std::string(name)); }));
    }

    Result<Revision> hold_changes(MacAddress mac, std::span<const ChangeHold> holds) override {
        return submit([&](ChangeSet& changes) { return writes_.hold_changes(changes, mac, holds); });
    }
    Result<Revision> release_changes(MacAddress mac, std::string_view setting) override {
        return submit([&](ChangeSet& changes) { return writes_.release_changes(changes, mac, setting); });
    }
    std::vector<DeviceHold> change_holds() override {
        return readers_.run([](SqlRows& rows) { return rows.device_holds(); });
    }
    std::size_t change_hold_count() override {
        return readers_.run([](SqlRows& rows) { return rows.change_hold_count(); });
    }

    bool put_lease(const Lease& lease, LeaseDone done) override;
    std::vector<Lease> leases() override {
        return readers_.run([](SqlRows& rows) { return rows.leases(); });
    }
    Result<void> remove_lease(const IpAddress& address) override {
        return without_value(submit([&](ChangeSet&) { return writes_.remove_lease(address); }));
    }

private:
    SecretKey prepare(soci::session& session, const std::filesystem::path& directory) const {
        migrate(session, file_, catalogue_migrations);
        return guarded([&] { return unlock(session, directory); });
    }

    WriteResult submit(WriteWork work, WriteSize size = WriteSize::small) {
        return queue_.submit(std::move(work), size);
    }

    static Result<void> without_value(const WriteResult& result) {
        if (!result) return tl::unexpected(result.error());
        return {};
    }

    /// What can be said of settings without their layer, so that a bad one never reaches the writer.
    static Result<void> check_settings(std::span<const SettingText> set, std::span<const std::string> unset) {
        if (set.size() + unset.size() > limits::settings_per_layer_max)
            return fail(ErrorCode::too_large, fmt::format("more than {} settings", limits::settings_per_layer_max));
        config::LayerBuilder builder;
        for (const SettingText& setting : set)
            if (const auto ok = builder.set(setting.name, setting.value); !ok) {
                Error error = ok.error();
                error.where = setting.name;
                return tl::unexpected(std::move(error));
            }
        return {};
    }

    /// The layers of drafts that are good as far as the catalogue need not be asked.
    [[nodiscard]] Result<std::vector<config::Layer>> checked_layers(std::span<const DeviceDraft> drafts) const {
        std::vector<config::Layer> layers;
        layers.reserve(drafts.size());
        for (const DeviceDraft& draft : drafts) {
            auto layer = check(draft);
            if (layer && check_model_)
                if (const auto ok = check_model_(draft.family, draft.model); !ok) layer = tl::unexpected(ok.error());
            if (!layer) {
                Error error = layer.error();
                if (drafts.size() > 1) error.where = fmt::format("{} {}", draft.mac.text(), error.where);
                return tl::unexpected(std::move(error));
            }
            layers.push_back(std::move(*layer));
        }
        return layers;
    }

    static Result<std::vector<Device>> list(SqlRows& rows, const DeviceQuery& query);
    static Result<std::vector<PhonebookEntry>> phonebook(SqlRows& rows, std::string_view site);
    static std::vector<Sighting> sightings_where(SqlRows& rows, const std::string& condition, long long mac,
                                                 std::size_t count);

    static RowId layer_id(SqlRows& rows, const LayerPlace& place);

    // On the writer's thread.
    void commit(std::vector<WriteQueue::Write*>& group);
    void run_one(WriteQueue::Write& write, ChangeSet& all);
    void announce(const ChangeSet& all);
    void drop_blobs();
    void forget_daily();
    WallTime forget_old_changes();

    const std::filesystem::path file_;
    const ModelCheck check_model_;
    const Clock& clock_;
    const std::chrono::hours journal_age_;
    const std::unique_ptr<soci::session> session_; // the writer's, like what stands on it
    const SecretKey key_;
    SqlRows rows_;
    BlobStore blobs_;
    SqlWrites writes_;
    WallTime forgotten_at_; // when changes that are too old were forgotten last
    Readers readers_;
    std::mutex observer_lock_; // guards observer_
    CommitObserver observer_;
    WriteQueue queue_; // last: its thread uses all of the above
};

/// 0: there is no such layer.
RowId SqliteStore::layer_id(SqlRows& rows, const LayerPlace& place) {
    using config::LayerKind;
    if (place.kind == LayerKind::fleet) return fleet_row;
    if (place.kind == LayerKind::site) return rows.site_id(place.name);
    if (place.kind == LayerKind::group) return rows.group_id(place.name);
    if (place.kind == LayerKind::model) {
        const auto slash = place.name.find('/');
        return slash == std::string::npos
                   ? 0
                   : rows.model_layer_id(place.name.substr(0, slash), place.name.substr(slash + 1));
    }
    if (place.kind != LayerKind::device) return 0;
    const auto device = rows.device(place.mac);
    return device ? device->id : 0;
}

void SqliteStore::commit(std::vector<WriteQueue::Write*>& group) {
    forget_daily();
    if (group.empty()) return;
    ChangeSet all;
    try {
        guarded([&] {
            *session_ << "BEGIN IMMEDIATE";
            const Revision before = rows_.revision();
            all.revision = before;
            for (WriteQueue::Write* write : group) run_one(*write, all);
            if (all.revision != before) rows_.set_revision(all.revision);
            *session_ << "COMMIT";
        });
    } catch (...) {
        const auto failure = std::current_exception();
        try {
            *session_ << "ROLLBACK";
        } catch (const soci::soci_error&) { // SQLite has rolled back by itself, for one when the disk is full
        }
        writes_.forget_dropped_blobs();
        for (WriteQueue::Write* write : group)
            if (write->result.has_value())
                write->failure = failure;
            else if (!write->failure && write->result.error().code == ErrorCode::unavailable)
                write->failure = failure;
        return;
    }
    announce(all);
    drop_blobs();
}

/// Now.
WallTime SqliteStore::forget_old_changes() {
    const WallTime now = clock_.wall();
    guarded([&] {
        *session_ << "BEGIN IMMEDIATE";
        try {
            forget_before(rows_, now - journal_age_);
            *session_ << "COMMIT";
        } catch (...) {
            *session_ << "ROLLBACK";
            throw;
        }
    });
    return now;
}

/// The journal holds former passwords: they go when their time has come, also of layers that nobody changes.
void SqliteStore::forget_daily() {
    const WallTime now = clock_.wall();
    if (now - forgotten_at_ < forget_every) return;
    forgotten_at_ = now; // where it fails it is tried again tomorrow
    try {
        forget_old_changes();
    } catch (const std::exception& error) {
        log::warning("JOURNAL_NOT_FORGOTTEN", "{}", error.what());
    }
}

void SqliteStore::drop_blobs() {
    try {
        guarded([&] { writes_.drop_blobs(); });
    } catch (const std::exception& error) { // the next start sweeps
        log::warning("BLOBS_NOT_REMOVED", "{}", error.what());
    }
}

/// A write whose savepoint was rolled back may have named blobs that still have their rows: they are asked for again
/// before any is removed.
void SqliteStore::run_one(WriteQueue::Write& write, ChangeSet& all) {
    ChangeSet one;
    one.revision = all.revision;
    // A bulk write is alone in its transaction; still it has a savepoint, so that its failure is no failed commit.
    *session_ << "SAVEPOINT write";
    try {
        write.result = write.work(one);
    } catch (const soci::soci_error& error) {
        write.failure = std::make_exception_ptr(StoreFailure(error.what()));
    } catch (...) {
        write.failure = std::current_exception();
    }
    if (write.failure || !write.result) *session_ << "ROLLBACK TO write";
    *session_ << "RELEASE write";
    if (!write.failure && write.result) all.merge(std::move(one));
}

bool SqliteStore::put_upload(UploadDraft draft, UploadDone done) {
    struct Under {
        UploadDraft draft;
        UploadDone done;
        UploadOutcome outcome;
    };
    auto under = std::make_shared<Under>(Under{std::move(draft), std::move(done), {}});
    const auto posted = queue_.post(
        [this, under](ChangeSet& changes) { return writes_.put_upload(changes, under->draft, under->outcome); },
        [this, under](WriteQueue::Write& write) {
            if (write.failure) {
                under->outcome = {};
                try {
                    std::rethrow_exception(write.failure);
                } catch (const std::exception& error) {
                    log::error("UPLOAD_NOT_STORED", "{} of {}: {}", under->draft.kind, under->draft.mac.text(),
                               error.what());
                }
            }
            const BlobName blob = under->draft.blob != nullptr ? under->draft.blob->name() : BlobName();
            under->draft.blob.reset(); // its row is committed, or it may go
            if (!blob.empty() && under->outcome.state != UploadOutcome::State::stored) {
                writes_.may_drop(blob);
                drop_blobs();
            }
            under->done(under->outcome);
        });
    return posted.has_value();
}

bool SqliteStore::put_lease(const Lease& lease, LeaseDone done) {
    const auto posted = queue_.post([this, lease](ChangeSet&) { return writes_.put_lease(lease); },
                                    [address = lease.address, done = std::move(done)](WriteQueue::Write& write) {
                                        std::string why;
                                        try {
                                            if (write.failure) std::rethrow_exception(write.failure);
                                            if (!write.result) why = write.result.error().text();
                                        } catch (const std::exception& error) {
                                            why = error.what();
                                        }
                                        if (!why.empty()) log::error("LEASE_NOT_STORED", "{}: {}", address.text(), why);
                                        done(why.empty());
                                    });
    return posted.has_value();
}

namespace {

UploadRecord as_record(UploadRow row) {
    UploadRecord out;
    out.id = row.id;
    out.kind = std::move(row.kind);
    out.version = static_cast<std::uint32_t>(row.version);
    out.current = row.current;
    out.bytes = row.bytes;
    out.hash = std::move(row.hash);
    out.stored_at = row.stored_at;
    out.transport = std::move(row.transport);
    out.source = std::move(row.source);
    return out;
}

} // namespace

Result<std::vector<UploadRecord>> SqliteStore::uploads(MacAddress mac) {
    return readers_.run([&](SqlRows& rows) -> Result<std::vector<UploadRecord>> {
        const auto device = rows.device(mac);
        if (!device) return fail(ErrorCode::not_found, mac.text() + " is no device of the catalogue");
        std::vector<UploadRecord> out;
        for (UploadRow& row : rows.uploads_where("u.device = :d", device->id)) out.push_back(as_record(std::move(row)));
        return out;
    });
}

std::optional<UploadContent> SqliteStore::read_upload(std::int64_t id) {
    return readers_.run([&](SqlRows& rows) -> std::optional<UploadContent> {
        auto found = rows.uploads_where("u.id = :i", id);
        if (found.empty()) return std::nullopt;
        UploadContent out;
        if (found[0].is_blob)
            out.mapping = blobs_.map(found[0].hash);
        else
            out.text = rows.upload_text(id);
        const bool gone = found[0].is_blob && out.mapping == nullptr;
        out.record = as_record(std::move(found[0]));
        if (gone) throw StoreFailure("the file of an upload is missing: blobs/" + out.record.hash);
        return out;
    });
}

void SqliteStore::announce(const ChangeSet& all) {
    if (all.empty()) return;
    for (const auto& [mac, setting] : all.ended_holds)
        log::info("CHANGE_LOOP_ENDED", "{}: {} was changed again", mac.text(), setting);
    const std::scoped_lock guard(observer_lock_);
    if (!observer_) return;
    try {
        observer_(all);
    } catch (const std::exception& error) {
        // The change is stored; only memory is behind. Nothing but a lack of memory comes here.
        log::error("STORE_OBSERVER_FAILED", "revision {} is stored but not published: {}", all.revision, error.what());
    }
}

Result<std::vector<Device>> SqliteStore::list(SqlRows& rows, const DeviceQuery& query) {
    const RowId site = query.site.empty() ? 0 : rows.site_id(query.site);
    if (site == 0 && !query.site.empty())
        return fail(ErrorCode::not_found, fmt::format("there is no site {}", printable(query.site)), "site");
    const RowId group = query.group.empty() ? 0 : rows.group_id(query.group);
    if (group == 0 && !query.group.empty())
        return fail(ErrorCode::not_found, fmt::format("there is no group {}", printable(query.group)), "group");
    std::string sql = "SELECT mac FROM device WHERE mac > :a";
    if (site != 0) sql += fmt::format(" AND site = {}", site);
    if (group != 0) sql += fmt::format(" AND device_group = {}", group);
    if (!query.family.empty()) sql += " AND family = :f";
    if (!query.model.empty()) sql += " AND model = :o";
    sql += fmt::format(" ORDER BY mac LIMIT {}", std::clamp<std::size_t>(query.count, 1, limits::page_max));
    const long long after = query.after ? static_cast<long long>(query.after->bits()) : -1;
    long long mac = 0;
    soci::statement found(rows.session());
    found.exchange(use(after, "a"));
    if (!query.family.empty()) found.exchange(use(query.family, "f"));
    if (!query.model.empty()) found.exchange(use(query.model, "o"));
    found.exchange(into(mac));
    found.alloc();
    found.prepare(sql);
    found.define_and_bind();
    found.execute();
    std::vector<Device> out;
    while (found.fetch()) out.push_back(std::move(rows.device(MacAddress(static_cast<std::uint64_t>(mac)))->device));
    return out;
}

Result<std::vector<PhonebookEntry>> SqliteStore::phonebook(SqlRows& rows, std::string_view site) {
    const RowId id = site.empty() ? 0 : rows.site_id(site);
    if (id == 0 && !site.empty())
        return fail(ErrorCode::not_found, fmt::format("there is no site {}", printable(site)), "site");
    PhonebookEntry entry;
    long long row = 0;
    soci::statement found =
        (rows.session().prepare << "SELECT id, first_name, last_name, number, label, note FROM phonebook_entry WHERE "
                                   "COALESCE(site, 0) = :s ORDER BY last_name, first_name, id",
         use(id), into(row), into(entry.first_name), into(entry.last_name), into(entry.number), into(entry.label),
         into(entry.note));
    found.execute();
    std::vector<PhonebookEntry> out;
    while (found.fetch()) {
        entry.id = row;
        entry.site = site;
        out.push_back(entry);
    }
    return out;
}

std::vector<Sighting> SqliteStore::sightings_where(SqlRows& rows, const std::string& condition, long long mac,
                                                   std::size_t count) {
    Sighting sighting;
    long long bits = 0, first = 0, last = 0, contacts = 0;
    const auto most = static_cast<long long>(std::clamp<std::size_t>(count, 1, limits::page_max));
    std::string source;
    soci::statement found =
        (rows.session().prepare << "SELECT mac, first_seen, last_seen, count, source, user_agent, path, family FROM "
                                   "sighting WHERE " +
                                       condition + " ORDER BY last_seen DESC, mac LIMIT :n",
         use(mac, "m"), use(most, "n"), into(bits), into(first), into(last), into(contacts), into(source),
         into(sighting.user_agent), into(sighting.path), into(sighting.family));
    found.execute();
    std::vector<Sighting> out;
    while (found.fetch()) {
        sighting.mac = MacAddress(static_cast<std::uint64_t>(bits));
        sighting.first_seen = WallTime(std::chrono::milliseconds(first));
        sighting.last_seen = WallTime(std::chrono::milliseconds(last));
        sighting.count = static_cast<std::uint64_t>(contacts);
        sighting.source = IpAddress::from_text(source).value_or(IpAddress());
        out.push_back(sighting);
    }
    return out;
}

} // namespace

std::unique_ptr<Store> open_sqlite_store(SqliteOptions options) { return std::make_unique<SqliteStore>(options); }

} // namespace offhook::catalogue
