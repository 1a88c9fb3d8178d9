#pragma once
/// @file  TomlReader: one table of a pack file, read strictly - every key must be asked for, every value of its kind.
///
/// Problems are collected with "file:line"; reading goes on, so that one run reports all of them.
#include "base/result.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace offhook::config {

/// Where a loader's errors go. Limits  pack_limits::pack_errors_max are kept.
class Problems {
public:
    void add(std::string where, std::string message, ErrorCode code = ErrorCode::invalid);
    [[nodiscard]] bool empty() const { return errors_.empty(); }
    [[nodiscard]] std::vector<Error> take();

private:
    std::vector<Error> errors_;
    std::size_t dropped_ = 0;
};

struct TextAt {
    std::string text;
    std::string where; ///< "polycom/settings.toml:12"
};

class TomlReader {
public:
    /// `what` names the table in messages: "[[document]]". `file` and `table` outlive the reader.
    TomlReader(Problems& problems, const std::string& file, const toml::table& table, std::string what);
    TomlReader(const TomlReader&) = delete;
    TomlReader& operator=(const TomlReader&) = delete;
    TomlReader(TomlReader&&) = delete;
    TomlReader& operator=(TomlReader&&) = delete;
    ~TomlReader() = default;

    enum class Need : std::uint8_t { optional, required };

    [[nodiscard]] std::string text(std::string_view key, Need need = Need::optional);
    [[nodiscard]] bool boolean(std::string_view key, bool otherwise);
    [[nodiscard]] std::optional<bool> maybe(std::string_view key);
    [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most,
                                      std::int64_t otherwise);
    /// A text, or an array of texts.
    [[nodiscard]] std::vector<TextAt> texts(std::string_view key, Need need = Need::optional);
    /// A table of texts, numbers and booleans (as text), in the order of the file.
    struct Pair {
        std::string key;
        std::vector<std::string> values; ///< one, or those of an array
        std::string where;
    };
    [[nodiscard]] std::vector<Pair> pairs(std::string_view key);
    [[nodiscard]] bool has(std::string_view key) { return node(key) != nullptr; }
    [[nodiscard]] const toml::node* node(std::string_view key);
    [[nodiscard]] const toml::table* table(std::string_view key);
    /// The array of tables; a single table is an error.
    [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);
    /// Every entry that is a table, in the order of the file; an entry of another kind is an error.
    struct Named {
        std::string name;
        const toml::table* table;
        std::string where;
    };
    [[nodiscard]] std::vector<Named> named_tables();

    /// Reports the keys that nobody asked for.
    void finish();
    /// The same, and says which keys there are: for a file that people write by hand.
    void finish_naming_keys();

    void problem(std::string message) const { problems_.add(where(), std::move(message)); }
    void problem_at(std::string_view key, std::string message) const;
    [[nodiscard]] std::string where() const;
    [[nodiscard]] std::string where(std::string_view key) const;
    [[nodiscard]] std::string where(const toml::node& node) const;

private:
    [[nodiscard]] std::optional<std::string> scalar(const toml::node& node) const;

    Problems& problems_;
    const std::string& file_;
    const toml::table& table_;
    std::string what_;
    std::set<std::string, std::less<>> asked_;
};

} // namespace offhook::config
