#include "protocol/http_chunks.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

namespace offhook::protocol {
namespace {

struct Body {
    std::string text;
    std::size_t used = 0;
    HttpChunkReader::State end = HttpChunkReader::State::needs_more;
};

/// Feeds the bytes in pieces of `step`.
Body read_in_steps(std::string_view bytes, std::size_t step) {
    HttpChunkReader reader;
    Body body;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        auto piece = bytes.substr(at, step);
        for (;;) {
            const auto result = reader.read(piece);
            body.used += result.used;
            body.text += result.data;
            body.end = result.state;
            piece.remove_prefix(result.used);
            if (result.state == HttpChunkReader::State::done || result.state == HttpChunkReader::State::broken)
                return body;
            if (result.state == HttpChunkReader::State::needs_more) break;
        }
    }
    return body;
}

TEST(HttpChunks, ABodyIsTheSameHoweverItArrives) {
    const std::string bytes =
        "4\r\nWiki\r\n1A;name=\"v\"\r\n0123456789abcdefghijklmnop\r\n0\r\nTrailer: x\r\n\r\nGET /";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        const auto body = read_in_steps(bytes, step);
        EXPECT_EQ(body.text, "Wiki0123456789abcdefghijklmnop") << step;
        EXPECT_EQ(body.end, HttpChunkReader::State::done) << step;
        EXPECT_EQ(body.used, bytes.size() - 5) << step; // the next request stays
    }
}

TEST(HttpChunks, WhatTwoReadersCouldReadInTwoWaysIsBroken) {
    const std::vector<std::string> broken{
        "\r\n",        "x\r\n",       "-1\r\n",   "4\nWiki",     "4\r\nWikiX\r\n",      "4\r\nWiki\n",
        "4 4\r\nWiki", "0x4\r\nWiki", "4\rx\r\n", "0\r\nA: b\n", "1000000000000000\r\n"};
    for (const auto& bytes : broken)
        EXPECT_EQ(read_in_steps(bytes, bytes.size()).end, HttpChunkReader::State::broken) << bytes;
}

TEST(HttpChunks, LinesAndTrailersHaveAnEnd) {
    const auto of = [](const std::string& bytes) { return read_in_steps(bytes, 100).end; };
    EXPECT_EQ(of("1;" + std::string(250, 'x') + "\r\na"), HttpChunkReader::State::needs_more);
    EXPECT_EQ(of("1;" + std::string(300, 'x')), HttpChunkReader::State::broken);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 100; ++i) trailers += "A: " + std::string(50, 'x') + "\r\n";
    EXPECT_EQ(of(trailers + "\r\n"), HttpChunkReader::State::broken);
}

} // namespace
} // namespace offhook::protocol
