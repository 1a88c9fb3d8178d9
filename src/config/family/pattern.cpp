#include "config/family/pattern.hpp"

#include "base/enum_text.hpp"
#include "base/text.hpp"
#include "config/family/limits.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr EnumText<Variable, variable_count> variable_text{{{{Variable::mac, "mac"},
                                                             {Variable::model, "model"},
                                                             {Variable::part, "part"},
                                                             {Variable::site, "site"},
                                                             {Variable::series, "series"},
                                                             {Variable::version, "version"},
                                                             {Variable::stage, "stage"},
                                                             {Variable::name, "name"},
                                                             {Variable::dirs, "dirs"},
                                                             {Variable::serial, "serial"}}}};

/// How long a MAC address is that begins `text`: 00:04:f2:ab:cd:ef and 00-04-f2-ab-cd-ef have five more.
std::size_t mac_bytes(std::string_view text) {
    return text.size() > 2 && (text[2] == ':' || text[2] == '-') ? mac_digits + 5 : mac_digits;
}

bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

bool fits(Variable variable, char c) {
    switch (variable) {
    case Variable::mac:
        return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
    case Variable::model:
    case Variable::site:
        return is_letter(c) || ascii_digit(c) || c == '-' || c == '_';
    case Variable::part:
        return is_letter(c) || ascii_digit(c) || c == '-';
    case Variable::series:
    case Variable::serial:
        return is_letter(c) || ascii_digit(c);
    case Variable::version:
        return is_letter(c) || ascii_digit(c) || c == '.' || c == '-';
    case Variable::stage:
        return is_letter(c);
    case Variable::name:
        return c != '/';
    case Variable::dirs:
        return true;
    }
    return false;
}

/// `literal` is lower-case already.
bool literal_at(std::string_view text, std::size_t at, std::string_view literal) {
    if (text.size() - at < literal.size()) return false;
    for (std::size_t i = 0; i < literal.size(); ++i)
        if (ascii_lower(text[at + i]) != literal[i]) return false;
    return true;
}

std::size_t find_literal(std::string_view text, std::size_t at, std::string_view literal) {
    for (; at + literal.size() <= text.size(); ++at)
        if (literal_at(text, at, literal)) return at;
    return std::string_view::npos;
}

std::string sample_of(Variable variable, unsigned variant) {
    static constexpr std::string_view samples[variable_count][2] = {{"0004f214b89e", "64167fffffff"},
                                                                    {"Qx-7_z", "zz0"},
                                                                    {"2345-11402-001", "q-9"},
                                                                    {"site-1_a", "zq"},
                                                                    {"SoundPointIP", "Zz0"},
                                                                    {"2.2.0.0047", "9-z"},
                                                                    {"Application", "Updater"},
                                                                    {"some file~.x", "z~0.y"},
                                                                    {"", "./a/b/"},
                                                                    {"88019FA42805", "4MM00F903042"}};
    return std::string(samples[static_cast<std::size_t>(variable)][variant % 2]);
}

} // namespace

