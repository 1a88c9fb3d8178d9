#pragma once
/// @file  Row: one line of a pack's settings.toml - which of our settings stand in which parameter, and how.
///
/// The same row writes and reads. A plain row has one source and no forms: the parameter's value is the source's. A
/// text row has forms, which hold several sources.
#include "config/family/form.hpp"
#include "config/family/parameter_name.hpp"
#include "config/family/part.hpp"
#include "config/family/release.hpp"
#include "config/family/value_map.hpp"

#include <optional>
#include <string>
#include <vector>

namespace offhook::config {

/// A parameter with its value that goes with a row.
struct Companion {
    ParameterName name;
    std::string value;
    std::uint32_t id = 0; ///< the same for all rows that name it: it is written once
    bool secret = false;
    bool reboots = false;
    Release since = {}; ///< firmware before it does not know the parameter
};

/// One of our settings, in the vendor's spelling.
struct Source {
    SettingPart what;
    ValueMap values;            ///< empty: spelled as ours
    std::int64_t numerator = 1; ///< theirs = ours * numerator / denominator
    std::int64_t denominator = 1;
    std::optional<std::string> separator; ///< of a list in one parameter
    std::string off;                      ///< written for a rank that is none

    /// Ours to theirs; `remark` says what of it was left out. Errors: a sentence for the operator.
    [[nodiscard]] Result<void> spell(std::string_view ours, std::string& out, std::string& remark) const;
    /// The vendor's word for "this codec is not offered".
    [[nodiscard]] bool part_is_off(std::string_view theirs) const {
        return what.part.kind == PartKind::list_rank && theirs == off;
    }
    /// Theirs to ours, canonical. Errors: invalid.
    [[nodiscard]] Result<std::string> unspell(std::uint16_t index, std::string_view theirs) const;
};

/// Where a phone looks when the line says nothing.
struct Inherit {
    ParameterName from;
    std::optional<ParameterName> unless; ///< not when this one has a value
};

inline constexpr std::int64_t number_open = 1'000'000'000'000; ///< the bound of a range that has none
struct NumberRange {
    std::int64_t least, most;
};

struct Row {
    std::string where;                ///< "settings.toml:12"
    std::vector<ParameterName> write; ///< all are written; the first that is there is read
    std::vector<Release> since;       ///< of each of `write`: firmware before it does not know the parameter
    std::vector<Source> sources;
    std::vector<Form> forms;
    std::vector<Companion> also;  ///< written with it
    std::vector<Companion> guard; ///< written with it, and without it the phone ignores the value
    std::optional<Inherit> inherit;
    std::optional<NumberRange> range; ///< of the parameter, where a number's is known
    std::string one_way;              ///< why it cannot be read back; empty: it can
    std::string source, confidence;   ///< of the mapping, where the row states its own; empty: its parameters'
    bool second = false; ///< another row's setting in another parameter, too: read where that one says nothing
    /// The input stands in no form's text: it only chooses among them.
    [[nodiscard]] bool only_chooses(std::size_t input) const;

    /// Those that have text in them.
    [[nodiscard]] std::vector<const Form*> forms_of_text() const;
    /// Those in which the setting stands.
    [[nodiscard]] std::vector<const Form*> forms_with(std::uint16_t setting) const;

    bool indexed = false;    ///< its settings have an index
    bool every_line = false; ///< its parameters have one, its settings none
    bool secret = false;
    bool reboots = false;
};

/// Whether none of these forms of `a` is ever written beside one of those of `b`: each two ask for different values of
/// the same setting.
[[nodiscard]] bool exclude_each_other(const Row& a, const std::vector<const Form*>& of_a, const Row& b,
                                      const std::vector<const Form*>& of_b);

} // namespace offhook::config
