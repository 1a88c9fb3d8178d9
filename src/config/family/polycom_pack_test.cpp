#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

std::shared_ptr<const Family> polycom() {
    static const auto loaded = load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    if (!loaded) {
        std::string all;
        for (const Error& error : loaded.error()) all += error.text() + "\n";
        ADD_FAILURE() << all;
        return nullptr;
    }
    return *loaded;
}

TEST(PolycomPack, Loads) { ASSERT_NE(polycom(), nullptr); }

TEST(PolycomPack, WritesAndReadsALine) {
    const auto family = polycom();
    ASSERT_NE(family, nullptr);
    LayerBuilder builder;
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"line.1.user", "1003"},
             {"line.1.password", "s3cret"},
             {"line.1.registrar.host", "sip.example.net"},
             {"line.1.registrar.port", "5070"},
             {"line.1.registrar.transport", "tcp"},
             {"time.zone", "Europe/Berlin"},
             {"time.server", "ntp.example.net"},
             {"network.vlan.phone", "20"},
             {"audio.codecs", "pcma pcmu"},
             {"key.1.type", "blf"},
             {"key.1.value", "1004"},
             {"provisioning.server", "https://prov.example.net/a/"},
             {"dial_plan.timeout", "4"},
             {"dial_plan.rules", "xxT|1x"},
             {"provisioning.interval", "7200"}})
        ASSERT_TRUE(builder.set(name, value)) << name;
    const Layer layer = builder.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const auto written = family->write(Effective(refs), family->find_model("SPIP_650"));
    std::vector<Parameter> parameters;
    for (const auto& row : written.parameters) {
        parameters.push_back(row.parameter);
        std::cout << row.parameter.name << " = " << row.parameter.value << "\n";
    }
    for (const auto& n : written.notes) std::cout << n.setting << ": " << n.text << "\n";
    const auto read = family->read(parameters, nullptr);
    for (const auto& n : read.notes) std::cout << n.setting << ": " << n.text << "\n";
    EXPECT_TRUE(read.not_understood.empty());
    EXPECT_EQ(read.settings, layer);
}

} // namespace
} // namespace offhook::config
