#pragma once
/// @file  A Polycom phone's contact directory: in flash, from the server at a boot, to the server after a change.
///
/// Limits  KB by the size of its flash: dir.local.nonVolatile.maxSize.{2,4,8}meg (20, 50, 100), or
///         dir.local.volatile.maxSize (100) where dir.local.volatile.{2,4,8}meg is 1. Which model has how much flash is
///         not in what we read: flash parameter phone.flash_meg, 2, 4 or 8, says it; 4 without.
/// Source  reference: Polycom 5.4, 6, 10. What a phone does with a directory of the server that is too large is not
///         known: here the one in flash stays, and the phone says so.
#include "config/syntax/directory_syntax.hpp"
#include "phone/polycom/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <span>
#include <string>

namespace offhook::phone::polycom {

/// After its last local change the phone waits so long before it uploads (G).
inline constexpr std::chrono::seconds directory_upload_wait{5};

[[nodiscard]] std::uint64_t directory_bytes_max(const std::map<std::string, std::string, std::less<>>& parameters,
                                                const Flash& flash);

/// Whether the last file fetched can be read as a directory; else it is marked as not usable.
[[nodiscard]] bool is_directory(Session& session, const std::string& content);
/// What the server sent at a boot, and is one, overwrites the one in flash, where it has room.
void keep_directory(Session& session, const std::string& name, const std::string& content);

/// A contact whose number is there already is changed. Errors: invalid for one without a number or beyond the room.
[[nodiscard]] Result<void> add_contacts(Session& session, std::span<const config::Contact> contacts);

/// Waits, and sends. Failure is never fatal.
[[nodiscard]] boost::asio::awaitable<void> upload_directory(Session& session, std::string directory);

} // namespace offhook::phone::polycom
