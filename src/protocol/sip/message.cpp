#include "protocol/sip/message.hpp"

#include "base/text.hpp"
#include "protocol/sip/grammar.hpp"
#include "protocol/sip/header_values.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <iterator>

namespace offhook::protocol::sip {
namespace {

struct NameRow {
    std::string_view text;
    HeaderName name;
    char compact = 0;
};

constexpr std::array name_rows{
    NameRow{"via", HeaderName::via, 'v'},
    NameRow{"from", HeaderName::from, 'f'},
    NameRow{"to", HeaderName::to, 't'},
    NameRow{"call-id", HeaderName::call_id, 'i'},
    NameRow{"cseq", HeaderName::cseq},
    NameRow{"contact", HeaderName::contact, 'm'},
    NameRow{"event", HeaderName::event, 'o'},
    NameRow{"accept", HeaderName::accept},
    NameRow{"expires", HeaderName::expires},
    NameRow{"max-forwards", HeaderName::max_forwards},
    NameRow{"user-agent", HeaderName::user_agent},
    NameRow{"server", HeaderName::server},
    NameRow{"content-type", HeaderName::content_type, 'c'},
    NameRow{"content-length", HeaderName::content_length, 'l'},
    NameRow{"subscription-state", HeaderName::subscription_state},
    NameRow{"record-route", HeaderName::record_route},
    NameRow{"route", HeaderName::route},
    NameRow{"require", HeaderName::require},
    NameRow{"www-authenticate", HeaderName::www_authenticate},
    NameRow{"proxy-authenticate", HeaderName::proxy_authenticate},
    NameRow{"authorization", HeaderName::authorization},
    NameRow{"proxy-authorization", HeaderName::proxy_authorization},
};

HeaderName header_name(std::string_view text) {
    if (text.size() == 1) {
        for (const auto& row : name_rows)
            if (row.compact != 0 && row.compact == ascii_lower(text.front())) return row.name;
        return HeaderName::other;
    }
    for (const auto& row : name_rows)
        if (row.text.size() == text.size() && equal_ignoring_case(row.text, text)) return row.name;
    return HeaderName::other;
}

Method method_of(std::string_view text) {
    constexpr std::array rows{std::pair{std::string_view("SUBSCRIBE"), Method::subscribe},
                              std::pair{std::string_view("NOTIFY"), Method::notify},
                              std::pair{std::string_view("OPTIONS"), Method::options},
                              std::pair{std::string_view("REGISTER"), Method::register_},
                              std::pair{std::string_view("INVITE"), Method::invite},
                              std::pair{std::string_view("ACK"), Method::ack},
                              std::pair{std::string_view("BYE"), Method::bye},
                              std::pair{std::string_view("CANCEL"), Method::cancel}};
    for (const auto& [name, method] : rows)
        if (name == text) return method;
    return Method::other;
}

/// Blank lines before a message: keep-alives, and what some phones put there.
std::string_view without_blank_lines(std::string_view bytes) {
    while (!bytes.empty()) {
        if (bytes.front() == '\n')
            bytes.remove_prefix(1);
        else if (bytes.starts_with("\r\n"))
            bytes.remove_prefix(2);
        else
            break;
    }
    return bytes;
}

/// Up to the next LF, which is taken too; without the CR before it.
std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) < 0x20U && c != '\t') || c == 0x7f; });
}

/// One header as it stands: its value may run over several lines.
struct RawField {
    std::string_view text, value;
    bool folded = false;
};

/// A NUL may stand in a quoted text behind a backslash (RFC 4475 3.1.1.2), and a CR only at a line's end.
bool has_stray_bytes(std::string_view line) {
    if (std::memchr(line.data(), '\r', line.size()) != nullptr) return true;
    for (std::size_t at = line.find('\0'); at != std::string_view::npos; at = line.find('\0', at + 1))
        if (at == 0 || line[at - 1] != '\\') return true;
    return false;
}

/// The next header of `rest`. An empty name without an error: that was the empty line, or there is no more.
MessageError take_field(std::string_view& rest, RawField& out) {
    out = {};
    const auto* const begin = rest.data();
    auto line = take_line(rest);
    if (line.empty()) return MessageError::none;
    if (has_stray_bytes(line)) return MessageError::bad_header;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return MessageError::bad_header;
    auto name = line.substr(0, colon);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
    if (!is_token(name)) return MessageError::bad_header;
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) {
        line = take_line(rest);
        if (has_stray_bytes(line)) return MessageError::bad_header;
        out.folded = true;
    }
    out.text = name;
    const auto bytes = static_cast<std::size_t>(line.data() + line.size() - begin);
    out.value = trim(std::string_view(begin, bytes).substr(colon + 1));
    return MessageError::none;
}

} // namespace

