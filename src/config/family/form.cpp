#include "config/family/form.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {

Result<Form> Form::compile(std::string_view text, std::span<const std::string> names) {
    const auto wrong = [&](std::string message) {
        return fail(ErrorCode::invalid, "form '" + printable(text, 80) + "': " + std::move(message));
    };
    if (text.size() > pack_limits::pattern_bytes_max) return wrong("it is longer than 255 bytes");
    if (!is_printable_utf8(text)) return wrong("control characters are not allowed");
    Form form;
    form.text_ = text;
    for (std::size_t at = 0; at < text.size();) {
        if (form.pieces_.size() == 2 * pack_limits::form_variables_max) return wrong("it has too many pieces");
        if (text[at] != '{') {
            const auto end = std::min(text.find('{', at), text.size());
            form.pieces_.push_back({std::nullopt, std::string(text.substr(at, end - at))});
            at = end;
            continue;
        }
        const auto end = text.find('}', at);
        if (end == std::string_view::npos) return wrong("a '{' is never closed");
        const auto name = text.substr(at + 1, end - at - 1);
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) return wrong("'{" + printable(name, 40) + "}' is not in `with`");
        const auto input = static_cast<std::uint8_t>(found - names.begin());
        if (form.uses(input)) return wrong("{" + std::string(name) + "} stands twice");
        if (!form.pieces_.empty() && form.pieces_.back().input)
            return wrong("it cannot be read: two variables need a text between them");
        form.pieces_.push_back({input, {}});
        at = end + 1;
    }
    return form;
}

bool Form::uses(std::size_t input) const {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.input == input; });
}

bool Form::has_condition_on(std::size_t input) const {
    return std::any_of(when.begin(), when.end(), [&](const Condition& condition) { return condition.input == input; });
}

char Form::forbidden_in(std::string_view value) const {
    const auto at = value.find_first_of(without);
    return at == std::string_view::npos ? '\0' : value[at];
}

bool Form::write(const FormValues& values, std::string& out) const {
    out.clear();
    for (const Piece& piece : pieces_) out += piece.input ? values[*piece.input] : std::string_view(piece.literal);
    FormValues again{};
    if (!read(out, again)) return false;
    return std::all_of(pieces_.begin(), pieces_.end(),
                       [&](const Piece& piece) { return !piece.input || again[*piece.input] == values[*piece.input]; });
}

bool Form::read(std::string_view text, FormValues& values) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        if (!piece.input) {
            if (!text.substr(at).starts_with(piece.literal)) return false;
            at += piece.literal.size();
            continue;
        }
        std::size_t end = text.size();
        const std::size_t bracket = at < text.size() && text[at] == '[' ? text.find(']', at) : std::string_view::npos;
        if (i + 2 == pieces_.size()) {
            const std::size_t tail = pieces_[i + 1].literal.size();
            if (text.size() < at + tail) return false;
            end = text.size() - tail;
        } else if (i + 1 < pieces_.size()) {
            const std::size_t from = bracket == std::string_view::npos ? at : bracket;
            end = text.find(pieces_[i + 1].literal, from);
            if (end == std::string_view::npos) return false;
        }
        if (end == at) return false;
        values[*piece.input] = text.substr(at, end - at);
        if (forbidden_in(values[*piece.input]) != '\0') return false;
        at = end;
    }
    return at == text.size();
}

} // namespace offhook::config
