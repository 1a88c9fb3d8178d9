/// @file  SNTP messages: what is read is written again as it was, and any answer can be judged.
#include "base/assert.hpp"
#include "protocol/sntp/message.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace sntp = offhook::protocol::sntp;
    const auto payload = std::as_bytes(std::span(bytes, size));
    const auto message = sntp::parse(payload);
    OFFHOOK_ASSERT(message.has_value() == (size >= sntp::message_bytes));
    if (!message) return 0;
    const auto again = sntp::serialize(*message);
    OFFHOOK_ASSERT(std::equal(again.begin(), again.end(), payload.begin()));
    (void)sntp::judge_answer(*message, {message->originate, offhook::WallTime(), offhook::WallTime()});
    return 0;
}
