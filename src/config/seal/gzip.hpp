#pragma once
/// @file  Gzip: what a compressed profile is unpacked with and packed into.
///
/// Shape    gunzip() takes what its content shows: gzip (RFC 1952, several members one after another too), deflate with
///          the zlib header (RFC 1950), or else bare deflate (RFC 1951), which has nothing to be known by but that it
///          unpacks. gzip() writes no time and no name: equal text makes equal bytes, and keeps its entity tag.
/// Limits   gunzip() never holds more than `limit` bytes of output, whatever the input promises.
/// Errors   gunzip(): invalid for what is cut short, damaged, fails its checksum or is none of the three; too_large
///          beyond `limit`. Each says which.
/// Threads  any.
/// Source   reference: Linksys 7.3.
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace offhook::config {

/// Begins as gzip, or as deflate with the zlib header. Bare deflate cannot be told by its beginning.
[[nodiscard]] bool looks_packed(std::string_view bytes);

[[nodiscard]] Result<std::string> gunzip(std::string_view bytes, std::size_t limit);
[[nodiscard]] std::string gzip(std::string_view plain);

} // namespace offhook::config
