#include "catalogue/store/sql_journal.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/store/write_queue.hpp"
#include "catalogue/test_directory.hpp"

#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <mutex>
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

TEST_F(LayerJournal, ForgetsDailyWhatIsTooOldOfLayersThatNobodyChanges) {
    add_anna();
    const Revision first = set(of_anna, "line.1.user", "1002");
    clock_.advance(std::chrono::hours(24 * 90 - 1));
    ASSERT_TRUE(store().add_site("berlin", {}));
    EXPECT_EQ(history().changes.size(), 1U);
    clock_.advance(std::chrono::hours(2));
    ASSERT_TRUE(store().add_site("paris", {}));
    EXPECT_EQ(history().changes.size(), 1U) << "once a day is enough";
    clock_.advance(std::chrono::hours(24));
    ASSERT_TRUE(store().add_site("rome", {}));
    EXPECT_TRUE(history().changes.empty());
    EXPECT_EQ(history().begins, first);
}

TEST(WriteQueueChores, ComeAlsoWhereNobodyWrites) {
    std::promise<std::size_t> called;
    std::once_flag once;
    WriteQueue queue(
        [&](std::vector<WriteQueue::Write*>& group) { std::call_once(once, [&] { called.set_value(group.size()); }); },
        std::chrono::milliseconds(1));
    auto size = called.get_future();
    ASSERT_EQ(size.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    EXPECT_EQ(size.get(), 0U);
}

TEST_F(LayerJournal, BeginsWithTheLayer) {
    const Revision before = set({LayerKind::fleet}, "time.server", "ntp.example.net");
    const std::vector<SettingText> own{{"phone.label", "hq"}};
    ASSERT_TRUE(store().add_site("berlin", {}, own));
    ASSERT_TRUE(store().add_group("desks", "", "", own));
    add_anna();
    Revision made = before;
    for (const LayerPlace& place : {LayerPlace{LayerKind::site, "berlin"}, {LayerKind::group, "desks"}, of_anna}) {
        EXPECT_EQ(history(place).made, ++made);
        EXPECT_EQ(history(place).begins, made);
        EXPECT_FALSE(layer_at(history(place), made)->empty());
        const auto younger = layer_at(history(place), made - 1);
        ASSERT_FALSE(younger) << config::to_text(place.kind);
        EXPECT_EQ(younger.error().code, ErrorCode::not_found);
        EXPECT_NE(younger.error().message.find("younger than that: revision " + std::to_string(made)),
                  std::string::npos)
            << younger.error().message;
    }
    EXPECT_EQ(history({LayerKind::fleet}).made, 0U) << "it always was";
}

TEST_F(LayerJournal, OfADeviceThatWasRemovedAndMadeAnewBeginsAnew) {
    add_anna();
    const Revision changed = set(of_anna, "line.1.user", "1002");
    ASSERT_TRUE(store().remove_device(anna));
    add_anna();
    EXPECT_NE(at(changed, "line.1.user").find("younger"), std::string::npos) << "not what the new one began with";
    EXPECT_EQ(at(changed + 2, "line.1.user"), "1001");
}

TEST_F(LayerJournal, OfAModelThatStatesNothingAnyMoreIsKept) {
    const LayerPlace model{LayerKind::model, "polycom/SPIP650"};
    const Revision stated = set(model, "time.server", "a.example");
    const std::vector<std::string> gone{"time.server"};
    ASSERT_TRUE(store().change_layer(model, {}, gone));
    EXPECT_EQ(catalogue_->snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    open({});
    EXPECT_EQ(catalogue_->snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    const auto server_at = [&](Revision then) {
        const auto layer = layer_at(history(model), then);
        return layer ? std::string(layer->find(*config::find_setting("time.server")).value_or("(absent)"))
                     : layer.error().message;
    };
    EXPECT_EQ(server_at(stated), "a.example");
    EXPECT_EQ(server_at(stated + 1), "(absent)");
    EXPECT_EQ(server_at(stated - 1), "(absent)") << "nobody stated anything yet";
    set(model, "time.server", "b.example");
    EXPECT_EQ(server_at(stated), "a.example");
    EXPECT_EQ(server_at(stated + 1), "(absent)");
    EXPECT_EQ(server_at(stated + 2), "b.example");
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
