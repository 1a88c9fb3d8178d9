#include "server/certificates/own_authority.hpp"

#include "base/log.hpp"
#include "net/certificate_maker.hpp"
#include "net/owned_fd.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::server::certificates {

namespace {

using net::CertificateHandle;
using net::CertificateOrder;
using net::KeyHandle;
using net::KeyKind;

constexpr std::chrono::hours day{24};
constexpr auto backdated = 30 * day;
constexpr auto server_lifetime = 820 * day; // 825 is the most that strict clients take
constexpr auto renewed_before_end = 30 * day;
constexpr auto authority_lifetime = 20 * 365 * day;
constexpr auto device_lifetime = 10 * 365 * day;
constexpr std::size_t names_max = 32;

struct Identity {
    CertificateHandle certificate;
    KeyHandle key;
};

std::filesystem::path folder(const std::filesystem::path& data_directory) { return data_directory / "tls"; }

[[noreturn]] void world_failed(const std::filesystem::path& path, const char* what) {
    throw std::runtime_error(path.string() + " cannot be " + what + ": " + std::strerror(errno));
}

void write_whole(const std::filesystem::path& path, const std::string& text, mode_t mode) {
    const auto temporary = path.string() + ".new";
    (void)::unlink(temporary.c_str());
    const net::OwnedFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd) world_failed(path, "written");
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(fd.get()) != 0)
        world_failed(path, "written");
    if (::rename(temporary.c_str(), path.c_str()) != 0) world_failed(path, "replaced");
}

void make_folder(const std::filesystem::path& path) {
    std::filesystem::create_directories(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) world_failed(path, "made");
}

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

CertificateHandle read_certificate(const std::filesystem::path& path) {
    const auto text = read_whole(path);
    const net::BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    CertificateHandle out(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return out;
}

KeyHandle read_key(const std::filesystem::path& path) {
    const auto text = read_whole(path);
    const net::BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const auto no_passphrase = [](char*, int, int, void*) { return 0; };
    KeyHandle out(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    return out;
}

WallTime end_of(const X509& certificate) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return {};
    return WallTime{std::chrono::seconds{timegm(&parts)}};
}

void write_identity(const std::filesystem::path& folder, const std::string& name, const X509& certificate,
                    const EVP_PKEY& key) {
    write_whole(folder / (name + ".key"), net::to_pem(key), 0600);
    write_whole(folder / (name + ".pem"), net::to_pem(certificate), 0644);
}

/// Errors: not_found when there is none; invalid when what is there is not ours.
Result<Identity> read_authority(const std::filesystem::path& folder) {
    const auto at = folder / "authority.pem";
    if (!std::filesystem::exists(at))
        return fail(ErrorCode::not_found,
                    "there is no authority yet: a server with a listener under TLS makes it when it first starts",
                    at.string());
    Identity out{read_certificate(at), read_key(folder / "authority.key")};
    if (!out.certificate || !out.key || X509_check_private_key(out.certificate.get(), out.key.get()) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::invalid,
                    "the authority's certificate and authority.key do not belong together or cannot be read; restore "
                    "them from a backup, or remove both to begin anew, which every phone must then be told",
                    at.string());
    }
    return out;
}

Identity make_authority(const std::filesystem::path& folder, const Clock& clock) {
    CertificateOrder order;
    order.use = CertificateOrder::Use::authority;
    const auto year = to_text(clock.wall()).substr(0, 10);
    order.subject = {{"O", "Offhook"}, {"CN", "Offhook boot server authority of " + year}};
    order.from = clock.wall() - backdated;
    order.until = clock.wall() + authority_lifetime;
    Identity out;
    out.key = net::make_key(KeyKind::rsa_2048);
    out.certificate = net::make_certificate(order, *out.key, {nullptr, out.key.get()});
    write_identity(folder, "authority", *out.certificate, *out.key);
    log::info("TLS_AUTHORITY_MADE", "{}: made; phones must trust it: `offhook certificate export` prints it",
              (folder / "authority.pem").string());
    return out;
}

bool covers(X509* certificate, const Names& names) {
    const auto host = [&](const std::string& name) {
        return X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
    };
    const auto address = [&](const IpAddress& one) {
        return X509_check_ip_asc(certificate, one.text().c_str(), 0) == 1;
    };
    return std::all_of(names.hosts.begin(), names.hosts.end(), host) &&
           std::all_of(names.addresses.begin(), names.addresses.end(), address);
}

/// Why a new one is needed; empty: it is not.
std::string due(const std::filesystem::path& folder, const std::string& name, const Identity& authority,
                const Names& names, WallTime now) {
    const auto certificate = read_certificate(folder / (name + ".pem"));
    const auto key = read_key(folder / (name + ".key"));
    std::string why;
    if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1)
        why = "there was none";
    else if (X509_verify(certificate.get(), X509_get0_pubkey(authority.certificate.get())) != 1)
        why = "the old one was not this authority's";
    else if (end_of(*certificate) - now < renewed_before_end)
        why = "the old one ends soon";
    else if (!covers(certificate.get(), names))
        why = "the server has another name";
    ERR_clear_error();
    return why;
}

Names bounded(Names names) {
    const auto add_once = [](auto& list, const auto& one) {
        if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
    };
    add_once(names.hosts, std::string("localhost"));
    add_once(names.addresses, *IpAddress::from_text("127.0.0.1"));
    add_once(names.addresses, *IpAddress::from_text("::1"));
    names.hosts.resize(std::min(names.hosts.size(), names_max));
    // The loopback's, which were added last, give way last.
    if (names.addresses.size() > names_max)
        names.addresses.erase(names.addresses.begin() + names_max - 2, names.addresses.end() - 2);
    return names;
}

