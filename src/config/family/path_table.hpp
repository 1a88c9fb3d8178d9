#pragma once
/// @file  PathTable: what a requested path is, found by hash where the pattern allows it.
///
/// Literal paths first, then "{mac}…" by what follows the MAC, each with the whole path before the last name alone
/// ("{dirs}…"), then the other patterns in the pack's order: a literal "000000000000.cfg" is therefore never taken for
/// "{mac}.cfg". Which models there are the caller says, so a pattern with {model} hides no other.
/// Limits  paths longer than limits::path_bytes_max match nothing. Allocates nothing when it matches.
#include "base/limits.hpp"
#include "config/family/pattern.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::config {

class PathTable {
public:
    /// Errors: conflict, when an earlier pattern takes all that this one is meant for.
    Result<void> add(Pattern pattern, std::uint32_t id);

    /// The id and, in `captures`, what the variables stood for. A pattern with {model} counts only where
    /// `knows_model(text)` says so: "{model}.cfg" is a model's file, not every file.
    template <class KnowsModel>
    [[nodiscard]] std::optional<std::uint32_t> match(std::string_view path, Captures& captures,
                                                     const KnowsModel& knows_model) const {
        if (const auto found = match_simple(path, captures)) return found;
        if (path.empty() || path.size() > limits::path_bytes_max) return std::nullopt;
        for (const Entry& entry : patterns_) {
            captures = {};
            if (!entry.pattern.match(path, captures)) continue;
            // A name is looked up by digits alone, here as among the names that are found by hash.
            if (captures.mac && captures.at(Variable::mac).size() != mac_digits) continue;
            const auto model = captures.at(Variable::model);
            if (model.empty() || knows_model(model)) return entry.id;
        }
        return std::nullopt;
    }
    /// The same where every text may be a model.
    [[nodiscard]] std::optional<std::uint32_t> match(std::string_view path, Captures& captures) const {
        return match(path, captures, [](std::string_view) { return true; });
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    struct Entry {
        Pattern pattern;
        std::uint32_t id;
    };
    using ByText = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;
    struct Names {
        ByText literal;   ///< by the lower-case text
        ByText after_mac; ///< by what stands behind twelve digits
    };
    /// What is found by hash.
    [[nodiscard]] std::optional<std::uint32_t> match_simple(std::string_view path, Captures& captures) const;
    [[nodiscard]] static std::optional<std::uint32_t> find_mac(const Names& names, std::string_view lower,
                                                               std::optional<MacAddress>& mac);
    Names whole_, last_; ///< last_: of "{dirs}…", whatever directories stand before
    std::vector<Entry> patterns_;
};

} // namespace offhook::config
