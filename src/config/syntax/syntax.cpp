#include "config/syntax/syntax.hpp"

#include "config/syntax/polycom_attributes.hpp"
#include "config/syntax/polycom_master.hpp"

#include <array>

namespace offhook::config {
namespace {

std::span<const Syntax* const> syntaxes() {
    static const PolycomAttributes polycom_attributes;
    static const PolycomMaster polycom_master;
    static const std::array<const Syntax*, 2> all{&polycom_attributes, &polycom_master};
    return all;
}

} // namespace

const Syntax* find_syntax(std::string_view name) {
    for (const auto* syntax : syntaxes())
        if (syntax->name() == name) return syntax;
    return nullptr;
}

std::string syntax_names() {
    std::string names;
    for (const auto* syntax : syntaxes()) {
        if (!names.empty()) names += ", ";
        names += syntax->name();
    }
    return names;
}

} // namespace offhook::config
