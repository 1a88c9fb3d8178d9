/// @file  Compiled profiles: what reads is what we would write, and nothing else crashes.
#include "base/assert.hpp"
#include "config/compile/compiled_profile.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const MacAddress mac(0x000e08aabbccULL);
    const auto read = config::read_compiled(text, mac);
    if (read) OFFHOOK_ASSERT(config::looks_compiled(text));
    // The bytes as a document of one value and one mark, too: the sum keeps a fuzzer away from most records.
    config::ParsedDocument document = read ? *read : config::ParsedDocument{};
    if (!read) {
        document.parameters.push_back({"A", std::string(text.substr(0, 4096))});
        document.access.push_back({"B", config::UserAccess::read_only});
    }
    for (const auto target : {std::optional<MacAddress>(), std::optional(mac)}) {
        const auto written = config::write_compiled(document, target);
        if (!written) continue;
        const auto again = config::read_compiled(*written, mac);
        OFFHOOK_ASSERT(again.has_value() && again->parameters == document.parameters);
        if (!read) OFFHOOK_ASSERT(again->access == document.access);
    }
    return 0;
}
