#include "config/syntax/spa_xml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>
#include <unordered_set>

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

struct AccessName {
    UserAccess access;
    std::string_view name;
};
constexpr AccessName access_names[] = {
    {UserAccess::none, "na"}, {UserAccess::read_only, "ro"}, {UserAccess::read_write, "rw"}};

std::string_view name_of(UserAccess access) {
    for (const AccessName& row : access_names)
        if (row.access == access) return row.name;
    return {};
}

std::optional<UserAccess> access_of(std::string_view text) {
    for (const AccessName& row : access_names)
        if (equal_ignoring_case(row.name, trim(text))) return row.access;
    return std::nullopt;
}

/// The last mark of each name.
using Marks = std::unordered_map<std::string_view, UserAccess>;

Result<void> check_name(std::string_view name) {
    if (name.size() > limits::name_bytes_max || !is_plain_xml_name(name) || name == root_name)
        return fail(ErrorCode::invalid, "not a name that an element can have", printable(name));
    return {};
}

Result<void> append_element(std::string& out, const Parameter& parameter, const Marks& marks) {
    if (const auto usable = check_name(parameter.name); !usable) return tl::unexpected(usable.error());
    if (parameter.value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                    parameter.name);
    std::string escaped;
    if (as_read(parameter.value) != parameter.value || !append_xml_value(escaped, parameter.value))
        return fail(ErrorCode::invalid,
                    "the value holds a line break, a control character, a blank at one of its ends, or bytes that "
                    "are no UTF-8; this file has no place for them",
                    parameter.name);
    const auto mark = marks.find(parameter.name);
    const std::string ua = mark == marks.end() ? "" : fmt::format(" ua=\"{}\"", name_of(mark->second));
    out += fmt::format("<{0}{1}>{2}</{0}>\n", parameter.name, ua, in_ascii(escaped));
    return {};
}

Result<void> check_bytes(const std::string& out) {
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return {};
}

/// A header to read past, as phones do, and what it says the encoding is.
struct Header {
    std::size_t bytes = 0; ///< with the blanks before it, which XML itself does not allow
    bool says_latin = false;
};

Header header_of(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size() && ascii_blank(text[begin])) ++begin;
    Header out{begin};
    constexpr std::string_view open = "<?xml", close = "?>";
    if (!text.substr(begin).starts_with(open) || begin + open.size() >= text.size() ||
        !ascii_blank(text[begin + open.size()]))
        return out;
    const auto end = text.find(close, begin);
    if (end == std::string_view::npos) return out;
    out.bytes = end + close.size();
    const std::string words = to_lower(text.substr(begin, end - begin));
    out.says_latin = words.find("iso-8859-1\"") != std::string::npos || words.find("iso-8859-1'") != std::string::npos;
    return out;
}

/// Collects a profile's parameters and marks as the elements come by.
class ProfileReading {
public:
    Result<void> start(const XmlElement& element) {
        if (profile_depth_ == 0 && element.name == root_name) {
            profile_depth_ = element.depth;
            found_ = true;
        } else if (profile_depth_ != 0 && element.depth == profile_depth_ + 1) {
            mark_.reset();
            for (const auto& [name, value] : element.attributes) {
                if (name != "ua") continue;
                mark_ = access_of(value);
                if (!mark_)
                    list_.note(fmt::format("ua=\"{}\" of {} is none of na, ro, rw and is left out",
                                           printable(value, 20), printable(element.name, 40)),
                               element.line);
            }
        }
        return {};
    }

    Result<void> end(const XmlLeaf& leaf) {
        if (leaf.depth == profile_depth_) profile_depth_ = 0;
        if (profile_depth_ == 0 || leaf.depth != profile_depth_ + 1) return {};
        if (leaf.form == XmlLeaf::Form::nests) {
            list_.note(fmt::format("element {} holds others and means nothing here", printable(leaf.name, 40)),
                       leaf.line);
            return {};
        }
        if (mark_ && leaf.name.size() <= limits::name_bytes_max && access_.size() < limits::document_parameters_max)
            access_.push_back({std::string(leaf.name), *mark_});
        if (leaf.form == XmlLeaf::Form::self_closed) return {};
        return list_.add(std::string(leaf.name), as_read(leaf.text), leaf.line);
    }

    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] ParameterList& list() { return list_; }
    [[nodiscard]] ParsedDocument take() {
        ParsedDocument out = list_.take();
        out.access = std::move(access_);
        return out;
    }

private:
    ParameterList list_{ParameterList::Twice::last_counts};
    std::vector<AccessMark> access_;
    std::optional<UserAccess> mark_; ///< of the element that is open
    unsigned profile_depth_ = 0;     ///< of the <flat-profile> that we are in
    bool found_ = false;
};

} // namespace

Result<std::string> SpaXml::write(std::span<const Parameter> parameters) const { return write_marked(parameters, {}); }

Result<std::string> SpaXml::write_marked(std::span<const Parameter> parameters,
                                         std::span<const AccessMark> access) const {
    if (parameters.size() + access.size() > 2 * limits::document_parameters_max ||
        parameters.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    Marks marks;
    for (const AccessMark& mark : access) marks[mark.name] = mark.access;
    std::string out = fmt::format("<?xml version=\"1.0\"?>\n<{}>\n", root_name);
    std::unordered_set<std::string_view> written;
    for (const Parameter& parameter : parameters) {
        if (const auto done = append_element(out, parameter, marks); !done) return tl::unexpected(done.error());
        if (const auto fits = check_bytes(out); !fits) return tl::unexpected(fits.error());
        written.insert(parameter.name);
    }
    for (const AccessMark& mark : access) { // of values that stay as they are
        if (!written.insert(mark.name).second) continue;
        if (const auto usable = check_name(mark.name); !usable) return tl::unexpected(usable.error());
        out += fmt::format("<{} ua=\"{}\"/>\n", mark.name, name_of(marks.at(mark.name)));
        if (const auto fits = check_bytes(out); !fits) return tl::unexpected(fits.error());
    }
    out += fmt::format("</{}>\n", root_name);
    if (const auto fits = check_bytes(out); !fits) return tl::unexpected(fits.error());
    return out;
}

Result<ParsedDocument> SpaXml::read(std::string_view text) const {
    ProfileReading reading;
    const auto on_start = [&](const XmlElement& element) { return reading.start(element); };
    const auto on_end = [&](const XmlLeaf& leaf) { return reading.end(leaf); };
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
    if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
    Result<void> done;
    if (text.starts_with("\xfe\xff") || text.starts_with("\xff\xfe")) {
        done = read_xml(text, on_start, on_end); // UTF-16
    } else {
        const Header header = header_of(text);
        std::string body(text); // the header as blanks, so that lines and columns stay
        std::replace_if(
            body.begin(), body.begin() + static_cast<std::ptrdiff_t>(header.bytes), [](char c) { return c != '\n'; },
            ' ');
        const bool utf8 = is_utf8(body);
        if (!utf8 && !header.says_latin) reading.list().note("this is no UTF-8; it is read as ISO 8859-1", 1);
        done =
            read_xml(body, on_start, on_end, header.says_latin || !utf8 ? XmlEncoding::iso_8859_1 : XmlEncoding::utf8);
    }
    if (!done) return tl::unexpected(done.error());
    if (!reading.found())
        return fail(ErrorCode::invalid, fmt::format("there is no <{}>: this is no profile", root_name), "line 1");
    return reading.take();
}

} // namespace offhook::config
