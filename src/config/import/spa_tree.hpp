#pragma once
/// @file  SpaTree: a directory of Linksys SPA files - a default profile for each model, and what its rules lead to.
///
/// Which files are a phone's own their names say: 000e08aabbcc.xml, spa000E08AABBCC.cfg, ?mac=00:0e:08:aa:bb:cc. What
/// is read in which order is SpaWalk's; what a file holds, spa_profile's. What says who may change a parameter on the
/// phone (ua) has a place in the pack alone: where files say otherwise, their report does.
/// Source   reference: Linksys 2.4, 4.4, 8.4, 16.
#include "config/import/tree_reader.hpp"

namespace offhook::config {

class SpaTree final : public TreeReader {
public:
    [[nodiscard]] std::string_view family() const override { return "linksys-spa"; }
    void read(const ReaderContext& context, TreeReading& reading) const override;
    [[nodiscard]] bool leads_to_server(std::string_view parameter) const override;
};

} // namespace offhook::config
