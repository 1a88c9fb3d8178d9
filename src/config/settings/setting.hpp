#pragma once
/// @file  Setting: the vendor-neutral, typed vocabulary of a phone's configuration.
///
/// One table (vocabulary.cpp) states every setting's type, unit, range, secrecy and meaning; validation, the API, the
/// command line, docs/settings.md and the family packs all read it.
/// Shape   a name is dotted lower-case words with at most one index: "line.1.user", "time.zone". Index from 1.
///         A value is text in one canonical spelling, given by check_value(). The empty value is allowed for every
///         setting and means "nothing here": it hides what a broader layer says, and the phone's own default applies.
/// Limits  values <= limits::value_bytes_max; index <= SettingSpec::index_max.
/// Source  design 3 and 5; which settings exist: what the four families have in common (reference sheets).
#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace offhook::config {

enum class SettingType : std::uint8_t {
    text,        ///< printable UTF-8 without line breaks
    user_part,   ///< what stands before '@' in a SIP address: printable, no blank, no '@'
    number,      ///< decimal integer in [least, most]
    boolean,     ///< yes | no
    choice,      ///< one of `choices`
    list,        ///< several of `choices`, most wanted first, separated by one blank, none twice
    host,        ///< DNS name, IPv4 address, or IPv6 address without brackets
    url,         ///< scheme://…, no blanks
    zone,        ///< IANA time zone that the system's zone database has
    language,    ///< ISO 639-1, optionally with a region: de, en-GB
    time_of_day, ///< HH:MM
    dial_plan    ///< config/settings/dial_plan.hpp
};

[[nodiscard]] std::string_view to_text(SettingType type);

enum class Secrecy : std::uint8_t { open, secret };

struct SettingSpec {
    std::string_view name; ///< "line.{n}.user"; `{n}` stands for the index
    SettingType type;
    std::string_view unit;            ///< "seconds", "" when the value has none
    std::int64_t least = 0, most = 0; ///< of a number's value; for text kinds `most` is bytes, 0: value_bytes_max
    std::string_view choices;         ///< "udp tcp tls" for choice and list
    std::uint16_t index_max = 0;      ///< 0: the name has no index
    Secrecy secrecy = Secrecy::open;
    std::string_view summary; ///< one sentence, for people
};

/// A setting's compact name: its place in the vocabulary, and its index. Not stable between builds: store names.
struct SettingKey {
    std::uint16_t id = 0;
    std::uint16_t index = 0; ///< 0 when the setting has none

    friend constexpr auto operator<=>(const SettingKey&, const SettingKey&) = default;
};

[[nodiscard]] std::span<const SettingSpec> vocabulary();
[[nodiscard]] const SettingSpec& spec_of(SettingKey key);
[[nodiscard]] std::string name_of(SettingKey key);

/// "line.1.user" to its key. Errors: not_found with the nearest known name; invalid for an index out of range.
[[nodiscard]] Result<SettingKey> find_setting(std::string_view name);
/// "line.{n}.user" to its id. Errors: not_found.
[[nodiscard]] Result<std::uint16_t> find_pattern(std::string_view pattern);

/// Whether it is an account of the boot server itself: never rendered into a file that goes out unencrypted, because
/// whoever reads that on the wire could then fetch everybody's files. Source: design 6.
[[nodiscard]] bool is_provisioning_credential(SettingKey key);

/// Whether it is the boot server's own affair, which no pack renders.
[[nodiscard]] bool is_servers_own(SettingKey key);

/// The value in its canonical spelling. Errors: invalid or too_large; the message says what would be right and never
/// repeats a secret's value.
[[nodiscard]] Result<std::string> check_value(SettingKey key, std::string_view value);

} // namespace offhook::config
