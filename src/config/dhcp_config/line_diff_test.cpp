#include "config/dhcp_config/line_diff.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>
#include <vector>

namespace offhook::config {
namespace {

TEST(LineDiff, SaysNothingOfEqualTexts) { EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "x", "y"), ""); }

TEST(LineDiff, ShowsHunksWithThreeLinesAround) {
    struct Case {
        const char *name, *before, *after, *expected;
    };
    const Case cases[] = {
        {"in the middle", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
         "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
        {"from nothing", "", "a\n", "--- x\n+++ y\n@@ -0,0 +1,1 @@\n+a\n"},
        {"to nothing", "a\n", "", "--- x\n+++ y\n@@ -1,1 +0,0 @@\n-a\n"},
        {"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
         "--- x\n+++ y\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
    };
    for (const Case& each : cases)
        EXPECT_EQ(unified_diff(each.before, each.after, "x", "y"), each.expected) << each.name;
}

/// The oracle: patch(1)'s rules, in ten lines.
std::string patched(const std::string& before, const std::string& diff) {
    std::vector<std::string> lines;
    std::istringstream in(before), changes(diff);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::string out, line;
    std::size_t at = 0;
    std::getline(changes, line), std::getline(changes, line);
    while (std::getline(changes, line)) {
        if (line.starts_with("@@")) {
            int start = 0, count = 0;
            EXPECT_EQ(std::sscanf(line.c_str(), "@@ -%d,%d", &start, &count), 2); // NOLINT
            const auto until = static_cast<std::size_t>(count == 0 ? start : start - 1);
            while (at < until) out += lines.at(at++) + '\n';
        } else if (line[0] == '+') {
            out += line.substr(1) + '\n';
        } else {
            EXPECT_EQ(lines.at(at), line.substr(1));
            if (line[0] == ' ') out += lines.at(at) + '\n';
            ++at;
        }
    }
    while (at < lines.size()) out += lines.at(at++) + '\n';
    return out;
}

TEST(LineDiff, TurnsAnyTextIntoTheOther) {
    std::mt19937 random(7); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    for (int round = 0; round < 300; ++round) {
        std::string a, b;
        const auto lines = random() % 60;
        for (unsigned i = 0; i < lines; ++i) {
            const std::string line = std::to_string(random() % 5) + '\n';
            if (random() % 8 != 0) a += line;
            if (random() % 8 != 0) b += line;
        }
        if (a == b) continue;
        EXPECT_EQ(patched(a, unified_diff(a, b, "x", "y")), b) << a << "->\n" << b;
    }
}

TEST(LineDiff, ReplacesWholeWhatDiffersTooMuch) {
    std::string a, b;
    for (int i = 0; i < 3000; ++i) a += "a" + std::to_string(i) + '\n', b += "b" + std::to_string(i) + '\n';
    EXPECT_EQ(patched(a, unified_diff(a, b, "x", "y")), b);
}

} // namespace
} // namespace offhook::config
