#pragma once
/// @file  What the texts of a contact may be: the phonebook, what is imported into it and what phones show agree here.
///
/// Threads  any.
#include <cstddef>
#include <string>
#include <string_view>

namespace offhook::config {

inline constexpr std::size_t contact_text_bytes_max = 64; ///< a name, a number, a label

/// What is dialled of a number as people write it: "+49 (30) 1234-5" is "+493012345". An address stays. Two contacts
/// are the same one where this is the same.
[[nodiscard]] std::string dialled(std::string_view number);

/// Whether a number is one: digits, + * # . - ( ) and blanks, or user@host.
[[nodiscard]] bool can_be_dialled(std::string_view number);

} // namespace offhook::config
