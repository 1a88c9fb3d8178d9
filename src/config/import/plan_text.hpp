#pragma once
/// @file  PlanText: an import's report, for people: a line for each file, what comes of it, and at the end what is left
/// to decide.
///
/// No secret's value stands in it, whatever the tree said.
#include "config/import/plan.hpp"

#include <string>

namespace offhook::config {

/// How much: what is to be known before it is done, or every setting of every phone as well.
enum class PlanDetail : std::uint8_t { summary, settings };

[[nodiscard]] std::string to_text(const ImportPlan& plan, const Families& families, PlanDetail detail);
/// "(secret)" for what nobody may read.
[[nodiscard]] std::string shown_value(const Layer::Entry& entry, const Family* family);
[[nodiscard]] std::string_view to_text(FileReport::Verdict verdict);
[[nodiscard]] std::string_view to_text(Difference::Kind kind);
/// "0004f2abcdef: it is a device already - --update puts these settings over its own"
[[nodiscard]] std::string to_text(const Conflict& conflict);

} // namespace offhook::config
