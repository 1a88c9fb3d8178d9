#include "config/seal/polycom_project.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "config/seal/cipher.hpp"

#include <algorithm>
#include <optional>

namespace offhook::config {
namespace {

constexpr std::size_t first_line_bytes_max = 512;
constexpr std::size_t check_field_bytes = 8;
constexpr std::size_t key_bytes = 16;

/// The text of "Name=text;" in a list of such; nullopt: it is not there.
std::optional<std::string_view> field(std::string_view line, std::string_view name) {
    for (const std::string_view piece : split(line, ';'))
        if (piece.size() > name.size() && piece.starts_with(name) && piece[name.size()] == '=')
            return piece.substr(name.size() + 1);
    return std::nullopt;
}

std::optional<std::string> raw_of_hex(std::string_view hex, std::size_t bytes) {
    const auto raw = from_hex(hex);
    if (!raw || raw->size() != bytes) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(raw->data()), raw->size());
}

std::string hex_of(std::string_view raw) { return to_hex(std::as_bytes(std::span(raw.data(), raw.size()))); }

struct Key {
    std::string bytes, description = "offhook";
};

Result<Key> read_key(std::string_view text) {
    Key out;
    std::string_view hex = text;
    if (text.find(';') != std::string_view::npos) {
        hex = field(text, "Key").value_or("");
        if (const auto said = field(text, "KeyDesc")) out.description = *said;
        if (field(text, "Crypt") != "1") return fail(ErrorCode::invalid, "a key with fields begins with Crypt=1;");
    }
    auto bytes = raw_of_hex(hex, key_bytes);
    if (!bytes || !is_printable_utf8(out.description) || out.description.size() > 64)
        return fail(ErrorCode::invalid, "the key is 32 hexadecimal digits, or Crypt=1;KeyDesc=TEXT;Key=32 digits;");
    out.bytes = std::move(*bytes);
    return out;
}

/// Nullopt: there is none, or it is too long.
std::optional<std::string_view> first_line(std::string_view bytes) {
    const auto end = bytes.substr(0, first_line_bytes_max).find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    return bytes.substr(0, end);
}

std::string check_field_of(std::string_view key, std::string_view vector) {
    return digest_bytes(keyed_digest(key, "polycom-project key check", {vector}), check_field_bytes);
}

std::string plain_digest(std::string_view key, std::string_view plain) {
    return digest_bytes(keyed_digest(key, "polycom-project plain", {plain}), 32);
}

} // namespace

bool PolycomProject::looks_sealed(std::string_view bytes) const {
    const auto line = first_line(bytes);
    return line && !line->starts_with('<') && field(*line, "Digest").has_value();
}

Result<std::string> PolycomProject::seal(std::string_view plain, std::string_view key, std::string_view salt) const {
    if (const auto fits = check_plain_bytes(plain); !fits) return tl::unexpected(fits.error());
    const auto usable = read_key(key);
    if (!usable) return tl::unexpected(usable.error());
    const std::string vector =
        digest_bytes(keyed_digest(usable->bytes, "polycom-project vector", {salt, plain}), aes_block_bytes);
    return "Crypt=1;KeyDesc=" + usable->description + ";Digest=" + hex_of(plain_digest(usable->bytes, plain)) +
           ";Check=" + hex_of(check_field_of(usable->bytes, vector)) + ";Iv=" + hex_of(vector) +
           ";Bytes=" + std::to_string(plain.size()) + ";\n" + aes_cbc_encrypt(plain, usable->bytes, vector);
}

Result<std::string> PolycomProject::open(std::string_view sealed, std::string_view key) const {
    const auto usable = read_key(key);
    if (!usable) return tl::unexpected(usable.error());
    if (!looks_sealed(sealed))
        return fail(ErrorCode::invalid, "this is not sealed: its first line has no Digest= field");
    const auto line = *first_line(sealed);
    const auto vector = raw_of_hex(field(line, "Iv").value_or(""), aes_block_bytes);
    const auto check = raw_of_hex(field(line, "Check").value_or(""), check_field_bytes);
    const auto digest = raw_of_hex(field(line, "Digest").value_or(""), 32);
    const auto plain_bytes = to_number<std::size_t>(field(line, "Bytes").value_or(""));
    if (!vector || !check || !digest || !plain_bytes)
        return fail(ErrorCode::invalid,
                    "this is sealed, but not by Offhook: the vendor's own form is not public and does not open here");
    if (!same_bytes(*check, check_field_of(usable->bytes, *vector)))
        return fail(ErrorCode::invalid, "this file is sealed with another key");
    const auto content = sealed.substr(line.size() + 1);
    if (content.size() <= *plain_bytes) return fail(ErrorCode::invalid, "this sealed file is cut short");
    auto plain = aes_cbc_decrypt(content, usable->bytes, *vector);
    if (!plain || plain->size() != *plain_bytes || !same_bytes(*digest, plain_digest(usable->bytes, *plain)))
        return fail(ErrorCode::invalid, "this sealed file is damaged: it does not hold what its first line says");
    return std::move(*plain);
}

} // namespace offhook::config
