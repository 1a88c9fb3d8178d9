#include "protocol/ftp/ftp_command.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace offhook::protocol {
namespace {

constexpr std::size_t buffer_bytes_first = 512; // commands are 5 to 60 bytes

struct Name {
    std::string_view text;
    FtpVerb verb;
};

constexpr std::array names{
    Name{"ABOR", FtpVerb::abor}, Name{"ACCT", FtpVerb::acct}, Name{"ADAT", FtpVerb::adat}, Name{"ALLO", FtpVerb::allo},
    Name{"APPE", FtpVerb::appe}, Name{"AUTH", FtpVerb::auth}, Name{"CCC", FtpVerb::ccc},   Name{"CDUP", FtpVerb::cdup},
    Name{"CONF", FtpVerb::conf}, Name{"CWD", FtpVerb::cwd},   Name{"DELE", FtpVerb::dele}, Name{"ENC", FtpVerb::enc},
    Name{"EPRT", FtpVerb::eprt}, Name{"EPSV", FtpVerb::epsv}, Name{"FEAT", FtpVerb::feat}, Name{"HELP", FtpVerb::help},
    Name{"LANG", FtpVerb::lang}, Name{"LIST", FtpVerb::list}, Name{"MDTM", FtpVerb::mdtm}, Name{"MFCT", FtpVerb::mfct},
    Name{"MFF", FtpVerb::mff},   Name{"MFMT", FtpVerb::mfmt}, Name{"MIC", FtpVerb::mic},   Name{"MKD", FtpVerb::mkd},
    Name{"MLSD", FtpVerb::mlsd}, Name{"MLST", FtpVerb::mlst}, Name{"MODE", FtpVerb::mode}, Name{"NLST", FtpVerb::nlst},
    Name{"NOOP", FtpVerb::noop}, Name{"OPTS", FtpVerb::opts}, Name{"PASS", FtpVerb::pass}, Name{"PASV", FtpVerb::pasv},
    Name{"PBSZ", FtpVerb::pbsz}, Name{"PORT", FtpVerb::port}, Name{"PROT", FtpVerb::prot}, Name{"PWD", FtpVerb::pwd},
    Name{"QUIT", FtpVerb::quit}, Name{"REIN", FtpVerb::rein}, Name{"REST", FtpVerb::rest}, Name{"RETR", FtpVerb::retr},
    Name{"RMD", FtpVerb::rmd},   Name{"RNFR", FtpVerb::rnfr}, Name{"RNTO", FtpVerb::rnto}, Name{"SITE", FtpVerb::site},
    Name{"SIZE", FtpVerb::size}, Name{"SMNT", FtpVerb::smnt}, Name{"STAT", FtpVerb::stat}, Name{"STOR", FtpVerb::stor},
    Name{"STOU", FtpVerb::stou}, Name{"STRU", FtpVerb::stru}, Name{"SYST", FtpVerb::syst}, Name{"TYPE", FtpVerb::type},
    Name{"USER", FtpVerb::user}, Name{"XCUP", FtpVerb::cdup}, Name{"XCWD", FtpVerb::cwd},  Name{"XMKD", FtpVerb::mkd},
    Name{"XPWD", FtpVerb::pwd},  Name{"XRMD", FtpVerb::rmd},
};

/// The letters of a verb in one number, capitals, so that comparing is one instruction.
constexpr std::uint32_t packed(std::string_view text) {
    std::uint32_t out = 0;
    for (const char c : text) out = out << 8U | static_cast<std::uint8_t>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

constexpr auto packed_names = [] {
    std::array<std::uint32_t, names.size()> out{};
    for (std::size_t i = 0; i < names.size(); ++i) out[i] = packed(names[i].text);
    return out;
}();

/// Telnet's commands are the bytes from 0xf0 on; WILL, WONT, DO and DONT bring one more byte, the option. No verb
/// begins with such a byte, and no UTF-8 either.
std::string_view without_telnet(std::string_view line) {
    while (!line.empty() && static_cast<unsigned char>(line.front()) >= 0xf0U) {
        const auto byte = static_cast<unsigned char>(line.front());
        line.remove_prefix(1);
        if (byte >= 0xfbU && byte <= 0xfeU && !line.empty()) line.remove_prefix(1);
    }
    return line;
}

std::string_view without_end(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

} // namespace

FtpCommand parse_ftp_command(std::string_view line) {
    line = without_telnet(line);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    FtpCommand out;
    const auto blank = std::min(line.find(' '), line.size());
    if (blank < line.size()) out.argument = line.substr(blank + 1);
    if (blank < 3 || blank > 4) return out;
    const auto found = std::find(packed_names.begin(), packed_names.end(), packed(line.substr(0, blank)));
    if (found != packed_names.end()) out.verb = names[static_cast<std::size_t>(found - packed_names.begin())].verb;
    return out;
}

std::span<char> FtpLineReader::room() {
    if (begin_ != 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size() && buffer_.size() < line_bytes_max)
        buffer_.resize(std::clamp(buffer_.size() * 2, buffer_bytes_first, line_bytes_max));
    return std::span(buffer_).subspan(end_);
}

void FtpLineReader::received(std::size_t bytes) {
    OFFHOOK_ASSERT(bytes <= buffer_.size() - end_);
    end_ += bytes;
}

FtpLineReader::Progress FtpLineReader::next(std::string_view& line) {
    for (;;) {
        const auto text = buffered();
        const auto end = text.find('\n');
        if (end == std::string_view::npos) {
            if (text.size() < line_bytes_max) return Progress::needs_more;
            begin_ = end_ = 0;
            if (skipping_) return Progress::needs_more;
            skipping_ = true;
            return Progress::too_long;
        }
        begin_ += end + 1;
        if (skipping_) {
            skipping_ = false; // this was the rest of the long line
            continue;
        }
        line = without_end(text.substr(0, end));
        return Progress::line;
    }
}

bool FtpLineReader::holds(FtpVerb verb) const {
    auto text = buffered();
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        if (parse_ftp_command(without_end(text.substr(0, end))).verb == verb) return true;
        text.remove_prefix(end + 1);
    }
    return false;
}

void FtpLineReader::clear() {
    begin_ = end_ = 0;
    skipping_ = false;
}

} // namespace offhook::protocol
