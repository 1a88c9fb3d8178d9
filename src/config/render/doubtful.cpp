#include "config/render/doubtful.hpp"

#include "base/text.hpp"
#include "config/profile_rule/rule_check.hpp"

#include <array>
#include <optional>
#include <utility>

namespace offhook::config {
namespace {

constexpr std::string_view register_prefix = "GPP_";

/// What the file itself says that registers hold.
MacroValues registers_in(const Rendered& rendered) {
    MacroValues out;
    for (const WrittenParameter& p : rendered.parameters) {
        const std::string_view name = p.parameter.name;
        if (name.starts_with(register_prefix) && name.size() == register_prefix.size() + 1)
            out.insert_or_assign(std::string(name.substr(register_prefix.size())), p.parameter.value);
    }
    return out;
}

std::optional<RuleForm> form_of(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, RuleForm>, 3> forms{
        {{"profile_rule", RuleForm::profile}, {"upgrade_rule", RuleForm::upgrade}, {"report_rule", RuleForm::report}}};
    for (const auto& [name, form] : forms)
        if (name == type) return form;
    return std::nullopt;
}

/// Empty: nothing is wrong. What is wrong with a rule is said without its text, which may hold a key; only the name of
/// a macro could be a part of one.
std::string doubt_of(std::string_view rule, std::string_view type, const MacroValues& registers) {
    const auto form = form_of(type);
    if (!form && type != "trigger") return {};
    const auto checked = form ? check_rule_with_any_registers(rule, *form, registers)
                              : check_trigger_with_any_registers(rule, registers);
    if (!checked) return checked.error().text();
    if (checked->empty()) return {};
    return checked->front().starts_with('$') ? "a macro in it is none, and stays as it is" : checked->front();
}

} // namespace

void doubt_rules(Rendered& rendered, const Family& family) {
    const auto registers = registers_in(rendered);
    for (const WrittenParameter& p : rendered.parameters) {
        const auto* facts = family.facts(p.parameter.name);
        if (facts == nullptr || p.origin == LayerKind::vendor_default) continue;
        const auto doubt = doubt_of(p.parameter.value, facts->type, registers);
        if (doubt.empty()) continue;
        LeftOut out;
        out.parameter = printable(p.parameter.name, 80);
        out.setting =
            p.setting.id == Layer::raw_id ? std::string(Layer::raw_prefix) + out.parameter : name_of(p.setting);
        out.origin = p.origin;
        out.reason = doubt;
        rendered.notes.push_back({out.setting, out.parameter + ", set by " + std::string(to_text(out.origin)) +
                                                   ", is a rule that the phone will hardly follow: " + out.reason});
        rendered.doubtful.push_back(std::move(out));
    }
}

} // namespace offhook::config
