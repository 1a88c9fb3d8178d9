#include "phone/typed_server.hpp"

#include "base/text.hpp"
#include "protocol/url.hpp"

#include <fmt/format.h>

namespace offhook::phone {

Result<std::string> complete_url(const TypedServer& typed, std::string_view scheme) {
    std::string text(trim(typed.url));
    if (typed.type && !protocol::scheme_from_text(*typed.type))
        return fail(ErrorCode::invalid, "one of ftp, tftp, http, https", "--server-type");
    if (!protocol::names_scheme(text))
        text = fmt::format("{}://{}", typed.type ? to_lower(*typed.type) : std::string(scheme), text);
    const auto url = protocol::parse_url(text);
    if (!url) return fail(ErrorCode::invalid, url.error().message, "--url");
    if (url->credentials || !typed.user) return text;
    const auto host = text.find("://") + 3;
    return fmt::format("{}{}:{}@{}", text.substr(0, host), *typed.user, typed.password.value_or(""), text.substr(host));
}

} // namespace offhook::phone
