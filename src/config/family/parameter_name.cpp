#include "config/family/parameter_name.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/family/limits.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr char open_index = '\x01'; // no parameter's name holds these
constexpr char open_index_from_zero = '\x02';
constexpr std::size_t runs_max = 6;
constexpr std::uint16_t index_from_zero_max = 0xfffe; // it has one more of ours

struct Run {
    std::size_t at, length;
};

struct Runs {
    std::array<Run, runs_max> list;
    std::size_t count = 0;
};

/// Runs of digits that can be an index: no leading zero, at most five digits. A 0 alone can be one that counts from 0.
Runs digit_runs(std::string_view name) {
    Runs runs;
    for (std::size_t at = 0; at < name.size() && runs.count < runs_max;) {
        if (!ascii_digit(name[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && ascii_digit(name[end])) ++end;
        if ((name[at] != '0' || end - at == 1) && end - at <= 5) runs.list[runs.count++] = {at, end - at};
        at = end;
    }
    return runs;
}

/// `name` with one or two runs replaced by the open index.
std::string_view opened(std::string_view name, const Run* first, const Run* second, std::string& out) {
    out.assign(name.substr(0, first->at));
    out += open_index;
    std::size_t from = first->at + first->length;
    if (second != nullptr) {
        out += name.substr(from, second->at - from);
        out += open_index;
        from = second->at + second->length;
    }
    out += name.substr(from);
    return out;
}

std::uint16_t number_of(std::string_view name, const Run& run) {
    return to_number<std::uint16_t>(name.substr(run.at, run.length)).value_or(0);
}

bool is_zero(std::string_view name, const Run& run) { return name[run.at] == '0'; }

} // namespace

Result<ParameterName> ParameterName::compile(std::string_view text) {
    const auto wrong = [&](std::string message) {
        return fail(ErrorCode::invalid, "parameter '" + printable(text, 80) + "': " + std::move(message));
    };
    if (text.empty() || text.size() > limits::name_bytes_max) return wrong("a name is 1 to 255 bytes");
    if (!is_printable_utf8(text)) return wrong("control characters are not allowed");
    ParameterName name;
    name.text_ = text;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto brace = text.find_first_of("{}", at);
        const auto plain = text.substr(at, brace == std::string_view::npos ? brace : brace - at);
        name.key_ += plain;
        (name.placeholders_ == 0 ? name.before_ : name.after_) += plain;
        if (brace == std::string_view::npos) break;
        const auto end = text.find('}', brace);
        if (text[brace] == '}' || end == std::string_view::npos) return wrong("its braces do not pair");
        const auto word = text.substr(brace, end - brace + 1);
        if (word != "{n}" && word != "{m}" && word != "{line}" && word != "{n-1}")
            return wrong("no placeholder '" + printable(word, 40) + "'; there are {n}, {m}, {line}, {n-1}");
        if (name.placeholders_ == 2) return wrong("at most two indexes");
        if (name.from_zero_ || (word == "{n-1}" && name.placeholders_ != 0))
            return wrong("{n-1} is the only index of its name");
        name.from_zero_ = word == "{n-1}";
        name.every_line_ = name.every_line_ || word == "{line}";
        if (name.placeholders_++ == 1) name.after_ += word;
        name.key_ += name.from_zero_ ? open_index_from_zero : open_index;
        at = end + 1;
    }
    return name;
}

Result<ParameterName> ParameterName::compile_each(std::span<const std::string> names) {
    if (names.empty() || names.size() > pack_limits::index_max)
        return fail(ErrorCode::invalid, "a list of names has 1 to " + std::to_string(pack_limits::index_max));
    std::unordered_set<std::string_view> seen;
    for (const std::string& text : names) {
        const auto one = compile(text);
        if (!one) return tl::unexpected(one.error());
        const auto wrong = [&](const char* message) {
            return fail(ErrorCode::invalid, "parameter '" + printable(text, 80) + "': " + message);
        };
        if (one->has_index()) return wrong("a name in a list has no placeholder: its place is the index");
        if (!seen.insert(text).second) return wrong("it stands twice in its list");
    }
    ParameterName name;
    name.text_ = name.key_ = names.front();
    name.each_.assign(names.begin(), names.end());
    name.placeholders_ = 1;
    return name;
}

std::string ParameterName::with(std::uint16_t index) const {
    if (!each_.empty()) return reaches(index) ? each_[index - 1U] : std::string();
    if (placeholders_ == 0) return text_;
    if (from_zero_ && index != 0) --index;
    std::array<char, 5> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), index).ptr;
    std::string out;
    out.reserve(before_.size() + after_.size() + digits.size());
    out.append(before_);
    out.append(digits.data(), end);
    out.append(after_);
    return out;
}

bool ParameterTable::add(const ParameterName& name, std::uint32_t id) {
    if (!name.each().empty()) {
        bool fresh = true;
        std::uint16_t index = 0;
        for (const std::string& one : name.each()) fresh = ids_.emplace(one, Found{id, ++index}).second && fresh;
        return fresh;
    }
    const auto swapped = [&](char from, char to) {
        std::string key = name.key();
        std::replace(key.begin(), key.end(), from, to);
        return key;
    };
    const std::string other =
        name.is_from_zero() ? swapped(open_index_from_zero, open_index) : swapped(open_index, open_index_from_zero);
    if (name.has_index() && ids_.contains(other)) return false;
    any_from_zero_ = any_from_zero_ || name.is_from_zero();
    return ids_.emplace(name.key(), Found{id, 0}).second;
}

std::optional<ParameterTable::Found> ParameterTable::find(std::string_view name) const {
    constexpr char marks[] = {open_index, open_index_from_zero};
    if (name.size() > limits::name_bytes_max || name.find_first_of({marks, 2}) != std::string_view::npos)
        return std::nullopt;
    if (const auto exact = ids_.find(name); exact != ids_.end()) return exact->second;
    const Runs runs = digit_runs(name);
    std::string buffer;
    buffer.reserve(name.size() + 2);
    for (std::size_t i = 0; i < runs.count; ++i) {
        const std::uint16_t number = number_of(name, runs.list[i]);
        const auto found = ids_.find(opened(name, &runs.list[i], nullptr, buffer));
        if (found != ids_.end() && !is_zero(name, runs.list[i])) return Found{found->second.id, number};
        if (!any_from_zero_ || number > index_from_zero_max) continue;
        buffer[runs.list[i].at] = open_index_from_zero;
        if (const auto shifted = ids_.find(buffer); shifted != ids_.end())
            return Found{shifted->second.id, static_cast<std::uint16_t>(number + 1)};
    }
    for (std::size_t i = 0; i < runs.count; ++i)
        for (std::size_t j = i + 1; j < runs.count; ++j) {
            if (is_zero(name, runs.list[i]) || is_zero(name, runs.list[j])) continue;
            const auto found = ids_.find(opened(name, &runs.list[i], &runs.list[j], buffer));
            if (found != ids_.end()) return Found{found->second.id, number_of(name, runs.list[i])};
        }
    return std::nullopt;
}

std::optional<std::uint32_t> ParameterTable::find(const ParameterName& name) const {
    if (const auto exact = ids_.find(name.key()); exact != ids_.end()) return exact->second.id;
    const Runs runs = digit_runs(name.key());
    std::string buffer;
    for (std::size_t i = 0; i < runs.count; ++i) {
        const auto found = ids_.find(opened(name.key(), &runs.list[i], nullptr, buffer));
        if (found != ids_.end()) return found->second.id;
    }
    return std::nullopt;
}

} // namespace offhook::config
