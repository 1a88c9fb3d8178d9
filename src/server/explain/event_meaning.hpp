#pragma once
/// @file  EventMeaning: what a contact on the timeline was about, as the family's pack names it.
///
/// Pure. Lifetime: views into the family.
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"

#include <string_view>

namespace offhook::server {

/// What stands behind a path.
struct Named {
    const config::Document* document = nullptr;
    const config::OtherFile* other = nullptr;

    [[nodiscard]] bool is_known() const { return document != nullptr || other != nullptr; }
    [[nodiscard]] std::string_view kind() const {
        return document != nullptr ? document->kind : other != nullptr ? std::string_view(other->kind) : "";
    }
    [[nodiscard]] std::string_view summary() const {
        return document != nullptr ? document->summary : other != nullptr ? std::string_view(other->summary) : "";
    }
    [[nodiscard]] bool needed() const {
        return document != nullptr ? document->needed : other != nullptr && other->needed;
    }
};

/// As the timeline keeps a kind.
[[nodiscard]] inline decltype(catalogue::TimelineEvent::kind) cut(std::string_view kind) { return kind; }

/// Of a phone that looks for its server, not for a file.
[[nodiscard]] bool is_discovery(const catalogue::TimelineEvent& event);
/// What another server told the phone, overheard.
[[nodiscard]] bool is_overheard(const catalogue::TimelineEvent& event);
/// Whether it is a request for a file, to be had or to be sent.
[[nodiscard]] bool is_file_request(const catalogue::TimelineEvent& event);

/// By the kind that was noted when the file was asked for: the path on the timeline may be cut.
[[nodiscard]] Named named_by(const config::Family* family, const catalogue::TimelineEvent& event);
/// The event with what it would be without the folder in front: a phone whose server address has a folder too many
/// asks for the right names in the wrong place.
[[nodiscard]] Named meant_by(const config::Family* family, const catalogue::TimelineEvent& event);
/// Whether it is the document with the device's own settings.
[[nodiscard]] bool is_own(const Named& named);
/// Whether the phone has the file now: it got it whole, or had it.
[[nodiscard]] bool was_got(const catalogue::TimelineEvent& event);

} // namespace offhook::server
