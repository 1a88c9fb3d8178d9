#include "catalogue/store/sqlite_store.hpp"

#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_schema.hpp"
#include "catalogue/store/sqlite_session.hpp"
#include "catalogue/store/store_conformance.hpp"
#include "catalogue/store/store_conformance_change_holds.hpp"
#include "catalogue/store/store_conformance_files.hpp"
#include "catalogue/store/store_conformance_holds.hpp"
#include "catalogue/store/store_conformance_leases.hpp"
#include "catalogue/test_directory.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <fstream>
#include <future>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

class SqliteHome final : public StoreHome {
public:
    std::unique_ptr<Store> open(ModelCheck check_model) override {
        return open_sqlite_store({directory_.path(), std::move(check_model), nullptr});
    }

private:
    TestDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Store, StoreConformance,
                         testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Store, StoreFilesConformance,
                         testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Store, StoreHoldsConformance,
                         testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Store, StoreChangeHoldsConformance,
                         testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Store, StoreLeasesConformance,
                         testing::Values(StoreBackend{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         backend_name);

class SqliteStoreTest : public testing::Test {
protected:
    std::unique_ptr<Store> open() { return open_sqlite_store({home_.path(), {}, nullptr}); }
    std::string failure() {
        try {
            open();
        } catch (const StoreFailure& error) {
            return error.what();
        }
        return "(opened)";
    }
    void sql(const std::string& text) {
        soci::session session(soci::sqlite3, "dbname=\"" + (home_.path() / "catalogue.db").string() + "\"");
        session << text;
    }
    std::filesystem::path key() const { return home_.path() / "secrets.key"; }
    static DeviceDraft draft(std::uint64_t mac, std::string password) {
        DeviceDraft out;
        out.mac = MacAddress(mac), out.family = "polycom", out.model = "SPIP650";
        out.settings = {{"line.1.password", std::move(password)}, {"raw:reg.1.x", "rawsecret-4711"}};
        return out;
    }

    TestDirectory home_;
};

TEST_F(SqliteStoreTest, ADatabaseOfTheFirstReleaseIsBroughtUpToDate) {
    {
        const auto file = home_.path() / "catalogue.db";
        const auto session = open_sqlite(file, Durability::full);
        migrate(*session, file, std::span(catalogue_migrations).first(1));
        *session << "INSERT INTO layer VALUES (7, 'device')";
        *session << "INSERT INTO device VALUES (7, 21474836481, NULL, '', 'polycom', 'SPIP650', '', 1, NULL, 3)";
    }
    const auto store = open();
    const auto device = store->find_device(MacAddress(21474836481ULL));
    ASSERT_TRUE(device);
    EXPECT_EQ(device->first_contact_until, WallTime());
    const auto snapshot = store->load();
    EXPECT_EQ(snapshot->site("default")->first_contact_minutes, 0U);
    EXPECT_EQ(snapshot->device_count(), 1U);
}

TEST_F(SqliteStoreTest, WhatHadLayersBeforeModelsDidKeepsThemAndNoIdComesAgain) {
    {
        const auto file = home_.path() / "catalogue.db";
        const auto session = open_sqlite(file, Durability::full);
        migrate(*session, file, std::span(catalogue_migrations).first(5));
        *session << "INSERT INTO layer VALUES (7, 'device'), (90, 'group')";
        *session << "DELETE FROM layer WHERE id = 90";
        *session << "INSERT INTO device (id, mac, serial, family, model, note, site, revision) VALUES "
                    "(7, 21474836481, '', 'polycom', 'SPIP650', '', 1, 3)";
        *session << "INSERT INTO setting VALUES (7, 'phone.label', 'Lobby', NULL)";
    }
    const auto store = open();
    const auto device = store->find_device(MacAddress(21474836481ULL));
    ASSERT_TRUE(device);
    EXPECT_EQ(device->layer.find(*config::find_setting("phone.label")), "Lobby");
    const std::vector<SettingText> settings{{"time.server", "a.example"}};
    ASSERT_TRUE(store->change_layer({config::LayerKind::model, "polycom/SPIP650"}, settings, {}));
    const auto session = open_sqlite(home_.path() / "catalogue.db", Durability::full);
    long long id = 0, broken = 0;
    *session << "SELECT id FROM model_layer", soci::into(id);
    EXPECT_EQ(id, 91);
    *session << "SELECT COUNT(*) FROM pragma_foreign_key_check", soci::into(broken);
    EXPECT_EQ(broken, 0);
    *session << "DELETE FROM layer WHERE id = 7";
    *session << "SELECT COUNT(*) FROM setting WHERE layer = 7", soci::into(broken);
    EXPECT_EQ(broken, 0) << "a layer still takes its settings with it";
}

ChangeHold held_password() {
    return {"line.1.password", "former4711", "hunter2-4711", 1, WallTime(), WallTime(), WallTime(), 7};
}

TEST_F(SqliteStoreTest, ADatabaseOfBeforeHeldChangesHoldsNoneAndLearnsTo) {
    const MacAddress mac(21241004033ULL);
    {
        const auto file = home_.path() / "catalogue.db";
        const auto session = open_sqlite(file, Durability::full);
        migrate(*session, file, std::span(catalogue_migrations).first(9));
        *session << "INSERT INTO layer (id, kind) VALUES (7, 'device')";
        *session << "INSERT INTO device (id, mac, serial, family, model, note, site, revision) VALUES "
                    "(7, 21241004033, '', 'polycom', 'SPIP650', '', 1, 3)";
        *session << "INSERT INTO setting VALUES (7, 'network.vlan.phone', '20', NULL)";
        *session << "INSERT INTO image_hold VALUES (21241004033, 'aa', 'sip.ld', 4, 0, 0)";
    }
    const auto store = open();
    EXPECT_EQ(store->change_hold_count(), 0U);
    EXPECT_EQ(store->image_holds().size(), 1U);
    const auto device = store->find_device(mac);
    ASSERT_TRUE(device);
    EXPECT_TRUE(device->held.empty());
    ChangeHold hold = held_password();
    hold.setting = "network.vlan.phone", hold.former = std::nullopt, hold.withheld = "20";
    ASSERT_TRUE(store->hold_changes(mac, std::vector{hold}));
    EXPECT_EQ(store->change_holds(), (std::vector<DeviceHold>{{mac, hold}}));
}

TEST_F(SqliteStoreTest, OnlySoManyChangesAreHeld) {
    const auto store = open();
    const MacAddress mac(0x0004f2000001), other(0x0004f2000002);
    ASSERT_TRUE(store->add_devices(std::vector{draft(0x0004f2000001, "hunter2-4711"), draft(0x0004f2000002, "x")}));
    const auto fill = [&](std::size_t count) {
        sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
            ") INSERT INTO change_hold SELECT id, 'raw:x' || i, 1, '', '', 0, '', '', 0, 0, 0, 0, 0 FROM n, device "
            "WHERE mac = " +
            std::to_string(other.bits()));
    };
    fill(limits::change_holds_max);
    const auto refused = store->hold_changes(mac, std::vector{held_password()});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    sql("DELETE FROM change_hold WHERE setting = 'raw:x1'");
    EXPECT_TRUE(store->hold_changes(mac, std::vector{held_password()}));
    EXPECT_EQ(store->change_hold_count(), limits::change_holds_max);
}

TEST_F(SqliteStoreTest, OnlyAModelOfItsPackGetsALayer) {
    const auto store =
        open_sqlite_store({.directory = home_.path(), .check_model = [](auto, auto model) -> Result<void> {
                               if (model == "SPIP650") return {};
                               return fail(ErrorCode::not_found, "no such model", "model");
                           }});
    const std::vector<SettingText> settings{{"time.server", "a.example"}};
    EXPECT_TRUE(store->change_layer({config::LayerKind::model, "polycom/SPIP650"}, settings, {}));
    const auto refused = store->change_layer({config::LayerKind::model, "polycom/SPIP"}, settings, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
}

TEST_F(SqliteStoreTest, NoSecretLiesInAnyFile) {
    {
        const auto store = open();
        ASSERT_TRUE(store->add_device(draft(0x0004f2000001, "hunter2-4711")));
        ASSERT_TRUE(store->add_site(
            "berlin", {.url_token = "tokentokentoken4711", .previous_url_token = "oldtokenoldtoken4711"}));
        ASSERT_TRUE(store->change_device(
            MacAddress(0x0004f2000001),
            {.set = {{"provisioning.password", "present4711"}, {"provisioning.previous_password", "previous4711"}}}));
        ASSERT_TRUE(store->hold_changes(MacAddress(0x0004f2000001), std::vector{held_password()}));
    }
    for (const auto& file : std::filesystem::directory_iterator(home_.path())) {
        std::stringstream text;
        text << std::ifstream(file.path(), std::ios::binary).rdbuf();
        EXPECT_EQ(text.str().find("4711"), std::string::npos) << file.path();
        struct stat facts {};
        ASSERT_EQ(::stat(file.path().c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 077U, 0U) << file.path();
    }
}

TEST_F(SqliteStoreTest, RefusesAKeyThatOthersMayRead) {
    open();
    ASSERT_EQ(::chmod(key().c_str(), 0640), 0);
    EXPECT_NE(failure().find("chmod 600"), std::string::npos) << failure();
    ASSERT_EQ(::chmod(key().c_str(), 0600), 0);
    EXPECT_EQ(failure(), "(opened)");
}

TEST_F(SqliteStoreTest, RefusesAMissingOrForeignKeyOnceThereAreSecrets) {
    ASSERT_TRUE(open()->add_device(draft(0x0004f2000001, "x")));
    const auto kept = home_.path() / "kept";
    std::filesystem::rename(key(), kept);
    EXPECT_NE(failure().find("missing"), std::string::npos) << failure();
    EXPECT_FALSE(std::filesystem::exists(key())) << "no new key may hide that the old one is lost";
    std::ofstream(key()) << std::string(64, 'a') << '\n';
    ASSERT_EQ(::chmod(key().c_str(), 0600), 0);
    EXPECT_NE(failure().find("not the one"), std::string::npos) << failure();
    std::ofstream(key()) << "no key\n";
    EXPECT_NE(failure().find("64 hexadecimal"), std::string::npos) << failure();
    std::filesystem::rename(kept, key());
    EXPECT_EQ(failure(), "(opened)");
}

TEST_F(SqliteStoreTest, LostKeyWithoutSecretsIsMadeAgain) {
    open();
    std::filesystem::remove(key());
    EXPECT_EQ(failure(), "(opened)");
    ASSERT_TRUE(open()->add_device(draft(0x0004f2000001, "x")));
    EXPECT_EQ(failure(), "(opened)");
}

TEST_F(SqliteStoreTest, RefusesANewerSchema) {
    open();
    sql("PRAGMA user_version=99");
    EXPECT_NE(failure().find("version 99"), std::string::npos) << failure();
}

TEST_F(SqliteStoreTest, SealedValueMovedToAnotherRowDoesNotOpen) {
    {
        const auto store = open();
        ASSERT_TRUE(store->add_device(draft(0x0004f2000001, "one")));
        ASSERT_TRUE(store->add_device(draft(0x0004f2000002, "two")));
    }
    sql("UPDATE setting SET sealed = (SELECT sealed FROM setting WHERE name = 'line.1.password' ORDER BY layer LIMIT "
        "1) "
        "WHERE name = 'line.1.password'");
    const auto store = open();
    EXPECT_THROW((void)store->load(), StoreFailure);
    EXPECT_EQ(store->find_device(MacAddress(0x0004f2000001)).has_value(), true);
    EXPECT_THROW((void)store->find_device(MacAddress(0x0004f2000002)), StoreFailure);
}

TEST_F(SqliteStoreTest, FileThatIsNoDatabaseIsAFailure) {
    std::ofstream(home_.path() / "catalogue.db") << std::string(8192, 'x');
    EXPECT_NE(failure(), "(opened)");
}

TEST(DataDirectory, SecondServerIsRefusedWithTheFirstOnesPid) {
    const TestDirectory home;
    const auto path = home.path() / "a" / "data";
    const DataDirectory first(path);
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0700U);
    try {
        const DataDirectory second(path);
        FAIL() << "two on one";
    } catch (const StoreFailure& error) {
        EXPECT_NE(std::string(error.what()).find(std::to_string(::getpid())), std::string::npos) << error.what();
    }
}

TEST(DataDirectory, IsFreeAgainWhenTheFirstIsGone) {
    const TestDirectory home;
    { const DataDirectory first(home.path()); }
    EXPECT_NO_THROW(DataDirectory(home.path()));
}

/// Bytes that this process has given to write(2) and its like.
std::uint64_t bytes_written() {
    std::ifstream io("/proc/self/io");
    std::string name;
    std::uint64_t value = 0;
    while (io >> name >> value)
        if (name == "wchar:") return value;
    return 0;
}

TEST_F(SqliteStoreTest, AppendingALineToALongLogDoesNotWriteTheLogAnew) {
    const auto store = open();
    DeviceDraft phone;
    phone.mac = MacAddress(1), phone.family = "polycom", phone.model = "SPIP650";
    ASSERT_TRUE(store->add_device(phone));
    const auto append = [&](std::string text) {
        UploadDraft draft;
        draft.mac = phone.mac, draft.kind = "app log", draft.mode = UploadDraft::Mode::append;
        draft.content = std::move(text);
        std::promise<UploadOutcome::State> told;
        ASSERT_TRUE(store->put_upload(draft, [&](UploadOutcome outcome) { told.set_value(outcome.state); }));
        ASSERT_EQ(told.get_future().get(), UploadOutcome::State::stored);
    };
    append(std::string(500'000, 'x'));
    append("the first has its part to make");
    const auto before = bytes_written();
    for (int i = 0; i < 200; ++i) append("x");
    EXPECT_LT(bytes_written() - before, 200U * 80'000U); // a dozen pages each; the log would be 125
    ASSERT_TRUE(store->remove_device(phone.mac));
    long long parts = -1;
    soci::session session(soci::sqlite3, "dbname=\"" + (home_.path() / "catalogue.db").string() + "\"");
    session << "SELECT COUNT(*) FROM upload_part", soci::into(parts);
    EXPECT_EQ(parts, 0);
}

TEST(SqliteUploadQuota, OldVersionsGoFirstAndThenThereIsNoRoom) {
    const TestDirectory home;
    SqliteOptions options{home.path()};
    options.quota = {10, 1'000, 1'500};
    const auto store = open_sqlite_store(options);
    for (const std::uint64_t low : {1U, 2U}) {
        DeviceDraft draft;
        draft.mac = MacAddress(low), draft.family = "polycom", draft.model = "SPIP650";
        ASSERT_TRUE(store->add_device(draft));
    }
    const auto put = [&](std::uint64_t mac, const char* kind, std::size_t bytes) {
        UploadDraft upload;
        upload.mac = MacAddress(mac), upload.kind = kind, upload.content = std::string(bytes, 'x');
        std::promise<UploadOutcome> told;
        EXPECT_TRUE(store->put_upload(upload, [&](UploadOutcome outcome) { told.set_value(outcome); }));
        return told.get_future().get().state;
    };
    using State = UploadOutcome::State;
    EXPECT_EQ(put(1, "log", 1'001), State::no_room);
    EXPECT_EQ(put(1, "log", 400), State::stored);
    EXPECT_EQ(put(1, "log", 400), State::stored);
    EXPECT_EQ(put(1, "overrides", 500), State::stored); // the log's first version goes
    EXPECT_EQ(store->uploads(MacAddress(1))->size(), 2U);
    EXPECT_EQ(put(1, "directory", 200), State::no_room); // what is current stays
    EXPECT_EQ(put(1, "directory", 100), State::stored);
    EXPECT_EQ(put(2, "log", 600), State::no_room); // the site's
    EXPECT_EQ(put(2, "log", 400), State::stored);
    EXPECT_EQ(put(2, "log", 100), State::stored);
    EXPECT_EQ(put(2, "log", 300), State::stored); // of the site's old versions the oldest went
    EXPECT_TRUE(store->remove_device(MacAddress(1)));
    EXPECT_EQ(put(2, "overrides", 600), State::stored);
}

} // namespace
} // namespace offhook::catalogue
