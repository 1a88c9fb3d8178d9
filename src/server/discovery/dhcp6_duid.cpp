#include "server/discovery/dhcp6_duid.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "net/owned_fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace offhook::server {
namespace {

constexpr std::size_t duid_bytes = 18;

[[noreturn]] void give_up(const std::filesystem::path& path) {
    throw std::runtime_error(
        fmt::format("{}: {}", path.string(), std::error_code(errno, std::generic_category()).message()));
}

std::string duid_in(std::string_view text, const std::filesystem::path& path) {
    const auto bytes = from_hex(trim(text));
    if (!bytes || bytes->size() != duid_bytes || (*bytes)[0] != std::byte{0} || (*bytes)[1] != std::byte{4})
        throw std::runtime_error(fmt::format("{}: no DUID-UUID in hexadecimal digits; without the file a new one is "
                                             "made, and clients take us for another server",
                                             path.string()));
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

void write_durably(const std::filesystem::path& path, std::string_view text) {
    const auto draft = path.string() + ".new";
    const net::OwnedFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(file.get()) != 0 || ::rename(draft.c_str(), path.c_str()) != 0)
        give_up(path);
    const net::OwnedFd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) give_up(path);
}

} // namespace

std::string load_or_make_duid(const std::filesystem::path& directory, Random& random) {
    const auto path = directory / "dhcp6.duid";
    if (const net::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); file) {
        std::array<char, 128> text{};
        const auto size = ::read(file.get(), text.data(), text.size());
        if (size < 0) give_up(path);
        return duid_in({text.data(), static_cast<std::size_t>(size)}, path);
    }
    if (errno != ENOENT) give_up(path);
    std::array<std::byte, duid_bytes> bytes{std::byte{0}, std::byte{4}};
    random.fill(std::span(bytes).subspan(2));
    bytes[8] = (bytes[8] & std::byte{0x0f}) | std::byte{0x40}; // a random UUID, RFC 4122 4.4
    bytes[10] = (bytes[10] & std::byte{0x3f}) | std::byte{0x80};
    write_durably(path, to_hex(bytes) + "\n");
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace offhook::server
