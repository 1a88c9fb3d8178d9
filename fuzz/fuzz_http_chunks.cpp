/// @file  Chunked bodies: however the bytes are cut, the body is the same, and nothing is read twice.
#include "base/assert.hpp"
#include "protocol/http_chunks.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using offhook::protocol::HttpChunkReader;

struct Body {
    std::string text;
    std::size_t used = 0;
    HttpChunkReader::State end = HttpChunkReader::State::needs_more;
};

Body read_in_steps(std::string_view bytes, std::size_t step) {
    HttpChunkReader reader;
    Body body;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        auto piece = bytes.substr(at, step);
        for (;;) {
            const auto result = reader.read(piece);
            OFFHOOK_ASSERT(result.used <= piece.size());
            body.used += result.used;
            body.text += result.data;
            body.end = result.state;
            piece.remove_prefix(result.used);
            if (body.end == HttpChunkReader::State::done || body.end == HttpChunkReader::State::broken) return body;
            if (body.end == HttpChunkReader::State::needs_more) break;
        }
    }
    return body;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto whole = read_in_steps(text, size + 1);
    const auto single = read_in_steps(text, 1);
    OFFHOOK_ASSERT(whole.end == single.end);
    if (whole.end == HttpChunkReader::State::done)
        OFFHOOK_ASSERT(whole.text == single.text && whole.used == single.used);
    return 0;
}
