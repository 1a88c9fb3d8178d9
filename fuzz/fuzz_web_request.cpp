/// @file  The head of a request to a phone's pages: what is taken has one line each, and its argument no control
/// characters.
#include "base/assert.hpp"
#include "phone/web/web_request.hpp"

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::phone;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto request = read_web_request(text);
    if (!request) return 0;
    OFFHOOK_ASSERT(size <= web_head_bytes_max && request->target.starts_with('/') && !request->method.empty());
    const std::string again =
        request->method + " " + request->target + " HTTP/1.1\r\n" +
        (request->authorization.empty() ? "" : "Authorization: " + request->authorization + "\r\n") + "\r\n";
    if (again.size() <= web_head_bytes_max) {
        const auto second = read_web_request(again);
        OFFHOOK_ASSERT(second && second->target == request->target);
        OFFHOOK_ASSERT(second->authorization == request->authorization);
    }
    const auto argument = undo_url_encoding(request->target);
    OFFHOOK_ASSERT(!argument || argument->size() <= request->target.size());
    OFFHOOK_ASSERT(!argument || std::none_of(argument->begin(), argument->end(),
                                             [](unsigned char c) { return c < ' ' || c == 0x7f; }));
    return 0;
}
