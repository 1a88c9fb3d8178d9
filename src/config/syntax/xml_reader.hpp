#pragma once
/// @file  XmlReader: any well-formed XML, element by element, with its attributes, or its own text at its end.
///
/// Expat does the parsing, because the phones embed it too: what they refuse as not well-formed is refused here.
/// Shape   UTF-8, UTF-16 or ISO 8859-1 in (a byte-order mark is fine), UTF-8 out.
/// Limits  text <= limits::document_bytes_max, depth <= limits::xml_depth_max. A document type declaration is refused:
///         phones know none, and it is the door to entities.
/// Errors  invalid or too_large, with "line 12, column 5" in `where`.
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace offhook::config {

struct XmlElement {
    using Attribute = std::pair<std::string_view, std::string_view>;

    std::string_view name;
    std::span<const Attribute> attributes; ///< in document order, each name once (XML 1.0, 3.1)
    std::size_t line;                      ///< from 1
    unsigned depth;                        ///< the root has 1
};

/// An element at its end.
struct XmlLeaf {
    enum class Form : std::uint8_t {
        text,        ///< <X>text</X>, the text may be empty
        self_closed, ///< <X/>
        nests        ///< it holds other elements; `text` is empty
    } form;
    std::string_view name;
    std::string_view text;
    std::size_t line; ///< of the end tag
    unsigned depth;
};

/// What counts for the encoding: the document's own mark and header, or what the caller knows better.
enum class XmlEncoding : std::uint8_t { as_declared, utf8, iso_8859_1 };

/// Calls `on_element` at each start tag; its views live until it returns. An error that it returns ends the reading.
[[nodiscard]] Result<void> read_xml(std::string_view text,
                                    const std::function<Result<void>(const XmlElement&)>& on_element);
/// The same, and `on_end` at each end tag. Limits  limits::value_bytes_max + 1 bytes are kept of an element's text.
[[nodiscard]] Result<void> read_xml(std::string_view text,
                                    const std::function<Result<void>(const XmlElement&)>& on_element,
                                    const std::function<Result<void>(const XmlLeaf&)>& on_end,
                                    XmlEncoding encoding = XmlEncoding::as_declared);

} // namespace offhook::config
