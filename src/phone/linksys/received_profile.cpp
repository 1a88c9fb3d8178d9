#include "phone/linksys/received_profile.hpp"

#include "base/text.hpp"
#include "config/compile/compiled_profile.hpp"
#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"
#include "phone/limits.hpp"
#include "phone/web_page.hpp"

#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

constexpr std::string_view syntax_name = "spa-xml";

tl::unexpected<Error> corrupt(std::string why) { return fail(ErrorCode::invalid, std::move(why)); }

/// nullopt: it was not sealed, and that is taken.
Result<std::optional<std::string>> decrypt(std::string_view bytes, const std::optional<std::string>& key,
                                           const Switches& switches, std::vector<std::string>& remarks) {
    const auto* seal = config::find_seal(switches.seal_digest == Switches::SealDigest::md5 ? "openssl-raw-256"
                                                                                           : "openssl-raw-256-sha256");
    if (!seal->looks_sealed(bytes)) {
        if (!key) return std::nullopt;
        if (switches.key_with_plain == Switches::KeyWithPlain::refused)
            return corrupt("the rule has a --key, and the file is not encrypted");
        remarks.emplace_back("the rule has a --key, but the file is not encrypted: it is read as it is");
        return std::nullopt;
    }
    if (!key) return corrupt("the file is encrypted, and the rule has no --key");
    auto plain = seal->open(bytes, *key);
    if (!plain) return corrupt("the file does not decrypt: " + plain.error().message);
    remarks.push_back(fmt::format("decrypted, {} bytes", plain->size()));
    return std::move(*plain);
}

bool is_xml(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    return trim(text).starts_with('<');
}

/// Elements of a foreign document, and those of a <flat-profile> where it has one, too (I).
Result<config::ParsedDocument> read_document(std::string_view text, const std::vector<Alias>& aliases) {
    auto document = config::find_syntax(syntax_name)->read(text);
    if (aliases.empty()) return document;
    auto aliased = read_aliased(text, aliases);
    if (!aliased) return tl::unexpected(aliased.error());
    if (!document) document = config::ParsedDocument{};
    document->parameters.insert(document->parameters.end(), aliased->begin(), aliased->end());
    return document;
}

} // namespace

Result<ReceivedProfile> read_received(std::string_view bytes, const std::optional<std::string>& key,
                                      const std::vector<Alias>& aliases, const Switches& switches, MacAddress mac) {
    ReceivedProfile out;
    if (bytes.empty()) {
        if (switches.empty_body == Switches::EmptyBody::taken) return out;
        return corrupt("the file is empty");
    }
    auto plain = decrypt(bytes, key, switches, out.remarks);
    if (!plain) return tl::unexpected(plain.error());
    std::string text = *plain ? std::move(**plain) : std::string(bytes);
    if (config::looks_packed(text)) {
        auto inflated = config::gunzip(text, limits::configuration_bytes_max);
        if (!inflated) return corrupt("the file does not inflate: " + inflated.error().message);
        text = std::move(*inflated);
        out.remarks.push_back(fmt::format("inflated, {} bytes", text.size()));
    }
    if (is_web_page(text)) return corrupt(std::string(web_page_reason));
    if (config::looks_compiled(text)) {
        auto compiled = config::read_compiled(text, mac);
        if (!compiled) return corrupt("the compiled profile cannot be used: " + compiled.error().message);
        out.document = std::move(*compiled);
        out.remarks.push_back(fmt::format("a compiled profile ({})", config::compiled_profile_label));
        return out;
    }
    if (!is_xml(text))
        return corrupt(*plain ? "neither XML nor compressed XML was inside: the key is another, or it was no profile"
                              : "it is no XML, and the vendor's compiled profiles cannot be read here");
    auto document = read_document(text, aliases);
    if (!document) return corrupt(document.error().text());
    out.document = std::move(*document);
    return out;
}

} // namespace offhook::phone::linksys
