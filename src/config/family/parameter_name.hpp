#pragma once
/// @file  ParameterName: a vendor's parameter name with its indexes left open, and finding it again by hash.
///
/// Shape   "reg.{n}.auth.userId", "CODEC_PRIORITY4_{line}", "reg.{n}.server.{m}.port"; an index is decimal digits.
///         "fkey.{n-1}": the vendor counts from 0, so that our first is its 0; it is its name's only index.
///         A name in a file is looked up with every choice of up to two of its digit runs left open, so that
///         "dir.local.volatile.2meg" and "reg.2.address" both find theirs; fewer open runs win.
///         Some vendors number by no rule (Grandstream's P271 and P401 are one switch of two accounts): a name made of
///         a list has the n-th of them for index n, and an end.
/// Limits  name_bytes_max; six digit runs are looked at; a list has pack_limits::index_max names.
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::config {

class ParameterName {
public:
    ParameterName() = default;
    /// Errors: invalid for an unknown placeholder, more than two, or a bad length.
    [[nodiscard]] static Result<ParameterName> compile(std::string_view text);

    /// The n-th name for index n. Errors: invalid for no name, too many, one that stands twice, or a placeholder.
    [[nodiscard]] static Result<ParameterName> compile_each(std::span<const std::string> names);

    /// As it stands in the pack; of a list the first.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// All of a list, else none.
    [[nodiscard]] std::span<const std::string> each() const { return each_; }
    /// Whether there is a name for that index: a list ends.
    [[nodiscard]] bool reaches(std::uint16_t index) const {
        return each_.empty() || (index != 0 && index <= each_.size());
    }
    /// "{n}" and "{line}" and "{m}" made alike: what the table is keyed by.
    [[nodiscard]] const std::string& key() const { return key_; }
    [[nodiscard]] bool has_index() const { return placeholders_ != 0; }
    [[nodiscard]] unsigned placeholders() const { return placeholders_; }
    /// The placeholder is {n-1}.
    [[nodiscard]] bool is_from_zero() const { return from_zero_; }
    /// The placeholder is {line}: one parameter for each line of the phone.
    [[nodiscard]] bool is_every_line() const { return every_line_; }
    /// The name with its (first) index, ours, put in; empty beyond the end of a list.
    [[nodiscard]] std::string with(std::uint16_t index) const;

private:
    std::string text_, key_, before_, after_;
    std::vector<std::string> each_;
    unsigned placeholders_ = 0;
    bool every_line_ = false;
    bool from_zero_ = false;
};

class ParameterTable {
public:
    struct Found {
        std::uint32_t id;
        std::uint16_t index; ///< ours, of the first placeholder or the place in a list; 0 where there is none
    };

    /// False: a name of the same key is there already, or one that differs from it in where it counts from.
    bool add(const ParameterName& name, std::uint32_t id);
    /// `name` as it stands in a file, or with placeholders of its own.
    [[nodiscard]] std::optional<Found> find(std::string_view name) const;
    /// By a name with placeholders: exactly that, else what its remaining digits can be an index of. Of a list its
    /// first.
    [[nodiscard]] std::optional<std::uint32_t> find(const ParameterName& name) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, Found, Hash, std::equal_to<>> ids_;
    bool any_from_zero_ = false;
};

} // namespace offhook::config
