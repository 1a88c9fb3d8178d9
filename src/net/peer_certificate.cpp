#include "net/peer_certificate.hpp"

#include "net/limits.hpp"
#include "net/openssl_handles.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace offhook::net {

namespace {

constexpr std::uint8_t ticket_version = 3;

constexpr std::array subject_fields{&PeerCertificate::common_name,  &PeerCertificate::organizational_unit,
                                    &PeerCertificate::organization, &PeerCertificate::locality,
                                    &PeerCertificate::state,        &PeerCertificate::serial_number,
                                    &PeerCertificate::surname};
constexpr std::array subject_nids{NID_commonName,   NID_organizationalUnitName, NID_organizationName,
                                  NID_localityName, NID_stateOrProvinceName,    NID_serialNumber,
                                  NID_surname};

std::string utf8(const ASN1_STRING* text) {
    unsigned char* bytes = nullptr;
    const int size = ASN1_STRING_to_UTF8(&bytes, text);
    if (size < 0) {
        ERR_clear_error();
        return {};
    }
    std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    // A NUL inside is an old trick: "000e08aabbcc\0.example.net" passes one reader as the first half.
    if (out.size() > limits::certificate_text_bytes_max || out.find('\0') != std::string::npos) return {};
    return out;
}

std::string field(X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return {};
    return utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

void put_text(std::string& out, std::string_view text) {
    out += static_cast<char>(text.size() >> 8U);
    out += static_cast<char>(text.size() & 0xFFU);
    out += text;
}

/// Sticky: after a read past the end all reads are empty.
class TicketReader {
public:
    explicit TicketReader(std::span<const std::byte> bytes) : left_(bytes) {}

    std::span<const std::byte> take(std::size_t count) {
        if (count > left_.size()) {
            overran_ = true;
            left_ = {};
            return {};
        }
        const auto taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }
    std::uint8_t byte() {
        const auto one = take(1);
        return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one[0]);
    }
    std::string text() {
        const std::size_t high = byte();
        const std::size_t size = high << 8U | byte();
        if (size > limits::certificate_text_bytes_max) overran_ = true;
        if (overran_) return {};
        const auto bytes = take(size);
        std::string out(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (out.find('\0') != std::string::npos) overran_ = true;
        return out;
    }
    [[nodiscard]] bool at_end() const { return left_.empty(); }
    [[nodiscard]] bool overran() const { return overran_; }

private:
    std::span<const std::byte> left_;
    bool overran_ = false;
};

} // namespace

PeerCertificate read_peer_certificate(const X509& certificate, std::string label) {
    PeerCertificate out;
    out.label = std::move(label);
    auto* subject = X509_get_subject_name(&certificate);
    for (std::size_t i = 0; i < subject_fields.size(); ++i) out.*subject_fields[i] = field(subject, subject_nids[i]);
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS && name->type != GEN_URI && name->type != GEN_EMAIL) continue;
        auto text = utf8(name->d.ia5);
        if (!text.empty()) out.alternative_names.push_back(std::move(text));
        if (out.alternative_names.size() == limits::certificate_names_max) break;
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    return out;
}

std::string to_ticket(const Sha256& generation, const TlsOrigin& origin, const PeerCertificate* certificate) {
    std::string out(1, static_cast<char>(ticket_version));
    out.append(reinterpret_cast<const char*>(generation.data()), generation.size());
    out.append(reinterpret_cast<const char*>(origin.data()), origin.size());
    if (certificate == nullptr) return out;
    put_text(out, certificate->label);
    for (const auto member : subject_fields) put_text(out, certificate->*member);
    out += static_cast<char>(certificate->alternative_names.size());
    for (const auto& name : certificate->alternative_names) put_text(out, name);
    return out;
}

std::optional<TicketIdentity> read_ticket(std::span<const std::byte> bytes) {
    TicketReader reader(bytes);
    if (reader.byte() != ticket_version) return std::nullopt;
    TicketIdentity out;
    const auto generation = reader.take(out.generation.size());
    const auto origin = reader.take(out.origin.size());
    if (reader.overran()) return std::nullopt;
    std::copy(generation.begin(), generation.end(), out.generation.begin());
    std::copy(origin.begin(), origin.end(), out.origin.begin());
    if (reader.at_end()) return out;
    PeerCertificate certificate;
    certificate.label = reader.text();
    for (const auto member : subject_fields) certificate.*member = reader.text();
    const auto names = reader.byte();
    if (names > limits::certificate_names_max) return std::nullopt;
    for (std::uint8_t i = 0; i < names; ++i) certificate.alternative_names.push_back(reader.text());
    if (reader.overran() || !reader.at_end()) return std::nullopt;
    out.certificate = std::move(certificate);
    return out;
}

} // namespace offhook::net
