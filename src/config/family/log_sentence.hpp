#pragma once
/// @file  LogSentence: a sentence that a phone writes into its own log, and what it means.
///
/// Vendor knowledge, so rows of family.toml (docs/packs.md). log_line.hpp reads one line by them, phone_log.hpp a log.
#include "base/enum_text.hpp"
#include "config/family/form.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace offhook::config {

enum class LogMeaning : std::uint8_t {
    begins,          ///< a stage of a boot: what stands before it belongs to an earlier one
    asks,            ///< for `file`; sentences that follow and name no file are about this one
    fetched,         ///< it got `file`; sentences that follow and name no file are about this one
    bad_checksum,    ///< software that is not whole
    wrong_model,     ///< software for other hardware
    not_usable,      ///< software that is none
    no_application,  ///< it has no software to go on with
    cannot_decrypt,  ///< a sealed file that its key does not open
    malformed,       ///< a file that it cannot read
    bad_rule,        ///< what it has to say where files are cannot be read
    not_found,       ///< the server has no such file
    transfer_failed, ///< the server was not reached, or the transfer ended early
    upload_failed
};

inline constexpr EnumText<LogMeaning, 13> log_meaning_text{{{{LogMeaning::begins, "begins"},
                                                             {LogMeaning::asks, "asks"},
                                                             {LogMeaning::fetched, "fetched"},
                                                             {LogMeaning::bad_checksum, "bad_checksum"},
                                                             {LogMeaning::wrong_model, "wrong_model"},
                                                             {LogMeaning::not_usable, "not_usable"},
                                                             {LogMeaning::no_application, "no_application"},
                                                             {LogMeaning::cannot_decrypt, "cannot_decrypt"},
                                                             {LogMeaning::malformed, "malformed"},
                                                             {LogMeaning::bad_rule, "bad_rule"},
                                                             {LogMeaning::not_found, "not_found"},
                                                             {LogMeaning::transfer_failed, "transfer_failed"},
                                                             {LogMeaning::upload_failed, "upload_failed"}}}};

/// What variables of a sentence are called; `any` is what nobody needs.
inline const std::array<std::string, 5> log_sentence_inputs{"file", "expected", "seen", "why", "any"};
/// And those of a whole line.
inline const std::array<std::string, 5> log_shape_inputs{"text", "time", "component", "class", "missed"};

struct LogSentence {
    Form form; ///< of log_sentence_inputs
    LogMeaning meaning = LogMeaning::not_usable;
    std::string confidence; ///< the reference's mark; P: project-made, and only our virtual phone writes it
};

} // namespace offhook::config
