#include "phone/boot_report.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace offhook::phone {
namespace {

namespace json = boost::json;

/// JSON is UTF-8; a server's words may be anything.
json::string text_value(const std::string& text) {
    return is_printable_utf8(text) ? json::string(text) : json::string(printable(text, text.size()));
}

} // namespace

std::string to_json(const BootReport& report, Secrets secrets) {
    json::array files;
    for (const auto& file : report.files)
        files.push_back(
            json::object{{"name", text_value(file.name)},
                         {"url", text_value(file.url)},
                         {"outcome", file_outcome_text.to_text(file.outcome)},
                         {"bytes", file.bytes},
                         {"direction", file.direction == Direction::get ? "get" : "put"},
                         {"attempts", file.attempts},
                         {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(file.elapsed).count()},
                         {"detail", text_value(file.detail)}});
    json::array lines;
    for (const auto& line : report.lines) {
        json::value password = text_value(line.password);
        if (secrets == Secrets::hidden && !line.password.empty()) password = nullptr;
        lines.push_back(json::object{{"index", line.index},
                                     {"user", text_value(line.user)},
                                     {"auth_user", text_value(line.auth_user)},
                                     {"password", std::move(password)},
                                     {"registrar", text_value(line.registrar)}});
    }
    json::array problems;
    for (const auto& problem : report.problems) problems.push_back(text_value(problem));
    json::array steps;
    for (const auto& step : report.discovery.steps) steps.push_back(text_value(step));
    json::object discovery{{"address", text_value(shown_address(report.discovery.address))},
                           {"how", text_value(report.discovery.how)},
                           {"steps", std::move(steps)}};
    return json::serialize(json::object{{"ready", report.state == PhoneState::ready},
                                        {"state", phone_state_text.to_text(report.state)},
                                        {"reboots", report.reboots},
                                        {"files", std::move(files)},
                                        {"lines", std::move(lines)},
                                        {"firmware", text_value(report.firmware)},
                                        {"problems", std::move(problems)},
                                        {"discovery", std::move(discovery)}});
}

} // namespace offhook::phone
