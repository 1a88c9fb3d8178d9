#include "base/hex.hpp"
#include "base/text.hpp"
#include "config/dhcp_config/kea.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

namespace offhook::config {
namespace {

namespace json = boost::json;

std::string_view text_at(const json::value& object, std::string_view member) {
    const auto* value = object.is_object() ? object.get_object().if_contains(member) : nullptr;
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool is_ours(const json::value& named) { return text_at(named, "name").starts_with(dhcp_config_prefix); }

bool is_our_hook_option(const json::value& option) {
    const std::string asks = "member('" + std::string(dhcp_config_prefix);
    for (const std::string_view member : {"supersede", "add", "remove"})
        if (text_at(option, member).find(asks) != std::string_view::npos) return true;
    return false;
}

bool is_flex_option(const json::value& hook) { return text_at(hook, "library").ends_with("/libdhcp_flex_option.so"); }

void mask_passwords(json::value& value) { // NOLINT(misc-no-recursion): as deep as Kea's answers may be
    if (value.is_array())
        for (auto& each : value.get_array()) mask_passwords(each);
    if (!value.is_object()) return;
    for (auto& member : value.get_object()) {
        if (member.key() == "password" || member.key() == "secret")
            member.value() = "not shown";
        else
            mask_passwords(member.value());
    }
}

/// The array of a member, made where there is none. Errors: invalid where it is something else.
Result<json::array*> array_in(json::object& object, std::string_view member) {
    auto& value = object[member];
    if (value.is_null()) value = json::array();
    if (!value.is_array())
        return fail(ErrorCode::invalid, "expected a list in Kea's configuration", std::string(member));
    return &value.get_array();
}

/// What 'text' and its hexadecimal digits are alike, in lower case: Kea tells all data back in digits.
std::string data_digits(std::string_view data) {
    if (data.size() >= 2 && data.front() == '\'' && data.back() == '\'') {
        data = data.substr(1, data.size() - 2);
        return to_hex(std::as_bytes(std::span(data.data(), data.size())));
    }
    return to_lower(data);
}

/// Whether Kea's telling of an object says all that ours says. Kea adds members with their defaults; ours has none of
/// those. As deep as ours is.
bool says_the_same(const json::value& told, const json::value& ours, // NOLINT(misc-no-recursion)
                   std::string_view member = {}) {
    if (ours.is_object()) {
        if (!told.is_object()) return false;
        return std::all_of(ours.get_object().begin(), ours.get_object().end(), [&](const json::key_value_pair& each) {
            const auto* there = told.get_object().if_contains(each.key());
            return there != nullptr && says_the_same(*there, each.value(), each.key());
        });
    }
    if (ours.is_array()) { // in any order: Kea tells options by their space
        if (!told.is_array() || told.get_array().size() != ours.get_array().size()) return false;
        return std::all_of(ours.get_array().begin(), ours.get_array().end(), [&](const json::value& each) {
            return std::any_of(told.get_array().begin(), told.get_array().end(),
                               [&](const json::value& there) { return says_the_same(there, each); });
        });
    }
    if (ours.is_string() && told.is_string() && member == "data")
        return data_digits(ours.get_string()) == data_digits(told.get_string());
    return told == ours;
}

/// In place of our former ones, else at the end. What says the same already stays as it is spelled.
void replace_ours(json::array& list, const json::array& ours, bool (*is_one_of_ours)(const json::value&)) {
    std::vector<json::value> former;
    json::array out;
    std::size_t at = list.size();
    for (auto& item : list) {
        if (!is_one_of_ours(item)) {
            out.push_back(item);
            continue;
        }
        if (former.empty()) at = out.size();
        former.push_back(item);
    }
    at = std::min(at, out.size());
    for (const auto& item : ours) {
        const auto same = std::find_if(former.begin(), former.end(),
                                       [&](const json::value& each) { return says_the_same(each, item); });
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(at++), same == former.end() ? item : *same);
    }
    list = std::move(out);
}

Result<void> put_hook_options(json::array& hooks, const KeaParts& parts) {
    auto hook = std::find_if(hooks.begin(), hooks.end(), is_flex_option);
    if (hook == hooks.end()) {
        if (parts.hook_options.empty()) return {};
        hooks.push_back(json::object{{"library", parts.hook_library},
                                     {"parameters", json::object{{"options", parts.hook_options}}}});
        return {};
    }
    auto& parameters = hook->get_object()["parameters"];
    if (parameters.is_null()) parameters = json::object();
    if (!parameters.is_object())
        return fail(ErrorCode::invalid, "expected an object in Kea's configuration", "hooks-libraries, parameters");
    auto options = array_in(parameters.get_object(), "options");
    if (!options) return tl::unexpected(options.error());
    const bool had_ours = std::any_of((*options)->begin(), (*options)->end(), is_our_hook_option);
    replace_ours(**options, parts.hook_options, is_our_hook_option);
    // A hook that only we needed goes with the last option of ours.
    if (had_ours && (*options)->empty()) hooks.erase(hook);
    return {};
}

} // namespace

json::object without_passwords(json::object server) {
    json::value all(std::move(server));
    mask_passwords(all);
    return std::move(all.get_object());
}

Result<json::object> with_kea_parts(json::object server, const KeaParts& parts) {
    const auto classes = array_in(server, "client-classes");
    if (!classes) return tl::unexpected(classes.error());
    replace_ours(**classes, parts.classes, is_ours);
    if (server.contains("option-def")) {
        const auto definitions = array_in(server, "option-def");
        if (!definitions) return tl::unexpected(definitions.error());
        replace_ours(**definitions, {}, is_ours);
    }
    const bool had_hooks = server.contains("hooks-libraries");
    const auto hooks = array_in(server, "hooks-libraries");
    if (!hooks) return tl::unexpected(hooks.error());
    if (const auto put = put_hook_options(**hooks, parts); !put) return tl::unexpected(put.error());
    if (!had_hooks && (*hooks)->empty()) server.erase("hooks-libraries");
    return server;
}

} // namespace offhook::config
