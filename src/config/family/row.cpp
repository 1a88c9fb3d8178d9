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

std::vector<const Form*> Row::forms_of_text() const {
    std::vector<const Form*> out;
    for (const Form& form : forms)
        if (!form.text().empty()) out.push_back(&form);
    return out;
}

std::vector<const Form*> Row::forms_with(std::uint16_t setting) const {
    std::vector<const Form*> out;
    for (const Form& form : forms)
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (sources[i].what.setting == setting && form.uses(i)) out.push_back(&form);
    return out;
}

bool exclude_each_other(const Row& a, const std::vector<const Form*>& of_a, const Row& b,
                        const std::vector<const Form*>& of_b) {
    const auto differ = [&](const Form::Condition& x, const Form::Condition& y) {
        const SettingPart &left = a.sources[x.input].what, &right = b.sources[y.input].what;
        return left.setting == right.setting && left.part == right.part && !x.value.empty() && !y.value.empty() &&
               x.value != y.value;
    };
    const auto exclude = [&](const Form* x, const Form* y) {
        return std::any_of(x->when.begin(), x->when.end(), [&](const Form::Condition& one) {
            return std::any_of(y->when.begin(), y->when.end(),
                               [&](const Form::Condition& other) { return differ(one, other); });
        });
    };
    if (of_a.empty() || of_b.empty()) return false;
    return std::all_of(of_a.begin(), of_a.end(), [&](const Form* x) {
        return std::all_of(of_b.begin(), of_b.end(), [&](const Form* y) { return exclude(x, y); });
    });
}

bool Row::only_chooses(std::size_t input) const {
    return !forms.empty() &&
           std::none_of(forms.begin(), forms.end(), [&](const Form& form) { return form.uses(input); });
}

} // namespace offhook::config
