#include "protocol/syslog/message.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::protocol::syslog {
namespace {

constexpr std::size_t tag_bytes_max = 48; // RFC 3164 says 32; programs do not keep to it
constexpr std::size_t priority_most = 191;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view without_edges(std::string_view text) {
    while (!text.empty() && (is_control(text.back()) || text.back() == ' ')) text.remove_suffix(1);
    while (!text.empty() && (is_control(text.front()) || text.front() == ' ')) text.remove_prefix(1);
    return text;
}

/// Takes "<134>" off the front. Absent: it does not stand there, or is no priority.
std::optional<Priority> take_priority(std::string_view& text) {
    if (!text.starts_with('<')) return std::nullopt;
    const auto end = text.substr(0, 5).find('>');
    if (end == std::string_view::npos) return std::nullopt;
    const auto number = to_number<std::uint16_t>(text.substr(1, end - 1));
    if (!number || *number > priority_most || (end > 2 && text[1] == '0')) return std::nullopt;
    text.remove_prefix(end + 1);
    return Priority{static_cast<std::uint8_t>(*number / 8), static_cast<std::uint8_t>(*number % 8)};
}

/// Up to the next blank, which goes too. Nullopt: there is none, or nothing before it.
std::optional<std::string_view> take_word(std::string_view& text) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos || blank == 0) return std::nullopt;
    const auto word = text.substr(0, blank);
    text.remove_prefix(blank + 1);
    return word;
}

/// "Nov  1 08:05:09 ".
bool begins_with_bsd_time(std::string_view text) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() < 16 || std::find(months.begin(), months.end(), text.substr(0, 3)) == months.end()) return false;
    constexpr std::string_view shape = "mmm dD DD:DD:DD ";
    for (std::size_t i = 3; i < shape.size(); ++i) {
        const bool fits = shape[i] == 'D'   ? ascii_digit(text[i])
                          : shape[i] == 'd' ? ascii_digit(text[i]) || text[i] == ' '
                                            : text[i] == shape[i];
        if (!fits) return false;
    }
    return true;
}

/// "logger[12]: " or "logger: "; nothing else is a tag.
std::string_view take_tag(std::string_view& text) {
    const auto colon = text.substr(0, tag_bytes_max).find(": ");
    if (colon == std::string_view::npos || colon == 0) return {};
    const auto tag = text.substr(0, colon);
    if (tag.find(' ') != std::string_view::npos || std::any_of(tag.begin(), tag.end(), is_control)) return {};
    text.remove_prefix(colon + 2);
    return tag.substr(0, tag.find('['));
}

bool read_bsd(Message& out, std::string_view text) {
    if (!begins_with_bsd_time(text)) return false;
    out.time = text.substr(0, 15);
    text.remove_prefix(16);
    const auto host = take_word(text);
    if (!host) return false;
    out.header = Message::Header::bsd;
    out.host = *host;
    out.program = take_tag(text);
    out.text = text;
    return true;
}

/// "-", or elements in brackets, whose values end at a quotation mark without a backslash before it.
bool skip_structured(std::string_view& text) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
        return text.empty() || text.starts_with(' ');
    }
    bool is_quoted = false;
    std::size_t at = 0;
    for (bool is_open = false; at < text.size(); ++at) {
        const char c = text[at];
        if (!is_open) {
            if (c != '[') break;
            is_open = true;
        } else if (is_quoted && c == '\\') {
            ++at;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && c == ']') {
            is_open = false;
        }
        if (at + 1 >= text.size() && is_open) return false;
    }
    if (at == 0 || (at < text.size() && text[at] != ' ')) return false;
    text.remove_prefix(std::min(at, text.size()));
    return true;
}

bool read_ietf(Message& out, std::string_view text) {
    if (!text.starts_with("1 ")) return false;
    text.remove_prefix(2);
    std::array<std::string_view, 5> words; // time, host, program, process, kind of message
    for (auto& word : words) {
        const auto taken = take_word(text);
        if (!taken) return false;
        word = *taken == "-" ? std::string_view() : *taken;
    }
    if (!skip_structured(text)) return false;
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    out.header = Message::Header::ietf;
    out.time = words[0];
    out.host = words[1];
    out.program = words[2];
    out.text = text;
    return true;
}

} // namespace

Message parse(std::string_view payload) {
    payload = payload.substr(0, payload_bytes_max);
    Message out;
    out.priority = take_priority(payload);
    const bool has_header = out.priority && (read_ietf(out, payload) || read_bsd(out, payload));
    if (!has_header) {
        const auto priority = out.priority;
        out = {};
        out.priority = priority;
        out.text = payload;
    }
    out.text = without_edges(out.text);
    return out;
}

std::string serialize(Priority priority, std::string_view text) {
    auto out = fmt::format("<{}>{}", priority.facility * 8U + priority.severity, text);
    std::replace_if(out.begin(), out.end(), is_control, ' ');
    if (out.size() > payload_bytes_max) out.resize(payload_bytes_max);
    return out;
}

} // namespace offhook::protocol::syslog
