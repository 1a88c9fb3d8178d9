#include "base/random.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <sys/random.h>

namespace offhook {

std::uint64_t Random::next() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
    OFFHOOK_ASSERT(bound > 0);
    const std::uint64_t unfair = (0 - bound) % bound; // the values that would favour small results
    for (;;) {
        const std::uint64_t value = next();
        if (value >= unfair) return value % bound;
    }
}

std::string Random::letters(std::size_t count) {
    static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += alphabet[below(alphabet.size())];
    return out;
}

void SystemRandom::fill(std::span<std::byte> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            throw std::runtime_error("the kernel gives no random bytes: " + std::string(std::strerror(errno)));
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

void SeededRandom::fill(std::span<std::byte> out) {
    std::size_t filled = 0;
    while (filled < out.size()) {
        std::uint64_t z = (state_ += 0x9e37'79b9'7f4a'7c15ULL);
        z = (z ^ (z >> 30U)) * 0xbf58'476d'1ce4'e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebULL;
        z ^= z >> 31U;
        const std::size_t count = std::min(sizeof z, out.size() - filled);
        std::memcpy(out.data() + filled, &z, count);
        filled += count;
    }
}

} // namespace offhook
