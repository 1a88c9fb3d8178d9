#pragma once
/// @file  Generation: what one generation of Panasonic phones does otherwise than the next, as a table.
///
/// Marks are the reference's: G a guide of this generation, GS a guide of a sibling, C public server code, R
/// remembered, I inferred. What is not G has a switch of this phone's own ("phone.…" in flash) or is a default that the
/// files can set.
/// Source  reference: Panasonic 0 (family map), 2.2, 4.3, 5, 6, 7.
#include "base/enum_text.hpp"
#include "config/family/family.hpp"
#include "phone/flash.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace offhook::phone::panasonic {

/// What becomes of a user's change at the phone or on its web page when provisioning says something else.
enum class UserPolicy : std::uint8_t {
    later_wins, ///< both are of one priority: what was set last counts
    user_wins   ///< the user's, always
};
/// As in models.toml.
inline constexpr EnumText<UserPolicy, 2> user_policy_text{
    {{{UserPolicy::later_wins, "later"}, {UserPolicy::user_wins, "user"}}}};

/// An encrypted file is told by its name alone.
struct SealedExtension {
    std::string_view extension;     ///< ".e2c"
    std::string_view key_parameter; ///< "CFG_FILE_KEY2"
    std::string_view seal;          ///< of config/seal
};

struct Generation {
    std::string_view name;                    ///< "KX-HDV"
    UserPolicy policy;                        ///< G for HDV and UT, I for TGP6 and TGP7, R for TGP5, GS for UTG
    std::span<const std::string_view> magics; ///< what a text file begins with; empty: its files are XML
    std::span<const SealedExtension> seals;
    std::size_t file_bytes_max; ///< of one file and of all together (GS: UT)
    enum class BareAddress : std::uint8_t { refused, completed } bare_address; ///< a URL without a file's name (G)
    std::string_view factory_version;                                          ///< one that it was sold with (C)
};

/// By the model's name; KX-HDV for one that no row knows. The flash's phone.GENERATION overrules it, so that each
/// generation's rules can be rehearsed with the models of the pack.
[[nodiscard]] const Generation& generation_of(std::string_view model);
[[nodiscard]] const Generation& generation_of(const Flash& flash);

/// phone.USER_POLICY, "later" or "user"; else the row of phone.GENERATION; else the pack's column web_changes; else the
/// model's row here.
[[nodiscard]] UserPolicy policy_of(const Flash& flash, const config::Model& model);

/// One of the parameters that the phone itself goes by.
struct OwnParameter {
    enum class Kind : std::uint8_t { text, yes_no, number, choice, time_of_day, address, key } kind;
    std::string_view name;
    std::string_view factory; ///< in force where nothing is set
    std::int64_t least = 0, most = 0;
    std::string_view choices = {}; ///< "0|1|2"
};

/// Null: none that this phone goes by.
[[nodiscard]] const OwnParameter* find_own_parameter(std::string_view name);
/// What is set, or what an OwnParameter of this name has from the factory.
[[nodiscard]] std::string_view in_force(const Flash& flash, std::string_view name);
/// "Y" in any letter case. Requires: a yes_no parameter or a switch whose value is written out.
[[nodiscard]] bool is_yes(std::string_view value);
/// A switch of this phone's own ("phone.STRICT").
[[nodiscard]] bool switched(const Flash& flash, std::string_view name, bool otherwise);

} // namespace offhook::phone::panasonic
