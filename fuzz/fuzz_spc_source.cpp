/// @file  Plain-text profiles: what is read writes, and what is written reads the same; imports end.
#include "base/assert.hpp"
#include "config/compile/spc_source.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook;
    const std::string text(reinterpret_cast<const char*>(bytes), size);
    const auto whole = [&](const std::string&) -> Result<std::string> { return text; }; // each import is the same again
    auto read = config::read_spc_source("p/in.txt", whole);
    if (!read) return 0;
    const config::Profile profile = config::settled(std::move(*read));
    const auto written = config::to_source(profile);
    if (!written) return 0; // a carriage return or a NUL in a value
    const auto load = [&](const std::string&) -> Result<std::string> { return *written; };
    auto again = config::read_spc_source("p/in.txt", load);
    OFFHOOK_ASSERT(again.has_value());
    const config::Profile second = config::settled(std::move(*again));
    OFFHOOK_ASSERT(second.entries.size() == profile.entries.size());
    for (std::size_t i = 0; i < second.entries.size(); ++i)
        OFFHOOK_ASSERT(second.entries[i].name == profile.entries[i].name &&
                       second.entries[i].value == profile.entries[i].value &&
                       second.entries[i].access == profile.entries[i].access);
    (void)config::to_xml(profile);
    return 0;
}
