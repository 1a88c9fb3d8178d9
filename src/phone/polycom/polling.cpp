#include "phone/polycom/polling.hpp"

#include "base/text.hpp"

#include <string_view>

namespace offhook::phone::polycom {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
constexpr seconds one_day{86'400};
constexpr seconds period_max{31'536'000}; // ours: a year

std::string_view value(const std::map<std::string, std::string, std::less<>>& parameters, std::string_view name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string_view{} : std::string_view(found->second);
}

/// "03:00".
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto hour = to_number<unsigned>(text.substr(0, colon));
    const auto minute = to_number<unsigned>(text.substr(colon + 1));
    if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    return std::chrono::minutes(*hour * 60 + *minute);
}

std::int64_t whole_days(seconds period) { return std::max<std::int64_t>(1, std::chrono::ceil<days>(period).count()); }

/// To the next such moment of a day, a minute away at least, and `more` days on.
seconds until(WallTime local, seconds time, std::int64_t more) {
    const auto midnight = std::chrono::floor<days>(local);
    auto at = midnight + time;
    if (at < local + 1min) at += one_day;
    return std::chrono::ceil<seconds>(at - local) + more * one_day;
}

seconds until_picked_day(const Polling& polling, WallTime local, MacAddress mac, Random& random) {
    const std::int64_t every = whole_days(polling.period);
    std::uint64_t number = 0;
    for (const char digit : mac.text())
        number = number * 16 + static_cast<unsigned>(ascii_digit(digit) ? digit - '0' : digit - 'a' + 10);
    const std::int64_t picked = static_cast<std::int64_t>(number % static_cast<std::uint64_t>(every));
    const seconds span = polling.random_end > polling.time ? polling.random_end - polling.time : 0min;
    const seconds time = seconds(polling.time) + seconds(random.below(static_cast<std::uint64_t>(span.count()) + 1));
    auto day = std::chrono::floor<days>(local);
    while (day.time_since_epoch().count() % every != picked || day + time < local + 1min) day += days(1);
    return std::chrono::ceil<seconds>(day + time - local);
}

} // namespace

std::optional<Polling> read_polling(const std::map<std::string, std::string, std::less<>>& parameters,
                                    RandomMode random) {
    if (value(parameters, "prov.polling.enabled") != "1") return std::nullopt;
    Polling polling;
    const auto mode = value(parameters, "prov.polling.mode");
    if (mode == "rel") polling.mode = Polling::Mode::relative;
    if (mode == "random" && random == RandomMode::known) polling.mode = Polling::Mode::random;
    const auto period = to_number<std::uint32_t>(value(parameters, "prov.polling.period"));
    if (period && *period > 3600 && seconds(*period) <= period_max) polling.period = seconds(*period);
    polling.time = time_of_day(value(parameters, "prov.polling.time")).value_or(polling.time);
    polling.random_end = time_of_day(value(parameters, "prov.polling.timeRandomEnd")).value_or(polling.time);
    return polling;
}

seconds until_poll(const Polling& polling, PollingMoment now, MacAddress mac, Random& random) {
    switch (polling.mode) {
    case Polling::Mode::absolute:
        return until(now.local, polling.time, whole_days(polling.period) - 1);
    case Polling::Mode::relative:
        return polling.period;
    case Polling::Mode::random:
        break;
    }
    if (polling.period > one_day) return until_picked_day(polling, now.local, mac, random);
    if (now.poll == PollingMoment::Poll::later) return polling.period;
    return seconds(1 + random.below(static_cast<std::uint64_t>(polling.period.count())));
}

} // namespace offhook::phone::polycom
