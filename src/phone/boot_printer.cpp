#include "phone/boot_printer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

namespace offhook::phone {
namespace {

constexpr std::string_view red = "31", green = "32", yellow = "33", faint = "2", bold = "1";
constexpr std::size_t name_columns = 40;

/// What the outcome means to a person who looks down the column.
std::string_view colour_of(FileOutcome outcome) {
    switch (outcome) {
    case FileOutcome::fetched:
    case FileOutcome::stored:
    case FileOutcome::not_changed:
        return green;
    case FileOutcome::absent:
        return faint;
    default:
        return red;
    }
}

/// An upload that the server does not take is no failure to a phone.
std::string_view word_for(const FileRecord& file) {
    const bool is_refused_upload = file.direction == Direction::put &&
                                   (file.outcome == FileOutcome::absent || file.outcome == FileOutcome::refused ||
                                    file.outcome == FileOutcome::denied);
    return is_refused_upload ? "not taken" : file_outcome_text.to_text(file.outcome);
}

std::string spaced(std::string_view word) {
    std::string out(word);
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

} // namespace

std::string bytes_text(std::uint64_t bytes) {
    static constexpr std::array units{"KB", "MB", "GB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double size = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (size >= 999.95 && unit + 1 < units.size()) size /= 1000, ++unit;
    return fmt::format("{:.1f} {}", size, units[unit]);
}

std::string time_text(std::chrono::microseconds time) {
    const double ms = static_cast<double>(time.count()) / 1000;
    if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
    if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
    return fmt::format("{:.2f} s", ms / 1000);
}

std::string BootPrinter::paint(std::string_view colour, std::string_view text) const {
    return colours_ == Colours::on ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
}

void BootPrinter::on_event(const BootEvent& event) {
    using Kind = BootEvent::Kind;
    const std::string text = is_printable_utf8(event.text) ? event.text : printable(event.text, event.text.size());
    switch (event.kind) {
    case Kind::power_on:
        out_ << text << '\n';
        break;
    case Kind::stage:
        out_ << paint(bold, text) << '\n';
        break;
    case Kind::discovery:
        out_ << paint(faint, "  ? " + text) << '\n';
        break;
    case Kind::address:
        out_ << "  from " << text << '\n';
        break;
    case Kind::file:
        if (event.file) print_file(*event.file);
        break;
    case Kind::decision:
        out_ << paint(faint, "     - " + text) << '\n';
        break;
    case Kind::problem:
        out_ << paint(yellow, "     ! " + text) << '\n';
        break;
    case Kind::reboot:
        out_ << paint(bold, text) << "\n\n";
        break;
    }
    out_.flush(); // someone is watching
}

void BootPrinter::print_file(const FileRecord& file) {
    const std::string outcome = spaced(word_for(file));
    const std::string size = file.bytes == 0 ? "" : bytes_text(file.bytes);
    const std::string padded = fmt::format("{:<12}", outcome);
    std::string line = fmt::format("  {}  {:<{}}  {} {:>9} {:>8}", file.direction == Direction::get ? "get" : "put",
                                   printable(file.name, 200), name_columns, paint(colour_of(file.outcome), padded),
                                   size, time_text(file.elapsed));
    const bool speaks_for_itself = file.outcome == FileOutcome::fetched || file.outcome == FileOutcome::stored ||
                                   file.outcome == FileOutcome::not_changed || file.outcome == FileOutcome::absent;
    if (file.attempts > 1) line += fmt::format("  {} tries", file.attempts);
    if (!speaks_for_itself && !file.detail.empty()) line += "  " + printable(file.detail);
    out_ << line << '\n';
}

void BootPrinter::print_lines(const BootReport& report, Secrets secrets) {
    if (report.lines.empty()) return;
    std::vector<std::vector<std::string>> rows{{"LINE", "USER", "AUTH USER", "PASSWORD", "REGISTRAR"}};
    for (const auto& line : report.lines) {
        const std::string password = line.password.empty()       ? "(none)"
                                     : secrets == Secrets::shown ? line.password
                                                                 : "(set)";
        rows.push_back({std::to_string(line.index), line.user, line.auth_user, password,
                        line.registrar.empty() ? "(none)" : line.registrar});
    }
    print_table(out_, rows);
}

void BootPrinter::print_end(const BootReport& report, std::chrono::milliseconds elapsed, Secrets secrets) {
    std::uint64_t bytes = 0;
    for (const auto& file : report.files)
        if (file.direction == Direction::get) bytes += file.bytes;
    const bool is_ready = report.state == PhoneState::ready;
    out_ << '\n'
         << paint(is_ready ? green : red, phone_state_text.to_text(report.state)) << " in " << time_text(elapsed)
         << ": " << counted(report.lines.size(), "line") << ", " << counted(report.files.size(), "transfer") << ", "
         << bytes_text(bytes) << " received, " << counted(report.reboots, "reboot");
    if (!report.firmware.empty()) out_ << ", application " << printable(report.firmware);
    out_ << '\n';
    print_lines(report, secrets);
    if (!report.problems.empty()) out_ << '\n' << counted(report.problems.size(), "problem") << ":\n";
    for (const auto& problem : report.problems)
        out_ << "  " << (is_printable_utf8(problem) ? problem : printable(problem, 300)) << '\n';
    out_.flush();
}

} // namespace offhook::phone