Result<Pattern> Pattern::compile(std::string_view text) {
    const auto wrong = [&](std::string message) {
        return fail(ErrorCode::invalid, "pattern '" + printable(text, 80) + "': " + std::move(message));
    };
    if (text.empty()) return wrong("it is empty");
    if (text.size() > pack_limits::pattern_bytes_max) return wrong("it is longer than 255 bytes");
    if (!is_printable_utf8(text)) return wrong("it holds control characters");
    Pattern pattern;
    pattern.text_ = text;
    for (std::size_t at = 0; at < text.size();) {
        if (pattern.pieces_.size() == pack_limits::pattern_pieces_max) return wrong("it has more than 16 pieces");
        if (text[at] != '{') {
            const auto end = std::min(text.find('{', at), text.size());
            if (text.substr(at, end - at).find('}') != std::string_view::npos) return wrong("a '}' closes nothing");
            pattern.pieces_.push_back({false, Variable::name, to_lower(text.substr(at, end - at))});
            at = end;
            continue;
        }
        const auto end = text.find('}', at);
        if (end == std::string_view::npos) return wrong("a '{' is never closed");
        const auto name = text.substr(at + 1, end - at - 1);
        const auto variable = variable_text.from_text(name == "MAC" ? "mac" : name);
        if (!variable)
            return wrong("no variable '{" + printable(name, 40) + "}'; there are " + variable_text.choices());
        if (pattern.has(*variable)) return wrong("{" + std::string(name) + "} stands twice");
        if (*variable == Variable::dirs && at != 0) return wrong("it cannot match: {dirs} stands in front or nowhere");
        const bool open_end = !pattern.pieces_.empty() && pattern.pieces_.back().is_variable &&
                              pattern.pieces_.back().variable != Variable::mac &&
                              pattern.pieces_.back().variable != Variable::dirs;
        if (open_end) return wrong("it cannot match: two variables need a text between them");
        pattern.pieces_.push_back({true, *variable, {}});
        at = end + 1;
    }
    if (pattern.samples().empty()) return wrong("it cannot match: one of its texts stands where a variable takes it");
    return pattern;
}

bool Pattern::match(std::string_view text, Captures& captures) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        if (!piece.is_variable) {
            if (!literal_at(text, at, piece.literal)) return false;
            at += piece.literal.size();
            continue;
        }
        std::size_t end = text.size();
        if (piece.variable == Variable::mac) {
            end = at + mac_bytes(text.substr(std::min(at, text.size())));
            if (end > text.size()) return false;
        } else if (piece.variable == Variable::dirs) {
            const auto slash = text.rfind('/');
            end = slash == std::string_view::npos ? 0 : slash + 1;
        } else if (i + 2 == pieces_.size()) { // the literal behind it ends the pattern
            const std::size_t tail = pieces_[i + 1].literal.size();
            if (text.size() < at + tail) return false;
            end = text.size() - tail;
        } else if (i + 1 < pieces_.size()) {
            end = find_literal(text, at, pieces_[i + 1].literal);
            if (end == std::string_view::npos) return false;
        }
        const auto found = text.substr(at, end - at);
        if (found.empty() && piece.variable != Variable::dirs) return false;
        if (piece.variable == Variable::mac)
            captures.mac = found.size() == mac_digits ? MacAddress::from_digits(found) : MacAddress::from_text(found);
        if (piece.variable == Variable::mac ? !captures.mac : !std::all_of(found.begin(), found.end(), [&](char c) {
                return fits(piece.variable, c);
            }))
            return false;
        captures.texts[static_cast<std::size_t>(piece.variable)] = found;
        at = end;
    }
    return at == text.size();
}

bool Pattern::has(Variable variable) const {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [&](const Piece& piece) { return piece.is_variable && piece.variable == variable; });
}

std::optional<Pattern::Simple> Pattern::simple() const {
    Simple simple{false, false, {}};
    std::size_t at = 0;
    const auto take = [&](Variable variable) {
        const bool here = at < pieces_.size() && pieces_[at].is_variable && pieces_[at].variable == variable;
        at += here ? 1 : 0;
        return here;
    };
    simple.any_directory = take(Variable::dirs);
    simple.mac = take(Variable::mac);
    if (at + 1 != pieces_.size() || pieces_[at].is_variable) return std::nullopt;
    simple.rest = pieces_[at].literal;
    return simple;
}

std::vector<std::string> Pattern::samples() const {
    std::vector<std::string> out;
    for (const unsigned variant : {0U, 1U}) {
        std::string text;
        for (const Piece& piece : pieces_)
            text += piece.is_variable ? sample_of(piece.variable, variant) : piece.literal;
        if (Captures captures; match(text, captures)) out.push_back(std::move(text));
    }
    return out;
}

} // namespace offhook::config
