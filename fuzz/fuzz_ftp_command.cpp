/// @file  FTP control connections: whatever comes in, in whatever pieces, the same lines come out, and names stay
/// within bounds and below the root.
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "protocol/ftp/ftp_address.hpp"
#include "protocol/ftp/ftp_ascii.hpp"
#include "protocol/ftp/ftp_command.hpp"
#include "protocol/ftp/ftp_listing.hpp"
#include "protocol/ftp/ftp_path.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace offhook;
using namespace offhook::protocol;

std::string lines_of(std::string_view text, std::size_t piece_max) {
    FtpLineReader reader;
    std::string out;
    while (!text.empty()) {
        const auto room = reader.room();
        OFFHOOK_ASSERT(!room.empty());
        const auto bytes = std::min({room.size(), text.size(), piece_max});
        std::memcpy(room.data(), text.data(), bytes);
        reader.received(bytes);
        text.remove_prefix(bytes);
        std::string_view line;
        for (auto progress = reader.next(line); progress != FtpLineReader::Progress::needs_more;
             progress = reader.next(line)) {
            if (progress == FtpLineReader::Progress::line) {
                out += line;
                out += '\n';
            } else {
                out += "(too long)\n";
            }
        }
    }
    return out;
}

void expect_tidy(std::string_view path) {
    OFFHOOK_ASSERT(path.size() <= limits::path_bytes_max);
    if (path.empty()) return;
    const std::string framed = "/" + std::string(path) + "/";
    OFFHOOK_ASSERT(framed.find("//") == std::string::npos);
    OFFHOOK_ASSERT(framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos);
    for (const char c : path) OFFHOOK_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\');
}

void obey(std::string_view line, std::string& directory) {
    const auto command = parse_ftp_command(line);
    OFFHOOK_ASSERT(command.argument.size() <= line.size());
    if (const auto path = resolve_ftp_path(directory, command.argument)) {
        expect_tidy(*path);
        const auto again = resolve_ftp_path("elsewhere", "/" + *path);
        OFFHOOK_ASSERT(again && *again == *path);
        directory = *path;
    }
    (void)parse_ftp_port(command.argument);
    (void)parse_ftp_eprt(command.argument);
    (void)FtpFacts::chosen_by(command.argument);
    (void)ftp_glob_matches(command.argument, "0004f2000001.cfg");
    OFFHOOK_ASSERT(without_list_options(command.argument).size() <= command.argument.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto lines = lines_of(text, size + 1);
    OFFHOOK_ASSERT(lines == lines_of(text, 1));
    std::string directory;
    std::string_view rest = lines;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        obey(rest.substr(0, end), directory);
        rest.remove_prefix(end + 1);
    }
    std::string encoded;
    FtpAsciiEncoder().encode(text, encoded);
    OFFHOOK_ASSERT(encoded.size() == ftp_ascii_bytes(text));
    return 0;
}
