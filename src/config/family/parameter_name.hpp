#pragma once
/// @file  ParameterName: a vendor's parameter name with its indexes left open, and finding it again by hash.
///
/// Shape   "reg.{n}.auth.userId", "CODEC_PRIORITY4_{line}", "reg.{n}.server.{m}.port"; an index is decimal digits.
///         "fkey.{n-1}": the vendor counts from 0, so that our first is its 0; it is its name's only index.
///         A name in a file is looked up with every choice of up to two of its digit runs left open, so that
///         "dir.local.volatile.2meg" and "reg.2.address" both find theirs; fewer open runs win.
/// Limits  name_bytes_max; six digit runs are looked at.
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace offhook::config {

class ParameterName {
public:
    ParameterName() = default;
    /// Errors: invalid for an unknown placeholder, more than two, or a bad length.
    [[nodiscard]] static Result<ParameterName> compile(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// "{n}" and "{line}" and "{m}" made alike: what the table is keyed by.
    [[nodiscard]] const std::string& key() const { return key_; }
    [[nodiscard]] bool has_index() const { return placeholders_ != 0; }
    [[nodiscard]] unsigned placeholders() const { return placeholders_; }
    /// The placeholder is {n-1}.
    [[nodiscard]] bool is_from_zero() const { return from_zero_; }
    /// The placeholder is {line}: one parameter for each line of the phone.
    [[nodiscard]] bool is_every_line() const { return every_line_; }
    /// The name with its (first) index, ours, put in.
    [[nodiscard]] std::string with(std::uint16_t index) const;

private:
    std::string text_, key_, before_, after_;
    unsigned placeholders_ = 0;
    bool every_line_ = false;
    bool from_zero_ = false;
};

class ParameterTable {
public:
    struct Found {
        std::uint32_t id;
        std::uint16_t index; ///< ours, of the first placeholder; 0 where there is none
    };

    /// False: a name of the same key is there already, or one that differs from it in where it counts from.
    bool add(const ParameterName& name, std::uint32_t id);
    /// `name` as it stands in a file, or with placeholders of its own.
    [[nodiscard]] std::optional<Found> find(std::string_view name) const;
    /// By a name with placeholders: exactly that, else what its remaining digits can be an index of.
    [[nodiscard]] std::optional<std::uint32_t> find(const ParameterName& name) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
    bool any_from_zero_ = false;
};

} // namespace offhook::config
