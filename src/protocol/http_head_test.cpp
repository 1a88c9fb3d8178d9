#include "protocol/http_head.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

const HttpFileFacts file{3072, "\"5f3c\"", "text/xml", WallTime{std::chrono::milliseconds{784'111'777'999}}};

TEST(HttpHead, OfAFileIsEverythingButTheDate) {
    EXPECT_EQ(http_file_head(file, HttpConnection::keep_alive),
              "HTTP/1.1 200 OK\r\nContent-Length: 3072\r\nContent-Type: text/xml\r\nETag: \"5f3c\"\r\n"
              "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nAccept-Ranges: bytes\r\nConnection: keep-alive\r\n");
    EXPECT_NE(http_file_head(file, HttpConnection::close).find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpHead, OfAPartSaysWhichBytes) {
    EXPECT_EQ(http_part_head(file, 100, 10, HttpConnection::close),
              "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nContent-Range: bytes 100-109/3072\r\n"
              "Content-Type: text/xml\r\nETag: \"5f3c\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
              "Connection: close\r\n");
    EXPECT_EQ(http_range_refused_head(file, HttpConnection::close),
              "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nContent-Range: bytes */3072\r\n"
              "Connection: close\r\n");
}

TEST(HttpHead, NotModifiedHasValidatorsAndNoLength) {
    EXPECT_EQ(http_not_modified_head(file, HttpConnection::keep_alive),
              "HTTP/1.1 304 Not Modified\r\nETag: \"5f3c\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
              "Connection: keep-alive\r\n");
}

TEST(HttpHead, OfARefusalHasNoBodyAndA405SaysWhatIsAllowed) {
    EXPECT_EQ(http_empty_head(HttpStatus::not_found, HttpConnection::close),
              "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n");
    EXPECT_EQ(http_empty_head(HttpStatus::method_not_allowed, HttpConnection::close),
              "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nAllow: GET, HEAD, PUT\r\nConnection: close\r\n");
}

TEST(HttpHead, DateLineEndsTheHead) {
    const auto line = http_date_line(*file.modified);
    EXPECT_EQ(std::string_view(line.data(), line.size()), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST(HttpHead, AFileWithoutADateSaysNone) {
    HttpFileFacts dateless = file;
    dateless.modified.reset();
    for (const auto& head :
         {http_file_head(dateless, HttpConnection::close), http_not_modified_head(dateless, HttpConnection::close)}) {
        EXPECT_EQ(head.find("Last-Modified"), std::string::npos);
        EXPECT_NE(head.find("ETag"), std::string::npos);
    }
}

} // namespace
} // namespace offhook::protocol
