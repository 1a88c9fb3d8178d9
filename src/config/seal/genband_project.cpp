#include "config/seal/genband_project.hpp"

#include "base/hex.hpp"
#include "base/limits.hpp"
#include "base/line_comment.hpp"
#include "base/text.hpp"
#include "config/seal/cipher.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t looked_at_bytes = 512;
constexpr std::size_t triple_des_key_bytes = 24;
constexpr std::string_view zeros{"\0\0\0\0\0\0\0\0", des_block_bytes};

/// K1 K2 K3.
Result<std::string> read_decrypt_key(std::string_view key) {
    std::string digits(key);
    std::erase_if(digits, [](char c) { return c == ' ' || c == '\t'; });
    const bool has_length = digits.size() == 32 || digits.size() == 48 || digits.size() == 64;
    const auto bytes = has_length ? from_hex(digits) : std::nullopt;
    if (!bytes) return fail(ErrorCode::invalid, "the key is 32, 48 or 64 hexadecimal digits (3DES)");
    std::string out(reinterpret_cast<const char*>(bytes->data()), std::min(bytes->size(), triple_des_key_bytes));
    if (out.size() < triple_des_key_bytes) out += out.substr(0, des_block_bytes);
    return out;
}

bool is_section(std::string_view line) { return line.size() > 2 && line.starts_with('[') && line.ends_with(']'); }

} // namespace

bool is_readable_ip88(std::string_view bytes) {
    if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
    const auto head = bytes.substr(0, looked_at_bytes);
    const bool is_text = std::all_of(head.begin(), head.end(),
                                     [](unsigned char c) { return c == '\t' || c == '\r' || c == '\n' || c >= 0x20; });
    if (!is_text) return false;
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find_first_of("\r\n"), bytes.size());
        auto line = trim(bytes.substr(0, end));
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        if (line.empty() || comment_at(line, ';') == 0) continue;
        return is_section(trim(line.substr(0, comment_at(line, ';'))));
    }
    return true; // comments alone, or nothing: there is nothing that would want a key
}

bool GenbandProject::looks_sealed(std::string_view bytes) const {
    return !bytes.empty() && bytes.size() % des_block_bytes == 0 && !is_readable_ip88(bytes);
}

Result<std::string> GenbandProject::seal(std::string_view plain, std::string_view key, std::string_view) const {
    if (const auto fits = check_plain_bytes(plain); !fits) return tl::unexpected(fits.error());
    const auto usable = read_decrypt_key(key);
    if (!usable) return tl::unexpected(usable.error());
    if (!is_readable_ip88(plain))
        return fail(ErrorCode::invalid, "this would not be taken for a configuration file once it is opened: its first "
                                        "line is no [SECTION]");
    return des3_cbc_encrypt(plain, *usable, zeros);
}

Result<std::string> GenbandProject::open(std::string_view sealed, std::string_view key) const {
    const auto usable = read_decrypt_key(key);
    if (!usable) return tl::unexpected(usable.error());
    if (sealed.size() > limits::document_bytes_max + des_block_bytes)
        return fail(ErrorCode::too_large, "a sealed file is at most 1 MiB long");
    auto plain = des3_cbc_decrypt(sealed, *usable, zeros);
    if (!plain || !is_readable_ip88(*plain))
        return fail(ErrorCode::invalid,
                    "this does not open: another key sealed it, it is damaged or cut short, or it is "
                    "not sealed as Offhook does it (no vendor's form is public)");
    return std::move(*plain);
}

} // namespace offhook::config
