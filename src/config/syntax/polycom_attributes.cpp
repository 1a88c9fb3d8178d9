#include "config/syntax/polycom_attributes.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <fmt/format.h>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::string_view head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<polycomConfig>\n";
constexpr std::string_view foot = "</polycomConfig>\n";

/// xmlns="…", xmlns:xsi="…" and xsi:noNamespaceSchemaLocation="…" are XML's own; no parameter has a colon.
bool is_markup(std::string_view name) { return name == "xmlns" || name.find(':') != std::string_view::npos; }

} // namespace

Result<std::string> PolycomAttributes::write(std::span<const Parameter> parameters) const {
    if (parameters.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    std::string out(head);
    std::string_view open_word;
    std::unordered_set<std::string_view> in_element; // an element cannot hold one name twice
    for (const auto& parameter : parameters) {
        const std::string_view name = parameter.name;
        const std::string_view word = name.substr(0, name.find('.'));
        if (word != open_word || in_element.contains(name)) {
            if (!open_word.empty()) out += "/>\n";
            out += "  <";
            out += word;
            open_word = word;
            in_element.clear();
        }
        in_element.insert(name);
        out += "\n   ";
        if (const auto appended = append_xml_attribute(out, name, parameter.value); !appended)
            return tl::unexpected(appended.error());
        if (out.size() > limits::document_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    }
    if (!open_word.empty()) out += "/>\n";
    out += foot;
    return out;
}

Result<ParsedDocument> PolycomAttributes::read(std::string_view text) const {
    ParameterList list;
    const auto on_element = [&](const XmlElement& element) -> Result<void> {
        for (const auto& [name, value] : element.attributes) {
            if (is_markup(name)) continue;
            if (auto added = list.add(std::string(name), value, element.line); !added) return added;
        }
        return {};
    };
    if (const auto done = read_xml(text, on_element); !done) return tl::unexpected(done.error());
    return list.take();
}

} // namespace offhook::config
