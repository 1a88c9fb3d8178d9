// Images and changes that a phone is not offered any more.
#include "base/text.hpp"
#include "server/explain/findings.hpp"

#include <chrono>
#include <fmt/format.h>

namespace offhook::server {
namespace {

std::string minutes_text(std::chrono::milliseconds time) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(time).count();
    return minutes <= 1 ? "one minute" : fmt::format("{} minutes", minutes);
}

/// "20 to 30", "nothing to 30", "one password to another": a secret is never shown.
std::string from_to(const catalogue::ChangeHold& hold) {
    const auto shown = [&](const std::optional<std::string>& value, std::string_view other) {
        if (!value) return std::string("nothing");
        if (value->empty()) return std::string("an empty value");
        return is_secret(hold) ? std::string(other) : "'" + printable(*value, 60) + "'";
    };
    return shown(hold.former, "a secret value") + " to " +
           shown(hold.withheld, hold.former && !hold.former->empty() ? "another" : "a secret value");
}

} // namespace

void find_held_changes(const Case& about, Sentences& out) {
    for (const catalogue::ChangeHold& hold : about.device.held.all()) {
        const std::string name = printable(hold.setting, 63), changed = to_text(hold.changed).substr(0, 19);
        out.push_back(fmt::format(
            "It booted {} times in {} after {} was changed from {} ({} UTC, revision {}), which restarts it: it comes "
            "for that change again and again. Since {} UTC it is offered {} of that setting, and every other change as "
            "ever. Check whether its model takes that value; another value is offered at once, and `offhook loop "
            "release {} {}` offers this one again.",
            hold.boots, minutes_text(hold.since - hold.first), name, from_to(hold), changed, hold.revision,
            to_text(hold.since).substr(0, 19), hold.former ? "the former value" : "nothing", about.device.mac.text(),
            name));
    }
}

void find_held_images(const Case& about, std::span<const catalogue::ImageHold> held, Sentences& out) {
    for (const catalogue::ImageHold& hold : held) {
        const std::string name = printable(hold.name, 63), since = to_text(hold.since).substr(0, 19);
        const std::string release =
            fmt::format("`offhook loop release {} {}` offers it again", about.device.mac.text(), name);
        if (hold.fetches == 0)
            out.push_back(
                fmt::format("Since {} UTC it is told that there is no {}, because that leads it to an image that "
                            "it fetches again and again; {}.",
                            since, name, release));
        else
            out.push_back(fmt::format(
                "It fetched {} (digest {}) {} times in {} and came for it again: it does not run it. Since {} UTC it "
                "is "
                "told that there is none, and stays with the firmware it has. Check that the image is for this model "
                "and "
                "its hardware revision, that it is whole, and that the version it is announced with is the one it "
                "reports. Another content is offered at once; {}.",
                name, hold.hash.substr(0, 12), hold.fetches, minutes_text(hold.since - hold.first), since, release));
    }
}

} // namespace offhook::server