void issue_server(const std::filesystem::path& folder, const std::string& name, KeyKind kind, const Identity& authority,
                  const Names& names, const Clock& clock) {
    CertificateOrder order;
    order.subject = {{"CN", names.hosts.front().substr(0, 64)}}; // 64: RFC 5280's ub-common-name
    order.host_names = names.hosts;
    order.addresses = names.addresses;
    order.from = clock.wall() - backdated;
    order.until = order.from + server_lifetime;
    const auto key = net::make_key(kind);
    const auto certificate = net::make_certificate(order, *key, {authority.certificate.get(), authority.key.get()});
    write_identity(folder, name, *certificate, *key);
}

std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> out;
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names, i);
        const auto* text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
        const std::string bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                static_cast<std::size_t>(ASN1_STRING_length(text)));
        if (name->type == GEN_DNS) out.push_back(bytes);
        if (name->type == GEN_IPADD && bytes.size() == 4) {
            std::uint32_t v4 = 0;
            for (const char byte : bytes) v4 = v4 << 8U | static_cast<std::uint8_t>(byte);
            out.push_back(IpAddress::v4(v4).text());
        }
        if (name->type == GEN_IPADD && bytes.size() == 16) {
            std::array<std::uint8_t, 16> v6{};
            std::copy(bytes.begin(), bytes.end(), v6.begin());
            out.push_back(IpAddress(v6).text());
        }
    }
    GENERAL_NAMES_free(names);
    return out;
}

bool is_host_name(const std::string& text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), fits);
}

} // namespace

Names local_names() {
    Names out;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0 && is_host_name(host.data()))
        out.hosts.emplace_back(host.data());
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) == 0) {
        for (const auto* one = all; one != nullptr; one = one->ifa_next) {
            if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
            sockaddr_in address{};
            std::memcpy(&address, one->ifa_addr, sizeof address);
            out.addresses.push_back(IpAddress::v4(ntohl(address.sin_addr.s_addr)));
        }
        ::freeifaddrs(all);
    }
    return bounded(std::move(out));
}

Result<TlsFiles> ensure(const std::filesystem::path& data_directory, const Names& wanted, const Clock& clock,
                        Renewal renewal) {
    const auto at = folder(data_directory);
    make_folder(at);
    const auto names = bounded(wanted);
    for (const auto& host : names.hosts)
        if (!is_host_name(host)) return fail(ErrorCode::invalid, "'" + host + "' is no host name");
    auto authority = read_authority(at);
    if (!authority && authority.error().code == ErrorCode::not_found) authority = make_authority(at, clock);
    if (!authority) return tl::unexpected(authority.error());
    TlsFiles out;
    out.authority = at / "authority.pem";
    for (const auto& [name, kind] : {std::pair{std::string("server-rsa"), KeyKind::rsa_2048},
                                     std::pair{std::string("server-ecdsa"), KeyKind::p256}}) {
        auto why = due(at, name, *authority, names, clock.wall());
        if (renewal == Renewal::now && why.empty()) why = "that was asked for";
        if (!why.empty()) {
            issue_server(at, name, kind, *authority, names, clock);
            log::info("TLS_CERTIFICATE_ISSUED", "{}: a new certificate, because {}", (at / (name + ".pem")).string(),
                      why);
        }
        out.pairs.push_back({at / (name + ".pem"), at / (name + ".key"), {}, {}});
    }
    return out;
}

Result<std::vector<Served>> show(const std::filesystem::path& data_directory) {
    const auto at = folder(data_directory);
    if (const auto authority = read_authority(at); !authority) return tl::unexpected(authority.error());
    std::vector<Served> out;
    for (const auto* name : {"authority.pem", "server-rsa.pem", "server-ecdsa.pem"}) {
        const auto certificate = read_certificate(at / name);
        if (!certificate) continue;
        const auto* key = X509_get0_pubkey(certificate.get());
        const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
        out.push_back({at / name, (rsa ? "RSA " : "EC ") + std::to_string(EVP_PKEY_get_bits(key)), end_of(*certificate),
                       names_of(certificate.get())});
    }
    return out;
}

Result<std::string> export_authority(const std::filesystem::path& data_directory, Encoding encoding) {
    const auto authority = read_authority(folder(data_directory));
    if (!authority) return tl::unexpected(authority.error());
    return encoding == Encoding::pem ? net::to_pem(*authority->certificate) : net::to_der(*authority->certificate);
}

Result<Issued> issue_device(const std::filesystem::path& data_directory,
                            const std::vector<std::pair<std::string, std::string>>& subject,
                            const std::filesystem::path& out, const std::string& name, const Clock& clock) {
    const auto authority = read_authority(folder(data_directory));
    if (!authority) return tl::unexpected(authority.error());
    CertificateOrder order;
    order.use = CertificateOrder::Use::client;
    for (const auto& [field, text] : subject)
        if (field == "SAN")
            order.host_names.push_back(text);
        else
            order.subject.emplace_back(field, text);
    order.from = clock.wall() - backdated;
    order.until = clock.wall() + device_lifetime;
    const auto key = net::make_key(KeyKind::rsa_2048);
    const auto certificate = net::make_certificate(order, *key, {authority->certificate.get(), authority->key.get()});
    std::filesystem::create_directories(out);
    write_identity(out, name, *certificate, *key);
    return Issued{out / (name + ".pem"), out / (name + ".key")};
}

} // namespace offhook::server::certificates
