#include "config/syntax/snom_xml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>

namespace offhook::config {
namespace {

constexpr std::string_view settings_element = "settings", settings_name = "phone-settings", keys_name = "functionKeys";
constexpr std::string_view key_element = "fkey";
constexpr std::array<std::string_view, 2> key_attributes{"context", "label"};
constexpr std::size_t index_digits_max = 5;

bool is_index(std::string_view text) {
    return !text.empty() && text.size() <= index_digits_max && std::all_of(text.begin(), text.end(), ascii_digit) &&
           (text.size() == 1 || text.front() != '0');
}

/// A name without dots: what follows a dot is the index.
bool is_element(std::string_view name) {
    return is_plain_xml_name(name) && name.find('.') == std::string_view::npos && name != settings_element &&
           name != settings_name && name != keys_name;
}

/// "fkey.0/label" taken apart.
struct SnomName {
    std::string_view whole; ///< without the attribute
    std::string_view element, index, attribute;
};

std::optional<SnomName> split_snom_name(std::string_view text) {
    if (text.size() > limits::name_bytes_max) return std::nullopt;
    SnomName name;
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) name.attribute = text.substr(slash + 1);
    name.whole = text.substr(0, slash);
    const auto dot = name.whole.find('.');
    name.element = name.whole.substr(0, dot);
    if (dot != std::string_view::npos) name.index = name.whole.substr(dot + 1);
    const bool is_key = name.element == key_element;
    const bool fits =
        is_element(name.element) && (dot == std::string_view::npos ? !is_key : is_index(name.index)) &&
        (slash == std::string_view::npos ||
         (is_key && std::find(key_attributes.begin(), key_attributes.end(), name.attribute) != key_attributes.end()));
    return fits ? std::optional(name) : std::nullopt;
}

/// One element to be: its value, and what stands in its tag.
struct Element {
    SnomName name;
    const std::string* value = nullptr;
    std::array<const std::string*, key_attributes.size()> attributes{};
};

Result<std::vector<Element>> elements_of(std::span<const Parameter> parameters) {
    std::vector<Element> out;
    std::unordered_map<std::string_view, std::size_t> last; ///< by name, of `out`
    for (const Parameter& parameter : parameters) {
        const auto name = split_snom_name(parameter.name);
        if (!name)
            return fail(ErrorCode::invalid, "not a name that an element of this file can have",
                        printable(parameter.name, 80));
        if (parameter.value.size() > limits::value_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                        parameter.name);
        const auto slot = [&](Element& element) -> const std::string*& {
            if (name->attribute.empty()) return element.value;
            const auto at = std::find(key_attributes.begin(), key_attributes.end(), name->attribute);
            return element.attributes[static_cast<std::size_t>(at - key_attributes.begin())];
        };
        const auto known = last.find(name->whole);
        if (known == last.end() || slot(out[known->second]) != nullptr) {
            last[name->whole] = out.size();
            out.push_back({*name, nullptr, {}});
        }
        slot(out[last[name->whole]]) = &parameter.value;
    }
    return out;
}

using Marks = std::unordered_map<std::string_view, UserAccess>;

Result<void> append_element(std::string& out, const Element& element, const Marks& marks) {
    const auto unusable = [&] {
        return fail(ErrorCode::invalid,
                    "the value holds a control character or bytes that are no UTF-8; XML has no place for them",
                    std::string(element.name.whole));
    };
    out += fmt::format("    <{}", element.name.element);
    if (!element.name.index.empty()) out += fmt::format(" idx=\"{}\"", element.name.index);
    for (std::size_t i = 0; i < key_attributes.size(); ++i) {
        if (element.attributes[i] == nullptr) continue;
        out += fmt::format(" {}=\"", key_attributes[i]);
        if (!append_xml_value(out, *element.attributes[i])) return unusable();
        out += '"';
    }
    if (const auto mark = marks.find(element.name.whole); mark != marks.end())
        out += mark->second == UserAccess::read_write ? " perm=\"RW\"" : " perm=\"R\"";
    out += '>';
    if (element.value != nullptr && !append_xml_value(out, *element.value)) return unusable();
    out += fmt::format("</{}>\n", element.name.element);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return {};
}

/// What is known of the element being read.
struct Open {
    std::string name; ///< empty: it means nothing here
    std::array<std::optional<std::string>, key_attributes.size()> attributes;
    std::optional<UserAccess> access;
};

class SettingsReading {
public:
    Result<void> start(const XmlElement& element) {
        if (element.depth == 1 && element.name != settings_element)
            return fail(ErrorCode::invalid,
                        fmt::format("the root element is {}, not settings", printable(element.name, 40)));
        if (element.depth == 2) start_section(element);
        if (element.depth == 3) open_ = section_.empty() ? Open{} : opened(element);
        return {};
    }

