#pragma once
/// @file  Directories: the contact directory that a phone gets, from the catalogue and from what the phone sent.
///
/// On a loop, whoever asks brings the bytes of the upload, if one goes into it.
/// Lifetime  the question's references outlive what is asked with it. Threads  any.
#include "catalogue/snapshot.hpp"
#include "catalogue/store/store.hpp"
#include "config/family/family.hpp"
#include "config/render/render.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::server {

struct DirectoryQuestion {
    const catalogue::Snapshot& snapshot;
    const config::Family& family;
    const config::Document& document; ///< with Content::directory
    const catalogue::Site& site;
    const catalogue::Device* device = nullptr; ///< of a document with scope device
};

/// What the phone sent last, whether it goes into the directory or not; null: nothing. Cheap.
[[nodiscard]] const catalogue::UploadMark* upload_beside(const DirectoryQuestion& question);
/// The upload that goes into it; null: the directory is ours alone. Looks through the layers.
[[nodiscard]] const catalogue::UploadMark* upload_in(const DirectoryQuestion& question);
/// An empty text: there is nothing in it. Requires: `uploaded` is of upload_in().
[[nodiscard]] Result<config::Rendered> render_directory(const DirectoryQuestion& question,
                                                        std::optional<std::string_view> uploaded);
/// The same, with the upload read from the store. Errors: unavailable, where that cannot be. Threads: a pool's.
[[nodiscard]] Result<config::Rendered> render_directory(const DirectoryQuestion& question, catalogue::Store& store);
/// How many contacts there are to look through, roughly: what tells work for a loop from work for a pool.
[[nodiscard]] std::size_t contacts_about(const DirectoryQuestion& question, std::uint64_t uploaded_bytes);
/// Whether there is a contact for it, as far as the catalogue alone can say; without one phones get no such file. Looks
/// through the layers where no phonebook has any.
[[nodiscard]] bool has_contacts(const DirectoryQuestion& question);
/// Of the directory that a document names; `device` is null for what many share. Cheap for a document that names none.
[[nodiscard]] config::NamedDirectory named_directory(const catalogue::Snapshot& snapshot, const config::Family& family,
                                                     const config::Document& naming, const catalogue::Site& site,
                                                     const catalogue::Device* device);
/// Grows with each change of the phonebooks that are in it.
[[nodiscard]] catalogue::Revision phonebook_revision(const DirectoryQuestion& question);

} // namespace offhook::server
