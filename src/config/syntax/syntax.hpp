#pragma once
/// @file  Syntax: a file's grammar - parameters to text, and text to parameters.
///
/// A syntax knows nothing of phones or settings. Escaping happens here and nowhere else: a value can hold anything and
/// cannot break out of its place.
/// Shape   a document is a list of (name, value), in order. What a grammar adds (element names, sections, per-model
///         children) is in the parameter's name or in SyntaxOptions.
/// Limits  text <= limits::document_bytes_max, 20,000 parameters, names and values as in base/limits.hpp.
/// Errors  read(): invalid with "line 12, column 5" in `where`. write(): invalid naming a value that the grammar cannot
///         carry at all (a quote where none can be escaped), never a mangled file.
#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct Parameter {
    std::string name;
    std::string value;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// What a reader noticed that the phone's own reader would swallow.
struct SyntaxNote {
    std::string text; ///< "reg.1.address stands twice; the first counts"
    std::size_t line; ///< from 1
};

/// What a phone lets its user do with a parameter on its own pages; an administrator may always change it.
enum class UserAccess : std::uint8_t { none, read_only, read_write };

struct AccessMark {
    std::string name;
    UserAccess access;

    friend bool operator==(const AccessMark&, const AccessMark&) = default;
};

struct ParsedDocument {
    std::vector<Parameter> parameters; ///< in document order, duplicates kept
    std::vector<AccessMark> access;    ///< in document order, also of parameters whose value stays as it is
    std::vector<SyntaxNote> notes;
};

class Syntax {
public:
    virtual ~Syntax() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::string_view media_type() const = 0; ///< static storage
    [[nodiscard]] virtual Result<std::string> write(std::span<const Parameter> parameters) const = 0;
    /// The same with marks, of parameters that stand there or not. Only spa-xml and snom-xml have a place for
    /// them; others leave them out.
    [[nodiscard]] virtual Result<std::string> write_marked(std::span<const Parameter> parameters,
                                                           std::span<const AccessMark> /*access*/) const {
        return write(parameters);
    }
    [[nodiscard]] virtual Result<ParsedDocument> read(std::string_view text) const = 0;
};

/// The syntax a pack names: "polycom-attributes" (configuration files), "polycom-master" (the master configuration
/// file), "panasonic-text", "spa-xml", "ip88-text", "yealink-text", "yealink-boot" (what a phone shall fetch),
/// "snom-xml", "grandstream-xml". Null when there is none of that name. Lifetime: static.
[[nodiscard]] const Syntax* find_syntax(std::string_view name);
/// "polycom-attributes, polycom-master": for error messages.
[[nodiscard]] std::string syntax_names();

} // namespace offhook::config
