// Whatever people type, a rendered file holds the parameters that were written and none more, or it is not made.
// Shape  the first byte chooses the family and what it travels over; then entries: a byte for the layer, one for what
//        the text is (a setting by its place in the vocabulary, a raw parameter, a contact, the site's name), one for
//        its bytes, and the text. A raw parameter's name and a contact's number end at the first '='.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "config/family/loader.hpp"
#include "config/render/directory.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace offhook::config;

constexpr std::size_t entries_max = 64;
constexpr unsigned raw_kind = 250, contact_kind = 251, site_kind = 252;

const Families& families() {
    static const auto loaded = load_families(OFFHOOK_SOURCE_DIR "/families");
    OFFHOOK_ASSERT(loaded.has_value());
    return *loaded;
}

struct Typed {
    LayerBuilder site, device;
    std::vector<Contact> contacts;
    std::string site_name = "hq";

    void take(unsigned layer, unsigned kind, std::string_view text) {
        const auto equals = std::min(text.find('='), text.size());
        const std::string first(text.substr(0, equals)), rest(text.substr(std::min(equals + 1, text.size())));
        LayerBuilder& into = layer % 2 == 0 ? site : device;
        if (kind == raw_kind) return into.put_raw(first, rest);
        if (kind == site_kind) {
            site_name = text;
            return;
        }
        if (kind == contact_kind) {
            Contact contact;
            contact.number = first;
            contact.label = contact.first_name = rest;
            return contacts.push_back(std::move(contact));
        }
        const auto id = static_cast<std::uint16_t>(kind % vocabulary().size());
        const SettingKey key{id, static_cast<std::uint16_t>(spec_of({id, 0}).index_max == 0 ? 0 : 1 + layer / 2 % 4)};
        (void)into.set(name_of(key), text); // what is refused here gets no further
    }
};

std::vector<Parameter> sorted(std::vector<Parameter> parameters) {
    std::sort(parameters.begin(), parameters.end(), [](const Parameter& a, const Parameter& b) {
        return std::tie(a.name, a.value) < std::tie(b.name, b.value);
    });
    return parameters;
}

void check_settings(const Document& document, const Subject& subject) {
    const auto made = render(document, subject);
    if (!made) return;
    const auto read = document.syntax->read(made->text);
    OFFHOOK_ASSERT(read.has_value());
    std::vector<Parameter> wanted;
    for (const WrittenParameter& p : made->parameters) wanted.push_back(p.parameter);
    OFFHOOK_ASSERT(sorted(read->parameters) == sorted(std::move(wanted)));
}

void check_contacts(const Document& document, const Subject& subject, const std::vector<Contact>& contacts) {
    const auto made = render_directory(document, subject, {contacts, contacts, std::nullopt});
    if (!made || made->text.empty()) return;
    const auto read = document.directory->read(made->text);
    OFFHOOK_ASSERT(read.has_value());
    // What the grammar cannot carry is left out, with a note.
    const bool is_whole = made->notes.empty();
    OFFHOOK_ASSERT(is_whole ? read->contacts.size() == made->parameters.size()
                            : read->contacts.size() <= made->parameters.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const Family& family = *families()[bytes[0] % families().size()];
    Typed typed;
    std::size_t at = 1;
    for (std::size_t count = 0; count < entries_max && at + 3 <= size; ++count) {
        const std::size_t length = std::min<std::size_t>(bytes[at + 2], size - at - 3);
        typed.take(bytes[at], bytes[at + 1], {reinterpret_cast<const char*>(bytes) + at + 3, length});
        at += 3 + length;
    }
    const Layer site = typed.site.build(), device = typed.device.build();
    const LayerRef refs[]{
        {LayerKind::vendor_default, &family.defaults()}, {LayerKind::site, &site}, {LayerKind::device, &device}};
    Subject subject;
    subject.family = &family;
    subject.model = &family.models().front();
    subject.model_name = subject.model->name;
    subject.mac = offhook::MacAddress(0x0004f2abcdefULL);
    subject.site_name = typed.site_name;
    subject.wire = bytes[0] >= 128 ? Wire::tls : Wire::clear;
    subject.origin = "http://192.0.2.1:8080";
    subject.shared = std::span(refs).first(2);
    for (const Document& document : family.documents()) {
        subject.all = document.scope == DocumentScope::device ? std::span(refs) : std::span(refs).first(2);
        if (document.syntax != nullptr)
            check_settings(document, subject);
        else
            check_contacts(document, subject, typed.contacts);
    }
    return 0;
}
