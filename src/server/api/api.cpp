#include "server/api/api.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

const std::vector<ApiRoute>& routes() {
    static const auto all = [] {
        std::vector<ApiRoute> out;
        for (auto part : {status_routes(), device_routes(), scope_routes(), file_routes(), history_routes(),
                          phonebook_routes(), import_routes(), import_tree_routes(), credential_routes(),
                          guard_routes(), loop_routes(), stored_routes(), upload_routes(), resync_routes(),
                          file_diff_routes(), layer_history_routes(), local_routes(), file_key_routes()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

/// The words that stand for {…}, or nullopt where the path is another's.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    const auto wanted = split(pattern, '/');
    const auto given = split(path, '/');
    if (wanted.size() != given.size()) return std::nullopt;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{')) {
            auto word = percent_decoded(given[i]);
            if (!word || word->empty()) return std::nullopt;
            words.push_back(std::move(*word));
        } else if (wanted[i] != given[i]) {
            return std::nullopt;
        }
    }
    return words;
}

Result<std::map<std::string, std::string, std::less<>>> read_query(std::string_view query) {
    std::map<std::string, std::string, std::less<>> out;
    if (query.empty()) return out;
    for (const std::string_view pair : split(query, '&')) {
        const auto equals = pair.find('=');
        auto name = percent_decoded(pair.substr(0, equals));
        auto value = percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        if (!name || !value)
            return fail(ErrorCode::invalid, "a percent sign is followed by two hexadecimal digits", "query");
        out.insert_or_assign(std::move(*name), std::move(*value));
    }
    return out;
}

unsigned status_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::not_found:
        return 404;
    case ErrorCode::conflict:
        return 409;
    case ErrorCode::forbidden:
        return 403;
    case ErrorCode::too_large:
        return 413;
    case ErrorCode::unavailable:
        return 503;
    case ErrorCode::invalid:
        return 400;
    }
    return 400;
}

} // namespace

std::string_view ApiCall::option(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string_view() : found->second;
}

Result<json::object> ApiCall::object(std::initializer_list<std::string_view> members) const {
    json::error_code error;
    json::value value = body.empty() ? json::value(json::object()) : json::parse(body, error);
    if (error) return fail(ErrorCode::invalid, "the body is no JSON: " + error.message());
    if (!value.is_object()) return fail(ErrorCode::invalid, "the body is a JSON object");
    for (const auto& member : value.get_object())
        if (std::find(members.begin(), members.end(), std::string_view(member.key())) == members.end())
            return fail(ErrorCode::invalid, "no such member", printable(member.key()));
    return std::move(value.get_object());
}

Result<MacAddress> ApiCall::mac() const {
    if (const auto mac = MacAddress::from_text(words.at(0))) return *mac;
    return fail(ErrorCode::invalid, "expected a MAC address such as 00:04:f2:ab:cd:ef", printable(words[0], 40));
}

bool takes_file(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return method == "POST" && (path == "/v1/firmware" || path == "/v1/assets");
}

ApiAnswer error_answer(const Error& error) {
    json::object body{{"error", error.message}, {"code", to_text(error.code)}};
    if (!error.where.empty()) body["where"] = error.where;
    return {status_of(error.code), std::move(body)};
}

ApiAnswer handle(const ApiContext& context, const ApiRequest& request) {
    const std::string_view target = request.target;
    const auto mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    auto query = read_query(mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1));
    if (!query) return error_answer(query.error());
    bool path_known = false;
    for (const ApiRoute& route : routes()) {
        auto words = match(route.pattern, path);
        if (!words) continue;
        path_known = true;
        if (route.method != request.method) continue;
        const ApiCall call{context, std::move(*words), std::move(*query), request.body, request.file};
        auto answer = route.handler(call);
        return answer ? std::move(*answer) : error_answer(answer.error());
    }
    if (path_known)
        return {405, json::object{{"error", "this resource does not know the method"}, {"code", "invalid"}}};
    return error_answer({ErrorCode::not_found, "no such resource", printable(path)});
}

} // namespace offhook::server
