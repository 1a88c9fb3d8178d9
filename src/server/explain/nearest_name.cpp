#include "server/explain/nearest_name.hpp"

#include "base/edit_distance.hpp"

#include <vector>

namespace offhook::server {
namespace {

constexpr std::size_t name_bytes_max = 128;

/// The pattern as this phone would ask; nullopt where it holds what only the phone knows.
std::optional<std::string> name_of(std::string_view pattern, MacAddress mac, std::string_view model) {
    std::string out;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        out += pattern.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos) return std::nullopt;
        const auto word = pattern.substr(open + 1, close - open - 1);
        pattern.remove_prefix(close + 1);
        if (word == "mac")
            out += mac.text();
        else if (word == "model")
            out += model;
        else if (word != "dirs")
            return std::nullopt;
    }
    return out;
}

} // namespace

std::optional<std::string> nearest_name(const config::Family& family, std::string_view asked, MacAddress mac,
                                        std::string_view model) {
    asked = asked.substr(asked.rfind('/') == std::string_view::npos ? 0 : asked.rfind('/') + 1);
    if (asked.empty() || asked.size() > name_bytes_max) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = asked.size() / 4 + 1; // to be beaten
    const auto consider = [&](const std::vector<std::string>& patterns) {
        for (const std::string& pattern : patterns) {
            auto name = name_of(pattern, mac, model);
            if (!name || name->size() > name_bytes_max) continue;
            if (const auto far = edit_distance(asked, *name, LetterCase::ignored); far < best_distance) {
                best_distance = far;
                best = std::move(name);
            }
        }
    };
    for (const auto& document : family.documents()) consider(document.paths);
    for (const auto& other : family.other_files()) consider(other.paths);
    return best;
}

} // namespace offhook::server
