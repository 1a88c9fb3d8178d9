#pragma once
/// @file  What a phone would register as, from what a pack's rows read out of its configuration.
#include "config/family/family.hpp"
#include "phone/boot_report.hpp"
#include "phone/flash.hpp"

#include <span>
#include <string>
#include <vector>

namespace offhook::phone {

/// One line of these settings; without an authentication name the user's own (I).
[[nodiscard]] EffectiveLine line_of(const config::Layer& settings, unsigned index);
/// Lines with a user, in order of index; only those that the model has keys for. `model` may be null.
[[nodiscard]] std::vector<EffectiveLine> lines_of(std::span<const config::Parameter> parameters,
                                                  const config::Family& family, const config::Model* model);

/// `fresh`: the lines as files of this boot alone would have them.
[[nodiscard]] PhoneState state_of(const std::vector<EffectiveLine>& lines, const std::vector<EffectiveLine>& fresh);
/// Of a phone that keeps each parameter in its flash: its lines, how it ended, and what is in force. `fetched`: what
/// this boot's files have set.
void report_lines(BootReport& report, std::span<const config::Parameter> fetched, const Flash& flash,
                  const config::Family& family, const config::Model& model);
/// Why a phone in this state is not ready, in sentences; empty for one that is.
[[nodiscard]] std::vector<std::string> what_is_missing(PhoneState state, const std::vector<EffectiveLine>& lines);

} // namespace offhook::phone
