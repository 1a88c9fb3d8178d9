#pragma once
/// @file  PanasonicTree: a directory of Panasonic's files - a pre-provisioning file for each model, and what it names.
///
/// A phone's chain is its standard, product and master file; below them the pre-provisioning file. Their names are
/// those of CFG_*_FILE_PATH, of whose URLs the path is looked for here, its end first found. Where no pre-provisioning
/// file is, the customary names are: Config{MAC}.cfg, Config{MODEL}.cfg, ConfigCommon.cfg.
/// Source   reference: Panasonic 4.
#include "config/import/tree_reader.hpp"

namespace offhook::config {

class PanasonicTree final : public TreeReader {
public:
    [[nodiscard]] std::string_view family() const override { return "panasonic"; }
    void read(const ReaderContext& context, TreeReading& reading) const override;
    [[nodiscard]] bool leads_to_server(std::string_view parameter) const override;
};

} // namespace offhook::config
