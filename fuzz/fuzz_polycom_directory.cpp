/// @file  Contact directories, Polycom's and the phonebook of IP88xx: what is read and can be written whole reads back
/// the same.
#include "base/assert.hpp"
#include "config/syntax/directory_syntax.hpp"

#include <cstdint>

namespace {

void read_and_write(std::string_view name, std::string_view text) {
    const auto* syntax = offhook::config::find_directory_syntax(name);
    const auto first = syntax->read(text);
    if (!first) return;
    const auto written = syntax->write(first->contacts);
    const auto second = syntax->read(written.text);
    OFFHOOK_ASSERT(second.has_value());
    if (written.notes.empty()) OFFHOOK_ASSERT(second->contacts == first->contacts);
    const auto again = syntax->write(second->contacts);
    OFFHOOK_ASSERT(again.notes.empty());
    OFFHOOK_ASSERT(again.text == written.text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    read_and_write("polycom-directory", text);
    read_and_write("ip88-phonebook", text);
    return 0;
}
