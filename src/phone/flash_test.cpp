#include "phone/flash.hpp"

#include "phone/limits.hpp"

#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::phone {
namespace {

class FlashFile : public testing::Test {
protected:
    FlashFile() : directory(std::filesystem::path(testing::TempDir()) / fmt::format("flash-{}", getpid())) {
        std::filesystem::remove_all(directory);
    }
    ~FlashFile() override { std::filesystem::remove_all(directory); }

    [[nodiscard]] static Flash sample() {
        Flash flash;
        flash.changes = {{"up.headsetMode", "1"}, {"x", "\xff"}};
        flash.directory = "<directory/>\n";
        flash.log = "0101000000|so   |3|00|x\n\xfe\n";
        flash.family = "polycom";
        flash.model = "SPIP650";
        flash.mac = *MacAddress::from_text("0004f2aabbcc");
        flash.parameters = {{"device.prov.serverName", "http://boot/"}, {"odd", "\xff\x01"}};
        flash.files = {{"sip.cfg", "<a\n/>"}, {"utf16.cfg", std::string("\xff\xfe<\0", 4)}, {"", ""}};
        flash.application = StoredImage{"sip.ld", "2.2.0.0047", std::string(64, 'a'), 16'000'000};
        flash.bootrom = {"", "3.2.2.0019", "", 0};
        flash.configuration_digest = "abc";
        flash.origins = {{"A", "user 5 over standard 4 x"}};
        flash.digests = {{"file:sip.cfg", "0011"}};
        return flash;
    }
    std::filesystem::path directory;
};

TEST_F(FlashFile, ComesBackAsItWasSaved) {
    ASSERT_TRUE(save_flash(sample(), directory / "deep"));
    const auto loaded = load_flash(directory / "deep");
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(*loaded, sample());
    auto without = sample();
    without.application.reset();
    ASSERT_TRUE(save_flash(without, directory / "deep"));
    EXPECT_EQ(*load_flash(directory / "deep"), without);
    std::string older = flash_to_json(without);
    const auto at = older.find("\"origins\":{");
    older.erase(at, older.find('}', at) + 2 - at);
    without.origins.clear();
    EXPECT_EQ(*flash_from_json(older), without) << "a flash of before has no origins";
}

TEST_F(FlashFile, ComesBackWhateverAServerWrote) {
    auto odd = sample();
    odd.application = StoredImage{"\xff.ld", "3.1\xff\r", "\xfe", 1};
    odd.files["\xff\x01"] = "x";
    odd.files["hex:00"] = "y";
    odd.changes["\xc3"] = "\xc3";
    ASSERT_TRUE(save_flash(odd, directory));
    const auto loaded = load_flash(directory);
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(*loaded, odd);
}

TEST_F(FlashFile, IsItsOwnersAloneAndLeavesNothingBeside) {
    ASSERT_TRUE(save_flash(sample(), directory));
    EXPECT_EQ(std::filesystem::status(directory / "flash.json").permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
}

TEST_F(FlashFile, SaysWhereThereIsNone) {
    EXPECT_EQ(load_flash(directory).error().code, ErrorCode::not_found);
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "file") << "x";
    EXPECT_EQ(save_flash(sample(), directory / "file").error().code, ErrorCode::unavailable);
}

TEST_F(FlashFile, RefusesWhatItDidNotWrite) {
    const std::string good = flash_to_json(sample());
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    const struct {
        std::string text, message;
    } cases[] = {
        {"", "not JSON"},
        {good.substr(0, good.size() / 2), "not JSON"},
        {"[]", "not a JSON object"},
        {with("offhook-flash 1", "offhook-flash 2"), "its format is 'offhook-flash 2'"},
        {with("\"0004f2aabbcc\"", "\"0004\""), "'mac' is no MAC address"},
        {with("\"model\"", "\"modell\""), "'model' is missing"},
        {with("16000000", "-1"), "'bytes' is missing or no whole number"},
        {with("\"hex\":\"ff01\"", "\"hex\":\"ff0\""), "'odd' is neither"},
        {with("\"odd\":", "\"hex:0\":"), "'hex:0' is no name in hexadecimal digits"},
        {with("{\"format\"", "{\"more\":1,\"format\""), "'more' is not known"},
        {with("\"application\":{", "\"application\":1,\"x\":{"), "'application' is missing or no object"},
    };
    for (const auto& c : cases) {
        const auto flash = flash_from_json(c.text);
        ASSERT_FALSE(flash) << c.message;
        EXPECT_NE(flash.error().message.find(c.message), std::string::npos) << flash.error().text();
    }
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "flash.json") << "{";
    EXPECT_NE(load_flash(directory).error().text().find("delete the file to start"), std::string::npos);
}

TEST(FlashCache, KeepsWhatFits) {
    Flash flash;
    flash.cache("a", "one");
    flash.cache("a", "two");
    EXPECT_EQ(flash.files.at("a"), "two");
    flash.cache("big", std::string(limits::cached_bytes_max, 'x'));
    EXPECT_FALSE(flash.files.contains("big"));
    flash.cache("a", std::string(limits::cached_bytes_max + 1, 'x'));
    EXPECT_FALSE(flash.files.contains("a")) << "an old copy would be a lie";
    for (std::size_t i = 0; i < limits::cached_files_max + 10; ++i) flash.cache(std::to_string(i), "");
    EXPECT_EQ(flash.files.size(), limits::cached_files_max);
}

} // namespace
} // namespace offhook::phone
