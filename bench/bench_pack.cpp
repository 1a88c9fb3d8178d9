// What a pack costs on the way of a request (match) and of a rendered file (write); design 4.2 gives about 15 us to all
// of settings -> bytes.
#include "config/family/loader.hpp"

#include <benchmark/benchmark.h>
#include <cstdlib>

namespace {

using namespace offhook::config;

const Family& polycom() {
    static const auto loaded = load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    if (!loaded) std::abort();
    return **loaded;
}

/// As much as a busy phone has: six lines with everything, a zone, codecs, forty keys, flash.
Layer busy_phone() {
    LayerBuilder builder;
    const auto set = [&](const std::string& name, const char* value) {
        if (!builder.set(name, value)) std::abort();
    };
    for (int n = 1; n <= 6; ++n) {
        const std::string line = "line." + std::to_string(n) + ".";
        for (const auto& [name, value] :
             std::initializer_list<std::pair<const char*, const char*>>{{"user", "1003"},
                                                                        {"auth_user", "phone-1003"},
                                                                        {"password", "s3cret-s3cret-s3cret"},
                                                                        {"display_name", "Eva Muster"},
                                                                        {"label", "1003"},
                                                                        {"registrar.host", "sip.example.net"},
                                                                        {"registrar.port", "5060"},
                                                                        {"registrar.transport", "udp"},
                                                                        {"registrar.expiry", "3600"},
                                                                        {"registrar.register", "yes"},
                                                                        {"outbound_proxy.host", "proxy.example.net"},
                                                                        {"voicemail.number", "*97"},
                                                                        {"calls", "4"}})
            set(line + name, value);
    }
    for (int n = 1; n <= 20; ++n) {
        const std::string key = "key." + std::to_string(n) + ".";
        set(key + "type", "blf");
        set(key + "value", "1004");
        set(key + "label", "Max");
    }
    for (const auto& [name, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"time.zone", "Europe/Berlin"},
                                                                    {"time.server", "ntp.example.net"},
                                                                    {"audio.codecs", "pcma pcmu g729"},
                                                                    {"dial_plan.rules", "[2-9]11|0T|xxxT"},
                                                                    {"dial_plan.timeout", "3"},
                                                                    {"network.vlan.phone", "20"},
                                                                    {"phone.language", "de"},
                                                                    {"web.admin_password", "8246"},
                                                                    {"provisioning.interval", "7200"}})
        set(name, value);
    return builder.build();
}

void write_busy_phone(benchmark::State& state) {
    const Layer layer = busy_phone();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const Effective settings(refs);
    const Model* model = polycom().find_model("SPIP650");
    std::size_t parameters = 0;
    for (auto _ : state) {
        auto written = polycom().write(settings, model);
        parameters = written.parameters.size();
        benchmark::DoNotOptimize(written);
    }
    state.counters["values"] = static_cast<double>(settings.values().size());
    state.counters["parameters"] = static_cast<double>(parameters);
}
BENCHMARK(write_busy_phone);

void read_busy_phone(benchmark::State& state) {
    const Layer layer = busy_phone();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    std::vector<Parameter> parameters;
    for (auto& row : polycom().write(Effective(refs), nullptr).parameters)
        parameters.push_back(std::move(row.parameter));
    for (auto _ : state) benchmark::DoNotOptimize(polycom().read(parameters, nullptr));
}
BENCHMARK(read_busy_phone);

void match_path(benchmark::State& state, const char* path) {
    for (auto _ : state) benchmark::DoNotOptimize(polycom().match_path(path));
}
BENCHMARK_CAPTURE(match_path, own_settings, "0004f214b89e-settings.cfg");
BENCHMARK_CAPTURE(match_path, default_master, "000000000000.cfg");
BENCHMARK_CAPTURE(match_path, log_in_a_folder, "./logs/0004f214b89e-app.log");
BENCHMARK_CAPTURE(match_path, split_image, "2345-11402-001.sip.ld");
BENCHMARK_CAPTURE(match_path, unknown, "some/other/name.html");

void match_agent(benchmark::State& state, const char* agent) {
    for (auto _ : state) benchmark::DoNotOptimize(polycom().match_user_agent(agent));
}
BENCHMARK_CAPTURE(match_agent, sip_2_2, "FileTransport PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047");
BENCHMARK_CAPTURE(match_agent, with_serial,
                  "FileTransport PolycomSoundPointIP-SPIP_335-UA/4.0.13.1445 (SN:0004f249d83f) Type/Application");
BENCHMARK_CAPTURE(match_agent, foreign, "Mozilla/5.0 (X11; Linux x86_64)");

} // namespace

BENCHMARK_MAIN();
