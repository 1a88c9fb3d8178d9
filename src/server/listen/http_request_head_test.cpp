#include "server/listen/http_request_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::server {
namespace {

using protocol::HttpConnection;
using protocol::HttpStatus;

TEST(HttpRequestHead, ReadsTheFactsThatCount) {
    HttpHeadReader reader;
    const std::string bytes = "GET /a.cfg?x HTTP/1.1\r\nhost: boot\r\nUSER-AGENT:  FileTransport PolycomVVX \r\n"
                              "Range: bytes=0-9\r\nIf-None-Match: \"a\"\r\nIf-Range: \"b\"\r\nIf-Modified-Since: c\r\n"
                              "If-Match: d\r\nIf-Unmodified-Since: e\r\nX-Other: f\r\n\r\nGET /next";
    ASSERT_EQ(reader.read(bytes), HeadProgress::complete);
    const auto& head = reader.head();
    EXPECT_EQ(head.bytes, bytes.size() - 9);
    EXPECT_EQ(head.method, HttpMethod::get);
    EXPECT_EQ(head.target, "/a.cfg?x");
    EXPECT_EQ(head.user_agent, "FileTransport PolycomVVX");
    EXPECT_EQ(head.range, "bytes=0-9");
    EXPECT_EQ(head.conditions.if_none_match, "\"a\"");
    EXPECT_EQ(head.conditions.if_range, "\"b\"");
    EXPECT_EQ(head.conditions.if_modified_since, "c");
    EXPECT_EQ(head.conditions.if_match, "d");
    EXPECT_EQ(head.conditions.if_unmodified_since, "e");
    EXPECT_EQ(head.framing, HttpFraming::none);
    EXPECT_EQ(head.connection, HttpConnection::keep_alive);
}

TEST(HttpRequestHead, AcceptsSloppyClients) {
    struct Case {
        std::string_view bytes;
        std::string_view target;
    };
    for (const auto& [bytes, target] : {
             Case{"GET / HTTP/1.0\r\n\r\n", "/"},
             Case{"GET /a HTTP/1.1\r\n\r\n", "/a"},
             Case{"\r\n\r\nGET /a HTTP/1.1\r\n\r\n", "/a"},
             Case{"\nGET /a HTTP/1.1\n\n", "/a"},
             Case{"GET /a HTTP/1.1\nHost: b\nUser-Agent: c\n\n", "/a"},
             Case{"GET /a HTTP/1.1\r\nHost: b\n\r\n", "/a"},
             Case{"GET /a HTTP/1.1\nHost: b\r\n\n", "/a"},
             Case{"GET /a b.cfg HTTP/1.1\r\n\r\n", "/a%20b.cfg"},
             Case{"GET /a  b c HTTP/1.1\nHost: x\n\n", "/a%20%20b%20c"},
             Case{"GET  /a HTTP/1.1\r\n\r\n", "/a"},
             Case{"GET /{MAC}.cfg HTTP/1.1\r\n\r\n", "/{MAC}.cfg"},
             Case{"GET /\\a HTTP/1.1\r\n\r\n", "/\\a"},
             Case{"GET http://boot/a HTTP/1.1\r\n\r\n", "http://boot/a"},
             Case{"GET /a\x01 HTTP/1.1\r\n\r\n", "/a%01"}, // refused later, as a name
             Case{"GET /a HTTP/1.1\r\nHost:\r\n\r\n", "/a"},
             Case{"GET /a HTTP/1.1\r\nX: \xc3\xa9\r\n\r\n", "/a"},
             Case{"PUT /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "/a"},
         }) {
        HttpHeadReader reader;
        ASSERT_EQ(reader.read(bytes), HeadProgress::complete) << bytes << ": " << reader.refusal().why;
        EXPECT_EQ(reader.head().target, target) << bytes;
    }
}

TEST(HttpRequestHead, RejectsWhatTwoServersCouldReadDifferently) {
    using namespace std::string_view_literals;
    std::string many = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 65; ++i) many += "X: y\r\n";
    many += "\r\n";
    struct Case {
        std::string_view bytes;
        HttpStatus status = HttpStatus::bad_request;
    };
    for (const auto& [bytes, status] : {
             Case{"GET / HTTP/1.1\r\nHost : b\r\n\r\n"},
             Case{"GET / HTTP/1.1\nHost : b\n\n"},
             Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"},
             Case{"GET / HTTP/1.1\nX: a\n b\n\n"},
             Case{"GET / HTTP/1.1\rX: a\r\n\r\n"},
             Case{"GET /a\rb HTTP/1.1\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"sv},
             Case{"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", HttpStatus::not_implemented},
             Case{"GET / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", HttpStatus::not_implemented},
             Case{"GET / HTTP/1.1\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\nno colon\r\n\r\n"},
             Case{"GET / HTTP/1.1\r\n: x\r\n\r\n"},
             Case{"GET /\r\n\r\n"},
             Case{"GET\r\n\r\n"},
             Case{"GET / HTTP/2.0\r\n\r\n"},
             Case{"GET / HTTP/11\r\n\r\n"},
             Case{"GET / http/1.1\r\n\r\n"},
             Case{"G(T / HTTP/1.1\r\n\r\n"},
             Case{"\x16\x03\x01\x02\n\n"},
             Case{many, HttpStatus::header_fields_too_large},
         }) {
        HttpHeadReader reader;
        ASSERT_EQ(reader.read(bytes), HeadProgress::refused) << bytes;
        EXPECT_EQ(reader.refusal().status, status) << bytes << ": " << reader.refusal().why;
        EXPECT_FALSE(reader.refusal().why.empty());
    }
}

TEST(HttpRequestHead, TheFirstEmptyLineEndsItWhateverFollows) {
    HttpHeadReader reader;
    ASSERT_EQ(reader.read("GET /a HTTP/1.1\n\nGET /b HTTP/1.1\r\n\r\n"), HeadProgress::complete);
    EXPECT_EQ(reader.head().target, "/a");
    EXPECT_EQ(reader.head().bytes, 17U);
    ASSERT_EQ(reader.read("GET /a HTTP/1.1\r\nX: y\n\nGET /b HTTP/1.1\r\n\r\n"), HeadProgress::complete);
    EXPECT_EQ(reader.head().bytes, 23U);
}

TEST(HttpRequestHead, KeepAliveFollowsTheVersion) {
    struct Case {
        const char* bytes;
        HttpConnection expected;
    };
    for (const auto& [bytes, expected] : {
             Case{"GET / HTTP/1.1\r\n\r\n", HttpConnection::keep_alive},
             Case{"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", HttpConnection::close},
             Case{"GET / HTTP/1.1\r\nConnection: TE, close\r\n\r\n", HttpConnection::close},
             Case{"GET / HTTP/1.0\r\n\r\n", HttpConnection::close},
             Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", HttpConnection::keep_alive},
             Case{"GET / HTTP/1.0\r\nProxy-Connection: Keep-Alive\r\n\r\n", HttpConnection::keep_alive},
         }) {
        HttpHeadReader reader;
        ASSERT_EQ(reader.read(bytes), HeadProgress::complete) << bytes;
        EXPECT_EQ(reader.head().connection, expected) << bytes;
    }
}

TEST(HttpRequestHead, SaysHowTheBodyIsFramed) {
    HttpHeadReader reader;
    ASSERT_EQ(reader.read("POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n"),
              HeadProgress::complete);
    EXPECT_EQ(reader.head().framing, HttpFraming::length);
    EXPECT_EQ(reader.head().body_bytes, 5U);
    EXPECT_TRUE(reader.head().expects_continue);
    EXPECT_EQ(reader.head().method, HttpMethod::post);
    ASSERT_EQ(reader.read("PUT / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"), HeadProgress::complete);
    EXPECT_EQ(reader.head().framing, HttpFraming::chunked);
    ASSERT_EQ(reader.read("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), HeadProgress::complete);
    EXPECT_EQ(reader.head().framing, HttpFraming::none);
}

TEST(HttpRequestHead, EveryPrefixNeedsMore) {
    const std::string bytes = "\r\nGET /a b HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\n\r\n";
    HttpHeadReader reader;
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(reader.read(std::string_view(bytes).substr(0, size)), HeadProgress::needs_more) << size;
    EXPECT_EQ(reader.read(bytes), HeadProgress::complete);
}

} // namespace
} // namespace offhook::server
