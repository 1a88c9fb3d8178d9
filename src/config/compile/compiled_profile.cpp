#include "config/compile/compiled_profile.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/compile/limits.hpp"
#include "config/seal/cipher.hpp"
#include "config/syntax/limits.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::string_view magic = "OffhkSPC";
constexpr std::size_t head_bytes = 16, mark_bytes = 8, sum_bytes = 32;
constexpr std::size_t before_body = head_bytes + mark_bytes + sum_bytes;
constexpr char version = 1, targeted = 1;
constexpr unsigned value_follows = 16;

void append_number(std::string& out, std::size_t number, unsigned bytes) {
    for (unsigned left = bytes; left-- != 0;) out += static_cast<char>((number >> (8 * left)) & 0xFFU);
}

/// A fact about the target that none but it and who knows its address can tell.
std::string of_target(MacAddress mac, std::string_view label, std::size_t bytes) {
    return digest_bytes(keyed_digest(mac.text(), label, {}), bytes);
}

std::string sum_of(const std::optional<MacAddress>& target, std::string_view head, std::string_view records) {
    const std::string key = target ? target->text() : "any phone";
    return digest_bytes(keyed_digest(key, "compiled profile sum", {head, records}), sum_bytes);
}

Result<void> append_record(std::string& out, std::string_view name, const std::string* value, unsigned access) {
    if (name.empty() || name.size() > limits::name_bytes_max ||
        (value != nullptr && value->size() > limits::value_bytes_max))
        return fail(ErrorCode::too_large,
                    fmt::format("a name has 1 to {} bytes, a value at most {}", limits::name_bytes_max,
                                limits::value_bytes_max),
                    printable(name, 40));
    out += static_cast<char>(access | (value != nullptr ? value_follows : 0U));
    append_number(out, name.size(), 1);
    out += name;
    if (value != nullptr) {
        append_number(out, value->size(), 2);
        out += *value;
    }
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return {};
}

Result<std::string> records_of(const ParsedDocument& document) {
    if (document.parameters.size() + document.access.size() > limits::document_parameters_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a file has at most {} parameters", limits::document_parameters_max));
    std::unordered_map<std::string_view, unsigned> marks;
    for (const AccessMark& mark : document.access) marks[mark.name] = static_cast<unsigned>(mark.access) + 1;
    std::unordered_set<std::string_view> written;
    std::string out;
    for (const Parameter& parameter : document.parameters) {
        const auto mark = marks.find(parameter.name);
        const unsigned access = mark == marks.end() ? 0 : mark->second;
        if (const auto done = append_record(out, parameter.name, &parameter.value, access); !done)
            return tl::unexpected(done.error());
        written.insert(parameter.name);
    }
    for (const AccessMark& mark : document.access) {
        if (!written.insert(mark.name).second) continue;
        if (const auto done = append_record(out, mark.name, nullptr, marks.at(mark.name)); !done)
            return tl::unexpected(done.error());
    }
    return out;
}

/// Reads on until something is not there; asked once at the end.
class Bytes {
public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}
    std::string_view take(std::size_t count) {
        spoilt_ = spoilt_ || count > rest_.size();
        const std::string_view out = spoilt_ ? std::string_view() : rest_.substr(0, count);
        rest_.remove_prefix(out.size());
        return out;
    }
    std::size_t number(unsigned bytes) {
        std::size_t out = 0;
        for (const char c : take(bytes)) out = (out << 8U) | static_cast<unsigned char>(c);
        return out;
    }
    [[nodiscard]] bool ended() const { return rest_.empty() || spoilt_; }
    [[nodiscard]] bool spoilt() const { return spoilt_; }

private:
    std::string_view rest_;
    bool spoilt_ = false;
};

tl::unexpected<Error> damaged() { return fail(ErrorCode::invalid, "this compiled profile is damaged"); }

Result<ParsedDocument> document_of(std::string_view records) {
    ParsedDocument out;
    for (Bytes bytes(records); !bytes.ended();) {
        const std::size_t flags = bytes.number(1);
        const std::string name(bytes.take(bytes.number(1)));
        const std::size_t access = flags & 3U;
        const bool has_value = (flags & value_follows) != 0;
        const std::string value(has_value ? bytes.take(bytes.number(2)) : std::string_view());
        if (bytes.spoilt() || name.empty() || (flags & ~(3U | value_follows)) != 0 ||
            value.size() > limits::value_bytes_max || out.parameters.size() >= limits::document_parameters_max ||
            out.access.size() >= limits::document_parameters_max)
            return damaged();
        if (access != 0) out.access.push_back({name, static_cast<UserAccess>(access - 1)});
        if (has_value) out.parameters.push_back({name, value});
    }
    return out;
}

} // namespace

bool looks_compiled(std::string_view bytes) { return bytes.starts_with(magic); }

Result<std::string> write_compiled(const ParsedDocument& document, std::optional<MacAddress> target) {
    auto records = records_of(document);
    if (!records) return tl::unexpected(records.error());
    const std::string body = target ? aes_cbc_encrypt(*records, of_target(*target, "compiled profile key", 32),
                                                      of_target(*target, "compiled profile vector", aes_block_bytes))
                                    : *records;
    std::string out(magic);
    out += version;
    out += target ? targeted : '\0';
    append_number(out, 0, 2);
    append_number(out, body.size(), 4);
    out += target ? of_target(*target, "compiled profile mark", mark_bytes) : std::string(mark_bytes, '\0');
    out += sum_of(target, out, *records);
    return out + body;
}

Result<ParsedDocument> read_compiled(std::string_view bytes, MacAddress mac) {
    if (bytes.size() > limits::compiled_profile_bytes_max)
        return fail(ErrorCode::too_large, "a compiled profile is at most 2 MiB long");
    if (!looks_compiled(bytes)) return fail(ErrorCode::invalid, "this is no compiled profile of Offhook's");
    if (bytes.size() < before_body) return fail(ErrorCode::invalid, "this compiled profile is cut short");
    Bytes header(bytes.substr(magic.size()));
    if (header.take(1) != std::string_view(&version, 1))
        return fail(ErrorCode::invalid, "this compiled profile is of another version");
    const std::size_t flags = header.number(1), zero = header.number(2), body_bytes = header.number(4);
    const std::string_view mark = header.take(mark_bytes), sum = header.take(sum_bytes);
    const std::string_view body = bytes.substr(before_body);
    if (flags > 1 || zero != 0) return damaged();
    if (body.size() < body_bytes) return fail(ErrorCode::invalid, "this compiled profile is cut short");
    if (body.size() > body_bytes) return fail(ErrorCode::invalid, "something follows the compiled profile");
    const bool for_one = flags != 0;
    if (for_one && !same_bytes(mark, of_target(mac, "compiled profile mark", mark_bytes)))
        return fail(ErrorCode::forbidden, "this compiled profile is for another phone");
    const auto records = for_one ? aes_cbc_decrypt(body, of_target(mac, "compiled profile key", 32),
                                                   of_target(mac, "compiled profile vector", aes_block_bytes))
                                 : std::optional(std::string(body));
    const auto target = for_one ? std::optional(mac) : std::nullopt;
    if (!records || !same_bytes(sum, sum_of(target, bytes.substr(0, head_bytes + mark_bytes), *records)))
        return damaged();
    return document_of(*records);
}

} // namespace offhook::config
