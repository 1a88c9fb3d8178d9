#pragma once
/// @file  XmlReader: any well-formed XML, element by element, as attributes only.
///
/// Expat does the parsing, because the phones embed it too: what they refuse as not well-formed is refused here.
/// Shape   UTF-8, UTF-16 or ISO 8859-1 in (a byte-order mark is fine), UTF-8 out. Text between tags is skipped.
/// Limits  text <= limits::document_bytes_max, depth <= limits::xml_depth_max. A document type declaration is refused:
///         phones know none, and it is the door to entities.
/// Errors  invalid or too_large, with "line 12, column 5" in `where`.
#include "base/result.hpp"

#include <cstddef>
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

/// Calls `on_element` at each start tag; its views live until it returns. An error that it returns ends the reading.
[[nodiscard]] Result<void> read_xml(std::string_view text,
                                    const std::function<Result<void>(const XmlElement&)>& on_element);

} // namespace offhook::config
