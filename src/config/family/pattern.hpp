#pragma once
/// @file  Pattern: a text with variables, matched in linear time without a regular expression.
///
/// Shape   literal text and variables: "{mac}-app.log", "FileTransport Polycom{series}-{model}-UA/{version}".
///         A variable runs to the first place where the literal behind it stands (to the last, where that literal ends
///         the pattern) and must then consist of its own characters. Nothing is tried twice. Letter case is ignored.
///         {mac} 12 hexadecimal digits, or 17 bytes with ':' or '-' between the pairs
///                                              {part}  letters, digits, '-'      {stage} letters
///         {model} letters, digits, '-', '_'    {site}  letters, digits, '-' '_'  {series} {serial} letters, digits
///         {version} letters, digits, '.', '-'  {name}  anything but '/'
///         {dirs} only in front: nothing, or anything that ends in '/'
/// Limits  pack_limits::pattern_bytes_max, pack_limits::pattern_pieces_max.
/// Errors  compile(): a sentence on what is wrong with the pattern.
/// Threads immutable: any.
#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

enum class Variable : std::uint8_t { mac, model, part, site, series, version, stage, name, dirs, serial };
inline constexpr std::size_t variable_count = 10;
inline constexpr std::size_t mac_digits = 12; ///< of {mac} without separators

/// What the variables stood for; views into the matched text.
struct Captures {
    std::array<std::string_view, variable_count> texts;
    std::optional<MacAddress> mac;

    [[nodiscard]] std::string_view at(Variable variable) const { return texts[static_cast<std::size_t>(variable)]; }
};

class Pattern {
public:
    [[nodiscard]] static Result<Pattern> compile(std::string_view text);

    /// Allocates nothing. `captures` is filled only as far as the match went when the answer is false.
    [[nodiscard]] bool match(std::string_view text, Captures& captures) const;

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool has(Variable variable) const;
    /// Patterns that are found by hash: a literal, or {mac} and a literal, either behind {dirs}. `rest` is lower-case.
    struct Simple {
        bool any_directory, mac;
        std::string_view rest;
    };
    [[nodiscard]] std::optional<Simple> simple() const;
    /// Texts that the pattern matches, at least one: what checks for shadows try.
    [[nodiscard]] std::vector<std::string> samples() const;

private:
    struct Piece {
        bool is_variable = false;
        Variable variable = Variable::name;
        std::string literal; ///< lower-case
    };
    std::string text_;
    std::vector<Piece> pieces_;
};

} // namespace offhook::config
