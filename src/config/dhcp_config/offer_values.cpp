#include "config/dhcp_config/offer_values.hpp"

#include "protocol/url.hpp"

namespace offhook::config {
namespace {

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

} // namespace

Result<OfferValues> offer_values(std::string_view url, const Discovery& discovery,
                                 const std::optional<IpAddress>& address) {
    std::string whole(url);
    auto parsed = protocol::parse_url(whole);
    if (!parsed) return fail(parsed.error().code, parsed.error().message, "url");
    if (!parsed->scheme) {
        if (discovery.schemes.empty())
            return fail(ErrorCode::invalid, "it names no scheme: write http:// or another one before it", "url");
        whole = discovery.schemes.front() + "://" + whole;
        parsed = protocol::parse_url(whole);
        if (!parsed || !parsed->scheme) return fail(ErrorCode::invalid, "it is no URL", "url");
    }
    OfferValues values;
    values.url = without_slash(std::move(whole));
    values.host = parsed->host;
    values.scheme = protocol::to_text(*parsed->scheme);
    const auto literal = IpAddress::from_text(parsed->host);
    if (address)
        values.address = *address;
    else if (literal)
        values.address = *literal;
    return values;
}

Result<bool> is_host_alone(std::string_view url) {
    const auto parsed = protocol::parse_url(url);
    if (!parsed) return fail(parsed.error().code, parsed.error().message, "url");
    const bool is_usual_port =
        !parsed->port || (parsed->scheme && *parsed->port == protocol::default_port(*parsed->scheme));
    return is_usual_port && parsed->path.find_first_not_of('/') == std::string::npos;
}

} // namespace offhook::config
