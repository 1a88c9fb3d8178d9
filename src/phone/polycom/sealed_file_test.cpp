#include "phone/polycom/sealed_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

/// "sealed KEY TEXT".
class WordSeal final : public config::Seal {
public:
    [[nodiscard]] std::string_view name() const override { return "word"; }
    [[nodiscard]] Interop interop() const override { return Interop::project_defined; }
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override { return bytes.starts_with("sealed "); }
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view) const override {
        return "sealed " + std::string(key) + " " + std::string(plain);
    }
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override {
        const auto front = "sealed " + std::string(key) + " ";
        if (!sealed.starts_with(front)) return fail(ErrorCode::invalid, "another key");
        return std::string(sealed.substr(front.size()));
    }
};

TEST(PolycomSealedFile, OpensWhatIsSealedAndLeavesTheRest) {
    const WordSeal seal;
    EXPECT_EQ(*open_if_sealed("<a/>", "", &seal), "<a/>");
    EXPECT_EQ(*open_if_sealed("sealed Key=k; <a/>", " Key=k; ", &seal), "<a/>");
    EXPECT_EQ(*open_if_sealed("sealed Key=k; <a/>", " Key=k; ", nullptr), "sealed Key=k; <a/>");
}

TEST(PolycomSealedFile, SaysWhatItExpectedAndShowsNoKey) {
    const WordSeal seal;
    const auto without = open_if_sealed("sealed k <a/>", "", &seal);
    ASSERT_FALSE(without);
    EXPECT_THAT(without.error().message, testing::HasSubstr("the phone has no key"));
    const auto wrong = open_if_sealed("sealed k <a/>", "Key=other;", &seal);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, testing::HasSubstr("device.sec.configEncryption.key"));
    EXPECT_THAT(wrong.error().message, testing::Not(testing::HasSubstr("Key=other")));
    EXPECT_THAT(wrong.error().message, testing::Not(testing::HasSubstr("<a/>")));
}

} // namespace
} // namespace offhook::phone::polycom
