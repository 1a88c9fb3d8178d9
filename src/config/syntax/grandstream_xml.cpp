#include "config/syntax/grandstream_xml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::string_view gs_root = "gs_provision";
constexpr std::string_view config_name = "config";
constexpr std::string_view mac_name = "mac";
constexpr std::size_t number_digits_max = 6;
constexpr unsigned root_depth = 1, section_depth = 2, value_depth = 3;

bool is_number_name(std::string_view name) {
    if (name.size() < 2 || name.size() > 1 + number_digits_max || name.front() != 'P' || name[1] == '0') return false;
    return std::all_of(name.begin() + 1, name.end(), ascii_digit);
}

bool is_address(std::string_view text) {
    const auto is_hex = [](char c) { return ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    return text.size() == 12 && std::all_of(text.begin(), text.end(), is_hex);
}

Result<void> append_element(std::string& out, const Parameter& parameter) {
    if (!is_number_name(parameter.name))
        return fail(ErrorCode::invalid, "not a name of this file: P and a number, or mac", printable(parameter.name));
    if (parameter.value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                    parameter.name);
    out += fmt::format("<{}>", parameter.name);
    if (!append_xml_value(out, parameter.value))
        return fail(ErrorCode::invalid,
                    "the value holds a control character or bytes that are no UTF-8; XML has no place for them",
                    parameter.name);
    out += fmt::format("</{}>\n", parameter.name);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return {};
}

/// Collects parameters as the elements come by.
class FileReading {
public:
    Result<void> start(const XmlElement& element) {
        if (element.depth == root_depth && element.name != gs_root)
            return fail(ErrorCode::invalid, fmt::format("there is no <{}> around it all", gs_root),
                        fmt::format("line {}", element.line));
        if (element.depth != section_depth) return {};
        in_config_ = element.name == config_name;
        if (!in_config_) return {};
        for (const auto& [name, value] : element.attributes)
            if (name == "version" && value != "1") {
                in_config_ = false;
                list_.note(fmt::format("<config version=\"{}\"> is of another form and left out", printable(value, 20)),
                           element.line);
            }
        return {};
    }

    Result<void> end(const XmlLeaf& leaf) {
        if (leaf.depth == section_depth && leaf.name == mac_name) {
            if (is_address(leaf.text)) return list_.add(std::string(mac_name), leaf.text, leaf.line);
            list_.note("<mac> holds no address", leaf.line);
        }
        if (leaf.depth != value_depth || !in_config_) return {};
        if (is_number_name(leaf.name) && leaf.form != XmlLeaf::Form::nests)
            return list_.add(std::string(leaf.name), leaf.text, leaf.line);
        list_.note(fmt::format("element {} means nothing here", printable(leaf.name, 40)), leaf.line);
        return {};
    }

    [[nodiscard]] ParsedDocument take() { return list_.take(); }

private:
    ParameterList list_{ParameterList::Twice::last_counts};
    bool in_config_ = false;
};

} // namespace

Result<std::string> GrandstreamXml::write(std::span<const Parameter> parameters) const {
    if (parameters.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    std::unordered_set<std::string_view> names;
    std::string mac, body;
    for (const Parameter& parameter : parameters) {
        if (!names.insert(parameter.name).second)
            return fail(ErrorCode::invalid, "stands twice; this file holds it once", printable(parameter.name));
        if (parameter.name == mac_name) {
            if (!is_address(parameter.value))
                return fail(ErrorCode::invalid, "an address is twelve hexadecimal digits", std::string(mac_name));
            mac = fmt::format("<{0}>{1}</{0}>\n", mac_name, parameter.value);
        } else if (const auto done = append_element(body, parameter); !done) {
            return tl::unexpected(done.error());
        }
    }
    std::string out =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{} version=\"1\">\n{}<{} version=\"1\">\n"
                    "{}</{}>\n</{}>\n",
                    gs_root, mac, config_name, body, config_name, gs_root);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return out;
}

Result<ParsedDocument> GrandstreamXml::read(std::string_view text) const {
    FileReading reading;
    const auto on_start = [&](const XmlElement& element) { return reading.start(element); };
    const auto on_end = [&](const XmlLeaf& leaf) { return reading.end(leaf); };
    const auto done = read_xml(text, on_start, on_end);
    if (!done) return tl::unexpected(done.error());
    return reading.take();
}

} // namespace offhook::config
