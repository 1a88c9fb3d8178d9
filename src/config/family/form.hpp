#pragma once
/// @file  Form: a text that holds several values, written and taken apart by the same pattern.
///
/// Shape   "{host}:{port}", "fnc=sd+blf;sub={value}@$PROXY;nme={label}". A variable is an input of the row by number.
///         Taking apart, a variable runs to the first place of the literal behind it, at the end to the last. A value
///         in square brackets (an IPv6 address) is taken whole. `when` are inputs that must have a certain value of
///         ours: they choose the form, and reading it gives them. A value with a character of `without` is neither
///         written nor read: it would end its place. A form without any text empties the parameter.
/// Limits  pack_limits::form_variables_max inputs.
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/family/limits.hpp"

namespace offhook::config {

using FormValues = std::array<std::string_view, pack_limits::form_variables_max>;

class Form {
public:
    struct Condition {
        std::uint8_t input;
        std::string value; ///< ours; empty: any

        friend bool operator==(const Condition&, const Condition&) = default;
    };

    /// `names` are the row's inputs in order. Errors: invalid.
    [[nodiscard]] static Result<Form> compile(std::string_view text, std::span<const std::string> names);

    std::vector<Condition> when;
    bool is_read = true; ///< false: written only, for another form reads it back as what means the same
    std::string without; ///< characters that no value may hold: they mean something in the language of the text

    /// The first of them in `value`; 0 where there is none.
    [[nodiscard]] char forbidden_in(std::string_view value) const;

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool uses(std::size_t input) const;
    [[nodiscard]] bool has_condition_on(std::size_t input) const;
    /// False when what was written would not be taken apart into the same values.
    [[nodiscard]] bool write(const FormValues& values, std::string& out) const;
    [[nodiscard]] bool read(std::string_view text, FormValues& values) const;

private:
    struct Piece {
        std::optional<std::uint8_t> input;
        std::string literal;
    };
    std::string text_;
    std::vector<Piece> pieces_;
};

} // namespace offhook::config
