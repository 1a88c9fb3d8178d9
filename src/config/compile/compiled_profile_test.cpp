#include "config/compile/compiled_profile.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const MacAddress mac(0x000e08aabbccULL), other_mac(0x000e08aabbcdULL);

ParsedDocument document() {
    ParsedDocument out;
    out.parameters = {{"GPP_SA", "SecretPhrase1234"}, {"Proxy_1_", ""}, {"Binary", std::string("\0\xff\n", 3)}};
    out.access = {{"GPP_SA", UserAccess::none}, {"Proxy_1_", UserAccess::read_write}, {"Own", UserAccess::read_only}};
    return out;
}

TEST(CompiledProfile, ReadsAsItWasWritten) {
    for (const auto target : {std::optional<MacAddress>(), std::optional(mac)}) {
        const auto written = write_compiled(document(), target);
        ASSERT_TRUE(written) << written.error().text();
        EXPECT_TRUE(looks_compiled(*written));
        EXPECT_EQ(*written, *write_compiled(document(), target)) << "equal content, equal bytes";
        const auto read = read_compiled(*written, mac);
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(read->parameters, document().parameters);
        EXPECT_EQ(read->access, document().access);
        EXPECT_EQ(written->find("SecretPhrase1234") == std::string::npos, target.has_value());
    }
    EXPECT_TRUE(read_compiled(*write_compiled({}, mac), mac)->parameters.empty());
}

TEST(CompiledProfile, AnotherPhoneRefusesATargetedOneAndTakesTheOther) {
    const auto refused = read_compiled(*write_compiled(document(), mac), other_mac);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
    EXPECT_EQ(refused.error().text(), "this compiled profile is for another phone");
    EXPECT_TRUE(read_compiled(*write_compiled(document(), std::nullopt), other_mac));
}

TEST(CompiledProfile, NoticesEveryChangedByteAndEveryCut) {
    for (const auto target : {std::optional<MacAddress>(), std::optional(mac)}) {
        const std::string good = *write_compiled(document(), target);
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x41);
            EXPECT_FALSE(read_compiled(bad, mac)) << at;
            EXPECT_FALSE(read_compiled(good.substr(0, at), mac)) << at;
        }
        EXPECT_FALSE(read_compiled(good + "x", mac));
    }
}

TEST(CompiledProfile, SaysWhatIsWrong) {
    const std::string good = *write_compiled(document(), std::nullopt);
    std::string later = good, sum = good;
    later[8] = 2;
    sum[30] ^= 1;
    const struct {
        std::string bytes, error;
    } rows[] = {
        {"", "this is no compiled profile of Offhook's"},
        {"<flat-profile/>", "this is no compiled profile of Offhook's"},
        {"OffhkSPC", "this compiled profile is cut short"},
        {good.substr(0, good.size() - 1), "this compiled profile is cut short"},
        {good + "x", "something follows the compiled profile"},
        {later, "this compiled profile is of another version"},
        {sum, "this compiled profile is damaged"},
        {"OffhkSPC" + std::string(3U << 20U, 'x'), "a compiled profile is at most 2 MiB long"},
    };
    for (const auto& row : rows) {
        const auto read = read_compiled(row.bytes, mac);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().text(), row.error);
    }
}

TEST(CompiledProfile, HoldsNoMoreThanADocumentMay) {
    ParsedDocument document;
    document.parameters = {{std::string(limits::name_bytes_max + 1, 'x'), "1"}};
    EXPECT_FALSE(write_compiled(document, mac));
    document.parameters = {{"A", std::string(limits::value_bytes_max + 1, 'x')}};
    EXPECT_FALSE(write_compiled(document, mac));
    document.parameters = {{"", "1"}};
    EXPECT_FALSE(write_compiled(document, mac));
    document.parameters.assign(300, {"A", std::string(limits::value_bytes_max, 'x')});
    EXPECT_EQ(write_compiled(document, mac).error().code, ErrorCode::too_large);
}

} // namespace
} // namespace offhook::config
