#include "config/compile/spc_source.hpp"

#include "base/limits.hpp"
#include "config/compile/limits.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

namespace offhook::config {
namespace {

using Files = std::map<std::string, std::string>;

Result<Profile> read(const Files& files, const std::string& path = "in.txt") {
    return read_spc_source(path, [&](const std::string& asked) -> Result<std::string> {
        const auto file = files.find(asked);
        if (file == files.end()) return fail(ErrorCode::not_found, "there is no such file", asked);
        return file->second;
    });
}

struct Entry {
    std::string name;
    std::optional<std::string> value;
    UserAccess access;

    friend bool operator==(const Entry&, const Entry&) = default;
    friend void PrintTo(const Entry& entry, std::ostream* out) {
        *out << entry.name << " " << entry.value.value_or("(unchanged)") << " " << static_cast<int>(entry.access);
    }
};

std::vector<Entry> entries_of(const Profile& profile) {
    std::vector<Entry> out;
    for (const auto& entry : profile.entries) out.push_back({entry.name, entry.value, entry.access.value()});
    return out;
}

constexpr auto none = UserAccess::none, ro = UserAccess::read_only, rw = UserAccess::read_write;

TEST(SpcSource, ReadsEachForm) {
    const struct {
        const char* what;
        std::string text;
        std::vector<Entry> expected;
    } rows[] = {
        {"nothing", "", {}},
        {"comments", "# *** SPA941 5.1.8\n  # more", {}},
        {"a value", "Proxy[1] \"pbx.example.net\" ;", {{"Proxy[1]", "pbx.example.net", none}}},
        {"slashes and brackets stay",
         "SIP_ToS/DiffServ_Value[1] \"0x68\";",
         {{"SIP_ToS/DiffServ_Value[1]", "0x68", none}}},
        {"marks", "A ! \"1\" ; B? \"2\";C!;", {{"A", "1", rw}, {"B", "2", ro}, {"C", std::nullopt, rw}}},
        {"no value", "A ;", {{"A", std::nullopt, none}}},
        {"emptied", "A \"\" ;", {{"A", "", none}}},
        {"over lines", "A\n  !\n  \"1\"\n;", {{"A", "1", rw}}},
        {"a comment behind", "A \"1\" ; # options: Yes/No", {{"A", "1", none}}},
        {"a comment within", "A # here\n \"1\" # and here\n ;", {{"A", "1", none}}},
        {"no comment between quotes", "A \"(xx.#|*xx)\" ;", {{"A", "(xx.#|*xx)", none}}},
        {"macros stay", "A \"tftp://$TFTP/$MA.cfg?x=$$\";", {{"A", "tftp://$TFTP/$MA.cfg?x=$$", none}}},
        {"a backslash is one", "A \"a\\b\\\";", {{"A", "a\\b\\", none}}},
        {"DOS line ends", "A \"1\" ;\r\nB \"2\" ;\r\n", {{"A", "1", none}, {"B", "2", none}}},
        {"a byte-order mark",
         "\xef\xbb\xbf"
         "A;",
         {{"A", std::nullopt, none}}},
        {"import as a name", " import \"1\" ; importer ;", {{"import", "1", none}, {"importer", std::nullopt, none}}},
    };
    for (const auto& row : rows) {
        const auto profile = read({{"in.txt", row.text}});
        ASSERT_TRUE(profile) << row.what << ": " << profile.error().text();
        EXPECT_EQ(entries_of(*profile), row.expected) << row.what;
    }
}

TEST(SpcSource, SpliceImportsByTheImportingFilesFolder) {
    const Files files{{"p/in.txt", "A \"1\";\nimport common/site.txt # the site's\nB \"2\";"},
                      {"p/common/site.txt", "import ../line.txt\nC \"3\" ;\n"},
                      {"p/line.txt", "D \"4\";"}};
    const auto profile = read(files, "p/in.txt");
    ASSERT_TRUE(profile) << profile.error().text();
    EXPECT_EQ(entries_of(*profile),
              (std::vector<Entry>{{"A", "1", none}, {"D", "4", none}, {"C", "3", none}, {"B", "2", none}}));
    EXPECT_EQ(profile->entries[1].where, "p/line.txt:1");
    EXPECT_EQ(profile->entries[3].where, "p/in.txt:3");
}

TEST(SpcSource, SaysWhatIsWrongAndWhere) {
    const struct {
        const char* what;
        Files files;
        std::string error;
    } rows[] = {
        {"no file", {}, "in.txt: there is no such file"},
        {"no name", {{"in.txt", "A;\n= 1;"}}, "in.txt:2: a parameter's name is expected, not '= 1;'"},
        {"no end", {{"in.txt", "\nA \"1\"\nB \"2\";"}}, "in.txt:2: ';' is missing behind A"},
        {"the file ends", {{"in.txt", "A !"}}, "in.txt:1: ';' is missing behind A"},
        {"both marks", {{"in.txt", "A !? ;"}}, "in.txt:1: ';' is missing behind A"},
        {"an open quote",
         {{"in.txt", "A \"1 ;\nB \"2\";"}},
         "in.txt:1: a value's closing quote is missing in its line"},
        {"an escaped quote", {{"in.txt", "A \"1\\\"2\";"}}, "in.txt:1: ';' is missing behind A"},
        {"a long value",
         {{"in.txt", "A \"" + std::string(limits::value_bytes_max + 1, 'x') + "\";"}},
         "in.txt:1: a value has at most 4096 bytes"},
        {"a long name", {{"in.txt", std::string(256, 'x') + ";"}}, "in.txt:1: a name has at most 255 bytes"},
        {"an empty import", {{"in.txt", "import # nothing\n"}}, "in.txt:1: `import` names no file"},
        {"a missing import", {{"in.txt", "\nimport x.txt"}}, "in.txt:2: x.txt: there is no such file"},
        {"itself", {{"in.txt", "import in.txt"}}, "in.txt:1: in.txt imports itself"},
        {"over another",
         {{"in.txt", "import d/a.txt"}, {"d/a.txt", "\n\nimport ../in.txt"}},
         "d/a.txt:3: in.txt imports itself"},
        {"an XML file",
         {{"in.txt", "<flat-profile/>"}},
         "in.txt:1: a parameter's name is expected, not '<flat-profile/>'"},
    };
    for (const auto& row : rows) {
        const auto profile = read(row.files);
        ASSERT_FALSE(profile) << row.what;
        EXPECT_EQ(profile.error().text(), row.error) << row.what;
    }
}

TEST(SpcSource, IsBoundedInDepthFilesAndBytes) {
    const auto chain = [](unsigned files) {
        Files out;
        for (unsigned i = 0; i + 1 < files; ++i)
            out[i == 0 ? "in.txt" : fmt::format("{}.txt", i)] = fmt::format("import {}.txt\n", i + 1);
        out[fmt::format("{}.txt", files - 1)] = "A;";
        return out;
    };
    EXPECT_TRUE(read(chain(limits::import_depth_max)));
    EXPECT_EQ(read(chain(limits::import_depth_max + 1)).error().message, "imports nest deeper than 8");
    Files many{{"x.txt", "A;"}};
    for (std::size_t i = 1; i < limits::source_files_max; ++i) many["in.txt"] += "import x.txt\n";
    EXPECT_TRUE(read(many));
    many["in.txt"] += "import x.txt\n";
    EXPECT_EQ(read(many).error().message, "more than 64 files");
    Files long_ones{{"in.txt", "import x.txt\nimport x.txt\nimport x.txt\nimport x.txt\nimport x.txt\n"},
                    {"x.txt", "#" + std::string(1U << 20U, 'x')}};
    EXPECT_EQ(read(long_ones).error().message, "the files have more than 4194304 bytes together");
}

} // namespace
} // namespace offhook::config
