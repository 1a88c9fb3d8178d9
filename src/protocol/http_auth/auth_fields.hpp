#pragma once
/// @file  AuthFields: the name=value list of an authentication field.
///
/// Lifetime  names point into the text; values are copies, because a quoted one may hold escapes.
/// Limits, Errors, Source: http_auth/authorization.hpp.
#include "protocol/http_auth/authorization.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::protocol {

class AuthFields {
public:
    /// `offset` is where `list` stands in the whole field, for errors.
    [[nodiscard]] static ParseResult<AuthFields, HttpAuthError> parse(std::string_view list, std::size_t offset);

    /// Null: not there. Names are compared without regard to case.
    [[nodiscard]] const std::string* find(std::string_view name) const;

private:
    struct Field {
        std::string_view name;
        std::string value;
    };
    std::vector<Field> fields_;
};

inline constexpr std::size_t auth_field_bytes_max = 4'096;
inline constexpr std::size_t auth_names_max = 32;
inline constexpr std::size_t auth_value_bytes_max = 1'024;

} // namespace offhook::protocol
