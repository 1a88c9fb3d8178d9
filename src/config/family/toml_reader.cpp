#include "config/family/toml_reader.hpp"

#include "base/text.hpp"
#include "config/family/limits.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

/// toml++ iterates alphabetically; people order their files on purpose.
std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table) {
    std::vector<std::pair<std::string, const toml::node*>> out;
    for (const auto& [key, node] : table) out.emplace_back(std::string(key.str()), &node);
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.second->source().begin < b.second->source().begin; });
    return out;
}

} // namespace

void Problems::add(std::string where, std::string message, ErrorCode code) {
    if (errors_.size() < pack_limits::pack_errors_max)
        errors_.push_back({code, std::move(message), std::move(where)});
    else
        ++dropped_;
}

std::vector<Error> Problems::take() {
    if (dropped_ != 0)
        errors_.push_back({ErrorCode::too_large, "and " + std::to_string(dropped_) + " more problems", {}});
    dropped_ = 0;
    return std::move(errors_);
}

TomlReader::TomlReader(Problems& problems, const std::string& file, const toml::table& table, std::string what)
    : problems_(problems), file_(file), table_(table), what_(std::move(what)) {}

std::string TomlReader::where(const toml::node& node) const {
    return file_ + ":" + std::to_string(node.source().begin.line);
}
std::string TomlReader::where() const { return where(table_); }
std::string TomlReader::where(std::string_view key) const {
    const auto* node = table_.get(key);
    return node == nullptr ? where() : where(*node);
}

void TomlReader::problem_at(std::string_view key, std::string message) const {
    problems_.add(where(key), std::move(message));
}

const toml::node* TomlReader::node(std::string_view key) {
    asked_.emplace(key);
    return table_.get(key);
}

std::optional<std::string> TomlReader::scalar(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    return std::nullopt;
}

std::string TomlReader::text(std::string_view key, Need need) {
    const auto* found = node(key);
    if (found == nullptr) {
        if (need == Need::required) problem(what_ + " needs `" + std::string(key) + "`");
        return {};
    }
    const auto* value = found->as_string();
    if (value == nullptr) {
        problem_at(key, "`" + std::string(key) + "` must be a text");
        return {};
    }
    if (need == Need::required && value->get().empty()) problem_at(key, "`" + std::string(key) + "` is empty");
    return value->get();
}

std::optional<bool> TomlReader::maybe(std::string_view key) {
    const auto* found = node(key);
    if (found == nullptr) return std::nullopt;
    if (const auto* value = found->as_boolean()) return value->get();
    problem_at(key, "`" + std::string(key) + "` must be true or false");
    return std::nullopt;
}

bool TomlReader::boolean(std::string_view key, bool otherwise) { return maybe(key).value_or(otherwise); }

std::int64_t TomlReader::number(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t otherwise) {
    const auto* found = node(key);
    if (found == nullptr) return otherwise;
    const auto* value = found->as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
        problem_at(key, "`" + std::string(key) + "` must be a number from " + std::to_string(least) + " to " +
                            std::to_string(most));
        return otherwise;
    }
    return value->get();
}

std::vector<TextAt> TomlReader::texts(std::string_view key, Need need) {
    std::vector<TextAt> out;
    const auto* found = node(key);
    if (found == nullptr) {
        if (need == Need::required) problem(what_ + " needs `" + std::string(key) + "`");
        return out;
    }
    if (const auto* one = found->as_string()) {
        out.push_back({one->get(), where(*found)});
        return out;
    }
    const auto* array = found->as_array();
    if (array != nullptr)
        for (const toml::node& item : *array)
            if (const auto* text = item.as_string()) out.push_back({text->get(), where(item)});
    if (array == nullptr || out.size() != array->size())
        problem_at(key, "`" + std::string(key) + "` must be a text or an array of texts");
    else if (array->size() > pack_limits::pack_entries_max)
        problem_at(key, "`" + std::string(key) + "` has too many entries");
    return out;
}

std::vector<TomlReader::Pair> TomlReader::pairs(std::string_view key) {
    std::vector<Pair> out;
    const auto* inner = table(key);
    if (inner == nullptr) return out;
    for (const auto& [name, item] : in_file_order(*inner)) {
        Pair pair{name, {}, where(*item)};
        if (auto value = scalar(*item)) {
            pair.values.push_back(std::move(*value));
        } else if (const auto* array = item->as_array(); array != nullptr && !array->empty()) {
            for (const toml::node& one : *array)
                if (auto text = scalar(one)) pair.values.push_back(std::move(*text));
            if (pair.values.size() != array->size()) pair.values.clear();
        }
        if (pair.values.empty())
            problems_.add(pair.where, "`" + std::string(key) + "." + printable(name, 80) +
                                          "` must be a text, a number, or an array of them");
        else
            out.push_back(std::move(pair));
    }
    return out;
}

const toml::table* TomlReader::table(std::string_view key) {
    const auto* found = node(key);
    if (found == nullptr) return nullptr;
    if (const auto* value = found->as_table()) return value;
    problem_at(key, "`" + std::string(key) + "` must be a table");
    return nullptr;
}

std::vector<const toml::table*> TomlReader::tables(std::string_view key) {
    std::vector<const toml::table*> out;
    const auto* found = node(key);
    if (found == nullptr) return out;
    const auto* array = found->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        problem_at(key, "write it as [[" + std::string(key) + "]]");
        return out;
    }
    if (array->size() > pack_limits::pack_entries_max) {
        problem_at(key, "too many [[" + std::string(key) + "]]");
        return out;
    }
    for (const toml::node& item : *array) out.push_back(item.as_table());
    return out;
}

std::vector<TomlReader::Named> TomlReader::named_tables() {
    std::vector<Named> out;
    if (table_.size() > pack_limits::pack_entries_max) {
        problem(what_ + " has more than " + std::to_string(pack_limits::pack_entries_max) + " entries");
        return out;
    }
    for (const auto& [name, item] : in_file_order(table_)) {
        if (asked_.contains(name)) continue;
        asked_.emplace(name);
        if (const auto* value = item->as_table())
            out.push_back({name, value, where(*item)});
        else
            problems_.add(where(*item), "'" + printable(name, 80) + "' must be a table");
    }
    return out;
}

void TomlReader::finish() {
    for (const auto& [name, item] : in_file_order(table_))
        if (!asked_.contains(name))
            problems_.add(where(*item), "unknown key '" + printable(name, 80) + "' in " + what_);
}

void TomlReader::finish_naming_keys() {
    const std::vector<std::string> known(asked_.begin(), asked_.end());
    for (const auto& [name, item] : in_file_order(table_))
        if (!asked_.contains(name))
            problems_.add(where(*item),
                          "unknown key '" + printable(name, 80) + "' in " + what_ + "; there is: " + join(known, ", "));
}

} // namespace offhook::config
