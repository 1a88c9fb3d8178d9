#include "catalogue/store/sql_journal.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sstream>

namespace offhook::catalogue {
namespace {

using config::LayerKind;

const MacAddress anna(0x0004f2000001ULL);
const LayerPlace of_anna{LayerKind::device, {}, anna};

class LayerJournal : public testing::Test {
protected:
    LayerJournal() { open({}); }
    void open(JournalLimits limits) {
        catalogue_.reset();
        catalogue_ = std::make_unique<Catalogue>(open_sqlite_store({home_.path(), {}, &clock_, {}, limits}));
    }
    Store& store() { return catalogue_->store(); }
    void add_anna() {
        DeviceDraft draft;
        draft.mac = anna;
        draft.family = "polycom";
        draft.model = "SPIP650";
        draft.settings = {{"line.1.user", "1001"}, {"line.1.password", "first-secret"}};
        ASSERT_TRUE(store().add_device(draft));
    }
    Revision set(const LayerPlace& place, std::string name, std::string to) {
        const SettingText setting{std::move(name), std::move(to)};
        const auto done = store().change_layer(place, {&setting, 1}, {});
        EXPECT_TRUE(done) << done.error().text();
        return done ? *done : 0;
    }
    LayerHistory history(const LayerPlace& place = of_anna) {
        auto read = store().layer_history(place);
        EXPECT_TRUE(read) << read.error().text();
        return read ? *read : LayerHistory();
    }
    std::string at(Revision then, std::string_view name) {
        const auto layer = layer_at(history(), then);
        if (!layer) return "(" + layer.error().message + ")";
        for (const auto& entry : *layer)
            if (entry.name() == name) return std::string(entry.value);
        return "(absent)";
    }

    ManualClock clock_;
    TestDirectory home_;
    std::unique_ptr<Catalogue> catalogue_;
};

TEST_F(LayerJournal, AFormerRevisionIsAsItWas) {
    add_anna();
    const Revision added = catalogue_->snapshot()->revision();
    const Revision renamed = set(of_anna, "line.1.user", "1002");
    const Revision labelled = set(of_anna, "line.1.label", "Anna");
    ASSERT_TRUE(store().change_layer(of_anna, {}, std::vector<std::string>{"line.1.label"}));
    EXPECT_EQ(at(added, "line.1.user"), "1001");
    EXPECT_EQ(at(added, "line.1.label"), "(absent)");
    EXPECT_EQ(at(renamed, "line.1.user"), "1002");
    EXPECT_EQ(at(labelled, "line.1.label"), "Anna");
    EXPECT_EQ(at(labelled + 1, "line.1.label"), "(absent)");
    EXPECT_EQ(at(added, "line.1.password"), "first-secret");
}

TEST_F(LayerJournal, SaysWhatEachChangeMadeOfWhat) {
    add_anna();
    set(of_anna, "line.1.user", "1002");
    clock_.advance(std::chrono::minutes(1));
    set(of_anna, "line.1.user", "1003");
    const auto told = history();
    ASSERT_EQ(told.changes.size(), 2U);
    EXPECT_EQ(told.changes[0].settings[0].before, "1002");
    EXPECT_EQ(told.changes[0].settings[0].after, "1003");
    EXPECT_EQ(told.changes[1].settings[0].before, "1001");
    EXPECT_EQ(told.changes[1].settings[0].after, "1002");
    EXPECT_EQ(told.changes[0].at - told.changes[1].at, std::chrono::minutes(1));
    EXPECT_GT(told.changes[0].revision, told.changes[1].revision);
}

TEST_F(LayerJournal, EveryKindOfLayerHasOne) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    ASSERT_TRUE(store().add_group("desks", "", ""));
    for (const LayerPlace& place :
         {LayerPlace{LayerKind::fleet}, LayerPlace{LayerKind::site, "berlin"}, LayerPlace{LayerKind::group, "desks"},
          LayerPlace{LayerKind::model, "polycom/SPIP650"}}) {
        set(place, "time.server", "ntp.example.net");
        EXPECT_EQ(history(place).changes.size(), 1U) << config::to_text(place.kind);
    }
    for (const LayerPlace& place :
         {LayerPlace{LayerKind::site, "paris"}, LayerPlace{LayerKind::group, "x"},
          LayerPlace{LayerKind::model, "polycom/x"}, LayerPlace{LayerKind::model, "x"}, of_anna})
        EXPECT_EQ(store().layer_history(place).error().code, ErrorCode::not_found);
}

TEST_F(LayerJournal, OutlivesAReplacementAndARestartAndGoesWithTheDevice) {
    add_anna();
    set(of_anna, "line.1.user", "1002");
    const MacAddress bert(0x0004f2000002ULL);
    ASSERT_TRUE(store().replace_device({anna, bert, {}, {}, {}}));
    open({});
    const auto read = store().layer_history({LayerKind::device, {}, bert});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->changes.size(), 1U);
    ASSERT_TRUE(store().remove_device(bert));
    soci::session session(soci::sqlite3, "dbname=\"" + (home_.path() / "catalogue.db").string() + "\"");
    int rows = -1;
    session << "SELECT COUNT(*) FROM layer_change", soci::into(rows);
    EXPECT_EQ(rows, 0);
}

TEST_F(LayerJournal, KeepsOnlySoManyChangesAndSaysWhereItBegins) {
    open({3, std::chrono::hours(24)});
    add_anna();
    Revision last = 0;
    for (int i = 0; i < 6; ++i) last = set(of_anna, "line.1.user", "20" + std::to_string(i));
    EXPECT_EQ(history().changes.size(), 3U);
    EXPECT_EQ(history().begins, last - 3);
    EXPECT_EQ(at(last - 3, "line.1.user"), "202");
    EXPECT_NE(at(last - 4, "line.1.user").find("not kept any more"), std::string::npos);
}

TEST_F(LayerJournal, ForgetsWhatIsTooOldWithTheNextChangeOrStart) {
    add_anna();
    const Revision first = set(of_anna, "line.1.user", "1002");
    clock_.advance(std::chrono::hours(24 * 91));
    set(of_anna, "line.1.user", "1003");
    EXPECT_EQ(history().changes.size(), 1U);
    EXPECT_EQ(history().begins, first);
    clock_.advance(std::chrono::hours(24 * 91));
    open({});
    EXPECT_TRUE(history().changes.empty());
    EXPECT_NE(at(first, "line.1.user").find("not kept any more"), std::string::npos);
}

TEST_F(LayerJournal, SecretsLieSealedInItToo) {
    add_anna();
    set(of_anna, "line.1.password", "second-secret");
    set(of_anna, "raw:reg.1.auth.x", "third-secret");
    set(of_anna, "raw:reg.1.auth.x", "fourth-secret");
    EXPECT_EQ(history().changes.back().settings[0].before, "first-secret");
    catalogue_.reset();
    std::ostringstream bytes;
    for (const char* name : {"catalogue.db", "catalogue.db-wal"})
        bytes << std::ifstream(home_.path() / name, std::ios::binary).rdbuf();
    for (const char* secret : {"first-secret", "second-secret", "third-secret", "fourth-secret"})
        EXPECT_EQ(bytes.str().find(secret), std::string::npos) << secret;
    EXPECT_NE(bytes.str().find("layer_change"), std::string::npos);
}

} // namespace
} // namespace offhook::catalogue
