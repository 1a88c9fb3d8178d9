#include "config/import/spa_profile.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/compile/compiled_profile.hpp"
#include "config/compile/spc_source.hpp"
#include "config/import/tree_reader.hpp"
#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::string_view root = "<flat-profile";
constexpr std::string_view salted = "Salted__";

bool has_profile_name(std::string_view path) {
    const std::string name = to_lower(base_name(path));
    return name.ends_with(".cfg") && (name.starts_with("spa") || mac_in_name(path));
}

/// Marks of a file that a server or a person wrote as source: a name with blanks or brackets, a value in quotes, ';'.
bool may_be_source(const TreeFile& file) {
    const std::string name = to_lower(file.path);
    if (!name.ends_with(".cfg") && !name.ends_with(".txt")) return false;
    return !is_binary(file.bytes) && !looks_like_xml(file.bytes) && file.bytes.find(';') != std::string::npos;
}

Result<Profile> read_source(const TreeFile& file, const Tree& tree, std::vector<std::size_t>& imported) {
    return read_spc_source(file.path, [&](const std::string& path) -> Result<std::string> {
        const auto found = tree.find("", path);
        if (!found) return fail(ErrorCode::not_found, printable(path) + " is imported, and is not here");
        if (tree.files()[*found].path != file.path) imported.push_back(*found);
        return tree.files()[*found].bytes;
    });
}

bool is_source(const TreeFile& file, const Tree& tree, const Family& family) {
    if (!may_be_source(file)) return false;
    std::vector<std::size_t> imported;
    const auto read = read_source(file, tree, imported);
    return read && std::any_of(read->entries.begin(), read->entries.end(), [&](const ProfileEntry& entry) {
               return family.facts(element_name(entry.name)) != nullptr;
           });
}

/// By the first key that makes a profile of it: of a wrong one comes noise, now and then without an error.
Result<std::string> unsealed(std::string_view bytes, std::span<const std::string> keys) {
    Result<std::string> first = open_sealed(bytes, find_seal("openssl-raw-256"), keys.empty() ? "" : keys.front());
    const auto is_profile = [](const std::string& plain) {
        return looks_packed(plain) || plain.find(root) != std::string::npos;
    };
    if (first && is_profile(*first)) return first;
    for (const std::string& key : keys)
        for (const auto* name : {"openssl-raw-256", "openssl-raw-256-sha256"})
            if (auto plain = open_sealed(bytes, find_seal(name), key); plain && is_profile(*plain)) return plain;
    if (!first) return first;
    return fail(ErrorCode::invalid, "what comes out with this key is no profile");
}

} // namespace

SpaContent spa_content(const TreeFile& file, const Tree& tree, const Family& family) {
    const std::string_view bytes = file.bytes;
    if (bytes.empty()) return SpaContent::other;
    if (bytes.starts_with(salted)) return SpaContent::sealed;
    if (looks_compiled(bytes)) return SpaContent::compiled;
    if (looks_packed(bytes)) {
        const auto plain = gunzip(bytes, limits::document_bytes_max);
        if (plain && plain->find(root) != std::string::npos) return SpaContent::packed;
        return has_profile_name(file.path) ? SpaContent::packed : SpaContent::other;
    }
    if (looks_like_xml(bytes)) return bytes.find(root) == std::string_view::npos ? SpaContent::other : SpaContent::xml;
    if (is_source(file, tree, family)) return SpaContent::source;
    return is_binary(bytes) && has_profile_name(file.path) ? SpaContent::opaque : SpaContent::other;
}

Result<SpaProfile> open_spa_profile(const TreeFile& file, const Tree& tree, std::span<const std::string> keys,
                                    std::optional<MacAddress> mac) {
    SpaProfile out;
    out.what = "profile";
    std::string opened;
    std::string_view text = file.bytes;
    if (looks_compiled(text)) {
        auto read = read_compiled(text, mac.value_or(MacAddress()));
        if (!read) return tl::unexpected(read.error());
        return SpaProfile{
            std::move(*read), std::string("profile of our own compiler, ").append(compiled_profile_label), {}};
    }
    if (text.starts_with(salted)) {
        auto plain = unsealed(text, keys);
        if (!plain) return tl::unexpected(plain.error());
        opened = std::move(*plain);
        text = opened;
        out.what += ", encrypted";
    }
    if (looks_packed(text)) {
        auto plain = gunzip(text, limits::document_bytes_max);
        if (!plain) return tl::unexpected(plain.error());
        opened = std::move(*plain);
        text = opened;
        out.what += ", compressed";
    }
    if (looks_like_xml(text)) {
        auto read = find_syntax("spa-xml")->read(text);
        if (!read) return tl::unexpected(read.error());
        out.document = std::move(*read);
        return out;
    }
    if (!may_be_source(file))
        return fail(ErrorCode::invalid,
                    "compiled by the vendor's tool, and that form is not public: import the text or "
                    "the XML that it was made of");
    auto read = read_source(file, tree, out.imported);
    if (!read) return tl::unexpected(read.error());
    out.document = to_document(settled(std::move(*read)));
    out.what = "source text of a profile";
    return out;
}

} // namespace offhook::config
