#pragma once
/// @file  Layer: a named set of settings and raw parameters, packed, as one scope states them.
///
/// vendor default < fleet < site < model < group < device < held back: effective.hpp lays them over each other.
/// Shape   entries sorted by key, settings first, then raw parameters by name; one allocation for all of them, because
/// a
///         catalogue holds a million. An entry costs 6 bytes and its text.
/// Limits  65,535 bytes an entry's text.
/// Threads immutable: any.
#include "base/result.hpp"
#include "config/settings/setting.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::config {

class Layer {
public:
    /// A setting, or a raw parameter: the vendor's own name, given by an operator where no setting says it.
    struct Entry {
        SettingKey key;            ///< key.id == raw_id for a raw parameter
        std::string_view raw_name; ///< empty for a setting
        std::string_view value;

        [[nodiscard]] bool is_raw() const { return key.id == raw_id; }
        /// "line.1.user" or "raw:reg.1.ringType".
        [[nodiscard]] std::string name() const;
    };
    static constexpr std::uint16_t raw_id = 0xffff;
    static constexpr std::string_view raw_prefix = "raw:";

    class Iterator {
    public:
        using value_type = Entry;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        Entry operator*() const;
        Iterator& operator++();
        Iterator operator++(int) {
            Iterator old = *this;
            ++*this;
            return old;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        friend class Layer;
        explicit Iterator(const char* at) : at_(at) {}
        const char* at_ = nullptr;
    };

    Layer() = default;
    Layer(const Layer& other);
    Layer& operator=(const Layer& other);
    Layer(Layer&&) noexcept = default;
    Layer& operator=(Layer&&) noexcept = default;
    ~Layer() = default;

    [[nodiscard]] std::optional<std::string_view> find(SettingKey key) const;
    [[nodiscard]] std::optional<std::string_view> find_raw(std::string_view name) const;
    [[nodiscard]] Iterator begin() const;
    [[nodiscard]] Iterator end() const;
    [[nodiscard]] bool empty() const { return size_bytes_ == 0; }
    [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; } ///< of the packed text

    friend bool operator==(const Layer& a, const Layer& b);

private:
    friend class LayerBuilder;
    std::unique_ptr<char[]> packed_;
    std::uint32_t size_bytes_ = 0;
};

/// Collects entries and packs them. Values are expected to be canonical: set() checks, put() trusts.
class LayerBuilder {
public:
    LayerBuilder() = default;
    explicit LayerBuilder(const Layer& from);

    /// `name` is a setting's name, or "raw:" and a parameter's. Errors: those of find_setting and check_value;
    /// `where` of the error is the name.
    Result<void> set(std::string_view name, std::string_view value);
    void put(SettingKey key, std::string_view value);
    void put_raw(std::string_view parameter, std::string_view value);
    /// Takes an entry out. Errors: not_found when the layer does not state it.
    Result<void> unset(std::string_view name);
    [[nodiscard]] Layer build() const;

private:
    std::map<SettingKey, std::string> settings_;
    std::map<std::string, std::string, std::less<>> raw_;
};

} // namespace offhook::config
