#pragma once
/// @file  A phone's contact directory: the phonebook, the device's keys, and what the phone itself had.
///
/// In this order: keys that the family has in the directory, the site's phonebook, the fleet's, the phone's own. A
/// contact is the same as another by its number: the first stands, and takes over what only a later one knows - the
/// phone's ring type, the place among the speed dials that its user gave it.
/// Limits   what the phone would not keep is left out with a note: of the phonebook first, of the phone's own after it,
///          of the keys last.
/// Errors   those of render(). Threads  any.
#include "config/render/render.hpp"
#include "config/settings/contact_text.hpp"
#include "config/syntax/directory_syntax.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::config {

/// Contacts that are made one by one: of a phonebook much larger than a phone keeps only what it keeps is copied.
/// Lifetime: views outlive the call only.
struct ContactSource {
    std::size_t size = 0;
    std::function<Contact(std::size_t)> at; ///< below `size`

    ContactSource() = default;
    ContactSource(std::size_t count, std::function<Contact(std::size_t)> maker) : size(count), at(std::move(maker)) {}
    ContactSource(const std::vector<Contact>& contacts) // as a list of them is one
        : size(contacts.size()), at([&contacts](std::size_t place) { return contacts[place]; }) {}
};

/// What the contacts come from, besides the layers. Lifetime: views outlive the call only.
struct DirectorySources {
    ContactSource site, fleet;             ///< of the phonebook; numbers as people write them
    std::optional<std::string_view> phone; ///< what the phone sent last, as it came; nullopt: nothing
};

/// Whose directory the layers want. `phone` and `merged` need what the phone sent, where it sent something.
enum class DirectorySource : std::uint8_t { merged, server, phone };
[[nodiscard]] DirectorySource directory_source(std::span<const LayerRef> layers);

/// A document with Content::directory. An empty text: there is nothing in it, and phones get no such file.
/// `parameters` has a row for each contact.
[[nodiscard]] Result<Rendered> render_directory(const Document& document, const Subject& subject,
                                                const DirectorySources& sources);

} // namespace offhook::config
