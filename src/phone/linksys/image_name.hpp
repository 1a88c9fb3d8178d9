#pragma once
/// @file  The version in a firmware file's name, for an image does not tell it in a way that is public.
///
/// "spa942-5-1-8.bin" 5.1.8, "spa942-6-1-5a.bin" 6.1.5(a), "spa3102-5-1-10-GW.bin" 5.1.10(GW).
/// Source  reference: Linksys 2.4 (C), 13.
#include <string>
#include <string_view>

namespace offhook::phone::linksys {

/// "": the name has none.
[[nodiscard]] std::string version_in_name(std::string_view file_name);

} // namespace offhook::phone::linksys
