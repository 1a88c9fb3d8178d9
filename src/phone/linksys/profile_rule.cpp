#include "phone/linksys/profile_rule.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace offhook::phone::linksys {
namespace {

using protocol::Scheme;

bool is_name_char(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || ascii_digit(c); }

/// "(NAME:p:q)" behind a dollar, and how long it is. nullopt: it stays as it is.
std::optional<std::string> in_parentheses(std::string_view text, const Macros& macros, std::size_t& taken) {
    const auto close = text.find(')');
    if (close == std::string_view::npos) return std::nullopt;
    const auto parts = split(text.substr(1, close - 1), ':');
    const auto found = macros.find(parts[0]);
    if (found == macros.end() || parts.size() > 3) return std::nullopt;
    std::string_view value = found->second;
    if (parts.size() > 1) {
        const auto start = to_number<std::size_t>(parts[1]);
        if (!start) return std::nullopt;
        value.remove_prefix(std::min(*start, value.size()));
    }
    if (parts.size() > 2) {
        const auto length = to_number<std::size_t>(parts[2]);
        if (!length) return std::nullopt;
        value = value.substr(0, *length);
    }
    taken = close + 1;
    return std::string(value);
}

/// The longest run of letters and digits; nullopt where that is no macro.
std::optional<std::string> bare(std::string_view text, const Macros& macros, std::size_t& taken) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_name_char);
    const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const auto found = macros.find(name);
    if (found == macros.end()) return std::nullopt;
    taken = name.size();
    return found->second;
}

bool is_more_than_a_place(std::string_view rule) {
    return rule.starts_with('(') || rule.starts_with('[') || rule.find('|') != std::string_view::npos ||
           rule.find('!') != std::string_view::npos;
}

bool speaks(Scheme scheme) { return scheme == Scheme::tftp || scheme == Scheme::http || scheme == Scheme::https; }

} // namespace

std::string expand(std::string_view text, const Macros& macros) {
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '$' || text.empty()) {
            out += c;
            continue;
        }
        std::size_t taken = 0;
        std::optional<std::string> value;
        if (text.front() == '$')
            value = "$", taken = 1;
        else if (text.front() == '(')
            value = in_parentheses(text, macros, taken);
        else
            value = bare(text, macros, taken);
        out += value.value_or("$");
        text.remove_prefix(taken);
    }
    return out;
}

Result<std::optional<protocol::Url>> read_rule(std::string_view rule, const Macros& macros,
                                               const std::optional<protocol::Url>& base) {
    rule = trim(rule);
    if (rule.empty() || rule.starts_with('#')) return std::nullopt;
    if (is_more_than_a_place(rule))
        return fail(ErrorCode::invalid,
                    "this phone reads a rule that is one URL; conditions, assignments and options are not built yet");
    const std::string expanded = expand(rule, macros);
    const std::string_view text = std::string_view(expanded).substr(0, expanded.find_first_of(" \t"));
    if (!text.starts_with('/')) {
        auto url = protocol::parse_url(text);
        if (!url) return tl::unexpected(url.error());
        if (!url->scheme) url->scheme = Scheme::tftp;
        if (!speaks(*url->scheme)) return fail(ErrorCode::invalid, "the phone speaks tftp, http and https only");
        if (url->path.empty()) return fail(ErrorCode::invalid, "the rule names no path");
        return *url;
    }
    if (!base) return fail(ErrorCode::not_found, "the rule names no server, and none was found");
    protocol::Url url = *base;
    if (!url.scheme) url.scheme = Scheme::tftp;
    while (url.path.ends_with('/')) url.path.pop_back();
    url.path += text;
    if (url.path.size() > offhook::limits::path_bytes_max) return fail(ErrorCode::too_large, "the path is too long");
    return url;
}

} // namespace offhook::phone::linksys
