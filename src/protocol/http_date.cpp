#include "protocol/http_date.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::protocol {
namespace {

constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::array<std::string_view, 7> long_day_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                         "Thursday", "Friday", "Saturday"};

/// Takes a text apart from the front; once something does not fit, everything after it fails too.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    void literal(std::string_view expected) {
        if (rest_.substr(0, expected.size()) != expected)
            ok_ = false;
        else
            rest_.remove_prefix(expected.size());
    }
    unsigned digits(std::size_t count) {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= rest_.size() || !ascii_digit(rest_[i])) return ok_ = false, 0;
            value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    /// asctime pads the day with a space.
    unsigned padded_day() {
        if (rest_.substr(0, 1) != " ") return digits(2);
        literal(" ");
        return digits(1);
    }
    unsigned month() {
        for (unsigned i = 0; i < 12; ++i) {
            if (rest_.substr(0, 3) != month_names.substr(std::size_t{i} * 3, 3)) continue;
            rest_.remove_prefix(3);
            return i + 1;
        }
        ok_ = false;
        return 0;
    }
    void short_day_name() {
        for (std::size_t i = 0; i < 7; ++i) {
            if (rest_.substr(0, 3) != day_names.substr(i * 3, 3)) continue;
            rest_.remove_prefix(3);
            return;
        }
        ok_ = false;
    }
    void long_day_name() {
        for (const auto name : long_day_names)
            if (rest_.substr(0, name.size()) == name) return rest_.remove_prefix(name.size());
        ok_ = false;
    }
    std::chrono::seconds clock() {
        const auto hour = digits(2);
        literal(":");
        const auto minute = digits(2);
        literal(":");
        const auto second = digits(2);
        if (hour > 23 || minute > 59 || second > 60) ok_ = false;
        return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{std::min(second, 59U)};
    }
    [[nodiscard]] bool ended_well() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

using Date = std::optional<std::chrono::sys_seconds>;

Date assemble(const Reader& reader, int year, unsigned month, unsigned day, std::chrono::seconds clock) {
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if (!reader.ended_well() || !date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + clock;
}

Date read_imf(std::string_view text) {
    Reader in(text);
    in.short_day_name();
    in.literal(", ");
    const auto day = in.digits(2);
    in.literal(" ");
    const auto month = in.month();
    in.literal(" ");
    const auto year = in.digits(4);
    in.literal(" ");
    const auto clock = in.clock();
    in.literal(" GMT");
    return assemble(in, static_cast<int>(year), month, day, clock);
}

Date read_rfc850(std::string_view text, WallTime now) {
    Reader in(text);
    in.long_day_name();
    in.literal(", ");
    const auto day = in.digits(2);
    in.literal("-");
    const auto month = in.month();
    in.literal("-");
    auto year = static_cast<int>(in.digits(2));
    in.literal(" ");
    const auto clock = in.clock();
    in.literal(" GMT");
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
    const int this_year = static_cast<int>(today.year());
    year += this_year - this_year % 100;
    if (year > this_year + 50)
        year -= 100;
    else if (year <= this_year - 50)
        year += 100;
    return assemble(in, year, month, day, clock);
}

Date read_asctime(std::string_view text) {
    Reader in(text);
    in.short_day_name();
    in.literal(" ");
    const auto month = in.month();
    in.literal(" ");
    const auto day = in.padded_day();
    in.literal(" ");
    const auto clock = in.clock();
    in.literal(" ");
    const auto year = in.digits(4);
    return assemble(in, static_cast<int>(year), month, day, clock);
}

void put(char* at, unsigned value, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

} // namespace

std::array<char, http_date_bytes> write_http_date(WallTime time) {
    std::array<char, http_date_bytes> out{};
    std::memcpy(out.data(), "Sun, 00 Jan 0000 00:00:00 GMT", http_date_bytes);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const auto weekday = std::chrono::weekday{day}.c_encoding();
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    const auto month = static_cast<unsigned>(date.month());
    std::memcpy(out.data(), day_names.data() + std::size_t{weekday} * 3, 3);
    put(out.data() + 5, static_cast<unsigned>(date.day()), 2);
    std::memcpy(out.data() + 8, month_names.data() + std::size_t{month - 1} * 3, 3);
    put(out.data() + 12, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(out.data() + 17, static_cast<unsigned>(clock.hours().count()), 2);
    put(out.data() + 20, static_cast<unsigned>(clock.minutes().count()), 2);
    put(out.data() + 23, static_cast<unsigned>(clock.seconds().count()), 2);
    return out;
}

std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text, WallTime now) {
    text = trim(text);
    if (text.size() == http_date_bytes && text[3] == ',') return read_imf(text);
    if (text.find(',') != std::string_view::npos) return read_rfc850(text, now);
    return read_asctime(text);
}

} // namespace offhook::protocol
