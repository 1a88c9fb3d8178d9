#include "phone/polycom/log.hpp"

#include "base/text.hpp"
#include "phone/limits.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace offhook::phone::polycom {
namespace {

constexpr std::string_view level_prefix = "log.level.change.";
constexpr unsigned severity_max = 6;

template <class T>
void take_number(const LogRules::Parameters& parameters, std::string_view name, std::uint64_t least, std::uint64_t most,
                 std::uint64_t unit, T& into) {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return;
    const auto number = to_number<std::uint64_t>(found->second);
    if (number && *number >= least && *number <= most) into = T(*number * unit);
}

std::string time_text(LogRules::Time form, const LogEvent& event) {
    if (form == LogRules::Time::since_boot) {
        const std::chrono::hh_mm_ss time{event.since_boot};
        return fmt::format("{:02}{:02}{:02}.{:03}", time.hours().count() % 100, time.minutes().count(),
                           time.seconds().count(), time.subseconds().count());
    }
    const auto midnight = std::chrono::floor<std::chrono::days>(event.at);
    const std::chrono::year_month_day day{midnight};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(event.at - midnight)};
    const auto date = fmt::format("{:02}{:02}", static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    if (form == LogRules::Time::to_minute)
        return fmt::format("{:02}{}{:02}{:02}", static_cast<int>(day.year()) % 100, date, time.hours().count(),
                           time.minutes().count());
    return fmt::format("{}{:02}{:02}{:02}", date, time.hours().count(), time.minutes().count(), time.seconds().count());
}

} // namespace

bool LogRules::takes(std::string_view component, unsigned severity) const {
    const auto own = levels.find(component);
    return severity >= std::max(render_level, own == levels.end() ? level : own->second);
}

LogRules read_log_rules(const LogRules::Parameters& parameters) {
    LogRules rules;
    rules.levels = {{"so", 3}, {"cfg", 3}, {"copy", 3}};
    for (auto at = parameters.lower_bound(level_prefix); at != parameters.end() && at->first.starts_with(level_prefix);
         ++at) {
        const auto level = to_number<unsigned>(at->second);
        if (level && *level <= severity_max) rules.levels[at->first.substr(level_prefix.size())] = *level;
    }
    unsigned type = 2, appends = 1;
    take_number(parameters, "log.render.level", 0, severity_max, 1, rules.render_level);
    take_number(parameters, "log.render.type", 0, 2, 1, type);
    take_number(parameters, "log.render.file.size", 1, limits::log_bytes_max / 1024, 1024, rules.file_bytes);
    take_number(parameters, "log.render.file.upload.period", 60, 31'536'000, 1, rules.upload_period);
    take_number(parameters, "log.render.file.upload.append", 0, 1, 1, appends);
    take_number(parameters, "log.render.file.upload.append.sizeLimit", 1, 1'048'576, 1024, rules.append_bytes_max);
    rules.time = static_cast<LogRules::Time>(type);
    rules.upload = appends == 1 ? LogRules::Upload::append : LogRules::Upload::overwrite;
    const auto mode = parameters.find("log.render.file.upload.append.limitMode");
    if (mode != parameters.end() && mode->second == "stop") rules.at_limit = LogRules::AtLimit::stop;
    return rules;
}

LogRules bootrom_log_rules() {
    LogRules rules;
    rules.level = 3;
    return rules;
}

std::string log_line(const LogRules& rules, const LogEvent& event) {
    std::string text(event.text.substr(0, line_bytes_max));
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
    return fmt::format("{}|{:<5}|{}|00|{}\n", time_text(rules.time, event), event.component, event.severity, text);
}

void keep_in_log(std::string& log, std::string_view line) {
    log += line;
    if (log.size() <= limits::log_bytes_max) return;
    const auto end = log.find('\n', log.size() - limits::log_bytes_max - 1);
    log.erase(0, end == std::string::npos ? log.size() : end + 1);
}

} // namespace offhook::phone::polycom
