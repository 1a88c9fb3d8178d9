/// @file  Syslog messages: anything is read, its parts lie within it, and what is written reads back.
#include "base/assert.hpp"
#include "protocol/syslog/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace syslog = offhook::protocol::syslog;
    const std::string_view payload(reinterpret_cast<const char*>(bytes), size);
    const auto message = syslog::parse(payload);
    for (const auto part : {message.time, message.host, message.program, message.text})
        OFFHOOK_ASSERT(part.empty() ||
                       (part.data() >= payload.data() && part.data() + part.size() <= payload.data() + payload.size()));
    if (message.priority) OFFHOOK_ASSERT(message.priority->facility < 24 && message.priority->severity < 8);
    const auto written =
        syslog::serialize(message.priority.value_or(syslog::local0_info), "- " + std::string(message.text));
    const auto again = syslog::parse(written);
    OFFHOOK_ASSERT(again.priority && again.header == syslog::Message::Header::none);
    return 0;
}
