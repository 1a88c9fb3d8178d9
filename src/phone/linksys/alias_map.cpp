#include "phone/linksys/alias_map.hpp"

#include "base/text.hpp"
#include "config/syntax/xml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

constexpr std::size_t aliases_max = 30; // "about 30" (G)
constexpr std::string_view target_prefix = "/flat-profile/";

bool is_path(std::string_view text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) { return ascii_blank(c) || c == '='; });
}

/// As a phone reads a value (8.1).
std::string as_read(std::string_view text) {
    std::string out(trim(text));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return ascii_blank(c); }, ' ');
    return out;
}

} // namespace

Result<std::vector<Alias>> parse_alias_map(std::string_view text) {
    std::vector<Alias> out;
    for (const auto piece : split(text, ';')) {
        const auto entry = trim(piece);
        if (entry.empty()) continue;
        const auto equals = std::min(entry.find('='), entry.size());
        const auto left = trim(entry.substr(0, equals));
        const auto right = equals == entry.size() ? std::string_view() : trim(entry.substr(equals + 1));
        const bool is_good = is_path(left) && is_path(right) && right.starts_with(target_prefix) &&
                             right.size() > target_prefix.size() &&
                             right.find('/', target_prefix.size()) == std::string_view::npos;
        if (!is_good)
            return fail(
                ErrorCode::invalid,
                fmt::format("entry {} of the alias map is none; expected path = /flat-profile/Name ;", out.size() + 1));
        if (out.size() >= aliases_max)
            return fail(ErrorCode::too_large, fmt::format("an alias map has at most {} entries", aliases_max));
        out.push_back(
            {(left.starts_with('/') ? "" : "/") + std::string(left), std::string(right.substr(target_prefix.size()))});
    }
    return out;
}

Result<std::vector<config::Parameter>> read_aliased(std::string_view document, const std::vector<Alias>& map) {
    std::vector<config::Parameter> out;
    std::vector<std::string> names;
    const auto on_start = [&](const config::XmlElement& element) -> Result<void> {
        names.resize(element.depth - 1);
        names.emplace_back(element.name);
        return {};
    };
    const auto on_end = [&](const config::XmlLeaf& leaf) -> Result<void> {
        if (leaf.form != config::XmlLeaf::Form::text) return {};
        names.resize(leaf.depth);
        const std::string path = "/" + join(names, "/");
        for (const auto& alias : map)
            if (path.ends_with(alias.path)) out.push_back({alias.parameter, as_read(leaf.text)});
        return {};
    };
    if (const auto done = config::read_xml(document, on_start, on_end); !done) return tl::unexpected(done.error());
    return out;
}

} // namespace offhook::phone::linksys
