#include "config/syntax/spa_xml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view root_name = "flat-profile";

/// What append_xml_value() wrote, with every character beyond ASCII as a reference. `text` is valid UTF-8.
std::string in_ascii(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            out += text[i++];
            continue;
        }
        const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        std::uint32_t code = lead & (0x7fU >> size);
        for (std::size_t at = 1; at < size; ++at)
            code = (code << 6U) | (static_cast<unsigned char>(text[i + at]) & 0x3fU);
        out += fmt::format("&#{};", code);
        i += size;
    }
    return out;
}

/// As a phone reads it.
std::string as_read(std::string_view text) {
    std::string out(trim(text));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return out;
}

} // namespace

Result<std::string> SpaXml::write(std::span<const Parameter> parameters) const {
    if (parameters.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    std::string out = fmt::format("<?xml version=\"1.0\"?>\n<{}>\n", root_name);
    for (const Parameter& parameter : parameters) {
        if (parameter.name.size() > limits::name_bytes_max || !is_plain_xml_name(parameter.name) ||
            parameter.name == root_name)
            return fail(ErrorCode::invalid, "not a name that an element can have", printable(parameter.name));
        if (parameter.value.size() > limits::value_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                        parameter.name);
        std::string escaped;
        if (as_read(parameter.value) != parameter.value || !append_xml_value(escaped, parameter.value))
            return fail(ErrorCode::invalid,
                        "the value holds a line break, a control character, a blank at one of its ends, or bytes that "
                        "are no UTF-8; this file has no place for them",
                        parameter.name);
        out += fmt::format("<{0}>{1}</{0}>\n", parameter.name, in_ascii(escaped));
        if (out.size() > limits::document_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    }
    out += fmt::format("</{}>\n", root_name);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return out;
}

Result<ParsedDocument> SpaXml::read(std::string_view text) const {
    ParameterList list(ParameterList::Twice::last_counts);
    unsigned profile_depth = 0; // of the <flat-profile> that we are in
    bool found = false;
    const auto on_start = [&](const XmlElement& element) -> Result<void> {
        if (profile_depth == 0 && element.name == root_name) {
            profile_depth = element.depth;
            found = true;
        }
        return {};
    };
    const auto on_end = [&](const XmlLeaf& leaf) -> Result<void> {
        if (leaf.depth == profile_depth) profile_depth = 0;
        if (profile_depth == 0 || leaf.depth != profile_depth + 1 || leaf.form == XmlLeaf::Form::self_closed) return {};
        if (leaf.form == XmlLeaf::Form::nests) {
            list.note(fmt::format("element {} holds others and means nothing here", printable(leaf.name, 40)),
                      leaf.line);
            return {};
        }
        return list.add(std::string(leaf.name), as_read(leaf.text), leaf.line);
    };
    if (const auto done = read_xml(text, on_start, on_end); !done) return tl::unexpected(done.error());
    if (!found)
        return fail(ErrorCode::invalid, fmt::format("there is no <{}>: this is no profile", root_name), "line 1");
    return list.take();
}

} // namespace offhook::config
