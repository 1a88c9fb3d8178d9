#pragma once
/// @file  ReceivedProfile: from the bytes that a rule's URL brought to parameters - decrypt, inflate, parse.
///
/// What it is shows in its content; names and types mean nothing. The vendor's compiled profiles have no public
/// description and are of no use; our own container in their place (config/compile, project-defined) is read, and where
/// it was made for another phone it is refused.
/// Errors  invalid: what is wrong, in a sentence that holds neither key nor content. All of them are "corrupt file" to
///         the phone.
/// Source  reference: Linksys 7.1 (order: G; sniffing: I), 7.2, 7.3, 8, 8.5, 9.3.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "config/syntax/syntax.hpp"
#include "phone/linksys/alias_map.hpp"
#include "phone/linksys/switches.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::linksys {

struct ReceivedProfile {
    config::ParsedDocument document;
    std::vector<std::string> remarks; ///< "decrypted, 80 bytes", "inflated, ..."
};

[[nodiscard]] Result<ReceivedProfile> read_received(std::string_view bytes, const std::optional<std::string>& key,
                                                    const std::vector<Alias>& aliases, const Switches& switches,
                                                    MacAddress mac);

} // namespace offhook::phone::linksys
