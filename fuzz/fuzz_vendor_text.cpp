/// @file  The grammars of Panasonic, Linksys, GENBAND, Yealink, Snom and Grandstream: what is read and written reads
/// and writes the same again.
#include "base/assert.hpp"
#include "config/syntax/panasonic_text.hpp"
#include "config/syntax/syntax.hpp"

#include <array>
#include <cstdint>

namespace {

/// A strict phone takes less than a lenient one, and never anything else.
void read_both_ways(std::string_view text) {
    using offhook::config::PanasonicRules;
    static constexpr std::array<std::string_view, 2> magics{"# PCC Standard Format File #",
                                                            "# Panasonic SIP Phone Standard Format File #"};
    const PanasonicRules lenient{magics};
    const PanasonicRules strict{magics, PanasonicRules::Spoilt::refused, PanasonicRules::Spoilt::refused};
    const offhook::config::PanasonicText syntax;
    const auto taken = syntax.read_as(text, strict);
    const auto all = syntax.read_as(text, lenient);
    OFFHOOK_ASSERT(!taken || (all && all->parameters == taken->parameters));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    read_both_ways(text);
    for (const char* name :
         {"panasonic-text", "spa-xml", "ip88-text", "yealink-text", "yealink-boot", "snom-xml", "grandstream-xml"}) {
        const auto* syntax = offhook::config::find_syntax(name);
        const auto first = syntax->read(text);
        if (!first) continue;
        const auto written = syntax->write_marked(first->parameters, first->access);
        if (!written) continue; // names beyond those we write, or more than a phone takes
        const auto second = syntax->read(*written);
        OFFHOOK_ASSERT(second.has_value());
        OFFHOOK_ASSERT(second->parameters.size() == first->parameters.size());
        const auto again = syntax->write_marked(second->parameters, second->access);
        OFFHOOK_ASSERT(again.has_value() && *again == *written);
    }
    return 0;
}
