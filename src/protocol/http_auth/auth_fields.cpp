#include "protocol/http_auth/auth_fields.hpp"

#include "base/text.hpp"

namespace offhook::protocol {
namespace {

/// RFC 9110 section 5.6.2, and what old phones leave unquoted: an address, base64.
bool unquoted_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != ',' && c != '"' && c != '\\';
}
bool name_character(char c) {
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_' || c == '*';
}
bool quotable(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }

class Reader {
public:
    Reader(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] tl::unexpected<ParseError<HttpAuthError>> wrong(HttpAuthError code) const {
        return tl::unexpected(ParseError<HttpAuthError>{code, offset_ + at_});
    }
    void skip_blanks() {
        while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    template <class Allowed>
    std::string_view run(Allowed allowed) {
        const std::size_t from = at_;
        while (!at_end() && allowed(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }
    /// Behind the opening quote. nullopt: no end, or a control character.
    std::optional<std::string> quoted() {
        std::string out;
        while (!at_end()) {
            char c = text_[at_];
            if (!quotable(c)) return std::nullopt;
            ++at_;
            if (c == '"') return out;
            if (c == '\\') {
                if (at_end() || !quotable(text_[at_])) return std::nullopt;
                c = text_[at_++];
            }
            out += c;
        }
        return std::nullopt;
    }

private:
    std::string_view text_;
    std::size_t offset_;
    std::size_t at_ = 0;
};

} // namespace

ParseResult<AuthFields, HttpAuthError> AuthFields::parse(std::string_view list, std::size_t offset) {
    AuthFields out;
    Reader reader(list, offset);
    while (true) {
        reader.skip_blanks();
        if (reader.at_end()) return out;
        if (reader.take(',')) continue; // RFC 9110 section 5.6.1: empty elements are passed over
        const std::string_view name = reader.run(name_character);
        reader.skip_blanks();
        if (name.empty() || !reader.take('=')) return reader.wrong(HttpAuthError::malformed);
        reader.skip_blanks();
        std::string value;
        if (reader.take('"')) {
            auto text = reader.quoted();
            if (!text) return reader.wrong(HttpAuthError::malformed);
            value = std::move(*text);
        } else {
            value = reader.run(unquoted_character);
            if (value.empty()) return reader.wrong(HttpAuthError::malformed);
        }
        if (value.size() > auth_value_bytes_max || out.fields_.size() == auth_names_max)
            return reader.wrong(HttpAuthError::too_long);
        if (out.find(name) != nullptr) return reader.wrong(HttpAuthError::repeated);
        out.fields_.push_back({name, std::move(value)});
        reader.skip_blanks();
        if (!reader.at_end() && !reader.take(',')) return reader.wrong(HttpAuthError::malformed);
    }
}

const std::string* AuthFields::find(std::string_view name) const {
    for (const Field& field : fields_)
        if (equal_ignoring_case(field.name, name)) return &field.value;
    return nullptr;
}

} // namespace offhook::protocol
