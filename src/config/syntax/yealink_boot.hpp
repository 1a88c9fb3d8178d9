#pragma once
/// @file  YealinkBoot: Yealink's boot file, which names the configuration files that a phone fetches, in order.
///
/// Shape   the first line as of YealinkText, then a line for each file: include:config "NAME". The parameter is
///         include.1, include.2 …, its value the name, relative to the boot file or a URL; numbers follow the file's
///         order. Other lines are "key = value" (overwrite_mode = 1). Names are read in quotes, angle brackets, or
///         bare.
/// Errors  write: invalid for a name with quotes, angle brackets or control characters, and for an empty one.
/// Source  reference: other vendors 3.2. Documented, not tried on hardware; a line that counts for some models alone
///         ("[T46G]include:config …") is noted, not read.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class YealinkBoot final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "yealink-boot"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
