// What became of software that a version file names.
#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/explain/findings.hpp"
#include "server/layers.hpp"
#include "server/version_files.hpp"

#include <fmt/format.h>
#include <set>

namespace offhook::server {
namespace {

constexpr std::size_t images_shown_max = 5;

const catalogue::TimelineEvent* version_file_got(const Case& about, const Boot& boot) {
    const catalogue::TimelineEvent* out = nullptr;
    for (const auto* event : boot) {
        const Named named = named_by(&about.family, *event);
        if (named.other != nullptr && !named.other->lists.empty() && was_got(*event)) out = event;
    }
    return out;
}

/// The stored list that answers this device; null: it is one of our own.
std::shared_ptr<const catalogue::StoredFile> list_behind(const Case& about, const catalogue::TimelineEvent& event) {
    const auto match = about.family.match_path(event.path.view());
    if (!match || match->other == nullptr) return nullptr;
    return find_stored_file(about.snapshot, {&about.family, about.family.find_model(about.device.model),
                                             about.snapshot.site(about.device.site), &*match, event.path.view()});
}

} // namespace

void find_listed_firmware(const Case& about, const Boot& boot, Sentences& out) {
    const auto* got = version_file_got(about, boot);
    if (got == nullptr) return;
    const auto list = list_behind(about, *got);
    const std::string name = printable(got->path.view(), 63);
    if (list == nullptr)
        out.push_back(
            fmt::format("{} is composed by this server out of firmware.version and firmware.path, because "
                        "firmware.compose_version_file says so: it is for virtual phones. For real ones add the "
                        "vendor's: `offhook firmware add --family {} --bundle PATH`.",
                        name, about.family.name()));
    std::set<std::string> missing;
    bool is_behind = false; // of the list, in the order of the boot
    for (const auto* event : boot) {
        is_behind = is_behind || event == got;
        if (is_behind && is_file_request(*event) && event->outcome == catalogue::Outcome::absent &&
            !named_by(&about.family, *event).is_known() && !event->path.view().empty() &&
            missing.size() < images_shown_max)
            missing.insert(printable(event->path.view(), 63));
    }
    for (const auto& image : missing)
        out.push_back(
            fmt::format("It got {}{}, asked for {} then, and that is not stored: the phone keeps the software that it "
                        "runs. To give "
                        "it the file: `offhook firmware add FILE --family {} --name {} --version V`, or all of it: "
                        "`offhook firmware "
                        "add --family {} --bundle PATH`.",
                        name, list == nullptr ? "" : fmt::format(" (number {}, version {})", list->id, list->version),
                        image, about.family.name(), image, about.family.name()));
}

} // namespace offhook::server
