#include "config/family/phone_log.hpp"

#include "base/text.hpp"
#include "config/family/limits.hpp"
#include "config/family/log_line.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

/// "ftp://user:password@host/x" becomes "ftp://host/x"; a path with an '@' loses what stands before it, too. A password
/// may hold a quote or a bracket: only a blank ends the search.
std::string without_accounts(std::string_view text) {
    constexpr std::string_view mark = "://";
    std::string out;
    for (;;) {
        const auto found = text.find(mark);
        if (found == std::string_view::npos) return out += text;
        out += text.substr(0, found + mark.size());
        text.remove_prefix(found + mark.size());
        const auto address = text.substr(0, text.find_first_of(" \t"));
        if (const auto at = address.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
    }
}

std::string shown(std::string_view text) { return printable(without_accounts(text), pack_limits::log_text_bytes_max); }

std::string_view end_of(std::string_view text) {
    if (text.size() <= pack_limits::log_bytes_max) return text;
    text.remove_prefix(text.size() - pack_limits::log_bytes_max - 1); // with the byte before, which may end a line
    const auto line = text.find('\n');
    return line == std::string_view::npos ? std::string_view() : text.substr(line + 1);
}

void keep(std::vector<LogFinding>& findings, LogFinding finding) {
    const auto same = std::find_if(findings.begin(), findings.end(), [&](const LogFinding& other) {
        return other.meaning == finding.meaning && other.file == finding.file && other.text == finding.text;
    });
    if (same != findings.end()) {
        same->time = std::move(finding.time);
        ++same->count;
    } else if (findings.size() < pack_limits::log_findings_max) {
        findings.push_back(std::move(finding));
    }
}

} // namespace

std::optional<LogFinding> LogReader::take(std::string_view raw) {
    const std::string line = without_accounts(raw); // whole: a quote in a password would end a name too early
    const auto read = read_log_line(family_, line);
    if (!read) return std::nullopt;
    LogFinding out;
    out.meaning = read->sentence->meaning;
    out.confidence = read->sentence->confidence;
    out.time = shown(read->time);
    out.text = shown(read->text);
    out.expected = shown(read->expected);
    out.seen = shown(read->seen);
    out.why = shown(read->why);
    out.file = shown(read->file);
    if (out.meaning == LogMeaning::begins) file_.clear();
    if (out.meaning == LogMeaning::asks || out.meaning == LogMeaning::fetched) file_ = out.file;
    const bool is_of_a_file = out.meaning != LogMeaning::bad_rule;
    if (out.file.empty() && is_of_a_file) out.file = file_;
    return out;
}

std::vector<LogFinding> read_phone_log(const Family& family, std::string_view text) {
    std::vector<LogFinding> out;
    LogReader reader(family);
    text = end_of(text);
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto finding = reader.take(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!finding || finding->meaning == LogMeaning::asks || finding->meaning == LogMeaning::fetched) continue;
        if (finding->meaning == LogMeaning::begins)
            out.clear();
        else
            keep(out, std::move(*finding));
    }
    return out;
}

} // namespace offhook::config