MessageError Message::read(std::string_view bytes) {
    fields_.clear();
    first_.fill(0);
    counts_.fill(0);
    unfolded_.clear();
    method_text_ = request_uri_ = reason_ = body_ = {};
    cseq_ = 0;
    status_ = 0;
    method_ = Method::other;
    if (bytes.size() > limits::message_bytes_max) return MessageError::too_large;
    auto rest = without_blank_lines(bytes);
    if (rest.empty() || rest == std::string_view("\0", 1)) return MessageError::empty;
    if (const auto error = read_start_line(take_line(rest)); error != MessageError::none) return error;
    if (const auto error = read_fields(rest); error != MessageError::none) return error;
    for (const auto name : {HeaderName::via, HeaderName::from, HeaderName::to, HeaderName::call_id, HeaderName::cseq})
        if (!has(name)) return MessageError::missing_header;
    for (const auto name : {HeaderName::from, HeaderName::to, HeaderName::call_id, HeaderName::cseq})
        if (count(name) > 1) return MessageError::bad_header; // which of them counts?
    if (const auto error = read_cseq(); error != MessageError::none) return error;
    return read_body(rest);
}

MessageError Message::read_start_line(std::string_view line) {
    constexpr std::string_view version = "SIP/2.0";
    if (starts_with_ignoring_case(line, version) && line.size() > version.size() && line[version.size()] == ' ') {
        const auto code = line.substr(version.size() + 1, 3);
        const auto number = to_number<std::uint16_t>(code);
        const auto behind = line.substr(std::min(line.size(), version.size() + 1 + code.size()));
        if (code.size() != 3 || !number || *number < 100 || *number > 699 || (!behind.empty() && behind.front() != ' '))
            return MessageError::no_start_line;
        reason_ = behind.empty() ? behind : behind.substr(1);
        if (has_control(reason_)) return MessageError::no_start_line;
        status_ = *number;
        return MessageError::none;
    }
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return MessageError::no_start_line;
    method_text_ = line.substr(0, first);
    request_uri_ = line.substr(first + 1, last - first - 1);
    // A blank in the URI, or more than one between the words, is read differently by different servers.
    if (!is_token(method_text_) || !equal_ignoring_case(line.substr(last + 1), version) || request_uri_.empty() ||
        request_uri_.find_first_of(" \t<>\"") != std::string_view::npos || has_control(request_uri_) ||
        request_uri_.find(':') == std::string_view::npos)
        return MessageError::no_start_line;
    method_ = method_of(method_text_);
    return MessageError::none;
}

MessageError Message::read_fields(std::string_view& rest) {
    RawField raw;
    for (;;) {
        // What is folded becomes no longer by being unfolded: the string never has to move.
        const auto bytes_max = rest.size();
        if (const auto error = take_field(rest, raw); error != MessageError::none) return error;
        if (raw.text.empty()) return MessageError::none;
        if (fields_.size() == limits::headers_max) return MessageError::too_large;
        const auto name = header_name(raw.text);
        fields_.push_back({name, raw.text, raw.folded ? unfolded(raw.value, bytes_max) : raw.value});
        const auto index = static_cast<std::size_t>(name);
        ++counts_[index];
        if (first_[index] == 0) first_[index] = static_cast<std::uint8_t>(fields_.size());
    }
}

/// Each line's end with the blanks around it becomes one blank.
std::string_view Message::unfolded(std::string_view value, std::size_t bytes_max) {
    if (unfolded_.empty()) unfolded_.reserve(bytes_max);
    const auto begin = unfolded_.size();
    bool is_first = true;
    while (!value.empty()) {
        const auto line = trim(take_line(value));
        if (line.empty()) continue;
        if (!is_first) unfolded_ += ' ';
        unfolded_ += line;
        is_first = false;
    }
    return std::string_view(unfolded_).substr(begin);
}

