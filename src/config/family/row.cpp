#include "config/family/row.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

tl::unexpected<Error> cannot(std::string message) { return fail(ErrorCode::invalid, std::move(message)); }

/// A whole number or one with three decimals at most, which is what vendors write ("0.5").
Result<std::int64_t> scaled(std::string_view text, std::int64_t numerator, std::int64_t denominator) {
    const auto number = to_number<std::int64_t>(text.starts_with('+') ? text.substr(1) : text);
    constexpr std::int64_t number_max = 1'000'000'000'000;
    if (!number || *number > number_max || *number < -number_max)
        return cannot("'" + printable(text, 40) + "' is no number");
    const std::int64_t product = *number * numerator;
    if (product % denominator != 0)
        return cannot("'" + std::string(text) + "' is no whole number in the unit that this family counts in");
    return product / denominator;
}

} // namespace

Result<void> Source::spell(std::string_view ours, std::string& out, std::string& remark) const {
    if (separator) {
        out.clear();
        for (const std::string_view word : split(ours, ' ')) {
            const std::string* theirs = values.vendor_of(word);
            if (theirs == nullptr && !values.empty()) {
                remark += (remark.empty() ? "left out, this family has no '" : ", '") + std::string(word) + "'";
                continue;
            }
            if (!out.empty()) out += *separator;
            out += theirs != nullptr ? std::string_view(*theirs) : word;
        }
        if (out.empty()) return cannot("this family has none of '" + std::string(ours) + "'");
        return {};
    }
    if (!values.empty()) {
        const std::string* theirs = values.vendor_of(ours);
        if (theirs == nullptr) {
            return cannot("this family cannot say '" + printable(ours, 40) + "'");
        }
        out = *theirs;
        return {};
    }
    if (numerator != denominator) {
        const auto number = scaled(ours, numerator, denominator);
        if (!number) return tl::unexpected(number.error());
        out = std::to_string(*number);
        return {};
    }
    out = ours;
    return {};
}

Result<std::string> Source::unspell(std::uint16_t index, std::string_view theirs) const {
    if (separator) {
        std::vector<std::string> words;
        for (const std::string_view word : split(theirs, separator->front())) {
            const auto one = trim(word);
            if (one.empty()) continue;
            const std::string* ours = values.ours_of(one);
            if (ours == nullptr && !values.empty()) return cannot("'" + printable(one, 40) + "' is not known");
            words.push_back(ours != nullptr ? *ours : std::string(one));
        }
        return check_part(what, index, join(words, " "));
    }
    if (!values.empty()) {
        const std::string* ours = values.ours_of(theirs);
        if (ours == nullptr) return cannot("'" + printable(theirs, 40) + "' is not known");
        return check_part(what, index, *ours);
    }
    if (numerator != denominator) {
        const auto number = scaled(theirs, denominator, numerator);
        if (!number) return tl::unexpected(number.error());
        return check_part(what, index, std::to_string(*number));
    }
    return check_part(what, index, theirs);
}

bool Row::only_chooses(std::size_t input) const {
    return !forms.empty() &&
           std::none_of(forms.begin(), forms.end(), [&](const Form& form) { return form.uses(input); });
}

} // namespace offhook::config
