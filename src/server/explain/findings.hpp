#pragma once
/// @file  Findings: what went wrong in a phone's last boots - what was seen, what was expected, where to change it.
///
/// Each puts no sentence, one or a few; each sentence can be read alone.
/// Pure. Limits  names_shown_max names in one sentence.
#include "catalogue/image_hold.hpp"
#include "catalogue/snapshot.hpp"
#include "server/explain/boots.hpp"
#include "server/local_layer.hpp"

#include <span>
#include <string>
#include <vector>

namespace offhook::server {

/// What findings are about. Lifetime: views.
struct Case {
    const catalogue::Snapshot& snapshot;
    const catalogue::Device& device;
    const config::Family& family;
    const config::Families& families;
    const LocalLayer* local = nullptr;
};
using Sentences = std::vector<std::string>;

// Of the last boot.
void find_wrong_folder(const Case& about, const Boot& boot, Sentences& out);
void find_missing_files(const Case& about, const Boot& boot, Sentences& out);
void find_refusals(const Case& about, const Boot& boot, Sentences& out);
void find_unmakeable_files(const Case& about, const Boot& boot, Sentences& out);
void find_unknown_names(const Case& about, const Boot& boot, Sentences& out);
void find_missing_firmware(const Case& about, const Boot& boot, Sentences& out);
/// Images that only a version file names; a version file of our own.
void find_listed_firmware(const Case& about, const Boot& boot, Sentences& out);
void find_refused_uploads(const Case& about, const Boot& boot, Sentences& out);
void find_other_model(const Case& about, const Boot& boot, Sentences& out);
/// Of a boot that was only a search for a server.
void find_no_server(const Boot& boot, Sentences& out);
/// Of all boots, oldest first: one after the other, without rest.
void find_loop(const Case& about, std::span<const Boot> boots, Sentences& out);
/// Of what came from its address without telling who asks.
void find_failed_tls(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
/// Of FTP, where nothing but the login tells who comes.
void find_failed_logins(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
void find_wrong_token(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
// Of the catalogue.
void find_held_images(const Case& about, std::span<const catalogue::ImageHold> held, Sentences& out);
/// Sealed files, of which the phone's own layers say otherwise than its site, which tells the phone.
void find_sealed_apart(const Case& about, Sentences& out);
void find_local_changes(const Case& about, Sentences& out);
void find_lines(const Case& about, Sentences& out);

/// What to do about a failed TLS handshake, by the sentence that the timeline keeps of it.
[[nodiscard]] std::string tls_advice(std::string_view why);

} // namespace offhook::server
