#include "catalogue/phonebook.hpp"

#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "config/settings/contact_text.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {
static_assert(limits::word_bytes_max == config::contact_text_bytes_max);

Result<void> check(const PhonebookEntry& entry) {
    if (entry.first_name.empty() && entry.last_name.empty())
        return fail(ErrorCode::invalid, "a first or a last name is needed", "last_name");
    const std::pair<std::string_view, std::string_view> texts[] = {{"first_name", entry.first_name},
                                                                   {"last_name", entry.last_name},
                                                                   {"number", entry.number},
                                                                   {"label", entry.label},
                                                                   {"note", entry.note}};
    for (const auto& [what, text] : texts) {
        const std::size_t most = what == "note" ? limits::note_bytes_max : limits::word_bytes_max;
        if (text.size() > most)
            return fail(ErrorCode::too_large, fmt::format("it is longer than {} bytes", most), std::string(what));
        if (!is_printable_utf8(text))
            return fail(ErrorCode::invalid, "control characters and bytes that are not UTF-8 are refused",
                        std::string(what));
    }
    if (!config::can_be_dialled(entry.number))
        return fail(ErrorCode::invalid, "a number has digits, + * # . - ( ) and blanks, or is user@host", "number");
    return {};
}

} // namespace offhook::catalogue
