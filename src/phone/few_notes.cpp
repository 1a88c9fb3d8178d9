#include "phone/few_notes.hpp"

#include <fmt/format.h>

namespace offhook::phone {

std::vector<std::string> few_notes(std::string_view name, const std::vector<config::SyntaxNote>& notes) {
    constexpr std::size_t told_max = 3;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < notes.size() && i < told_max; ++i)
        out.push_back(fmt::format("{} line {}: {}", name, notes[i].line, notes[i].text));
    if (notes.size() > told_max)
        out.push_back(fmt::format("{}: {} more notes like these", name, notes.size() - told_max));
    return out;
}

} // namespace offhook::phone
