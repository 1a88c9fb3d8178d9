#pragma once
/// @file  Doubtful: rules in a file that the phone which gets it will hardly be able to follow.
///
/// They stay in the file: what a real phone makes of a rule that ours cannot read is not known (reference: Linksys
/// 5.3), and an operator may know better. What the pack itself says is not doubted here.
/// Secrets  a reason holds no text of the rule.
/// Threads  any.
#include "config/render/render.hpp"

namespace offhook::config {

/// Into `rendered.doubtful` and its notes: each parameter whose `type` in the pack is a rule's, and what is wrong.
void doubt_rules(Rendered& rendered, const Family& family);

} // namespace offhook::config
