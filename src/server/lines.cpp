#include "server/lines.hpp"

#include "base/assert.hpp"

#include <fmt/format.h>

namespace offhook::server {

std::vector<std::string> EffectiveLine::missing() const {
    std::vector<std::string> out;
    if (registrar.empty()) out.push_back(fmt::format("line.{}.registrar.host", index));
    if (password.empty()) out.push_back(fmt::format("line.{}.password", index));
    return out;
}

std::vector<EffectiveLine> effective_lines(const config::Effective& settings) {
    const auto id_of = [](std::string_view pattern) {
        const auto id = config::find_pattern(pattern);
        OFFHOOK_ASSERT(id); // the vocabulary is ours
        return *id;
    };
    static const auto user = id_of("line.{n}.user"), auth_user = id_of("line.{n}.auth_user"),
                      password = id_of("line.{n}.password"), host = id_of("line.{n}.registrar.host"),
                      port = id_of("line.{n}.registrar.port");
    std::vector<EffectiveLine> lines;
    for (std::uint16_t index = 1; index <= config::spec_of({user, 1}).index_max; ++index) {
        const auto text = [&](std::uint16_t id) {
            const auto* value = settings.find({id, index});
            return value == nullptr ? std::string() : std::string(value->value);
        };
        EffectiveLine line{index, text(user), text(auth_user), text(password), text(host)};
        if (line.user.empty()) continue;
        const std::string own_port = text(port);
        if (!own_port.empty() && line.registrar.find(':') != std::string::npos)
            line.registrar = fmt::format("[{}]", line.registrar); // as phones' reports have it
        if (!line.registrar.empty() && !own_port.empty()) line.registrar += ":" + own_port;
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace offhook::server
