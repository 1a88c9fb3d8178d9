#include "config/settings/layer.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::config {
namespace {

// An entry's head: id, index (of a raw parameter: the length of its name), length of the text that follows.
struct Head {
    std::uint16_t id;
    std::uint16_t index;
    std::uint16_t text_bytes;
};
static_assert(sizeof(Head) == 6);

Head head_at(const char* at) {
    Head head{};
    std::memcpy(&head, at, sizeof head);
    return head;
}

void append(std::string& out, Head head, std::string_view name, std::string_view value) {
    OFFHOOK_ASSERT(name.size() + value.size() <= 0xffff);
    head.text_bytes = static_cast<std::uint16_t>(name.size() + value.size());
    out.append(reinterpret_cast<const char*>(&head), sizeof head);
    out.append(name);
    out.append(value);
}

Result<void> check_raw(std::string_view parameter, std::string_view value) {
    const std::string where = std::string(Layer::raw_prefix) + printable(parameter, limits::name_bytes_max);
    if (parameter.empty() || parameter.size() > limits::name_bytes_max)
        return fail(ErrorCode::invalid, "a raw parameter's name is 1 to 255 bytes", where);
    if (!is_printable_utf8(parameter) || !is_printable_utf8(value))
        return fail(ErrorCode::invalid, "control characters and bytes that are not UTF-8 are not allowed", where);
    if (value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, "the value is longer than 4096 bytes", where);
    return {};
}

} // namespace

std::string Layer::Entry::name() const {
    return is_raw() ? std::string(raw_prefix) + std::string(raw_name) : name_of(key);
}

Layer::Entry Layer::Iterator::operator*() const {
    const Head head = head_at(at_);
    const std::string_view text(at_ + sizeof(Head), head.text_bytes);
    if (head.id != raw_id) return {{head.id, head.index}, {}, text};
    return {{raw_id, 0}, text.substr(0, head.index), text.substr(head.index)};
}

Layer::Iterator& Layer::Iterator::operator++() {
    at_ += sizeof(Head) + head_at(at_).text_bytes;
    return *this;
}

Layer::Layer(const Layer& other) : size_bytes_(other.size_bytes_) {
    if (size_bytes_ == 0) return;
    packed_ = std::make_unique_for_overwrite<char[]>(size_bytes_);
    std::memcpy(packed_.get(), other.packed_.get(), size_bytes_);
}

Layer& Layer::operator=(const Layer& other) {
    if (this != &other) *this = Layer(other);
    return *this;
}

Layer::Iterator Layer::begin() const { return Iterator(packed_.get()); }
Layer::Iterator Layer::end() const { return Iterator(packed_.get() + size_bytes_); }

std::optional<std::string_view> Layer::find(SettingKey key) const {
    for (const Entry& entry : *this) {
        if (entry.key == key) return entry.value;
        if (entry.key > key) break;
    }
    return std::nullopt;
}

std::optional<std::string_view> Layer::find_raw(std::string_view name) const {
    for (const Entry& entry : *this)
        if (entry.is_raw() && entry.raw_name == name) return entry.value;
    return std::nullopt;
}

bool operator==(const Layer& a, const Layer& b) {
    return a.size_bytes_ == b.size_bytes_ &&
           (a.size_bytes_ == 0 || std::memcmp(a.packed_.get(), b.packed_.get(), a.size_bytes_) == 0);
}

LayerBuilder::LayerBuilder(const Layer& from) {
    for (const Layer::Entry& entry : from) {
        if (entry.is_raw())
            put_raw(entry.raw_name, entry.value);
        else
            put(entry.key, entry.value);
    }
}

Result<void> LayerBuilder::set(std::string_view name, std::string_view value) {
    if (name.starts_with(Layer::raw_prefix)) {
        const std::string_view parameter = name.substr(Layer::raw_prefix.size());
        if (const auto checked = check_raw(parameter, value); !checked) return tl::unexpected(checked.error());
        put_raw(parameter, value);
        return {};
    }
    const auto key = find_setting(name);
    if (!key) return tl::unexpected(key.error());
    const auto canonical = check_value(*key, value);
    if (!canonical) return tl::unexpected(canonical.error());
    put(*key, *canonical);
    return {};
}

void LayerBuilder::put(SettingKey key, std::string_view value) { settings_.insert_or_assign(key, std::string(value)); }

void LayerBuilder::put_raw(std::string_view parameter, std::string_view value) {
    raw_.insert_or_assign(std::string(parameter), std::string(value));
}

Result<void> LayerBuilder::unset(std::string_view name) {
    if (name.starts_with(Layer::raw_prefix)) {
        const auto found = raw_.find(name.substr(Layer::raw_prefix.size()));
        if (found == raw_.end()) return fail(ErrorCode::not_found, "this layer does not state it", std::string(name));
        raw_.erase(found);
        return {};
    }
    const auto key = find_setting(name);
    if (!key) return tl::unexpected(key.error());
    if (settings_.erase(*key) == 0)
        return fail(ErrorCode::not_found, "this layer does not state it", std::string(name));
    return {};
}

Layer LayerBuilder::build() const {
    std::string packed;
    for (const auto& [key, value] : settings_) append(packed, {key.id, key.index, 0}, {}, value);
    for (const auto& [name, value] : raw_)
        append(packed, {Layer::raw_id, static_cast<std::uint16_t>(name.size()), 0}, name, value);
    Layer out;
    if (packed.empty()) return out;
    out.packed_ = std::make_unique_for_overwrite<char[]>(packed.size());
    std::memcpy(out.packed_.get(), packed.data(), packed.size());
    out.size_bytes_ = static_cast<std::uint32_t>(packed.size());
    return out;
}

} // namespace offhook::config
