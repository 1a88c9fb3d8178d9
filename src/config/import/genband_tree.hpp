#pragma once
/// @file  GenbandTree: a directory of IP88xx files - a global file for each model, a file for each MAC address.
///
/// A phone's chain is its own file, in small letters or capitals, then sysconf_MODEL_sip.cfg: the own one overwrites.
/// A file that is no text is opened with the decrypt_key that the global file says, or the operator's. A phonebook that
/// is included becomes the site's. A version file and what it names are the vendor's: `offhook firmware add --bundle`
/// takes them as they are. Source   reference: IP88xx 3, 6, 7, 9, 10.
#include "config/import/tree_reader.hpp"

namespace offhook::config {

class GenbandTree final : public TreeReader {
public:
    [[nodiscard]] std::string_view family() const override { return "genband-ip88"; }
    void read(const ReaderContext& context, TreeReading& reading) const override;
    [[nodiscard]] bool leads_to_server(std::string_view parameter) const override;
};

} // namespace offhook::config
