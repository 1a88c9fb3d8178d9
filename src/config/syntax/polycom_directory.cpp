#include "config/syntax/polycom_directory.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/xml_reader.hpp"
#include "config/syntax/xml_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view directory_head =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<directory>\n"
    "  <item_list>\n";
constexpr std::string_view directory_foot = "  </item_list>\n</directory>\n";
constexpr unsigned list_depth = 2, item_depth = 3, value_depth = 4;

/// Those that Contact has a member for.
constexpr std::array<std::string_view, 6> own_tags{"ln", "fn", "ct", "sd", "lb", "bw"};

bool is_own(std::string_view tag) { return std::find(own_tags.begin(), own_tags.end(), tag) != own_tags.end(); }

void add_note(std::vector<SyntaxNote>& notes, std::string text, std::size_t line) {
    if (notes.size() < limits::syntax_notes_max) notes.push_back({std::move(text), line});
}

/// At most as many bytes as fit, never half a character.
std::string_view cut_between_characters(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return text.substr(0, end);
}

class Reader {
public:
    Result<void> start(const XmlElement& element) {
        if (element.depth == 1 && element.name != "directory")
            return fail(ErrorCode::invalid, "not a contact directory: its root is no <directory>");
        if (element.depth == list_depth) in_list_ = element.name == "item_list";
        if (element.depth == item_depth) in_item_ = in_list_ && element.name == "item";
        if (element.depth == item_depth && in_item_) contact_ = {}, line_ = element.line;
        return {};
    }

    Result<void> end(const XmlLeaf& leaf) {
        if (!in_item_) return {};
        if (leaf.depth == value_depth) take_value(leaf);
        if (leaf.depth != item_depth) return {};
        in_item_ = false;
        if (contact_.number.empty()) {
            add_note(out_.notes, "an item without <ct> is no contact and is left out", leaf.line);
            return {};
        }
        if (out_.contacts.size() == DirectorySyntax::contacts_max)
            return fail(ErrorCode::too_large,
                        fmt::format("a directory has at most {} contacts", DirectorySyntax::contacts_max));
        out_.contacts.push_back(std::move(contact_));
        out_.lines.push_back(line_);
        return {};
    }

    ParsedDirectory take() { return std::move(out_); }

private:
    void take_value(const XmlLeaf& leaf) {
        const std::string shown = printable(leaf.name, 40);
        if (leaf.form == XmlLeaf::Form::nests)
            return add_note(out_.notes, fmt::format("<{}> holds elements and is left out", shown), leaf.line);
        if (leaf.text.size() > limits::value_bytes_max)
            return add_note(out_.notes, fmt::format("<{}> is longer than we read and is left out", shown), leaf.line);
        if (leaf.text.empty()) return; // the vendor's null
        if (leaf.name == "ln") contact_.last_name = leaf.text;
        if (leaf.name == "fn") contact_.first_name = leaf.text;
        if (leaf.name == "ct") contact_.number = trim(leaf.text);
        if (leaf.name == "lb") contact_.label = leaf.text;
        if (leaf.name == "sd") take_speed_dial(leaf);
        if (leaf.name == "bw") contact_.watch = trim(leaf.text) == "1" ? Contact::Watch::on : Contact::Watch::off;
        if (is_own(leaf.name)) return;
        if (!is_plain_xml_name(leaf.name) || contact_.further.size() == further_max)
            return add_note(out_.notes, fmt::format("<{}> is left out", shown), leaf.line);
        contact_.further.push_back({std::string(leaf.name), std::string(leaf.text)});
    }

    void take_speed_dial(const XmlLeaf& leaf) {
        const auto place = to_number<unsigned>(trim(leaf.text));
        if (place && *place <= PolycomDirectory::speed_dial_max)
            contact_.speed_dial = *place;
        else
            add_note(
                out_.notes,
                fmt::format("<sd> is no speed dial from 1 to {} and is left out", PolycomDirectory::speed_dial_max),
                leaf.line);
    }

    static constexpr std::size_t further_max = 32;
    ParsedDirectory out_;
    Contact contact_;
    std::size_t line_ = 0;
    bool in_list_ = false, in_item_ = false;
};

/// One contact's text, and what had to be left out of it.
class ItemWriter {
public:
    ItemWriter(std::vector<SyntaxNote>& notes, std::size_t place) : notes_(notes), place_(place) {}

    /// Whether the value could be written. Nothing is written for an empty one.
    bool add(std::string_view tag, std::string_view value) {
        if (value.empty()) return true;
        if (value.size() > limits::value_bytes_max) return note(tag, "is longer than a phone reads and is left out");
        std::string escaped;
        if (!append_xml_value(escaped, value)) return note(tag, "holds what XML has no place for and is left out");
        text_ += fmt::format("      <{}>{}</{}>\n", tag, escaped, tag);
        return true;
    }
    void add_name(std::string_view tag, std::string_view value) {
        const auto cut = cut_between_characters(value, PolycomDirectory::name_bytes_max);
        if (cut.size() < value.size())
            note(tag, fmt::format("is cut at {} bytes, as the phone does", PolycomDirectory::name_bytes_max));
        add(tag, cut);
    }
    bool note(std::string_view tag, std::string_view what) {
        add_note(notes_, fmt::format("<{}> {}", printable(tag, 40), what), place_);
        return false;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::vector<SyntaxNote>& notes_;
    std::size_t place_;
    std::string text_;
};

/// "" for what is no contact a phone could dial.
std::string item_of(const Contact& contact, std::vector<SyntaxNote>& notes, std::size_t place) {
    ItemWriter item(notes, place);
    item.add_name("lb", contact.label);
    item.add_name("ln", contact.last_name);
    item.add_name("fn", contact.first_name);
    const auto number = trim(contact.number);
    if (number.empty()) item.note("ct", "is empty: no contact");
    if (number.empty() || !item.add("ct", number)) return {};
    if (contact.speed_dial > PolycomDirectory::speed_dial_max)
        item.note("sd", "is beyond the phone's speed dials and is left out");
    else if (contact.speed_dial != 0)
        item.add("sd", std::to_string(contact.speed_dial));
    for (const auto& [tag, value] : contact.further)
        if (!is_plain_xml_name(tag) || tag.size() > limits::name_bytes_max || is_own(tag))
            item.note(tag, "is no element of its own and is left out");
        else
            item.add(tag, value);
    if (contact.watch == Contact::Watch::on) item.add("bw", "1");
    return "    <item>\n" + item.text() + "    </item>\n";
}

} // namespace

WrittenDirectory PolycomDirectory::write(std::span<const Contact> contacts) const {
    WrittenDirectory out{std::string(directory_head), {}};
    std::size_t written = 0;
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        const std::string item = item_of(contacts[i], out.notes, i + 1);
        if (item.empty()) continue;
        if (written == contacts_max ||
            out.text.size() + item.size() + directory_foot.size() > limits::document_bytes_max) {
            add_note(out.notes, "this contact and those behind it have no room in one directory", i + 1);
            break;
        }
        out.text += item;
        ++written;
    }
    out.text += directory_foot;
    return out;
}

Result<ParsedDirectory> PolycomDirectory::read(std::string_view text) const {
    Reader reader;
    const auto on_element = [&](const XmlElement& element) { return reader.start(element); };
    const auto on_end = [&](const XmlLeaf& leaf) { return reader.end(leaf); };
    if (const auto done = read_xml(text, on_element, on_end); !done) return tl::unexpected(done.error());
    return reader.take();
}

} // namespace offhook::config
