#include "phone/effective_lines.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

constexpr unsigned lines_max = 48;

std::string setting(const config::Layer& layer, unsigned line, std::string_view name) {
    const auto key = config::find_setting(fmt::format("line.{}.{}", line, name));
    if (!key) return {};
    return std::string(layer.find(*key).value_or(std::string_view{}));
}

} // namespace

EffectiveLine line_of(const config::Layer& settings, unsigned index) {
    EffectiveLine line;
    line.index = index;
    line.user = setting(settings, index, "user");
    line.auth_user = setting(settings, index, "auth_user");
    if (line.auth_user.empty()) line.auth_user = line.user;
    line.password = setting(settings, index, "password");
    const auto host = setting(settings, index, "registrar.host");
    const auto port = setting(settings, index, "registrar.port");
    const bool needs_brackets = !port.empty() && host.find(':') != std::string::npos;
    line.registrar = needs_brackets ? fmt::format("[{}]", host) : host;
    if (!host.empty() && !port.empty() && port != "0") line.registrar += ":" + port;
    return line;
}

std::vector<EffectiveLine> lines_of(std::span<const config::Parameter> parameters, const config::Family& family,
                                    const config::Model* model) {
    const auto read = family.read(parameters, model);
    const unsigned most = model != nullptr && model->lines != 0 ? std::min(model->lines, lines_max) : lines_max;
    std::vector<EffectiveLine> lines;
    for (unsigned index = 1; index <= most; ++index)
        if (auto line = line_of(read.settings, index); !line.user.empty()) lines.push_back(std::move(line));
    return lines;
}

void report_lines(BootReport& report, std::span<const config::Parameter> fetched, const Flash& flash,
                  const config::Family& family, const config::Model& model) {
    std::vector<config::Parameter> all;
    for (const auto& [name, value] : flash.parameters) all.push_back({name, value});
    report.lines = lines_of(all, family, &model);
    report.state = state_of(report.lines, lines_of(fetched, family, &model));
    report.parameters = flash.parameters;
}

PhoneState state_of(const std::vector<EffectiveLine>& lines, const std::vector<EffectiveLine>& fresh) {
    auto state = PhoneState::unconfigured;
    for (const auto& line : lines) {
        if (!line.is_complete()) continue;
        if (std::find(fresh.begin(), fresh.end(), line) != fresh.end()) return PhoneState::ready;
        state = PhoneState::stale;
    }
    return state;
}

std::vector<std::string> what_is_missing(PhoneState state, const std::vector<EffectiveLine>& lines) {
    if (state == PhoneState::ready) return {};
    if (state == PhoneState::stale) return {"every complete line is from the flash, none from this boot"};
    if (lines.empty()) return {"no line: no file of this boot names a user"};
    std::vector<std::string> out;
    for (const auto& line : lines)
        out.push_back(fmt::format("line {} lacks {}", line.index,
                                  line.user.empty()       ? "a user"
                                  : line.password.empty() ? "its password"
                                                          : "a registrar"));
    return out;
}

} // namespace offhook::phone
