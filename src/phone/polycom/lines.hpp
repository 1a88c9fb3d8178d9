#pragma once
/// @file  What a Polycom phone would register as, from the configuration in force.
///
/// The pack's rows say what a parameter means; what a phone does where one is absent stands here:
/// * no reg.n.server.1.address: every voIpProt.server.1.* counts for the line (G 5.4: otherwise none does);
/// * reg.n.address may be user@domain; the domain registers where no server is named at all;
/// * no reg.n.auth.userId: the user authenticates under its own name (I).
#include "config/family/family.hpp"
#include "phone/boot_report.hpp"
#include "phone/polycom/configuration.hpp"

#include <vector>

namespace offhook::phone::polycom {

/// Lines with a user, in order of index. `model` may be null.
[[nodiscard]] std::vector<EffectiveLine> effective_lines(const Merged& configuration, const config::Family& family,
                                                         const config::Model* model);

} // namespace offhook::phone::polycom
