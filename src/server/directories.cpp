#include "server/directories.hpp"

#include "base/assert.hpp"
#include "config/render/directory.hpp"
#include "server/layers.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

config::ContactSource contacts_of(const catalogue::Phonebook& book) {
    return {book.size(), [&book](std::size_t place) {
                const catalogue::PhonebookEntry& entry = *book[place];
                config::Contact contact;
                contact.first_name = entry.first_name;
                contact.last_name = entry.last_name;
                contact.number = entry.number;
                contact.label = entry.label;
                return contact;
            }};
}

/// Of a phone's own, as phones write them.
constexpr std::size_t contact_bytes_usual = 100;

} // namespace

const catalogue::UploadMark* upload_beside(const DirectoryQuestion& question) {
    if (question.device == nullptr || question.document.beside.empty()) return nullptr;
    return question.snapshot.upload(question.device->mac, question.document.beside);
}

const catalogue::UploadMark* upload_in(const DirectoryQuestion& question) {
    const auto* mark = upload_beside(question);
    if (mark == nullptr) return nullptr;
    const Layers layers(question.snapshot, question.family, question.site, question.device);
    return config::directory_source(layers.all()) == config::DirectorySource::server ? nullptr : mark;
}

Result<config::Rendered> render_directory(const DirectoryQuestion& question, std::optional<std::string_view> uploaded) {
    OFFHOOK_ASSERT(question.document.directory != nullptr);
    const Layers layers(question.snapshot, question.family, question.site, question.device);
    config::Subject subject;
    subject.family = &question.family;
    subject.site_name = question.site.name;
    subject.shared = layers.shared();
    subject.all = layers.all();
    if (question.device != nullptr) {
        subject.mac = question.device->mac;
        subject.model = question.family.find_model(question.device->model);
        subject.model_name = question.device->model;
    }
    return config::render_directory(question.document, subject,
                                    {contacts_of(question.snapshot.phonebook(question.site.id)),
                                     contacts_of(question.snapshot.phonebook(catalogue::SiteId{})), uploaded});
}

Result<config::Rendered> render_directory(const DirectoryQuestion& question, catalogue::Store& store) {
    const auto* mark = upload_in(question);
    if (mark == nullptr) return render_directory(question, std::nullopt);
    const auto content = store.read_upload(mark->id);
    if (!content)
        return fail(ErrorCode::unavailable, "what the phone sent was replaced by a newer one just now: ask again",
                    question.document.beside);
    return render_directory(question, content->bytes());
}

std::size_t contacts_about(const DirectoryQuestion& question, std::uint64_t uploaded_bytes) {
    return question.snapshot.phonebook(question.site.id).size() +
           question.snapshot.phonebook(catalogue::SiteId{}).size() +
           static_cast<std::size_t>(uploaded_bytes / contact_bytes_usual);
}

bool has_contacts(const DirectoryQuestion& question) {
    if (question.snapshot.phonebook(question.site.id).size() != 0 ||
        question.snapshot.phonebook(catalogue::SiteId{}).size() != 0)
        return true;
    if (upload_beside(question) == nullptr && question.document.keys.empty()) return false;
    if (upload_in(question) != nullptr) return true;
    const auto of_keys = render_directory(question, std::nullopt);
    return of_keys && !of_keys->text.empty();
}

config::NamedDirectory named_directory(const catalogue::Snapshot& snapshot, const config::Family& family,
                                       const config::Document& naming, const catalogue::Site& site,
                                       const catalogue::Device* device) {
    if (naming.names_directory.empty()) return config::NamedDirectory::absent;
    for (const config::Document& document : family.documents()) {
        if (document.kind != naming.names_directory) continue;
        const bool own = document.scope == config::DocumentScope::device;
        const bool is_there = has_contacts({snapshot, family, document, site, own ? device : nullptr});
        return is_there ? config::NamedDirectory::there : config::NamedDirectory::absent;
    }
    return config::NamedDirectory::absent;
}

catalogue::Revision phonebook_revision(const DirectoryQuestion& question) {
    return std::max(question.site.phonebook_revision, question.snapshot.fleet().phonebook_revision);
}

} // namespace offhook::server
