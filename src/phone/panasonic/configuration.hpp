#pragma once
/// @file  Configuration: what a Panasonic phone has set, by whom and when, and whose word counts.
///
/// From the lowest: factory, pre-provisioning file, then as one block {master, product, standard file; web page and
/// keys}. In one run the first of standard, product and master that names a parameter sets it; against a user's change
/// the generation's UserPolicy decides. What no file names stays. What a standard file has set once, a product or
/// master file changes only in a run that has read the standard file, too: a file that cannot be had must not take
/// back a phone's own settings (I).
/// Shape    the value in force is in Flash::parameters, its origin in Flash::origins: "standard 1767225600", and behind
///          a user's change what it covers: "user 1767225600 over product 1767220000 VALUE". No entry: factory.
/// Source   reference: Panasonic 2.3, 4.3, 5 (first occurrence; empty values).
#include "base/clock.hpp"
#include "base/enum_text.hpp"
#include "base/result.hpp"
#include "config/family/family.hpp"
#include "phone/flash.hpp"
#include "phone/panasonic/generation.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::panasonic {

/// In the order of their priority, but for `user`, of which the policy decides.
enum class Origin : std::uint8_t { factory, pre_provisioning, master, product, standard, user };
inline constexpr EnumText<Origin, 6> origin_text{{{{Origin::factory, "factory"},
                                                   {Origin::pre_provisioning, "pre-provisioning"},
                                                   {Origin::master, "master"},
                                                   {Origin::product, "product"},
                                                   {Origin::standard, "standard"},
                                                   {Origin::user, "user"}}}};

/// Who set a value, and when.
struct Provenance {
    Origin origin = Origin::factory;
    std::int64_t at_s = 0; ///< since 1970
    struct Covered {
        Origin origin = Origin::factory;
        std::int64_t at_s = 0;
        std::string value;
        friend bool operator==(const Covered&, const Covered&) = default;
    };
    std::optional<Covered> covered; ///< what is in force again when the user takes the change back

    friend bool operator==(const Provenance&, const Provenance&) = default;
};
[[nodiscard]] std::string to_text(const Provenance& provenance);
/// Errors: invalid.
[[nodiscard]] Result<Provenance> provenance_from_text(std::string_view text);

/// Whether a phone takes such a value: what it goes by itself by generation.hpp, the rest by the pack's facts. An
/// unknown name takes anything. Errors: invalid with the reason; never the value, which may be a secret.
[[nodiscard]] Result<void> check_value(const config::Parameter& parameter, const config::Family& family);

class Configuration {
public:
    /// Lifetime: `flash` outlives this. One object is one run of provisioning, or one change by hand, at `now`.
    Configuration(Flash& flash, UserPolicy policy, WallTime now);

    /// A file that was read; in the order in which the phone fetches them: pre-provisioning, standard, product, master.
    void take(Origin file, std::span<const config::Parameter> parameters);
    /// A user sets it; an empty value gives it back to what it covers. Requires: check_value().
    void change(const config::Parameter& parameter);

    [[nodiscard]] Provenance provenance(std::string_view name) const;
    /// Names whose value in force is another than before the run.
    [[nodiscard]] std::vector<std::string> changed() const;
    /// What this run's files or a user have set, as it is in force.
    [[nodiscard]] std::vector<config::Parameter> fresh() const;
    /// Sentences on what a file said in vain; without values.
    [[nodiscard]] const std::vector<std::string>& passed_over() const { return passed_over_; }

private:
    [[nodiscard]] bool yields(const config::Parameter& parameter, const Provenance& old, Origin file);
    void set(const std::string& name, const std::string& value, Provenance provenance);

    Flash& flash_;
    UserPolicy policy_;
    std::int64_t now_s_;
    std::set<Origin> read_;                                  ///< in this run
    std::set<std::string, std::less<>> named_;               ///< by standard, product or master, in this run
    std::map<std::string, std::string, std::less<>> before_; ///< of what this run has touched
    std::set<std::string, std::less<>> added_;               ///< that were not there before
    std::vector<std::string> passed_over_;
};

} // namespace offhook::phone::panasonic
