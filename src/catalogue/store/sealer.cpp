#include "catalogue/store/sealer.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "catalogue/store/store.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

class File {
public:
    File(const std::filesystem::path& path, int flags, mode_t mode = 0) : fd_(::open(path.c_str(), flags, mode)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

[[noreturn]] void failed(const std::filesystem::path& file, std::string_view what) {
    throw StoreFailure(fmt::format("{}: {}: {}", file.string(), what, std::generic_category().message(errno)));
}

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string to_base64(std::string_view raw) {
    std::string out((raw.size() + 2) / 3 * 4 + 1, '\0'); // EVP_EncodeBlock ends with a NUL
    const int size = EVP_EncodeBlock(bytes(out), bytes(raw), static_cast<int>(raw.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

} // namespace

std::optional<SecretKey> read_secret_key(const std::filesystem::path& path) {
    const File file(path, O_RDONLY | O_CLOEXEC);
    if (file.get() < 0) {
        if (errno == ENOENT) return std::nullopt;
        failed(path, "cannot be opened");
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) failed(path, "cannot be examined");
    if ((facts.st_mode & 077U) != 0)
        throw StoreFailure(fmt::format("{0}: others may read this key (mode {1:04o}); run: chmod 600 {0}",
                                       path.string(), facts.st_mode & 07777U));
    std::array<char, 80> text{};
    const auto size = ::read(file.get(), text.data(), text.size());
    if (size < 0) failed(path, "cannot be read");
    const auto raw = from_hex(trim(std::string_view(text.data(), static_cast<std::size_t>(size))));
    SecretKey key{};
    if (!raw || raw->size() != key.size())
        throw StoreFailure(fmt::format("{}: this is no key of 64 hexadecimal digits", path.string()));
    std::copy(raw->begin(), raw->end(), key.begin());
    return key;
}

SecretKey create_secret_key(const std::filesystem::path& path, Random& random) {
    SecretKey key{};
    random.fill(key);
    const std::string text = to_hex(key) + "\n";
    const std::filesystem::path draft = path.string() + ".new";
    ::unlink(draft.c_str());
    {
        const File file(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file.get() < 0) failed(draft, "cannot be created");
        if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
            ::fsync(file.get()) != 0)
            failed(draft, "cannot be written");
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) failed(path, "cannot be created");
    const File folder(path.parent_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) failed(path.parent_path(), "cannot be synced");
    return key;
}

// Two contexts that keep the key's schedule: setting the key again would cost more than a password's encryption.
struct Sealer::Ciphers {
    EVP_CIPHER_CTX* seal = EVP_CIPHER_CTX_new();
    EVP_CIPHER_CTX* open = EVP_CIPHER_CTX_new();
    Ciphers() = default;
    ~Ciphers() {
        EVP_CIPHER_CTX_free(seal);
        EVP_CIPHER_CTX_free(open);
    }
    Ciphers(const Ciphers&) = delete;
    Ciphers& operator=(const Ciphers&) = delete;
};

Sealer::Sealer(const SecretKey& key) : ciphers_(std::make_unique<Ciphers>()) {
    const auto* raw = reinterpret_cast<const unsigned char*>(key.data());
    OFFHOOK_ASSERT(EVP_EncryptInit_ex(ciphers_->seal, EVP_aes_256_gcm(), nullptr, raw, nullptr) == 1);
    OFFHOOK_ASSERT(EVP_DecryptInit_ex(ciphers_->open, EVP_aes_256_gcm(), nullptr, raw, nullptr) == 1);
}

Sealer::~Sealer() = default;

std::string Sealer::seal(std::string_view context, std::string_view clear) {
    std::string out(nonce_bytes + clear.size() + tag_bytes, '\0');
    random_.fill(std::as_writable_bytes(std::span(out.data(), nonce_bytes)));
    EVP_CIPHER_CTX* cipher = ciphers_->seal;
    int size = 0;
    bool ok = EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, bytes(out)) == 1;
    ok = ok && EVP_EncryptUpdate(cipher, nullptr, &size, bytes(context), static_cast<int>(context.size())) == 1;
    ok = ok &&
         EVP_EncryptUpdate(cipher, bytes(out) + nonce_bytes, &size, bytes(clear), static_cast<int>(clear.size())) == 1;
    ok = ok && EVP_EncryptFinal_ex(cipher, bytes(out) + nonce_bytes + clear.size(), &size) == 1;
    ok = ok &&
         EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes(out) + nonce_bytes + clear.size()) == 1;
    OFFHOOK_ASSERT(ok);
    return to_base64(out);
}

std::optional<std::string> Sealer::open(std::string_view context, std::string_view sealed) {
    auto raw = from_base64(sealed);
    if (!raw || raw->size() < nonce_bytes + tag_bytes) return std::nullopt;
    const std::size_t clear_bytes = raw->size() - nonce_bytes - tag_bytes;
    std::string out(clear_bytes, '\0');
    EVP_CIPHER_CTX* cipher = ciphers_->open;
    int size = 0;
    unsigned char* at = bytes(*raw);
    bool ok = EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, at) == 1;
    ok = ok && EVP_DecryptUpdate(cipher, nullptr, &size, bytes(context), static_cast<int>(context.size())) == 1;
    ok = ok && EVP_DecryptUpdate(cipher, bytes(out), &size, at + nonce_bytes, static_cast<int>(clear_bytes)) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, tag_bytes, at + nonce_bytes + clear_bytes) == 1;
    unsigned char rest = 0;
    ok = ok && EVP_DecryptFinal_ex(cipher, &rest, &size) == 1;
    if (!ok) return std::nullopt;
    return out;
}

} // namespace offhook::catalogue
