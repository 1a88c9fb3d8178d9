#pragma once
/// @file  What layers state in the place of a fixed document's parameters: a Polycom's MISC_FILES, LOG_FILE_DIRECTORY …
///
/// Secrets  a document that many share takes no URL with an account: such a value is left out with a note.
/// Threads  any.
#include "config/render/render.hpp"

#include <span>
#include <vector>

namespace offhook::config {

/// Raw parameters of `stated` whose place is in `document`; empty where it is not fixed. What may not stand there is
/// among `notes`.
[[nodiscard]] std::vector<WrittenParameter> stated_fixed(const Document& document, const Family& family,
                                                         const Effective& stated, std::vector<MapNote>& notes);
/// Takes the raw parameters out of what a settings file is made of that stand in fixed documents.
void drop_fixed_names(WriteResult& written, const Family& family);
/// What is stated for a model, its group or a phone counts before what the pack has for models by name: a phone reads
/// SPIP300/APP_FILE_PATH before APP_FILE_PATH, so that one goes. `fixed` are the pack's own.
void drop_hidden_by_model(std::vector<WrittenParameter>& parameters, const Family& family,
                          std::span<const Parameter> fixed);

} // namespace offhook::config
