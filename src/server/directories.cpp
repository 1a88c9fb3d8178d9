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

catalogue::Revision phonebook_revision(const DirectoryQuestion& question) {
    return std::max(question.site.phonebook_revision, question.snapshot.fleet().phonebook_revision);
}

} // namespace offhook::server
