#include "protocol/ftp/ftp_listing.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <iterator>

namespace offhook::protocol {
namespace {

constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr auto half_a_year = std::chrono::hours{24} * 182;

struct Civil {
    explicit Civil(WallTime time) {
        const auto day = std::chrono::floor<std::chrono::days>(time);
        date = std::chrono::year_month_day(day);
        clock = std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::seconds>(time - day));
    }
    [[nodiscard]] int year() const { return static_cast<int>(date.year()); }
    [[nodiscard]] unsigned month() const { return static_cast<unsigned>(date.month()); }
    [[nodiscard]] unsigned day() const { return static_cast<unsigned>(date.day()); }

    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::seconds> clock;
};

} // namespace

void append_ftp_list_line(std::string& out, const FtpEntry& entry, WallTime now) {
    const auto modified = entry.modified.value_or(now);
    const Civil time(modified);
    const bool is_file = entry.kind == FtpEntryKind::file;
    auto to = std::back_inserter(out);
    fmt::format_to(to, "{} {:3} ftp      ftp      {:10} {} {:2} ", is_file ? "-r--r--r--" : "dr-xr-xr-x",
                   is_file ? 1 : 2, entry.bytes, month_names.substr(std::size_t{time.month() - 1} * 3, 3), time.day());
    // A clock of the client's that is a little behind ours makes nothing lie ahead by a day.
    if (now - modified > half_a_year || modified - now > std::chrono::hours{24})
        fmt::format_to(to, "{:5}", time.year());
    else
        fmt::format_to(to, "{:02}:{:02}", time.clock.hours().count(), time.clock.minutes().count());
    fmt::format_to(to, " {}\r\n", entry.name);
}

std::string FtpFacts::feature() const {
    std::string out;
    for (const auto& [name, on] : {std::pair{"type", type}, {"size", size}, {"modify", modify}, {"perm", perm}})
        out += fmt::format("{}{};", name, on ? "*" : "");
    return out;
}

std::string FtpFacts::text() const {
    std::string out;
    for (const auto& [name, on] : {std::pair{"type", type}, {"size", size}, {"modify", modify}, {"perm", perm}})
        if (on) out += fmt::format("{};", name);
    return out;
}

FtpFacts FtpFacts::chosen_by(std::string_view list) {
    FtpFacts out{false, false, false, false};
    for (const auto name : split(list, ';')) {
        if (equal_ignoring_case(name, "type")) out.type = true;
        if (equal_ignoring_case(name, "size")) out.size = true;
        if (equal_ignoring_case(name, "modify")) out.modify = true;
        if (equal_ignoring_case(name, "perm")) out.perm = true;
    }
    return out;
}

void append_ftp_facts(std::string& out, const FtpEntry& entry, const FtpFacts& facts) {
    const bool is_file = entry.kind == FtpEntryKind::file;
    auto to = std::back_inserter(out);
    if (facts.type) out += is_file ? "type=file;" : entry.kind == FtpEntryKind::directory ? "type=dir;" : "type=cdir;";
    if (facts.size && is_file) fmt::format_to(to, "size={};", entry.bytes);
    if (facts.modify && entry.modified) fmt::format_to(to, "modify={};", ftp_time(*entry.modified));
    if (facts.perm) out += is_file ? "perm=r;" : "perm=el;";
    out += ' ';
    out += entry.name;
}

std::string ftp_time(WallTime time) {
    const Civil at(time);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", at.year(), at.month(), at.day(), at.clock.hours().count(),
                       at.clock.minutes().count(), at.clock.seconds().count());
}

std::string_view without_list_options(std::string_view argument) {
    while (!argument.empty()) {
        while (!argument.empty() && argument.front() == ' ') argument.remove_prefix(1);
        if (argument.empty() || argument.front() != '-') break;
        argument.remove_prefix(std::min(argument.find(' '), argument.size()));
    }
    return argument;
}

bool ftp_glob_matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos; // the last one seen, and what it has swallowed so far
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

} // namespace offhook::protocol
