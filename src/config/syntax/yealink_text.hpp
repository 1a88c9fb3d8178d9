#pragma once
/// @file  YealinkText: Yealink's configuration files: a line that says the version, then "key = value" lines.
///
/// Shape   the first line is "#!version:1.0.0.1": without it a phone drops the whole file. '#' begins a comment where
///         a line begins, nowhere else. An empty value is written %NULL%; read, nothing, %NULL% and %EMPTY% are empty.
///         Blanks around a value do not count, so a value that begins or ends with one has no place here, nor has a
///         line break: no escape is known.
/// Errors  read: invalid without the first line. A line that is none is left out with a note.
/// Source  reference: other vendors 3.2 (the first line, comments, %NULL%). Documented, not tried on hardware. That of
///         two equal names the last counts is inferred.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class ParameterList;

class YealinkText final : public Syntax {
public:
    static constexpr std::string_view first_line = "#!version:1.0.0.1";

    [[nodiscard]] std::string_view name() const override { return "yealink-text"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;

    /// One "key = value" line, for the boot file, too.
    [[nodiscard]] static Result<void> append(std::string& out, const Parameter& parameter);
    [[nodiscard]] static Result<void> take(ParameterList& list, std::string_view line, std::size_t number);
    /// Whether a phone would look at the file at all.
    [[nodiscard]] static Result<void> check_head(std::string_view text);
};

} // namespace offhook::config
