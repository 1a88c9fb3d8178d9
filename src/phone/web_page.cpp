#include "phone/web_page.hpp"

#include "base/text.hpp"

namespace offhook::phone {

bool is_web_page(std::string_view content) {
    if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
    content = trim(content);
    return starts_with_ignoring_case(content, "<!doctype html") || starts_with_ignoring_case(content, "<html");
}

} // namespace offhook::phone
