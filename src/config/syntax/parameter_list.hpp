#pragma once
/// @file  ParameterList: collects what a reader finds, within the bounds of a document.
#include "config/syntax/syntax.hpp"

#include <cstdint>
#include <unordered_map>

namespace offhook::config {

class ParameterList {
public:
    /// Which of two equal names a phone takes.
    enum class Twice : std::uint8_t { first_counts, last_counts };
    explicit ParameterList(Twice twice = Twice::first_counts) : twice_(twice) {}

    /// A value or name beyond the bounds is left out with a note: one odd parameter must not cost a phone its lines.
    /// Errors: too_large for too many parameters.
    [[nodiscard]] Result<void> add(std::string name, std::string_view value, std::size_t line);
    void note(std::string text, std::size_t line);
    [[nodiscard]] ParsedDocument take() { return std::move(document_); }

private:
    Twice twice_;
    ParsedDocument document_;
    std::unordered_map<std::string, std::size_t> first_lines_; ///< by name
};

} // namespace offhook::config