    Result<void> end(const XmlLeaf& leaf) {
        if (leaf.depth != 3 || open_.name.empty()) return {};
        if (leaf.form == XmlLeaf::Form::nests) {
            list_.note(fmt::format("{} holds other elements and means nothing here", open_.name), leaf.line);
            return {};
        }
        for (std::size_t i = 0; i < key_attributes.size(); ++i) {
            if (!open_.attributes[i]) continue;
            auto added =
                list_.add(fmt::format("{}/{}", open_.name, key_attributes[i]), *open_.attributes[i], leaf.line);
            if (!added) return added;
        }
        if (open_.access) access_.push_back({open_.name, *open_.access});
        return list_.add(open_.name, leaf.text, leaf.line);
    }

    [[nodiscard]] ParsedDocument take() {
        ParsedDocument out = list_.take();
        out.access = std::move(access_);
        return out;
    }

private:
    void start_section(const XmlElement& element) {
        const bool known = element.name == settings_name || element.name == keys_name;
        section_ = known ? element.name : std::string_view();
        if (!known) list_.note(fmt::format("section {} means nothing here", printable(element.name, 40)), element.line);
    }

    Open opened(const XmlElement& element) {
        Open open;
        std::string index;
        for (const auto& [name, value] : element.attributes) {
            if (name == "idx") index = fmt::format(".{}", value);
            if (name == "perm" && value == "R") open.access = UserAccess::read_only;
            if (name == "perm" && value == "RW") open.access = UserAccess::read_write;
            const auto at = std::find(key_attributes.begin(), key_attributes.end(), name);
            if (at != key_attributes.end() && element.name == key_element)
                open.attributes[static_cast<std::size_t>(at - key_attributes.begin())] = value;
        }
        open.name = fmt::format("{}{}", element.name, index);
        const bool placed = (element.name == key_element) == (section_ == keys_name);
        if (placed && split_snom_name(open.name)) return open;
        list_.note(fmt::format("{} is no setting of this section and is ignored", printable(open.name, 40)),
                   element.line);
        return {};
    }

    ParameterList list_{ParameterList::Twice::last_counts};
    std::vector<AccessMark> access_;
    std::string section_; ///< empty: one that means nothing here
    Open open_;
};

} // namespace

Result<std::string> SnomXml::write(std::span<const Parameter> parameters) const { return write_marked(parameters, {}); }

Result<std::string> SnomXml::write_marked(std::span<const Parameter> parameters,
                                          std::span<const AccessMark> access) const {
    const auto elements = elements_of(parameters);
    if (!elements) return tl::unexpected(elements.error());
    Marks marks;
    for (const AccessMark& mark : access) marks[mark.name] = mark.access;
    std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{}>\n", settings_element);
    for (const auto section : {settings_name, keys_name}) {
        out += fmt::format("  <{}>\n", section);
        for (const Element& element : *elements) {
            if ((element.name.element == key_element) != (section == keys_name)) continue;
            if (const auto done = append_element(out, element, marks); !done) return tl::unexpected(done.error());
        }
        out += fmt::format("  </{}>\n", section);
    }
    return out += fmt::format("</{}>\n", settings_element);
}

Result<ParsedDocument> SnomXml::read(std::string_view text) const {
    SettingsReading reading;
    const auto on_start = [&](const XmlElement& element) { return reading.start(element); };
    const auto on_end = [&](const XmlLeaf& leaf) { return reading.end(leaf); };
    if (const auto done = read_xml(text, on_start, on_end); !done) return tl::unexpected(done.error());
    return reading.take();
}

} // namespace offhook::config
