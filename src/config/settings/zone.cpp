#include "config/settings/zone.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

namespace offhook::config {
namespace {

constexpr std::size_t zone_name_bytes_max = 64;
constexpr std::size_t zone_file_bytes_max = 64 * 1024;

/// Reads a POSIX TZ string from the front, remembering whether anything did not fit.
class ZoneReader {
public:
    explicit ZoneReader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool done() const { return rest_.empty(); }

    void abbreviation() {
        const bool quoted = take('<');
        std::size_t count = 0;
        while (count < rest_.size() && (is_letter(rest_[count]) || (quoted && is_quoted(rest_[count])))) ++count;
        if (count < 3) failed_ = true;
        rest_.remove_prefix(count);
        if (quoted) expect('>');
    }

    /// [+-]hh[:mm[:ss]] with hours up to 167. Source RFC 8536 3.3.1.
    std::int32_t time() {
        const bool negative = take('-');
        if (!negative) take('+');
        std::int32_t seconds = number(167) * 3600;
        if (take(':')) {
            seconds += number(59) * 60;
            if (take(':')) seconds += number(59);
        }
        return negative ? -seconds : seconds;
    }

    ZoneChange change() {
        ZoneChange out;
        expect(',');
        expect('M');
        out.month = static_cast<std::uint8_t>(number(12));
        expect('.');
        out.week = static_cast<std::uint8_t>(number(5));
        expect('.');
        out.weekday = static_cast<std::uint8_t>(number(6));
        if (out.month == 0 || out.week == 0) failed_ = true;
        if (take('/')) out.time_seconds = time();
        return out;
    }

    [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_.front() == c; }

private:
    static bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
    static bool is_quoted(char c) { return ascii_digit(c) || c == '+' || c == '-'; }

    bool take(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!take(c)) failed_ = true;
    }
    std::int32_t number(std::int32_t most) {
        std::int32_t value = 0;
        std::size_t count = 0;
        while (count < rest_.size() && count < 3 && ascii_digit(rest_[count]))
            value = value * 10 + (rest_[count++] - '0');
        if (count == 0 || value > most) failed_ = true;
        rest_.remove_prefix(count);
        return value;
    }

    std::string_view rest_;
    bool failed_ = false;
};

std::string zone_directory() {
    const char* set = std::getenv("TZDIR"); // NOLINT(concurrency-mt-unsafe): the environment is fixed after start
    return set != nullptr && *set != '\0' ? set : "/usr/share/zoneinfo";
}

bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > zone_name_bytes_max || name.front() == '/' ||
        name.find("..") != std::string_view::npos)
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == '-' || c == '+' ||
               c == '/';
    });
}

/// The names of zones that stand for a place today, most populous region's spelling first as the database lists them.
std::vector<std::string> listed_zones() {
    // Where several zones behave alike, the one that most of its users would name comes first.
    std::vector<std::string> names = {"Europe/London",
                                      "Europe/Berlin",
                                      "Europe/Athens",
                                      "America/New_York",
                                      "America/Chicago",
                                      "America/Denver",
                                      "America/Los_Angeles",
                                      "America/Phoenix",
                                      "America/Anchorage",
                                      "America/Halifax",
                                      "Pacific/Honolulu",
                                      "Asia/Tokyo",
                                      "Asia/Shanghai",
                                      "Asia/Kolkata",
                                      "Australia/Sydney",
                                      "Australia/Brisbane",
                                      "Europe/Moscow",
                                      "America/Sao_Paulo",
                                      "Etc/UTC",
                                      "America/Mexico_City",
                                      "America/Bogota",
                                      "America/Caracas",
                                      "America/Santiago",
                                      "America/St_Johns",
                                      "Africa/Lagos",
                                      "Africa/Johannesburg",
                                      "Africa/Cairo",
                                      "Asia/Jerusalem",
                                      "Asia/Tehran",
                                      "Asia/Dubai",
                                      "Asia/Karachi",
                                      "Asia/Dhaka",
                                      "Asia/Bangkok",
                                      "Australia/Adelaide",
                                      "Australia/Darwin",
                                      "Pacific/Noumea",
                                      "Pacific/Auckland",
                                      "Pacific/Fiji",
                                      "Pacific/Tongatapu"};
    std::set<std::string> seen(names.begin(), names.end());
    std::ifstream tab(zone_directory() + "/zone1970.tab");
    for (std::string line; std::getline(tab, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto columns = split(line, '\t');
        if (columns.size() >= 3 && seen.insert(std::string(columns[2])).second) names.emplace_back(columns[2]);
    }
    return names;
}

} // namespace

Result<ZoneRules> parse_posix_zone(std::string_view text) {
    ZoneReader reader(text);
    ZoneRules rules;
    rules.posix = text;
    reader.abbreviation();
    rules.offset_seconds = -reader.time(); // POSIX counts west of Greenwich
    if (!reader.failed() && !reader.done()) {
        DaylightSaving daylight;
        reader.abbreviation();
        if (!reader.at(',')) daylight.save_seconds = -reader.time() - rules.offset_seconds;
        daylight.start = reader.change();
        daylight.end = reader.change();
        // Ireland's law has it that winter is the exception: an hour less, from October on. No phone knows of time that
        // is taken off, and what is added from March on is the same. The hours of a change are local time before it.
        if (daylight.save_seconds < 0) {
            rules.offset_seconds += daylight.save_seconds;
            daylight.save_seconds = -daylight.save_seconds;
            std::swap(daylight.start, daylight.end);
        }
        rules.daylight = daylight;
    }
    if (reader.failed() || !reader.done())
        return fail(ErrorCode::invalid, "no yearly rule that a phone could be told: '" + printable(text, 80) + "'");
    return rules;
}

Result<ZoneRules> load_zone(std::string_view name) {
    const auto unknown = [&] {
        return fail(ErrorCode::not_found, "the system's zone database has no zone '" +
                                              printable(name, zone_name_bytes_max) +
                                              "'; zones are named as in Europe/Berlin");
    };
    if (!is_zone_name(name)) return unknown();
    std::ifstream file(zone_directory() + "/" + std::string(name), std::ios::binary);
    std::string bytes(zone_file_bytes_max, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    if (!bytes.starts_with("TZif") || bytes.size() < 44) return unknown();
    if (!bytes.ends_with('\n'))
        return fail(ErrorCode::invalid, "the zone's file has no footer (TZif version 1)", std::string(name));
    const auto start = bytes.rfind('\n', bytes.size() - 2);
    if (start == std::string::npos) return unknown();
    auto rules = parse_posix_zone(std::string_view(bytes).substr(start + 1, bytes.size() - start - 2));
    if (!rules) return fail(ErrorCode::invalid, rules.error().message, std::string(name));
    return rules;
}

std::optional<std::string> find_zone(const ZoneRules& rules) {
    static const auto known = [] {
        std::vector<std::pair<std::string, ZoneRules>> out;
        for (std::string& name : listed_zones())
            if (auto loaded = load_zone(name)) out.emplace_back(std::move(name), std::move(*loaded));
        return out;
    }();
    for (const auto& [name, candidate] : known)
        if (candidate == rules) return name;
    return std::nullopt;
}

} // namespace offhook::config