MessageError Message::read_cseq() {
    const auto value = this->value(HeaderName::cseq);
    const auto end = std::min(value.find_first_of(" \t"), value.size());
    const auto number = to_number<std::uint32_t>(value.substr(0, end));
    const auto method = trim(value.substr(end));
    if (!number || *number > 0x7fff'ffffU || !is_token(method)) return MessageError::bad_cseq;
    if (is_request() && method != method_text_) return MessageError::bad_cseq;
    cseq_ = *number;
    if (!is_request()) {
        method_text_ = method;
        method_ = method_of(method);
    }
    return MessageError::none;
}

MessageError Message::read_body(std::string_view rest) {
    std::optional<std::size_t> length;
    for (const auto& field : fields_) {
        if (field.name != HeaderName::content_length) continue;
        const auto number = to_number<std::size_t>(field.value);
        if (!number || *number > rest.size() || (length && *length != *number)) return MessageError::bad_length;
        length = number;
    }
    body_ = rest.substr(0, length.value_or(rest.size()));
    return MessageError::none;
}

std::string_view Message::value(HeaderName name) const {
    if (name == HeaderName::other) return {};
    const auto index = first_[static_cast<std::size_t>(name)];
    return index == 0 ? std::string_view{} : fields_[index - std::size_t{1}].value;
}

bool Message::has(HeaderName name) const { return counts_[static_cast<std::size_t>(name)] != 0; }

std::size_t Message::count(HeaderName name) const { return counts_[static_cast<std::size_t>(name)]; }

std::string_view Message::value_of(std::string_view name) const {
    for (const auto& field : fields_)
        if (equal_ignoring_case(field.text, name)) return field.value;
    return {};
}

StreamLength first_message_length(std::string_view stream) {
    auto rest = without_blank_lines(stream);
    const auto too_much = [&] {
        return StreamLength{std::nullopt,
                            stream.size() > limits::message_bytes_max ? MessageError::too_large : MessageError::none};
    };
    if (rest.find('\n') == std::string_view::npos) return too_much();
    if (!is_token(rest.substr(0, rest.find_first_of(" /"))) ||
        take_line(rest).find("SIP/2.0") == std::string_view::npos)
        return {std::nullopt, MessageError::no_start_line};
    std::optional<std::size_t> length;
    for (std::size_t fields = 0;; ++fields) {
        // A line whose end has not come is not looked at: neither is one that the next may continue.
        const auto end = rest.find('\n');
        const bool is_last = end == 0 || (end == 1 && rest.front() == '\r');
        if (end == std::string_view::npos || (!is_last && end + 1 == rest.size())) return too_much();
        if (fields > limits::headers_max) return {std::nullopt, MessageError::too_large};
        RawField raw;
        if (const auto error = take_field(rest, raw); error != MessageError::none) return {std::nullopt, error};
        if (raw.text.empty()) break;
        if (rest.empty()) return too_much();
        if (header_name(raw.text) != HeaderName::content_length) continue;
        const auto number = to_number<std::size_t>(raw.value);
        if (!number || (length && *length != *number)) return {std::nullopt, MessageError::bad_length};
        length = number;
    }
    if (!length) return {std::nullopt, MessageError::bad_length};
    const auto head = stream.size() - rest.size();
    if (*length > limits::message_bytes_max || head + *length > limits::message_bytes_max)
        return {std::nullopt, MessageError::too_large};
    if (rest.size() < *length) return {};
    return {head + *length, MessageError::none};
}

namespace {

void append_value(std::string& out, std::string_view value) {
    const auto begin = out.size();
    out += value;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

/// The first of a Via's list, with what its sender could not know.
void append_topmost_via(std::string& out, std::string_view value, std::string_view address, std::uint16_t port) {
    const auto via = parse_via(value);
    const auto end = find_outside_quotes(value, ',');
    auto list = value.substr(0, end);
    const auto parameters = find_outside_quotes(list, ';');
    append_value(out, trim(list.substr(0, parameters)));
    list.remove_prefix(std::min(parameters + 1, list.size()));
    bool asks_rport = false;
    while (!list.empty()) {
        const auto before = list;
        const auto one = take_parameter(list);
        const bool is_rport = equal_ignoring_case(one.name, "rport");
        if (one.name.empty() || equal_ignoring_case(one.name, "received")) continue; // ours to say, not theirs
        if (is_rport && one.value.empty()) {
            fmt::format_to(std::back_inserter(out), ";rport={}", port);
            asks_rport = true;
        } else {
            out += ';';
            append_value(out, trim(before.substr(0, find_outside_quotes(before, ';'))));
        }
    }
    auto host = via ? via->host : std::string_view{};
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    if (asks_rport || host != address) fmt::format_to(std::back_inserter(out), ";received={}", address);
    append_value(out, value.substr(end));
}

} // namespace

MessageWriter& MessageWriter::request(std::string_view method, std::string_view uri) {
    append_value(out_, method);
    out_ += ' ';
    append_value(out_, uri);
    out_ += " SIP/2.0\r\n";
    return *this;
}

MessageWriter& MessageWriter::response(std::uint16_t status, std::string_view reason) {
    fmt::format_to(std::back_inserter(out_), "SIP/2.0 {} ", status);
    append_value(out_, reason);
    out_ += "\r\n";
    return *this;
}

MessageWriter& MessageWriter::header(std::string_view name, std::string_view value) {
    append_value(out_, name);
    out_ += ": ";
    append_value(out_, value);
    out_ += "\r\n";
    return *this;
}

MessageWriter& MessageWriter::tagged(std::string_view name, std::string_view value, std::string_view tag) {
    append_value(out_, name);
    out_ += ": ";
    append_value(out_, value);
    out_ += ";tag=";
    append_value(out_, tag);
    out_ += "\r\n";
    return *this;
}

MessageWriter& MessageWriter::vias_of(const Message& message, std::string_view source_address,
                                      std::uint16_t source_port) {
    bool is_first = true;
    for (const auto& field : message.fields()) {
        if (field.name != HeaderName::via) continue;
        out_ += "Via: ";
        if (is_first)
            append_topmost_via(out_, field.value, source_address, source_port);
        else
            append_value(out_, field.value);
        out_ += "\r\n";
        is_first = false;
    }
    return *this;
}

void MessageWriter::body(std::string_view content_type, std::string_view body) {
    if (!body.empty()) header("Content-Type", content_type);
    fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n\r\n", body.size());
    out_ += body;
}

} // namespace offhook::protocol::sip
