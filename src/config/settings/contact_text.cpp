#include "config/settings/contact_text.hpp"

#include "base/text.hpp"

namespace offhook::config {

std::string dialled(std::string_view number) {
    std::string out(trim(number));
    if (out.find('@') != std::string::npos) return out;
    std::erase_if(out, [](char c) { return std::string_view(" .-()").find(c) != std::string_view::npos; });
    return out;
}

bool can_be_dialled(std::string_view number) {
    if (number.find('@') != std::string_view::npos) return number.find(' ') == std::string_view::npos;
    bool digits = false;
    for (const char c : number) {
        if (std::string_view("0123456789+*# .-()").find(c) == std::string_view::npos) return false;
        digits = digits || ascii_digit(c) || c == '*' || c == '#';
    }
    return digits;
}

} // namespace offhook::config
