#include "phone/image.hpp"

#include "base/hex.hpp"
#include "phone/received_body.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using testing::HasSubstr;
using Kind = ImageVerdict::Kind;

struct Part {
    std::string kind, version, payload, parts;
};

std::string several(const std::vector<Part>& images) {
    std::string head = "offhook-images 1\n", rest;
    for (const auto& image : images) {
        head += fmt::format("image: {} {} {} {}{}{}\n", image.kind, image.version, image.payload.size(),
                            to_hex(sha256(image.payload)), image.parts.empty() ? "" : " ", image.parts);
        rest += image.payload;
    }
    return head + "\n" + rest;
}

/// As a transfer gives it.
TransferAnswer transferred(const std::string& content, const ImageReader& reader) {
    TransferRequest request;
    request.keep = TransferRequest::Keep::head;
    request.on_head = [&](std::string_view head) { return decide_on_head(head, reader); };
    ReceivedBody body(request);
    bool goes_on = true;
    for (std::size_t at = 0; at < content.size() && goes_on; at += 1000)
        goes_on = body.take(std::string_view(content).substr(at, 1000));
    if (goes_on) body.finish();
    TransferAnswer answer;
    answer.outcome = body.ended_by_us().value_or(FileOutcome::fetched);
    answer.bytes = body.bytes();
    body.move_into(answer);
    return answer;
}

ImageVerdict judged(const std::string& content, const ImageReader& reader) {
    return judge_image(transferred(content, reader), "sip.ld", reader);
}

ImageReader reader_of(std::string part, std::optional<StoredImage> in_flash = std::nullopt) {
    return {ImageKind::application, std::move(part), "", std::move(in_flash)};
}

const std::string small = std::string(3000, 'a'), big = std::string(9000, 'b'), other = std::string(5000, 'c');

std::string combined() {
    return several({{"bootrom", "4.1.4.0122", small, "PN-1"},
                    {"application", "2.2.0.0047", big, "PN-1 PN-2"},
                    {"application", "3.1.8.0070", other, "PN-3"}});
}

TEST(PolycomImage, TakesOfACombinedFileWhatFitsTheHardware) {
    const auto first = judged(combined(), reader_of("PN-2"));
    ASSERT_EQ(first.kind, Kind::replaces) << first.reason;
    EXPECT_EQ(first.image, (StoredImage{"sip.ld", "2.2.0.0047", to_hex(sha256(big)), big.size()}));
    const auto last = judged(combined(), reader_of("PN-3"));
    ASSERT_EQ(last.kind, Kind::replaces) << last.reason;
    EXPECT_EQ(last.image.version, "3.1.8.0070");
    EXPECT_EQ(judged(combined(), {ImageKind::bootrom, "PN-1", "", {}}).image.version, "4.1.4.0122");
    EXPECT_EQ(judged(combined(), reader_of("PN-2", first.image)).kind, Kind::not_changed);
}

TEST(PolycomImage, AVersionHasNothingOddInIt) {
    for (const char* fits : {"3.1.8.0070", "4.0.15_b-2", "a"}) EXPECT_TRUE(is_version(fits)) << fits;
    EXPECT_TRUE(is_version(std::string(64, '1')));
    for (const char* odd : {"", " ", "3.1 ", "3.1\xff", "3.1\r", "3/1", "../x", "3\"", "%41"})
        EXPECT_FALSE(is_version(odd)) << odd;
    EXPECT_FALSE(is_version(std::string(65, '1')));
    EXPECT_FALSE(is_version(std::string_view("3\0", 2)));
}

TEST(PolycomImage, CutsTheTransferOnceItKnowsEnough) {
    const auto known = judged(combined(), reader_of("PN-2")).image;
    for (const auto& reader : {reader_of("PN-2", known), reader_of("PN-9")}) {
        const auto answer = transferred(combined(), reader);
        EXPECT_EQ(answer.outcome, FileOutcome::not_changed);
        EXPECT_LT(answer.bytes, combined().size());
    }
}

TEST(PolycomImage, RefusesWhatIsOfNoUse) {
    auto damaged = combined();
    damaged[damaged.size() - other.size() - 1] = 'X';
    const auto past = several({{"application", "2.2.0.0047", big, ""}});
    const struct {
        std::string content, reason, log;
        ImageReader reader;
    } cases[] = {
        {damaged, "bad image checksum", "Bad image checksum, expected=0x", reader_of("PN-2")},
        {combined().substr(0, combined().size() - other.size() - 10), "the file ends before the image does",
         "Bad image checksum, expected=0x", reader_of("PN-2")},
        {combined(), "not compatible with the phone (PN-9)", "Application sip.ld is not compatible with the phone.",
         reader_of("PN-9")},
        {several({{"bootrom", "1", small, ""}}), "the other kind of image", "Downloaded application image was errored",
         reader_of("PN-2")},
        {past,
         "2.2.0.0047 is past 2.1.2, the model's last",
         "is not compatible",
         {ImageKind::application, "PN-2", "2.1.2", {}}},
        {"offhook-images 1\nimage: application 1 x y\n\n", "strange line", "errored", reader_of("")},
        {"offhook-images 1\nimage: application 1 5\n\n", "strange line", "errored", reader_of("")},
        {several({{"application", "3.1\xff", small, ""}}), "strange line", "errored", reader_of("")},
        {several({{"application", "3.1\r", small, ""}}), "strange line", "errored", reader_of("")},
        {"offhook-images 1\nimage", "no end", "errored", reader_of("")},
        {"offhook-images 1\n\n", "the other kind", "errored", reader_of("")},
        {"<!DOCTYPE html><html/>", "HTML page", "errored", reader_of("")},
        {"", "it is empty", "errored", reader_of("")},
    };
    for (const auto& c : cases) {
        const auto verdict = judged(c.content, c.reader);
        EXPECT_EQ(verdict.kind, Kind::unusable) << c.reason;
        EXPECT_THAT(verdict.reason, HasSubstr(c.reason));
        EXPECT_THAT(verdict.log_line, HasSubstr(c.log));
    }
}

TEST(PolycomImage, TakesTheLastApplicationOfAModelAndNoLater) {
    const ImageReader reader{ImageKind::application, "PN", "2.1.2", {}};
    for (const char* fits : {"2.1.2", "2.1.2.0047", "2.0.3", "1.6.7.0098"})
        EXPECT_EQ(judged(several({{"application", fits, small, ""}}), reader).kind, Kind::replaces) << fits;
    for (const char* late : {"2.1.3", "2.2.0.0047", "3.1.8"})
        EXPECT_EQ(judged(several({{"application", late, small, ""}}), reader).kind, Kind::unusable) << late;
}

TEST(ImageVersions, AreComparedByTheirNumbers) {
    EXPECT_TRUE(is_after("01.133", "01.103"));
    EXPECT_TRUE(is_after("02.001", "01.999"));
    EXPECT_TRUE(is_after("12.100", "12.81"));
    EXPECT_FALSE(is_after("01.103", "01.103"));
    EXPECT_FALSE(is_after("01.103.1", "01.103")) << "a build of it";
    EXPECT_FALSE(is_after("01.061", "01.103"));
    EXPECT_FALSE(is_after("01", "01.001"));
    EXPECT_FALSE(is_after("", "01.001"));
    EXPECT_FALSE(is_after("99999999999999999999", "1"));
}

} // namespace
} // namespace offhook::phone
