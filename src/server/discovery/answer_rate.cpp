#include "server/discovery/answer_rate.hpp"

#include "server/discovery/limits.hpp"

namespace offhook::server {

AnswerRate::AnswerRate(std::size_t per_source_second, std::size_t per_second, std::uint64_t seed)
    : per_source_(per_source_second), per_second_(per_second), seed_(seed), sources_(limits::pnp_sources_max) {}

bool AnswerRate::Window::allows(std::size_t most, Instant now) {
    if (now - begin >= std::chrono::seconds{1} || count == 0) {
        begin = now;
        count = 0;
    }
    return ++count <= most;
}

bool AnswerRate::allows(const IpAddress& source, Instant now) {
    std::uint64_t hash = seed_;
    for (const auto byte : source.bytes()) hash = (hash ^ byte) * 0x0000'0100'0000'01b3ULL;
    auto& place = sources_[(hash ^ hash >> 32U) % sources_.size()];
    if (place.address != source) place = {source, {}};
    if (!place.window.allows(per_source_, now)) return false;
    return all_.allows(per_second_, now);
}

} // namespace offhook::server
