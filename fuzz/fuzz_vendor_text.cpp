/// @file  The grammars of Panasonic, Linksys and GENBAND: what is read and written reads and writes the same again.
#include "base/assert.hpp"
#include "config/syntax/syntax.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    for (const char* name : {"panasonic-text", "spa-xml", "ip88-text"}) {
        const auto* syntax = offhook::config::find_syntax(name);
        const auto first = syntax->read(text);
        if (!first) continue;
        const auto written = syntax->write(first->parameters);
        if (!written) continue; // names beyond those we write, or more than a phone takes
        const auto second = syntax->read(*written);
        OFFHOOK_ASSERT(second.has_value());
        OFFHOOK_ASSERT(second->parameters.size() == first->parameters.size());
        const auto again = syntax->write(second->parameters);
        OFFHOOK_ASSERT(again.has_value() && *again == *written);
    }
    return 0;
}
