#include "server/listing.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

std::string listed(std::string_view directory) {
    const std::vector<std::string> names = {"b.cfg",           "hidden.cfg", "logs/a.log",
                                            "logs/deep/c.log", "a.cfg",      "secret/x"};
    std::string out;
    for (const auto& line : list_directory(directory, names, [](const std::string& name) -> std::optional<ListedFile> {
             if (name == "hidden.cfg" || name.starts_with("secret")) return std::nullopt;
             ListedFile file;
             file.bytes = name.size();
             return file;
         }))
        out += line.name + (line.is_directory ? "/ " : "=" + std::to_string(line.bytes) + " ");
    return out;
}

TEST(Listing, ShowsOneDirectoryInOrderAndNothingThatIsDenied) {
    EXPECT_EQ(listed(""), "a.cfg=5 b.cfg=5 logs/ ");
    EXPECT_EQ(listed("logs"), "a.log=10 deep/ ");
    EXPECT_EQ(listed("LOGS/"), "a.log=10 deep/ ");
    EXPECT_EQ(listed("log"), "");
    EXPECT_EQ(listed("secret"), "");
}

} // namespace
} // namespace offhook::server
