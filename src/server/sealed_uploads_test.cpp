#include "server/sealed_uploads.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "config/seal/seal.hpp"
#include "server/test_house.hpp"

#include <future>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const FileKeys sealed_keys{"00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"};
constexpr std::string_view sealed_plain = "<PHONE_CONFIG><OVERRIDES up.headsetMode=\"1\"/></PHONE_CONFIG>";

std::string sealed_by(const std::string& key) {
    return config::find_seal("polycom-project")->seal(sealed_plain, key, "s").value();
}

TEST(SealedUploads, OpenWithAnyKeyThatIsStated) {
    const std::string other = "0123456789abcdef0123456789abcdef";
    EXPECT_TRUE(opens_with(sealed_keys, sealed_plain)) << "it is not sealed";
    EXPECT_TRUE(opens_with(sealed_keys, sealed_by(sealed_keys.present)));
    EXPECT_TRUE(opens_with(sealed_keys, sealed_by(sealed_keys.previous)));
    EXPECT_FALSE(opens_with(sealed_keys, sealed_by(other)));
    EXPECT_TRUE(opens_with({}, sealed_by(other))) << "nobody knows";
    EXPECT_FALSE(opens_with({"", sealed_keys.previous}, sealed_by(other)));
}

class SealedUploadsTest : public testing::Test {
protected:
    SealedUploadsTest() : catalogue_(catalogue::open_sqlite_store({home_.path(), {}, &clock_})) {
        catalogue::DeviceDraft draft;
        draft.mac = anna, draft.family = "polycom", draft.model = "SPIP650";
        EXPECT_TRUE(store().add_device(draft));
    }

    catalogue::Store& store() { return catalogue_.store(); }
    void put(const std::string& kind, std::string content) {
        catalogue::UploadDraft draft;
        draft.mac = anna, draft.kind = kind, draft.content = std::move(content);
        draft.transport = "http", draft.source = "192.0.2.7";
        std::promise<void> told;
        ASSERT_TRUE(store().put_upload(draft, [&](const auto&) { told.set_value(); }));
        told.get_future().wait();
    }
    std::string content(const std::string& kind) {
        const auto records = store().uploads(anna).value();
        for (const auto& record : records)
            if (record.kind == kind && record.current) return std::string(store().read_upload(record.id)->bytes());
        return "(nothing)";
    }

    ManualClock clock_;
    catalogue::TestDirectory home_;
    catalogue::Catalogue catalogue_;
};

TEST_F(SealedUploadsTest, AreStoredAnewWithTheNewKeyAndNothingElseIsTouched) {
    const std::string by_stranger = sealed_by("0123456789abcdef0123456789abcdef"),
                      fresh = sealed_by(sealed_keys.present);
    put("overrides", sealed_by(sealed_keys.previous));
    put("directory", fresh);
    put("calls", by_stranger);
    put("application log", "a line\n");
    const auto device = store().find_device(anna).value();
    const auto done = reseal_uploads(store(), sealed_keys, device);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(done->kinds, std::vector<std::string>{"overrides"});
    EXPECT_EQ(done->closed, std::vector<std::string>{"calls"});
    const auto* seal = config::find_seal("polycom-project");
    EXPECT_EQ(seal->open(content("overrides"), sealed_keys.present).value(), sealed_plain);
    EXPECT_FALSE(seal->open(content("overrides"), sealed_keys.previous));
    EXPECT_EQ(content("directory"), fresh);
    EXPECT_EQ(content("calls"), by_stranger) << "kept as it is";
    EXPECT_EQ(content("application log"), "a line\n");
    EXPECT_TRUE(reseal_uploads(store(), sealed_keys, device)->kinds.empty()) << "once";
    EXPECT_EQ(store().find_device(anna)->revision, device.revision) << "or the rotation would not end";
}

// One of the two digests opens the other's file to rubbish, for one salt of 256.
TEST_F(SealedUploadsTest, AnSpaPhonesReportIsStoredAnewByTheSealThatItCameWith) {
    constexpr std::string_view report = "<flat-profile>\n<GPP_SA>k</GPP_SA>\n</flat-profile>\n";
    const FileKeys keys{"AnotherPhrase 123", "SecretPhrase1234"};
    for (const char* name : {"openssl-raw-256", "openssl-raw-256-sha256"}) {
        const auto& seal = *config::find_seal(name);
        for (int salt = 0; salt < 600; ++salt) {
            const auto sealed = seal.seal(report, keys.previous, std::to_string(salt)).value();
            const auto opened = open_upload(sealed, keys.previous);
            ASSERT_TRUE(opened) << name << salt;
            EXPECT_EQ(opened->seal, &seal) << name << salt;
            EXPECT_FALSE(open_upload(sealed, keys.present)) << name << salt;
        }
        put("report", seal.seal(report, keys.previous, "salt").value());
        const auto done = reseal_uploads(store(), keys, store().find_device(anna).value());
        ASSERT_TRUE(done) << done.error().text();
        EXPECT_EQ(done->kinds, std::vector<std::string>{"report"}) << name;
        EXPECT_EQ(seal.open(content("report"), keys.present).value_or(""), report) << name;
    }
}

} // namespace
} // namespace offhook::server
