#pragma once
/// @file  CertificateForm: how a vendor writes a phone's MAC address into its device certificate.
///
/// Fields of the subject, each with a pattern that must match; one of them holds {mac}, which there may also be written
/// with ':' or '-' between its bytes. Who may vouch for such a certificate is the operator's bundle, not ours to say.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "config/family/pattern.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::config {

enum class SubjectField : std::uint8_t {
    common_name,
    organizational_unit,
    organization,
    locality,
    state,
    serial_number,
    surname, ///< what tools of the SPA's age called S
    alternative_name
};
inline constexpr std::size_t subject_field_count = 8;

[[nodiscard]] std::string_view to_text(SubjectField field); ///< CN OU O L ST serialNumber surname SAN
[[nodiscard]] std::optional<SubjectField> subject_field_from_text(std::string_view name);

/// A subject as it stood in a certificate: the fields that are there.
using SubjectText = std::pair<SubjectField, std::string_view>;

/// Who a subject says it is of. Lifetime: `part` is a view into the subject.
struct CertificateHolder {
    MacAddress mac;
    std::string_view part; ///< what {part} stood for, a serial number; "": the form has none
};

class CertificateForm {
public:
    /// Errors: a pattern that is none; not exactly one field with {mac}; a field twice.
    [[nodiscard]] static Result<CertificateForm>
    compile(const std::vector<std::pair<SubjectField, std::string>>& fields);

    [[nodiscard]] std::optional<CertificateHolder> match(std::span<const SubjectText> subject) const;
    /// A subject of this form: what a virtual phone shows. `part`: its serial number. What stands in front of {model}
    /// and begins the model's name already is not written twice: "SPA-{model}" of SPA942 is "SPA-942".
    [[nodiscard]] std::vector<std::pair<SubjectField, std::string>> fill(const MacAddress& mac, std::string_view model,
                                                                         std::string_view part) const;

private:
    std::vector<std::pair<SubjectField, Pattern>> fields_;
};

} // namespace offhook::config
