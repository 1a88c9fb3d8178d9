/// @file  Polycom's XML: what is read and can be written reads back the same.
#include "base/assert.hpp"
#include "config/syntax/syntax.hpp"

#include <algorithm>
#include <cstdint>

namespace {

using offhook::config::Parameter;

/// A master file is written with what counts for every model first, and with it alone once: compare in that order.
std::vector<Parameter> in_written_order(std::vector<Parameter> parameters) {
    std::stable_partition(parameters.begin(), parameters.end(),
                          [](const Parameter& p) { return p.name.find('/') == std::string::npos; });
    return parameters;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    for (const char* name : {"polycom-attributes", "polycom-master"}) {
        const auto* syntax = offhook::config::find_syntax(name);
        const auto first = syntax->read(text);
        if (!first) continue;
        const auto written = syntax->write(first->parameters);
        if (!written) continue; // names beyond those we write: <x é="1"/>
        const auto second = syntax->read(*written);
        OFFHOOK_ASSERT(second.has_value());
        OFFHOOK_ASSERT(second->parameters == in_written_order(first->parameters));
    }
    return 0;
}
