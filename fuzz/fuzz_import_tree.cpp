// A directory is input: whatever its files hold, a plan comes of it, and its report shows no password.
// Shape  the files stand one after the other, separated by a line "==="; the first line of each is its path.
#include "config/family/loader.hpp"
#include "config/import/layering.hpp"
#include "config/import/plan_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

namespace {

using namespace offhook::config;

const Families& packs() {
    static const Families all = [] {
        auto loaded = load_families(OFFHOOK_SOURCE_DIR "/families");
        if (!loaded) std::abort();
        return *loaded;
    }();
    return all;
}

Tree tree_of(std::string_view rest) {
    constexpr std::string_view mark = "\n===\n";
    std::vector<TreeFile> files;
    while (!rest.empty()) {
        const auto at = rest.find(mark);
        const auto file = rest.substr(0, at);
        rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + mark.size());
        const auto line_end = file.find('\n');
        const auto bytes = line_end == std::string_view::npos ? std::string_view() : file.substr(line_end + 1);
        files.push_back({std::string(file.substr(0, line_end)), std::string(bytes), bytes.size(), {}});
    }
    return Tree(std::move(files));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const Tree tree = tree_of({reinterpret_cast<const char*>(bytes), size});
    ImportOptions options;
    options.key = "0123456789abcdef0123456789abcdef";
    for (const char* model : {"", "SPIP650", "KX-HDV130"}) {
        options.model = model;
        const ImportPlan plan = plan_import(tree, packs(), options);
        if (plan.files.size() != tree.files().size()) std::abort();
        std::set<offhook::MacAddress> macs;
        for (const PlannedDevice& device : plan.devices) {
            if (!macs.insert(device.mac).second) std::abort();
            const Family* family = find_family(packs(), device.family);
            if (family == nullptr || family->find_model(device.model) == nullptr) std::abort();
            LayerBuilder builder; // what the catalogue will check
            for (const Layer::Entry& entry : device.layer)
                if (!builder.set(entry.name(), entry.value)) std::abort();
        }
        const Family* any = plan.devices.empty() ? nullptr : find_family(packs(), plan.devices[0].family);
        for (const Layer::Entry& entry : plan.site)
            if (any == nullptr || !is_shareable(entry, *any)) std::abort();
        (void)to_text(plan, packs(), PlanDetail::settings);
    }
    return 0;
}
