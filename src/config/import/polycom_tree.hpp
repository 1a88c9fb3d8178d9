#pragma once
/// @file  PolycomTree: a directory of Polycom's files - master configurations, and what they name.
///
/// A phone's chain is CONFIG_FILES of MAC.cfg, else of 000000000000.cfg, from left to right. Overrides (MAC-phone.cfg)
/// beat them all on the phone; they are its own affair and stay apart. Where no master is, the chain is guessed: files
/// with the phone's MAC in their name, then the others by name, and a conflict says so.
/// Source   reference: Polycom 3, 4, 5.2.
#include "config/import/tree_reader.hpp"

namespace offhook::config {

class PolycomTree final : public TreeReader {
public:
    [[nodiscard]] std::string_view family() const override { return "polycom"; }
    void read(const ReaderContext& context, TreeReading& reading) const override;
    [[nodiscard]] bool leads_to_server(std::string_view parameter) const override;
};

} // namespace offhook::config
