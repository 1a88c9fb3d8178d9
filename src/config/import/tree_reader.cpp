#include "config/import/tree_reader.hpp"

#include "base/text.hpp"
#include "config/import/genband_tree.hpp"
#include "config/import/panasonic_tree.hpp"
#include "config/import/polycom_tree.hpp"
#include "config/import/spa_tree.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {

void FileReport::claim(Verdict as, std::string kind, std::string reason) {
    if (verdict != Verdict::unclaimed) return;
    verdict = as;
    what = std::move(kind);
    why = std::move(reason);
}

std::span<const TreeReader* const> readers() {
    static const SpaTree spa;
    static const GenbandTree genband;
    static const PolycomTree polycom;
    static const PanasonicTree panasonic;
    static const std::array<const TreeReader*, 4> all{&spa, &genband, &polycom,
                                                      &panasonic}; // who takes any XML comes later
    return all;
}

bool has_oui_of(const Family& family, MacAddress mac) {
    const auto ouis = family.ouis();
    return std::find(ouis.begin(), ouis.end(), mac.oui()) != ouis.end();
}

Result<std::string> open_sealed(std::string_view bytes, const Seal* seal, std::string_view key) {
    if (seal == nullptr) return fail(ErrorCode::unavailable, "encrypted, in a form that this version cannot open");
    if (key.empty()) return fail(ErrorCode::forbidden, "encrypted: give its key with --key FILE");
    return seal->open(bytes, key);
}

std::string stripped_of_account(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const auto start = scheme + 3;
    const auto end = url.find('/', start);
    const auto at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < start) return std::string(url);
    return fmt::format("{}{}", url.substr(0, start), url.substr(at + 1));
}

std::string without_account(std::string_view url) { return printable(stripped_of_account(url)); }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

} // namespace offhook::config
