/// @file  HTTP request targets: whatever comes in, the name that comes out is tidy, and asking for it again gives
/// itself.
#include "base/assert.hpp"
#include "protocol/http_target.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

std::string escaped(std::string_view path) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "/";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0xfU];
    }
    return out;
}

void expect_tidy(std::string_view path) {
    OFFHOOK_ASSERT(path.size() <= offhook::limits::path_bytes_max);
    OFFHOOK_ASSERT(path.empty() || path.front() != '/');
    const std::string framed = "/" + std::string(path) + "/";
    const bool ends_in_slash = !path.empty() && path.back() == '/';
    const auto doubled = framed.find("//");
    OFFHOOK_ASSERT(doubled == std::string::npos || path.empty() || (ends_in_slash && doubled == path.size()));
    OFFHOOK_ASSERT(framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos);
    for (const char c : path) OFFHOOK_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\');
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::protocol;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    HttpTargetScratch scratch;
    const auto parsed = parse_http_target(text, scratch);
    if (!parsed) {
        OFFHOOK_ASSERT(parsed.error().offset <= size);
        return 0;
    }
    expect_tidy(parsed->path);
    HttpTargetScratch again_scratch;
    const std::string again_text = escaped(parsed->path);
    const auto again = parse_http_target(again_text, again_scratch);
    OFFHOOK_ASSERT(again && again->path == parsed->path);
    return 0;
}
