#include "config/family/log_line.hpp"

#include "base/text.hpp"
#include "config/family/limits.hpp"

namespace offhook::config {
namespace {

struct Bare {
    std::string_view text, time;
};

Bare without_shape(const Family& family, std::string_view line) {
    for (const Form& shape : family.log_shapes()) {
        FormValues values{};
        if (shape.read(line, values)) return {trim(values[0]), trim(values[1])};
    }
    return {line, {}};
}

} // namespace

std::optional<LogLine> read_log_line(const Family& family, std::string_view line) {
    line = trim(line.substr(0, pack_limits::log_line_bytes_max));
    if (line.empty()) return std::nullopt;
    const auto [text, time] = without_shape(family, line);
    for (const LogSentence& sentence : family.log_sentences()) {
        FormValues values{};
        if (!sentence.form.read(text, values)) continue;
        return LogLine{&sentence, text, time, values[0], values[1], values[2], values[3]};
    }
    return std::nullopt;
}

} // namespace offhook::config
