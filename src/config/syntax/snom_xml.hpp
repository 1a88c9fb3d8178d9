#pragma once
/// @file  SnomXml: Snom's settings file: an element per setting in <phone-settings>, one per key in <functionKeys>.
///
/// Shape   parameter "ntp_server" is <ntp_server>, "user_name.1" is <user_name idx="1">. "fkey.0" is <fkey idx="0"> in
///         <functionKeys>, "fkey.0/label" and "fkey.0/context" its attributes; lines count from 1, keys from 0. An
///         element that has attributes and no value is written with an empty one. The attribute perm says what the
///         phone's user may do: R or RW; its other flags are read over. <X/> is <X></X>, an empty value.
///         Written in UTF-8. What nests deeper, and other sections than these two, mean nothing here.
/// Errors  read: invalid where the root is not <settings>.
/// Source  reference: other vendors 3.3; <functionKeys> and the attributes of fkey from public templates. Documented,
///         not tried on hardware. That of two equal elements the last counts is inferred.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class SnomXml final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "snom-xml"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<std::string> write_marked(std::span<const Parameter> parameters,
                                                   std::span<const AccessMark> access) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
