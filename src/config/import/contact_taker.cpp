#include "config/import/contact_taker.hpp"

#include "base/text.hpp"
#include "config/import/limits.hpp"
#include "config/settings/contact_text.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

/// Why no phonebook takes it; empty: one does.
std::string unfit_of(const Contact& contact) {
    if (!can_be_dialled(contact.number)) return "its number cannot be dialled";
    for (const std::string* text : {&contact.first_name, &contact.last_name, &contact.number, &contact.label}) {
        if (text->size() > contact_text_bytes_max)
            return fmt::format("a name, number or label is longer than {} bytes", contact_text_bytes_max);
        if (!is_printable_utf8(*text)) return "a name, number or label holds what cannot be shown";
    }
    return {};
}

} // namespace

ContactTaker::ContactTaker(const std::string& path, TreeReading& reading) : path_(path), reading_(reading) {
    for (const Contact& contact : reading.contacts) numbers_.insert(dialled(contact.number));
}

void ContactTaker::take(Contact contact, std::size_t line) {
    if (contact.first_name.empty() && contact.last_name.empty())
        contact.last_name = contact.label.empty() ? contact.number : contact.label;
    if (const std::string why = unfit_of(contact); !why.empty()) {
        if (reading_.conflicts.size() < limits::tree_conflicts_max)
            reading_.conflicts.push_back({std::nullopt,
                                          fmt::format("{} line {}: contact {} is left out: {}", printable(path_), line,
                                                      printable(contact.number, 40), why),
                                          "mend it there, or add it by hand: offhook phonebook add"});
        return;
    }
    if (!numbers_.insert(dialled(contact.number)).second) return;
    ++taken_;
    reading_.contacts.push_back(std::move(contact));
}

} // namespace offhook::config
