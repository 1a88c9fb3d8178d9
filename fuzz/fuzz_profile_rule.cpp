/// @file  Profile rules: whatever stands in one, its error has a column in it, and what is chosen has a place to go to.
/// Shape  the first byte is form and reading, then the rule.
#include "base/assert.hpp"
#include "base/random.hpp"
#include "config/profile_rule/delay_list.hpp"
#include "config/profile_rule/limits.hpp"
#include "config/profile_rule/rule_check.hpp"
#include "config/profile_rule/rule_place.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::config;
    if (size == 0) return 0;
    RuleReading reading;
    if ((bytes[0] & 8U) != 0) reading.later_options = RuleReading::LaterOptions::taken;
    if ((bytes[0] & 16U) != 0) reading.user_in_url = RuleReading::UserInUrl::taken;
    if ((bytes[0] & 32U) != 0) reading.comments = RuleReading::Comments::leading_only;
    if ((bytes[0] & 64U) != 0) reading.past_end = RuleReading::PastEnd::verbatim;
    const auto form = static_cast<RuleForm>((bytes[0] & 7U) % 5);
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);

    const Macros macros{example_macros(), {{"SA", "TopSecret"}, {"SB", "two \"words]"}}};
    const auto expansion = expand_rule(text, macros, reading);
    OFFHOOK_ASSERT(expansion.text.size() <= limits::expanded_bytes_max);
    OFFHOOK_ASSERT(expansion.columns.size() == expansion.text.size() + 1);
    const auto rule = parse_profile_rule(expansion, form, reading);
    if (!rule) {
        OFFHOOK_ASSERT(rule.error().where.starts_with("column ") && !rule.error().message.empty());
        OFFHOOK_ASSERT(rule.error().message.find("TopSecret") == std::string::npos);
    } else {
        for (const auto& alternative : rule->alternatives) {
            if (!alternative.url) continue;
            const RuleServer server{RuleScheme::http, "h", 80, "/base", "/x"};
            const auto place = complete_url(alternative, form, server, reading);
            if (!place) continue;
            OFFHOOK_ASSERT(!place->host.empty() && place->path.starts_with('/'));
        }
        (void)choose_alternative(*rule, "5.1.8", reading);
    }
    (void)parse_trigger(expansion, reading);
    (void)check_rule(text, form, {}, reading);
    if (const auto delays = parse_delay_list(text)) {
        offhook::SeededRandom random(size);
        for (std::size_t attempt = 0; attempt < 3; ++attempt) (void)delays->delay(attempt, random);
    }
    return 0;
}
