#pragma once
/// @file  Telling an HTML page from a file: many web servers answer for what they do not have with 200 and a page.
#include <string_view>

namespace offhook::phone {

[[nodiscard]] bool is_web_page(std::string_view content);
inline constexpr std::string_view web_page_reason =
    "it is an HTML page: the server answers for files it does not have with 200, not 404";

} // namespace offhook::phone
