#include "config/import/layering.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace offhook::config {
namespace {

using Key = std::pair<SettingKey, std::string>; ///< a raw parameter's name in the second
using Texts = std::map<Key, std::string>;

Key key_of(const Layer::Entry& entry) { return {entry.key, std::string(entry.raw_name)}; }

Texts texts_of(const Layer& layer) {
    Texts out;
    for (const Layer::Entry& entry : layer) out.emplace(key_of(entry), entry.value);
    return out;
}

void put(LayerBuilder& builder, const Key& key, const std::string& value) {
    if (key.first.id == Layer::raw_id)
        builder.put_raw(key.second, value);
    else
        builder.put(key.first, value);
}

const std::string* find(const Texts& texts, const Key& key) {
    const auto found = texts.find(key);
    return found == texts.end() ? nullptr : &found->second;
}

struct PlacedPhone {
    Texts whole, shared;
    std::set<Key> shareable;
    LayeredPhone* out = nullptr;
};

/// What a group of phones has in common: said by all alike where there are several, or by what they all read, and each
/// has a word of its own about it at least. So nobody is told what its files did not say.
std::optional<std::string> common(const std::vector<const PlacedPhone*>& phones, const Key& key) {
    const std::string* alike = nullptr;
    const std::string* shared = nullptr;
    bool is_alike = phones.size() >= 2;
    bool is_shared = true;
    for (const PlacedPhone* phone : phones) {
        const std::string* value = find(phone->whole, key);
        if (value == nullptr || !phone->shareable.contains(key)) return std::nullopt;
        is_alike = is_alike && (alike == nullptr || *alike == *value);
        alike = value;
        const std::string* told = find(phone->shared, key);
        is_shared = is_shared && told != nullptr && !told->empty() && (shared == nullptr || *shared == *told);
        shared = told;
    }
    if (is_alike && alike != nullptr) return *alike;
    if (is_shared && shared != nullptr) return *shared;
    return std::nullopt;
}

bool is_of_key(const Key& key) { return key.first.id != Layer::raw_id && spec_of(key.first).name.starts_with("key."); }

Texts common_of(const std::vector<const PlacedPhone*>& phones) {
    Texts out;
    if (phones.empty()) return out;
    std::set<Key> of_keys;
    for (const PlacedPhone* phone : phones)
        for (const auto& [key, value] : phone->whole)
            if (is_of_key(key)) of_keys.insert(key);
    std::set<std::uint16_t> apart; // keys of which something is not shared: half a key is none
    for (const Key& key : of_keys)
        if (!common(phones, key)) apart.insert(key.first.index);
    for (const auto& [key, value] : phones.front()->whole)
        if (auto shared = common(phones, key); shared && !(is_of_key(key) && apart.contains(key.first.index)))
            out.emplace(key, std::move(*shared));
    return out;
}

Layer built(const Texts& texts) {
    LayerBuilder builder;
    for (const auto& [key, value] : texts) put(builder, key, value);
    return builder.build();
}

/// What a phone of the group has without a word of its own.
Texts given_to(const LayeredPhone& phone, const Standing& standing, const Texts& site, const Texts& model) {
    Texts out = texts_of(standing.fleet);
    const auto add = [&](const Texts& texts) {
        for (const auto& [key, value] : texts) out[key] = value;
    };
    add(texts_of(standing.site));
    add(site);
    if (const auto found = standing.models.find({phone.family, phone.model}); found != standing.models.end())
        add(texts_of(found->second));
    add(model);
    if (const auto found = standing.groups.find(phone.group); found != standing.groups.end())
        add(texts_of(found->second));
    return out;
}

std::string name_of_entry(const Key& key) { return Layer::Entry{key.first, key.second, {}}.name(); }

bool says_secret(std::string_view name) {
    constexpr std::array words{"pass", "pwd", "secret", "_pin", ".pin", "_key", ".key"};
    const std::string lower = to_lower(name);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

} // namespace

bool is_shareable(const Layer::Entry& entry, const Family& family) {
    if (entry.is_raw()) {
        if (stripped_of_account(entry.value) != entry.value) return false;
        const ParameterFacts* facts = family.facts(entry.raw_name);
        return facts != nullptr && facts->secret ? !*facts->secret : !says_secret(entry.raw_name);
    }
    static const std::array personal{
        find_pattern("line.{n}.user").value(),     find_pattern("line.{n}.auth_user").value(),
        find_pattern("line.{n}.password").value(), find_pattern("line.{n}.display_name").value(),
        find_pattern("line.{n}.label").value(),    find_pattern("line.{n}.voicemail.mailbox").value(),
        find_pattern("phone.label").value(),       find_pattern("network.address").value()};
    if (spec_of(entry.key).secrecy == Secrecy::secret) return false;
    return std::find(personal.begin(), personal.end(), entry.key.id) == personal.end();
}

Layer laid_over(const Layer& under, const Layer& over) {
    Texts texts = texts_of(under);
    for (auto& [key, value] : texts_of(over)) texts[key] = value;
    return built(texts);
}

Layering lay_out(std::span<LayeredPhone> phones, const Families& families, const Standing& standing) {
    std::vector<PlacedPhone> all(phones.size());
    std::vector<const PlacedPhone*> everybody;
    std::map<std::pair<std::string, std::string>, std::vector<const PlacedPhone*>> by_model;
    for (std::size_t i = 0; i < phones.size(); ++i) {
        PlacedPhone& phone = all[i];
        phone.out = &phones[i];
        phone.whole = texts_of(phones[i].whole);
        phone.shared = texts_of(phones[i].shared);
        const Family* family = find_family(families, phones[i].family);
        for (const Layer::Entry& entry : phones[i].whole)
            if (family != nullptr && is_shareable(entry, *family)) phone.shareable.insert(key_of(entry));
        everybody.push_back(&phone);
        by_model[{phones[i].family, phones[i].model}].push_back(&phone);
    }
    Layering out;
    Texts site;
    if (!standing.site_has_others) site = common_of(everybody);
    const Texts stands = texts_of(standing.site);
    std::erase_if(site, [&](const auto& entry) { // never over what is there
        const std::string* there = find(stands, entry.first);
        return there != nullptr && *there != entry.second;
    });
    out.site = built(site);
    std::map<std::pair<std::string, std::string>, Texts> models;
    for (const auto& [name, group] : by_model) {
        if (by_model.size() < 2 || standing.other_models.contains(name.first + " " + name.second)) continue;
        Texts texts = common_of(group);
        std::erase_if(texts, [&](const auto& entry) {
            const std::string* from_site = find(site, entry.first);
            return from_site != nullptr && *from_site == entry.second;
        });
        if (texts.empty()) continue;
        out.models.push_back({name.first, name.second, built(texts)});
        models.emplace(name, std::move(texts));
    }
    for (PlacedPhone& phone : all) {
        const Texts given = given_to(*phone.out, standing, site, models[{phone.out->family, phone.out->model}]);
        LayerBuilder own;
        for (const auto& [key, value] : phone.whole)
            if (const std::string* there = find(given, key); there == nullptr || *there != value)
                put(own, key, value);
            else
                phone.out->moved.push_back(name_of_entry(key));
        phone.out->own = own.build();
    }
    return out;
}

} // namespace offhook::config
