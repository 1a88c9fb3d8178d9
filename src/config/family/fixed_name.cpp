#include "config/family/fixed_name.hpp"

#include <algorithm>

namespace offhook::config {

std::string_view without_model(const Family& family, std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return name;
    const auto models = family.models();
    const bool known = std::any_of(models.begin(), models.end(),
                                   [&](const Model& model) { return model.name == name.substr(0, slash); });
    return known ? name.substr(slash + 1) : name;
}

bool holds_fixed(const Document& document, const Family& family, std::string_view name) {
    if (document.content != Document::Content::fixed) return false;
    const auto plain = without_model(family, name);
    return std::any_of(document.fixed.begin(), document.fixed.end(),
                       [&](const Parameter& fixed) { return fixed.name == name || fixed.name == plain; });
}

bool is_fixed_name(const Family& family, std::string_view name) {
    const auto documents = family.documents();
    return std::any_of(documents.begin(), documents.end(), [&](const Document& document) {
        return document.scope == DocumentScope::device && holds_fixed(document, family, name);
    });
}

} // namespace offhook::config
