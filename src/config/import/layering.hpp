#pragma once
/// @file  Layering: which of the phones' settings are the site's, which their model's, which their own.
///
/// Threads  any.
#include "config/import/plan.hpp"

#include <span>

namespace offhook::config {

/// One phone, as its files say, with what the files that it shares say by themselves.
struct LayeredPhone {
    std::string family, model;
    std::string group; ///< of a known device; empty: none
    Layer whole, shared;
    Layer own;                      ///< out: what the layers that it shares do not give it
    std::vector<std::string> moved; ///< out: the names of the rest
};

struct Layering {
    Layer site;
    std::vector<PlannedModel> models;
};

/// What may stand in a layer that others read, too: no secret, nothing that tells who a line is.
[[nodiscard]] bool is_shareable(const Layer::Entry& entry, const Family& family);

/// Both together; what `over` says counts.
[[nodiscard]] Layer laid_over(const Layer& under, const Layer& over);

[[nodiscard]] Layering lay_out(std::span<LayeredPhone> phones, const Families& families, const Standing& standing);

} // namespace offhook::config
