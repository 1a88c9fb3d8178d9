/// @file  HTTP request heads: never read past their end, and the same whatever follows them or arrives in pieces.
#include "base/assert.hpp"
#include "server/listen/http_request_head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::server;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    HttpHeadReader reader;
    const auto progress = reader.read(text);
    if (progress == HeadProgress::needs_more) return 0;
    const auto head_bytes = reader.head().bytes;
    OFFHOOK_ASSERT(head_bytes > 0 && head_bytes <= size);
    if (progress == HeadProgress::refused) {
        OFFHOOK_ASSERT(!reader.refusal().why.empty());
        return 0;
    }
    const std::string target(reader.head().target);
    OFFHOOK_ASSERT(target.find_first_of("\r\n ") == std::string::npos);
    HttpHeadReader again;
    OFFHOOK_ASSERT(again.read(text.substr(0, head_bytes)) == HeadProgress::complete);
    OFFHOOK_ASSERT(again.head().target == target && again.head().bytes == head_bytes);
    OFFHOOK_ASSERT(again.read(text.substr(0, head_bytes - 1)) == HeadProgress::needs_more);
    return 0;
}
