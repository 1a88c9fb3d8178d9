#pragma once
/// @file  CompiledProfile: a profile as a binary file. Project-defined, not for real phones: the vendor's container is
/// not public.
///
/// It rehearses with virtual phones what operators do with the vendor's compiler: a file for one phone, which brings
/// the key by which it opens all later ones. The target is no secret: whoever knows the MAC address can read the file.
/// Shape    magic "OffhkSPC", version u8 = 1, flags u8 (1: targeted), zero u16, length of the body u32, mark of the
///          target 8 bytes (zeros: any phone), HMAC-SHA256 of all that and the records 32 bytes, body. Numbers are
///          big-endian. Records: access u8 (0 unstated, 1 none, 2 read-only, 3 read-write; +16: a value follows), name
///          length u8, name, value length u16, value. A targeted body is AES-256-CBC with a key and a vector made of
///          the MAC address.
/// Limits   compiled_profile_bytes_max; records, names and values as in a document.
/// Errors   write: too_large or invalid. read: forbidden for another phone's file; invalid for another format or
///          version, cut short, added to or damaged.
/// Threads  any.
/// Source   our own; that such a file exists, and has targets: reference, Linksys 9.2, 9.3, 10.
#include "base/mac_address.hpp"
#include "config/syntax/syntax.hpp"

#include <optional>

namespace offhook::config {

inline constexpr std::string_view compiled_profile_label = "project-defined, not for real phones";

[[nodiscard]] bool looks_compiled(std::string_view bytes);

/// Nullopt: any phone reads it.
[[nodiscard]] Result<std::string> write_compiled(const ParsedDocument& document, std::optional<MacAddress> target);
/// As the phone of that address reads it: what an XML profile of the same content would say.
[[nodiscard]] Result<ParsedDocument> read_compiled(std::string_view bytes, MacAddress mac);

} // namespace offhook::config
