#include "server/listen/http_test_support.hpp"

namespace offhook::server {
namespace {

/// A site where phones may send logs.
struct UploadSite {
    explicit UploadSite(const HttpOptions& options = {}) : site(options) {
        site.house.uploads = {"a.log", "b.log"};
        site.house.upload_bytes_max = 3 << 20;
    }
    [[nodiscard]] std::string stored(const std::string& path) {
        return site.log.read([&](const DoorLog& log) {
            const auto found = log.uploads.find(path);
            return found == log.uploads.end() ? std::string("(nothing)") : found->second;
        });
    }
    Site site;
};

std::string put(const std::string& path, const std::string& fields, const std::string& body) {
    return "PUT /" + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string sized(const std::string& body) { return "Content-Length: " + std::to_string(body.size()) + "\r\n"; }
std::string chunked(const std::string& body, std::size_t step) {
    std::string out;
    char size[32];
    for (std::size_t at = 0; at < body.size(); at += step) {
        const auto piece = body.substr(at, step);
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        out += size + piece + "\r\n";
    }
    return out + "0\r\n\r\n";
}
std::string pattern(std::size_t bytes) {
    std::string out(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>('!' + i % 89);
    return out;
}

TEST(HttpUpload, IsCreatedThenReplacedOnOneConnection) {
    UploadSite house;
    auto client = house.site.client();
    EXPECT_EQ(client.ask(put("a.log", sized("one"), "one")).status, 201);
    const auto second = client.ask(put("a.log", sized("two"), "two"));
    EXPECT_EQ(second.status, 204);
    EXPECT_EQ(second.field("Content-Length"), ""); // RFC 9110 section 8.6
    EXPECT_EQ(house.stored("a.log"), "two");
    EXPECT_EQ(client.ask("GET /a.cfg HTTP/1.1\r\nHost: x\r\n\r\n").body, "0123456789");
}

TEST(HttpUpload, IsPostedAsWell) {
    UploadSite house;
    auto client = house.site.client();
    EXPECT_EQ(client.ask("POST /a.log HTTP/1.1\r\nHost: x\r\n" + sized("one") + "\r\none").status, 201);
    EXPECT_EQ(house.stored("a.log"), "one");
    EXPECT_EQ(client.ask("POST /a.log HTTP/1.1\r\nHost: x\r\n\r\n").status, 405);
}

TEST(HttpUpload, EverySizeArrivesWholeSizedAndChunked) {
    UploadSite house;
    for (const std::size_t bytes : {0U, 1U, 511U, 512U, 513U, 16'383U, 16'384U, 16'385U, 2'000'000U}) {
        const auto body = pattern(bytes);
        auto client = house.site.client();
        EXPECT_LT(client.ask(put("a.log", sized(body), body)).status, 300) << bytes;
        EXPECT_TRUE(house.stored("a.log") == body) << bytes;
        EXPECT_LT(client.ask(put("b.log", "Transfer-Encoding: chunked\r\n", chunked(body, 4000))).status, 300) << bytes;
        EXPECT_TRUE(house.stored("b.log") == body) << bytes;
    }
}

TEST(HttpUpload, IsRefusedUnderAConditionAndInACoding) {
    UploadSite house;
    const std::pair<const char*, int> cases[] = {
        {"If-Match: \"zz\"\r\n", 412},
        {"If-Match: *\r\n", 412},
        {"If-None-Match: *\r\n", 412},
        {"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 412},
        {"Content-Encoding: gzip\r\n", 415},
        {"Content-Encoding: identity\r\nContent-Encoding: br\r\n", 415},
        {"Content-Encoding: Identity\r\n", 201},
        {"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 204}, // of GET alone: RFC 9110 section 13.1.3
    };
    for (const auto& [fields, status] : cases) {
        auto client = house.site.client();
        EXPECT_EQ(client.ask(put("a.log", std::string(fields) + sized("one"), "one")).status, status) << fields;
        EXPECT_EQ(house.stored("a.log"), status < 300 ? "one" : "(nothing)") << fields;
    }
}

TEST(HttpUpload, IsInvitedBeforeItsBodyIsSent) {
    UploadSite house;
    auto client = house.site.client();
    client.send(put("a.log", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(client.receive().status, 100);
    EXPECT_EQ(client.ask("one").status, 201);
    // One that nobody wants is refused at once, and the connection ends: its body may come or not.
    client.send(put("nobody.log", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(client.receive().status, 404);
    EXPECT_TRUE(client.at_end());
}

TEST(HttpUpload, AnswersAreTheDoors) {
    UploadSite house;
    house.site.house.authorized["b.log"] = "Basic abc";
    struct Case {
        std::string request;
        int status;
    };
    const std::vector<Case> cases{
        {put("nobody.log", sized("x"), "x"), 404},
        {put("b.log", sized("x"), "x"), 401},
        {put("b.log", "Authorization: Basic abc\r\n" + sized("x"), "x"), 201},
        {put("a.log", "Content-Length: 4000000\r\n", ""), 413},
        {put("a.log", "Transfer-Encoding: chunked\r\n", chunked(pattern(3'200'000), 60'000)), 413},
        {put("a.log", "Transfer-Encoding: chunked\r\n", "3\r\nabcX\r\n"), 400},
        {put("a.log", "", ""), 411},
        {put("a.log", "Content-Range: bytes 0-2/3\r\n" + sized("abc"), "abc"), 201},
        {put("a.log", "Content-Range: bytes 3-5/*\r\n" + sized("def"), "def"), 204},
        {put("a.log", "Content-Range: bytes 5-7/8\r\n" + sized("xyz"), "xyz"), 416},
        {put("a.log", "Content-Range: bytes 6-9/10\r\n" + sized("xyz"), "xyz"), 400},
        {put("a.log", "Content-Range: bytes 6-8/20\r\n" + sized("xyz"), "xyz"), 400},
        {put("../a%00", sized("x"), "x"), 400}};
    for (const auto& [request, status] : cases) {
        auto client = house.site.client();
        client.send(request);
        EXPECT_EQ(client.receive().status, status) << request.substr(0, 90);
    }
    EXPECT_EQ(house.stored("a.log"), "abcdef");
}

TEST(HttpUpload, ChallengeIsAnsweredOnTheSameConnection) {
    UploadSite house;
    house.site.house.authorized["a.log"] = "Basic abc";
    auto client = house.site.client();
    const auto refused = client.ask(put("a.log", sized("one"), "one"));
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(refused.head.find("WWW-Authenticate: Digest "), std::string::npos);
    EXPECT_EQ(client.ask(put("a.log", "Authorization: Basic abc\r\n" + sized("two"), "two")).status, 201);
}

TEST(HttpUpload, ThatBreaksOffLeavesNothing) {
    UploadSite house;
    {
        auto client = house.site.client();
        client.send(put("a.log", "Content-Length: 100\r\n", "half of it"));
        client.finish_sending();
        EXPECT_TRUE(client.at_end());
    }
    EXPECT_TRUE(house.site.log.soon([](const DoorLog& log) { return log.abandoned_uploads == 1; }));
    EXPECT_EQ(house.stored("a.log"), "(nothing)");
}

TEST(HttpUpload, ThatCannotBeMadeDurableIsNoSuccess) {
    UploadSite house;
    for (const auto& [ends, status] : {std::pair{UploadRefusal::failed, 500}, {UploadRefusal::no_room, 507}}) {
        house.site.house.commit_ends = ends;
        auto client = house.site.client();
        EXPECT_EQ(client.ask(put("a.log", sized("one"), "one")).status, status);
    }
}

TEST(HttpUpload, ASlowSenderIsShutOut) {
    HttpOptions options;
    options.receive_window = std::chrono::milliseconds{300};
    options.receive_bytes_per_second_min = 100;
    UploadSite house(options);
    auto client = house.site.client();
    client.send(put("a.log", "Content-Length: 100\r\n", "x"));
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(house.site.log.soon([](const DoorLog& log) { return log.abandoned_uploads == 1; }));
}

TEST(HttpFromDisk, ComesOnceItIsThereAndInOrder) {
    UploadSite house;
    house.site.house.files["boot.ld"] = make_file("image");
    house.site.house.later = {"boot.ld", "absent.ld"};
    auto client = house.site.client();
    client.send(
        "GET /boot.ld HTTP/1.1\r\nHost: x\r\n\r\nGET /a.cfg HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /absent.ld HTTP/1.1\r\nHost: x\r\n\r\nGET /boot.ld HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2\r\n\r\n");
    EXPECT_EQ(client.receive().body, "image");
    EXPECT_EQ(client.receive().body, "0123456789");
    EXPECT_EQ(client.receive().status, 404);
    const auto part = client.receive();
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "ma");
    auto closing = house.site.client();
    EXPECT_EQ(closing.ask("GET /boot.ld HTTP/1.0\r\n\r\n").body, "image");
    EXPECT_TRUE(closing.at_end());
}

TEST(HttpHold, DelaysOnlyWhatIsNotFound) {
    UploadSite house;
    house.site.house.hold = std::chrono::milliseconds{400};
    auto client = house.site.client();
    const auto begin = std::chrono::steady_clock::time_point(house.site.clock.instant().time_since_epoch());
    EXPECT_EQ(client.ask("GET /a.cfg HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    const auto after_found = house.site.clock.instant().time_since_epoch() - begin.time_since_epoch();
    EXPECT_EQ(client.ask("GET /none HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
    auto closing = house.site.client();
    EXPECT_EQ(closing.ask("GET /none HTTP/1.0\r\n\r\n").status, 404);
    const auto after_held = house.site.clock.instant().time_since_epoch() - begin.time_since_epoch();
    EXPECT_LT(after_found, std::chrono::milliseconds{350});
    EXPECT_GE(after_held, std::chrono::milliseconds{800});
}

TEST(HttpDoor, ShutOutSourcesAreNotHeard) {
    UploadSite house;
    house.site.house.shut_out = {*IpAddress::from_text("127.0.0.1")};
    auto client = house.site.client();
    client.send("GET /a.cfg HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(house.site.log.read([](const DoorLog& log) { return log.opened.empty(); }));
}

} // namespace
} // namespace offhook::server
