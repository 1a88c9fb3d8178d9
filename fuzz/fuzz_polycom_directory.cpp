/// @file  Polycom's contact directory: what is read and can be written whole reads back the same.
#include "base/assert.hpp"
#include "config/syntax/directory_syntax.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto* syntax = offhook::config::find_directory_syntax("polycom-directory");
    const auto first = syntax->read(text);
    if (!first) return 0;
    const auto written = syntax->write(first->contacts);
    const auto second = syntax->read(written.text);
    OFFHOOK_ASSERT(second.has_value());
    if (written.notes.empty()) OFFHOOK_ASSERT(second->contacts == first->contacts);
    const auto again = syntax->write(second->contacts);
    OFFHOOK_ASSERT(again.notes.empty());
    OFFHOOK_ASSERT(again.text == written.text);
    return 0;
}
