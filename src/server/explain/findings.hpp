#pragma once
/// @file  Findings: what went wrong in a phone's last boots - what was seen, what was expected, where to change it.
///
/// Each puts no sentence, one or a few; each sentence can be read alone.
/// Pure. Limits  names_shown_max names in one sentence.
#include "catalogue/image_hold.hpp"
#include "catalogue/snapshot.hpp"
#include "server/explain/boots.hpp"
#include "server/explain/file_left_out.hpp"
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
/// When a phone was told to fetch anew: an operator's resync, once or several times in a row.
struct ToldToCome {
    WallTime first, last;
};
using Sentences = std::vector<std::string>;

// Of the last boot.
void find_wrong_folder(const Case& about, const Boot& boot, Sentences& out);
void find_missing_files(const Case& about, const Boot& boot, Sentences& out);
void find_refusals(const Case& about, const Boot& boot, Sentences& out);
void find_unmakeable_files(const Case& about, const Boot& boot, Sentences& out);
void find_unknown_names(const Case& about, const Boot& boot, Sentences& out);
/// Of the last boot, and of the one before where the last followed it at once: the attempt that failed may be why.
void find_missing_firmware(const Case& about, std::span<const Boot> boots, Sentences& out);
/// Images that only a version file names; a version file of our own.
void find_listed_firmware(const Case& about, const Boot& boot, Sentences& out);
void find_refused_uploads(const Case& about, const Boot& boot, Sentences& out);
void find_other_model(const Case& about, const Boot& boot, Sentences& out);
/// Shared files that came from another site than the phone's, because its network is not assigned to that.
void find_other_site(const Case& about, const Boot& boot, Sentences& out);
/// Of a boot that was only a search for a server.
void find_no_server(const Boot& boot, Sentences& out);
/// Of all boots, oldest first: one after the other, without rest. `told_to_come`: what it does soon after is no idea of
/// its own.
void find_loop(const Case& about, std::span<const Boot> boots, std::span<const ToldToCome> told_to_come,
               Sentences& out);
/// Of what came from its address without telling who asks.
void find_failed_tls(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
/// Of FTP, where nothing but the login tells who comes.
void find_failed_logins(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
void find_wrong_token(std::span<const catalogue::TimelineEvent> unidentified, Sentences& out);
// Of the catalogue.
void find_held_changes(const Case& about, Sentences& out);
void find_held_images(const Case& about, std::span<const catalogue::ImageHold> held, Sentences& out);
/// Sealed files, of which the phone's own layers say otherwise than its site, which tells the phone.
void find_sealed_apart(const Case& about, Sentences& out);
void find_local_changes(const Case& about, Sentences& out);
/// Each line as the phone is told of it; `left_out` are its files' as they are now.
void find_lines(const Case& about, std::span<const FileLeftOut> left_out, Sentences& out);

/// Which site an address is of, why, and how to have it otherwise; worth telling where there is more than one.
[[nodiscard]] std::string site_by_address(const catalogue::Snapshot& snapshot, const IpAddress& source);

/// What changes a setting of a layer: "offhook device set 0004f2000001".
[[nodiscard]] std::string change_command(const Case& about, config::LayerKind origin);

/// What to do about a failed TLS handshake, by the sentence that the timeline keeps of it.
[[nodiscard]] std::string tls_advice(std::string_view why);

} // namespace offhook::server
