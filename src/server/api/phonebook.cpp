/// /v1/phonebook
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/shapes.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

json::object to_json(const catalogue::PhonebookEntry& entry) {
    return {{"id", entry.id},
            {"site", entry.site},
            {"first_name", entry.first_name},
            {"last_name", entry.last_name},
            {"number", entry.number},
            {"label", entry.label},
            {"note", entry.note}};
}

Result<ApiAnswer> list_contacts(const ApiCall& call) {
    const auto entries = call.context.catalogue.store().entries(call.option("site"));
    if (!entries) return tl::unexpected(entries.error());
    json::array rows;
    for (const auto& entry : *entries) rows.push_back(to_json(entry));
    return ApiAnswer{200, json::object{{"entries", std::move(rows)}}};
}

Result<ApiAnswer> add_contact(const ApiCall& call) {
    const auto body = call.object({"site", "first_name", "last_name", "number", "label", "note"});
    if (!body) return tl::unexpected(body.error());
    catalogue::PhonebookEntry entry;
    const std::pair<std::string_view, std::string*> members[] = {
        {"site", &entry.site},     {"first_name", &entry.first_name}, {"last_name", &entry.last_name},
        {"number", &entry.number}, {"label", &entry.label},           {"note", &entry.note}};
    for (const auto& [name, place] : members) {
        auto value = text_member(*body, name);
        if (!value) return tl::unexpected(value.error());
        if (*value) *place = std::move(**value);
    }
    const auto id = call.context.catalogue.store().add_entry(entry);
    if (!id) return tl::unexpected(id.error());
    entry.id = *id;
    return ApiAnswer{201, to_json(entry)};
}

Result<ApiAnswer> remove_contact(const ApiCall& call) {
    const auto id = to_number<std::int64_t>(call.words.at(0));
    if (!id) return fail(ErrorCode::invalid, "expected an entry's number", printable(call.words[0], 40));
    if (const auto removed = call.context.catalogue.store().remove_entry(*id); !removed)
        return tl::unexpected(removed.error());
    return ApiAnswer{200, json::object{{"id", *id}, {"removed", true}}};
}

} // namespace

std::vector<ApiRoute> phonebook_routes() {
    return {{"GET", "/v1/phonebook", list_contacts},
            {"POST", "/v1/phonebook", add_contact},
            {"DELETE", "/v1/phonebook/{id}", remove_contact}};
}

} // namespace offhook::server
