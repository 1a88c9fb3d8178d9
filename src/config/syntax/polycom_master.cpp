#include "config/syntax/polycom_master.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <fmt/format.h>
#include <optional>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view root_name = "APPLICATION";
constexpr std::string_view child_prefix = "APPLICATION_";
constexpr std::size_t path_bytes_max = 255;
constexpr std::size_t list_bytes_max = 2047;

struct MasterName {
    std::optional<std::string_view> model; ///< absent: every model
    std::string_view attribute;
};

MasterName split_name(std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return {std::nullopt, name};
    return {name.substr(0, slash), name.substr(slash + 1)};
}

/// What the phone's own bounds say against a value, if anything.
std::optional<std::string> beyond_phone(std::string_view attribute, std::string_view value) {
    if (!attribute.ends_with("_FILES")) {
        if (value.size() > path_bytes_max) return fmt::format("a path has at most {} bytes", path_bytes_max);
        return std::nullopt;
    }
    if (value.size() > list_bytes_max) return fmt::format("a list of files has at most {} bytes", list_bytes_max);
    for (const auto file : split(value, ','))
        if (trim(file).size() > path_bytes_max)
            return fmt::format("a file's name has at most {} bytes", path_bytes_max);
    return std::nullopt;
}

Result<void> append(std::string& out, std::string_view indent, const Parameter& parameter) {
    const auto [model, attribute] = split_name(parameter.name);
    if (const auto reason = beyond_phone(attribute, parameter.value))
        return fail(ErrorCode::too_large, *reason, parameter.name);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    out += indent;
    if (!model) return append_xml_attribute(out, attribute, parameter.value);
    return append_xml_attribute(out, fmt::format("{}_{}", attribute, *model), parameter.value);
}

} // namespace

Result<std::string> PolycomMaster::write(std::span<const Parameter> parameters) const {
    if (parameters.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    std::string out(declaration);
    out += "<APPLICATION";
    std::unordered_set<std::string_view> in_element; // an element cannot hold one name twice
    for (const auto& parameter : parameters) {
        if (split_name(parameter.name).model) continue;
        if (!in_element.insert(parameter.name).second)
            return fail(ErrorCode::invalid, "stands twice; a master file holds it once", parameter.name);
        if (const auto done = append(out, "\n ", parameter); !done) return tl::unexpected(done.error());
    }
    out += ">\n";
    std::string_view open_model;
    for (const auto& parameter : parameters) {
        const auto [model, attribute] = split_name(parameter.name);
        if (!model) continue;
        if (!is_plain_xml_name(*model) || attribute.empty())
            return fail(ErrorCode::invalid, "not of the form MODEL/ATTRIBUTE", printable(parameter.name));
        if (*model != open_model || in_element.contains(parameter.name)) {
            if (!open_model.empty()) out += "/>\n";
            out += fmt::format("  <{}{}", child_prefix, *model);
            open_model = *model;
            in_element.clear();
        }
        in_element.insert(parameter.name);
        if (const auto done = append(out, "\n   ", parameter); !done) return tl::unexpected(done.error());
    }
    if (!open_model.empty()) out += "/>\n";
    out += "</APPLICATION>\n";
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return out;
}

Result<ParsedDocument> PolycomMaster::read(std::string_view text) const {
    ParameterList list;
    const auto on_element = [&](const XmlElement& element) -> Result<void> {
        const bool is_root = element.depth == 1;
        if (is_root && element.name != root_name)
            return fail(ErrorCode::invalid, fmt::format("the root element is {}, not APPLICATION: this is no master "
                                                        "configuration file",
                                                        printable(element.name, 40)));
        if (!is_root && (element.depth != 2 || !element.name.starts_with(child_prefix) ||
                         element.name.size() == child_prefix.size())) {
            list.note(fmt::format("element {} means nothing here", printable(element.name, 40)), element.line);
            return {};
        }
        const std::string_view model = is_root ? std::string_view{} : element.name.substr(child_prefix.size());
        const std::string suffix = is_root ? std::string{} : fmt::format("_{}", model);
        for (const auto& [name, value] : element.attributes) {
            if (!name.ends_with(suffix) || name.size() == suffix.size()) {
                list.note(fmt::format("{} lacks the ending {} and is ignored", printable(name, 40), suffix),
                          element.line);
                continue;
            }
            const auto attribute = name.substr(0, name.size() - suffix.size());
            if (const auto reason = beyond_phone(attribute, value))
                list.note(fmt::format("{}: {}", printable(name, 40), *reason), element.line);
            auto added =
                list.add(is_root ? std::string(name) : fmt::format("{}/{}", model, attribute), value, element.line);
            if (!added) return added;
        }
        return {};
    };
    if (const auto done = read_xml(text, on_element); !done) return tl::unexpected(done.error());
    return list.take();
}

} // namespace offhook::config
