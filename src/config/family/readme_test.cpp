#include "config/family/readme.hpp"

#include "config/family/check.hpp"
#include "config/family/pack_case_test.hpp"

#include <gtest/gtest.h>
#include <string>

namespace offhook::config {
namespace {

std::string good() {
    std::string out = "# A vendor\n\nWhat it is.\n";
    for (const std::string_view heading : readme_headings)
        out.append("\n## ").append(heading).append("\n\nSomething.\n");
    return out;
}

std::string without(const std::string& piece, const std::string& instead = "") {
    std::string out = good();
    const auto at = out.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return out.replace(at, piece.size(), instead);
}

std::string errors_of(const std::string& text) {
    std::string out;
    for (const Error& error : check_readme("README.md", text)) out += error.text() + "\n";
    return out;
}

TEST(Readme, IsRightUnderTheFixedHeadings) {
    EXPECT_EQ(errors_of(good()), "");
    EXPECT_EQ(errors_of(without("Something.", "### A detail\n\n```\n# a remark of a shell\n## another\n```")), "");
}

TEST(Readme, IsWrongOtherwise) {
    const struct {
        const char* name;
        std::string text;
        const char* errors;
    } cases[] = {
        {"no title", without("# A vendor\n"), "README.md: it has no title\n"},
        {"one missing", without("## Files\n\nSomething.\n\n"),
         "README.md:13: 'Files' is missing in front of 'Formats'\n"},
        {"the last missing", without("\n## Verified on\n\nSomething.\n"),
         "README.md: 'Verified on' is missing at its end\n"},
        {"nothing below", without("Something."), "README.md:5: nothing stands below 'Identification'\n"},
        {"a remark only", without("Something.", "<!-- later\nmore -->"),
         "README.md:5: nothing stands below 'Identification'\n"},
        {"a heading only", without("Something.", "### A detail"),
         "README.md:5: nothing stands below 'Identification'\n"},
        {"another heading", without("## Quirks", "## Quirks\n\nSome.\n\n## Odds"),
         "README.md:29: 'Odds' is none of the fixed headings: put it below one of them, with ###\n"},
        {"twice", without("## Quirks", "## Files\n\nSome.\n\n## Quirks"),
         "README.md:25: 'Files' stands twice, or too late\n"},
    };
    for (const auto& each : cases) EXPECT_EQ(errors_of(each.text), each.errors) << each.name;
    EXPECT_EQ(check_readme("README.md", "").size(), 1 + std::size(readme_headings));
}

TEST(Readme, OfEveryFamilyIsRight) {
    std::size_t families = 0;
    for (const auto& folder : pack_folders()) {
        if (folder.parent_path().filename() != "families") continue;
        ++families;
        for (const Error& warning : warnings_of(folder)) ADD_FAILURE() << warning.text();
    }
    EXPECT_GE(families, 4U);
}

TEST(Readme, IsMissedWithTheRestOfAPacksPapers) {
    std::string warnings;
    for (const Error& warning : warnings_of(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "cmake")) {
        warnings += warning.message + "\n";
    }
    EXPECT_EQ(warnings, "there is none: a pack says for people what it knows of its phones\n"
                        "there is none: requests as phones send them, with the expected verdict\n"
                        "there is no case: settings in, what must come out\n");
}

} // namespace
} // namespace offhook::config
