#pragma once
/// @file  AnswerRate: how often one source, and all together, are answered in a second.
///
/// Shape    a table of fixed size by a keyed hash of the source; whoever meets another's place takes it, so a flood of
///          sources is held by the common bound alone.
/// Threads  one.
#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offhook::server {

class AnswerRate {
public:
    AnswerRate(std::size_t per_source_second, std::size_t per_second, std::uint64_t seed);
    /// Counts one more. False: it is too many.
    [[nodiscard]] bool allows(const IpAddress& source, Instant now);

private:
    struct Window {
        Instant begin{};
        std::size_t count = 0;
        [[nodiscard]] bool allows(std::size_t most, Instant now);
    };
    struct Source {
        IpAddress address;
        Window window;
    };
    std::size_t per_source_, per_second_;
    std::uint64_t seed_;
    Window all_;
    std::vector<Source> sources_;
};

} // namespace offhook::server
