#include "config/family/pack_case_test.hpp"

#include "base/text.hpp"
#include "config/family/loader.hpp"
#include "config/family/pack.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace offhook::config {
namespace {

std::vector<std::string> lines_of(const Layer& layer) {
    std::vector<std::string> out;
    for (const Layer::Entry& entry : layer) out.push_back(entry.name() + " = " + std::string(entry.value));
    return out;
}

std::vector<std::string> lines_of(const std::vector<MapNote>& notes) {
    std::vector<std::string> out;
    for (const MapNote& note : notes) out.push_back(note.setting + ": " + note.text);
    return out;
}

Layer layer_of(const PackCase& given) {
    LayerBuilder builder;
    for (const auto& [name, value] : given.settings)
        if (const auto set = builder.set(name, value); !set) ADD_FAILURE() << set.error().text();
    return builder.build();
}

} // namespace

PackCase read_pack_case(const std::filesystem::path& path) {
    PackCase out;
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::vector<std::string>* section = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        if (line.starts_with("---")) {
            const auto name = trim(std::string_view(line).substr(3));
            section = name == "parameters" ? &out.parameters
                      : name == "notes"    ? &out.notes
                      : name == "reads"    ? &out.reads
                                           : nullptr;
            EXPECT_NE(section, nullptr) << path << ": " << line;
            if (section == nullptr) return out;
        } else if (section != nullptr) {
            section->push_back(line);
        } else if (line.starts_with("model ")) {
            out.model = line.substr(6);
        } else if (!line.empty()) {
            const auto equals = line.find(" =");
            EXPECT_NE(equals, std::string::npos) << path << ": " << line;
            if (equals == std::string::npos) return out;
            out.settings.emplace_back(line.substr(0, equals), trim(std::string_view(line).substr(equals + 2)));
        }
    }
    return out;
}

PackCase run_pack_case(const Family& family, const PackCase& given) {
    PackCase out{given.model, given.settings, {}, {}, {}};
    const Layer layer = layer_of(given);
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const Model* model = given.model.empty() ? nullptr : family.find_model(given.model);
    EXPECT_EQ(model == nullptr, given.model.empty()) << given.model;
    const auto written = family.write(Effective(refs), model);
    std::vector<Parameter> parameters;
    for (const WrittenParameter& row : written.parameters) {
        parameters.push_back(row.parameter);
        out.parameters.push_back(row.parameter.name + " = " + row.parameter.value);
    }
    out.notes = lines_of(written.notes);
    const auto read = family.read(parameters, model);
    // Only what differs from what went in is worth a section.
    if (!(read.settings == layer)) out.reads = lines_of(read.settings);
    for (const Parameter& parameter : read.not_understood) out.reads.push_back("not understood: " + parameter.name);
    return out;
}

void write_pack_case(const std::filesystem::path& path, const PackCase& result) {
    std::ofstream file(path);
    if (!result.model.empty()) file << "model " << result.model << '\n';
    for (const auto& [name, value] : result.settings) file << name << " = " << value << '\n';
    const auto section = [&](const char* name, const std::vector<std::string>& lines) {
        if (lines.empty()) return;
        file << "--- " << name << '\n';
        for (const std::string& line : lines) file << line << '\n';
    };
    section("parameters", result.parameters);
    section("notes", result.notes);
    section("reads", result.reads);
}

std::vector<std::filesystem::path> pack_folders() {
    const std::filesystem::path root(OFFHOOK_SOURCE_DIR);
    std::vector<std::filesystem::path> out;
    for (const auto& dir : {root / "families", root / "tests/packs/hard-rows"})
        for (const auto& entry : std::filesystem::directory_iterator(dir))
            if (entry.is_directory()) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

std::shared_ptr<const Family> load_or_fail(const std::filesystem::path& folder) {
    const auto loaded = load_family(folder);
    if (loaded) return *loaded;
    for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
    return nullptr;
}

TEST(GoldenCases, ComeOutAsTheirFilesSay) {
    const bool rewrite = std::getenv("OFFHOOK_GOLDEN") != nullptr; // then look at the difference
    std::size_t cases = 0;
    for (const auto& folder : pack_folders()) {
        const auto family = load_or_fail(folder);
        if (!family || !std::filesystem::exists(folder / "golden")) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder / "golden")) {
            if (entry.is_directory()) continue; // of documents: config/render looks at them
            SCOPED_TRACE(entry.path().string());
            const PackCase given = read_pack_case(entry.path());
            const PackCase result = run_pack_case(*family, given);
            ++cases;
            if (rewrite) {
                write_pack_case(entry.path(), result);
                continue;
            }
            EXPECT_EQ(result.parameters, given.parameters);
            EXPECT_EQ(result.notes, given.notes);
            EXPECT_EQ(result.reads, given.reads);
        }
    }
    EXPECT_GE(cases, 10U);
}

/// The rows that write a value in some golden case of their pack.
std::set<std::uint32_t> exercised_rows(const Pack& pack, const std::filesystem::path& golden) {
    std::set<std::uint32_t> out;
    for (const auto& entry : std::filesystem::directory_iterator(golden)) {
        if (entry.is_directory()) continue;
        for (const std::string& line : read_pack_case(entry.path()).parameters) {
            const auto equals = line.find(" = ");
            const bool says_something = equals != std::string::npos && equals + 3 < line.size();
            const auto row = pack.content().written.find(line.substr(0, equals));
            if (row && says_something) out.insert(row->id);
        }
    }
    return out;
}

TEST(GoldenCases, ExerciseEveryRowOfTheirPack) {
    for (const auto& folder : pack_folders()) {
        if (folder.parent_path().filename() != "families") continue; // what ships
        const auto family = load_or_fail(folder);
        ASSERT_NE(family, nullptr);
        const auto& pack = dynamic_cast<const Pack&>(*family);
        const auto exercised = exercised_rows(pack, folder / "golden");
        for (std::uint32_t row = 0; row < pack.content().rows.size(); ++row)
            EXPECT_TRUE(exercised.contains(row)) << folder.filename() << ' ' << pack.content().rows[row].where << " ("
                                                 << pack.content().rows[row].write.front().text() << ") is in no case";
    }
}

} // namespace offhook::config
