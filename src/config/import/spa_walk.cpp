#include "config/import/spa_walk.hpp"

#include "base/text.hpp"
#include "config/import/limits.hpp"
#include "config/profile_rule/profile_rule.hpp"
#include "config/profile_rule/rule_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::array<std::string_view, 4> rules{"Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"};
constexpr std::string_view factory_rule = "/spa$PSN.cfg";

std::string with_colons(MacAddress mac) {
    const std::string digits = mac.text();
    std::string out;
    for (std::size_t i = 0; i < digits.size(); i += 2) out += (i == 0 ? "" : ":") + digits.substr(i, 2);
    return out;
}

/// As the phone knows itself. What only a phone knows - its serial number, its address - is an example's.
Macros macros_of(MacAddress mac, const Model* model, const std::map<std::string, std::string>& values) {
    Macros out;
    out.values = example_macros();
    out.values["MA"] = mac.text();
    out.values["MAU"] = mac.text_upper();
    out.values["MAC"] = with_colons(mac);
    if (model != nullptr && !model->part_numbers.empty()) {
        out.values["PSN"] = model->part_numbers.front();
        out.values["PN"] = "SPA-" + model->part_numbers.front();
    }
    const auto value = [&](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
    };
    for (char letter = 'A'; letter <= 'P'; ++letter)
        out.values[std::string(1, letter)] = value(fmt::format("GPP_{}", letter));
    for (char letter = 'A'; letter <= 'D'; ++letter)
        out.secrets[fmt::format("S{}", letter)] = value(fmt::format("GPP_S{}", letter));
    out.values["UID1"] = value("User_ID_1_");
    out.values["UID2"] = value("User_ID_2_");
    return out;
}

} // namespace

SpaWalk::SpaWalk(const Files& files, MacAddress mac, const Model* model) : files_(files), mac_(mac), model_(model) {
    values_.emplace(rules.front(), factory_rule);
}

std::string_view SpaWalk::value(const std::string& parameter) const {
    const auto found = values_.find(parameter);
    return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

void SpaWalk::run(FoundDevice& device) {
    if (!files_.first) // the phone was told by hand, or by DHCP, where its own file is
        for (const std::size_t file : files_.own) take(file, {});
    for (unsigned round = 0; model_ != nullptr && round < rounds_max; ++round)
        if (!resync()) break;
    take_own();
    for (auto file = order_.rbegin(); file != order_.rend(); ++file) // the last that was read counts
        device.chain.push_back({*file, is_own(*file) ? ChainPart::Scope::own : ChainPart::Scope::shared});
    for (const auto& [text, scope] : missing_) device.missing.push_back({text, scope});
}

bool SpaWalk::resync() {
    const auto values = values_;
    const auto order = order_;
    missing_.clear();
    if (order_.empty() && files_.first) take(*files_.first, {});
    for (const std::string_view rule : rules) follow(std::string(rule));
    return values != values_ || order != order_;
}

/// A file that bears the phone's address, and that no rule leads to: a program gave it, or a server that knew better.
void SpaWalk::take_own() {
    const bool has_own = std::any_of(order_.begin(), order_.end(), [&](std::size_t file) { return is_own(file); });
    if (has_own || files_.own.empty()) return;
    if (model_ != nullptr) doubts_.insert("no rule leads to the file with its address, which is taken to be its last");
    take(files_.own.front(), {});
}

bool SpaWalk::is_own(std::size_t file) const {
    return for_own_.contains(file) || std::find(files_.own.begin(), files_.own.end(), file) != files_.own.end();
}

bool SpaWalk::bears_address(std::string_view text) const {
    std::string digits = to_lower(text);
    std::erase_if(digits, [](char c) { return c == ':' || c == '-'; });
    return digits.find(mac_.text()) != std::string::npos;
}

void SpaWalk::take(std::size_t file, const std::string& key) {
    if (order_.size() >= limits::tree_chain_max) return;
    const auto* parameters = files_.load(file, key);
    if (parameters == nullptr) {
        missing_.emplace(printable(files_.tree.files()[file].path) + ", which cannot be read",
                         is_own(file) ? ChainPart::Scope::own : ChainPart::Scope::shared);
        return;
    }
    std::erase(order_, file);
    order_.push_back(file);
    for (const Parameter& parameter : *parameters) values_[parameter.name] = parameter.value;
}

void SpaWalk::follow(const std::string& parameter) {
    const std::string text(value(parameter));
    RuleReading reading;
    reading.later_options = RuleReading::LaterOptions::taken;
    reading.user_in_url = RuleReading::UserInUrl::taken;
    const Expansion expansion = expand_rule(text, macros_of(mac_, model_, values_));
    const auto rule = parse_profile_rule(expansion, RuleForm::profile, reading);
    if (!rule) {
        // No guide's grammar has a name without a '/', and public files do: sheet 16.
        if (expansion.text.find_first_of(" \t|()[]") == std::string::npos && find(expansion.text))
            return fetch(parameter, expansion.text, {});
        doubts_.insert(fmt::format("its {} cannot be read: {}", parameter, rule.error().text()));
        return;
    }
    const RuleAlternative* chosen = choose_alternative(*rule, example_macros().find("SWVER")->second, reading);
    if (chosen == nullptr) return;
    if (chosen->condition)
        doubts_.insert(fmt::format("its {} has a condition, which is judged as firmware 5.1.8 would", parameter));
    for (const Assignment& assignment : chosen->assignments) {
        values_[assignment.name] = assignment.value;
        if (!assignment.name.starts_with("GPP_"))
            doubts_.insert(
                fmt::format("its {} sets {}, which stands in no file", parameter, printable(assignment.name)));
    }
    if (chosen->url) fetch(parameter, chosen->url->path, chosen->options.key.value_or(std::string()));
}

void SpaWalk::fetch(const std::string& parameter, const std::string& path, const std::string& key) {
    const bool for_own = bears_address(path);
    auto found = find(path);
    // A program made this file for whoever asked: what bears the phone's address is what it made.
    if (!found && for_own && !files_.own.empty()) found = files_.own.front();
    if (!found) {
        if (parameter == rules.front() && value(parameter) == factory_rule) return;
        missing_.emplace(without_account(path) + ", which is not here",
                         for_own ? ChainPart::Scope::own : ChainPart::Scope::shared);
        return;
    }
    if (for_own) for_own_.insert(*found);
    take(*found, key);
}

/// "/a/b.xml?c" is a/b.xml?c, else b.xml?c, else the same without what is asked of a program, beside the default
/// profile or at the top.
std::optional<std::size_t> SpaWalk::find(const std::string& path) const {
    const std::string folder(files_.first ? folder_of(files_.tree.files()[*files_.first].path) : std::string_view());
    for (const std::string_view whole : {std::string_view(path), std::string_view(path).substr(0, path.find('?'))}) {
        std::string_view rest = whole;
        while (!rest.empty()) {
            if (rest.starts_with('/')) rest.remove_prefix(1);
            if (const auto found = files_.tree.find(folder, rest)) return found;
            if (const auto found = files_.tree.find("", rest)) return found;
            const auto slash = rest.find('/');
            if (slash == std::string_view::npos) break;
            rest.remove_prefix(slash);
        }
    }
    return std::nullopt;
}

} // namespace offhook::config
