#include "server/stored_files.hpp"

#include "server/test_house.hpp"

namespace offhook::server {
namespace {

using catalogue::FileRole;
using catalogue::StoredFile;

class StoredFilesTest : public testing::Test {
protected:
    void add(std::string name, std::string version, std::vector<std::string> models = {},
             std::optional<catalogue::SiteId> site = {}, std::string family = "polycom") {
        auto file = std::make_shared<StoredFile>();
        file->id = ++last_id_;
        file->family = std::move(family), file->name = std::move(name), file->version = std::move(version);
        file->models = std::move(models), file->site = site;
        if (file->name.ends_with(".wav")) file->role = FileRole::asset;
        catalogue::ChangeSet change;
        change.revision = static_cast<catalogue::Revision>(last_id_) + 1;
        change.files.push_back(std::move(file));
        snapshot_ = snapshot_->advanced(change);
    }
    /// The version that answers, "-" where none does.
    std::string version(std::string_view path, const char* model = nullptr, std::uint32_t site = 1) {
        const auto* family = config::find_family(house_families(), "polycom");
        const auto match = family->match_path(path);
        if (!match || match->other == nullptr) return "no name";
        const auto found = find_stored_file(*snapshot_, {family, model == nullptr ? nullptr : family->find_model(model),
                                                         snapshot_->site(catalogue::SiteId(site)), &*match, path});
        return found == nullptr ? "-" : found->version;
    }

    std::int64_t last_id_ = 0;
    std::shared_ptr<const catalogue::Snapshot> snapshot_ = house();
};

TEST_F(StoredFilesTest, APartNumberFallsBackToThePlainName) {
    EXPECT_EQ(version("2345-11500-040.sip.ld"), "-");
    add("sip.ld", "plain");
    EXPECT_EQ(version("2345-11500-040.sip.ld"), "plain");
    EXPECT_EQ(version("spip/2345-99999-001.SIP.LD"), "plain");
    EXPECT_EQ(version("318.sip.ld"), "-") << "a name of its own";
    add("2345-11500-040.sip.ld", "split");
    EXPECT_EQ(version("2345-11500-040.sip.ld"), "split");
    EXPECT_EQ(version("2345-12600-001.sip.ld"), "plain");
    EXPECT_EQ(version("2345-11500-040.bootrom.ld"), "-");
}

TEST_F(StoredFilesTest, AnImageForOtherModelsIsNeverGiven) {
    add("sip.ld", "for 430", {"SPIP430"});
    EXPECT_EQ(version("sip.ld", "SPIP430"), "for 430");
    EXPECT_EQ(version("sip.ld", "SPIP650"), "-");
    EXPECT_EQ(version("sip.ld"), "-") << "who asks is not known";
    EXPECT_EQ(version("2345-11402-001.sip.ld"), "for 430") << "the part number is the 430's";
    EXPECT_EQ(version("2345-12600-001.sip.ld", "SPIP430"), "-") << "the part number says what asks";
    add("sip.ld", "for all");
    EXPECT_EQ(version("sip.ld", "SPIP650"), "for all");
    EXPECT_EQ(version("sip.ld", "SPIP430"), "for 430") << "its own before the later one for all";
}

TEST_F(StoredFilesTest, ASitesOwnGoesFirstAndTheLatestOfEquals) {
    add("sip.ld", "1");
    add("sip.ld", "2");
    add("sip.ld", "lab", {}, catalogue::SiteId(2));
    EXPECT_EQ(version("sip.ld"), "2");
    EXPECT_EQ(version("sip.ld", nullptr, 2), "lab");
}

TEST_F(StoredFilesTest, AnotherFamilysFileIsNotGiven) {
    add("sip.ld", "other", {}, {}, "panasonic");
    EXPECT_EQ(version("sip.ld"), "-");
}

TEST_F(StoredFilesTest, AnAssetMayStandInAFolderOrInNone) {
    add("tones/Ring.wav", "", {}, {}, "");
    add("Welcome.wav", "", {}, {}, "");
    EXPECT_EQ(version("tones/ring.wav"), "");
    EXPECT_EQ(version("ring.wav"), "-");
    EXPECT_EQ(version("any/welcome.wav"), "");
}

TEST_F(StoredFilesTest, MediaTypesAreByTheNamesEnd) {
    EXPECT_EQ(media_type_of("sip.ld"), "application/octet-stream");
    EXPECT_EQ(media_type_of("a-app.LOG"), "text/plain");
    EXPECT_EQ(media_type_of("a-directory.xml"), "text/xml");
    EXPECT_EQ(media_type_of("noend"), "application/octet-stream");
}

} // namespace
} // namespace offhook::server
