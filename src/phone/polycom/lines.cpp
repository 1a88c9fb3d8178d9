#include "phone/polycom/lines.hpp"

#include "base/text.hpp"
#include "phone/effective_lines.hpp"

#include <fmt/format.h>
#include <set>

namespace offhook::phone::polycom {
namespace {

constexpr std::string_view registration_prefix = "reg.";
constexpr std::string_view global_server = "voIpProt.server.1.";
constexpr unsigned lines_max = 48;

std::set<unsigned> configured_lines(const Merged& configuration) {
    std::set<unsigned> lines;
    for (auto at = configuration.values.lower_bound(registration_prefix);
         at != configuration.values.end() && at->first.starts_with(registration_prefix); ++at) {
        const std::string_view rest = std::string_view(at->first).substr(registration_prefix.size());
        const auto dot = rest.find('.');
        const auto number = to_number<unsigned>(rest.substr(0, dot));
        if (dot == std::string_view::npos || rest.substr(dot) != ".address" || at->second.empty()) continue;
        if (number && *number >= 1 && *number <= lines_max) lines.insert(*number);
    }
    return lines;
}

/// The configuration with every line's server spelled out, and nulls left away.
std::vector<config::Parameter> resolved(const Merged& configuration, const std::set<unsigned>& lines) {
    auto values = configuration.values;
    for (const unsigned line : lines) {
        const std::string own = fmt::format("reg.{}.", line);
        std::string& address = values[own + "address"];
        const auto at = address.find('@');
        const std::string domain = at == std::string::npos ? "" : address.substr(at + 1);
        address.resize(std::min(at, address.size()));
        const std::string server = own + "server.1.";
        if (!configuration.find(server + "address").empty()) continue;
        for (auto global = configuration.values.lower_bound(global_server);
             global != configuration.values.end() && global->first.starts_with(global_server); ++global)
            values[server + global->first.substr(global_server.size())] = global->second;
        if (values[server + "address"].empty()) values[server + "address"] = domain;
    }
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : values)
        if (!value.empty()) out.push_back({name, value});
    return out;
}

} // namespace

std::vector<EffectiveLine> effective_lines(const Merged& configuration, const config::Family& family,
                                           const config::Model* model) {
    const auto indices = configured_lines(configuration);
    const auto parameters = resolved(configuration, indices);
    const auto read = family.read(parameters, model);
    std::vector<EffectiveLine> lines;
    for (const unsigned index : indices) {
        if (model != nullptr && model->lines != 0 && index > model->lines) break; // the phone has no key for it
        lines.push_back(line_of(read.settings, index));
    }
    return lines;
}

} // namespace offhook::phone::polycom
