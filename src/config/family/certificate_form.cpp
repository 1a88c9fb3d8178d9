#include "config/family/certificate_form.hpp"

#include "base/enum_text.hpp"
#include "base/limits.hpp"

#include <algorithm>

namespace offhook::config {

namespace {

constexpr EnumText<SubjectField, subject_field_count> field_text{{{{SubjectField::common_name, "CN"},
                                                                   {SubjectField::organizational_unit, "OU"},
                                                                   {SubjectField::organization, "O"},
                                                                   {SubjectField::locality, "L"},
                                                                   {SubjectField::state, "ST"},
                                                                   {SubjectField::serial_number, "serialNumber"},
                                                                   {SubjectField::surname, "surname"},
                                                                   {SubjectField::alternative_name, "SAN"}}}};

bool matches(const Pattern& pattern, std::string_view text, std::optional<MacAddress>& mac, std::string_view& part) {
    if (text.size() > limits::name_bytes_max) return false;
    Captures captures;
    const bool matched = pattern.match(text, captures);
    if (matched && captures.mac) mac = captures.mac;
    if (matched && !captures.at(Variable::part).empty()) part = captures.at(Variable::part);
    return matched;
}

/// "942" of "SPA942" behind "SPA-".
std::string_view behind(std::string_view written, std::string_view model) {
    std::size_t at = 0;
    for (const char c : written) {
        if (c == '-') continue;
        if (at == model.size() || model[at] != c) return model;
        ++at;
    }
    return model.substr(model.substr(at).starts_with('-') ? at + 1 : at);
}

} // namespace

std::string_view to_text(SubjectField field) { return field_text.to_text(field); }
std::optional<SubjectField> subject_field_from_text(std::string_view name) { return field_text.from_text(name); }

Result<CertificateForm> CertificateForm::compile(const std::vector<std::pair<SubjectField, std::string>>& fields) {
    CertificateForm form;
    unsigned macs = 0;
    for (const auto& [field, text] : fields) {
        auto pattern = Pattern::compile(text);
        if (!pattern) return tl::unexpected(pattern.error());
        if (pattern->has(Variable::mac)) ++macs;
        const auto same = [name = field](const auto& earlier) { return earlier.first == name; };
        if (std::any_of(form.fields_.begin(), form.fields_.end(), same))
            return fail(ErrorCode::invalid, "field " + std::string(to_text(field)) + " stands twice");
        form.fields_.emplace_back(field, std::move(*pattern));
    }
    if (macs != 1) return fail(ErrorCode::invalid, "one field of a certificate's subject holds {mac}, and only one");
    return form;
}

std::optional<CertificateHolder> CertificateForm::match(std::span<const SubjectText> subject) const {
    std::optional<MacAddress> mac;
    std::string_view part;
    for (const auto& [field, pattern] : fields_) {
        const auto fits = [&, name = field, &wanted = pattern](const SubjectText& text) {
            return text.first == name && matches(wanted, text.second, mac, part);
        };
        if (std::none_of(subject.begin(), subject.end(), fits)) return std::nullopt;
    }
    return mac ? std::optional(CertificateHolder{*mac, part}) : std::nullopt;
}

std::vector<std::pair<SubjectField, std::string>> CertificateForm::fill(const MacAddress& mac, std::string_view model,
                                                                        std::string_view part) const {
    std::vector<std::pair<SubjectField, std::string>> out;
    for (const auto& [field, pattern] : fields_) {
        std::string text;
        const std::string& form = pattern.text();
        for (std::size_t at = 0; at < form.size();) {
            const auto end = form[at] == '{' ? form.find('}', at) : std::string::npos;
            if (end == std::string::npos) {
                text += form[at++];
                continue;
            }
            const auto word = std::string_view(form).substr(at + 1, end - at - 1);
            if (word == "MAC")
                text += mac.text_upper();
            else if (word == "mac")
                text += mac.text();
            else if (word == "model")
                text += behind(text, model);
            else
                text += part;
            at = end + 1;
        }
        out.emplace_back(field, std::move(text));
    }
    return out;
}

} // namespace offhook::config
