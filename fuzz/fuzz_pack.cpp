// A pack is input: whatever its files hold, it loads or is refused with errors, and what loads can be asked.
// Shape  the files stand one after the other, separated by a line "===": family, models, parameters, settings,
//        discovery (absent where nothing is left).
#include "config/family/check.hpp"
#include "config/family/loader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

std::string_view next_file(std::string_view& rest) {
    constexpr std::string_view mark = "\n===\n";
    const auto at = rest.find(mark);
    const auto file = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + mark.size());
    return file;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::config;
    std::string_view rest(reinterpret_cast<const char*>(bytes), size);
    PackText text{"fuzz", "", "", "", ""};
    text.family = next_file(rest);
    text.models = next_file(rest);
    text.parameters = next_file(rest);
    text.settings = next_file(rest);
    if (!rest.empty()) text.discovery = next_file(rest);
    const auto family = load_family(text);
    if (!family) {
        if (family.error().empty()) std::abort(); // refused without a reason
        return 0;
    }
    (void)to_text(**family, coverage_of(**family), Detail::names);
    (void)(*family)->match_path(rest.substr(0, 100));
    (void)(*family)->match_user_agent(rest.substr(0, 100));
    const Discovery& discovery = (*family)->discovery();
    (void)discovery.matches_class(rest.substr(0, 100));
    const OfferValues offered{"http://192.0.2.1", "192.0.2.1", offhook::IpAddress::v4(0xc0000201), "http",
                              "0004f2abcdef",     "M"};
    for (const OfferRule& rule : discovery.offers) {
        const auto value = expand(rule, offered);
        if (value && value->size() > rule.bytes_max) std::abort();
    }
    LayerBuilder builder;
    for (const auto& [name, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"line.1.user", "1003"},
                                                                    {"time.zone", "Europe/Berlin"},
                                                                    {"audio.codecs", "pcma g722"},
                                                                    {"key.2.type", "blf"},
                                                                    {"key.2.value", "12"},
                                                                    {"web.enabled", "yes"},
                                                                    {"provisioning.server", "http://a/"}})
        if (!builder.set(name, value)) std::abort();
    const Layer layer = builder.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    std::vector<Parameter> parameters;
    for (auto& row : (*family)->write(Effective(refs), nullptr).parameters)
        parameters.push_back(std::move(row.parameter));
    (void)(*family)->read(parameters, nullptr);
    return 0;
}
