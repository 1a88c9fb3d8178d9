#include "phone/polycom/flash_files.hpp"

#include "phone/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

TEST(PolycomFlashFiles, TellWhatHasChanged) {
    Flash flash;
    EXPECT_EQ(keep_file(flash, file_key("a"), "one"), Since::changed);
    EXPECT_EQ(keep_file(flash, file_key("a"), "one"), Since::unchanged);
    EXPECT_EQ(keep_file(flash, file_key("a"), "two"), Since::changed);
    EXPECT_EQ(flash.files.at("file:a"), "two");
    forget_file(flash, "a");
    EXPECT_TRUE(flash.files.empty());
    EXPECT_EQ(keep_file(flash, file_key("a"), "two"), Since::changed);
}

TEST(PolycomFlashFiles, KnowWhatFoundNoRoom) {
    Flash flash;
    const std::string big(limits::cached_bytes_max + 1, 'x');
    EXPECT_EQ(keep_file(flash, file_key("a"), big), Since::changed);
    EXPECT_TRUE(flash.files.empty());
    EXPECT_EQ(keep_file(flash, file_key("a"), big), Since::unchanged);
}

TEST(PolycomFlashFiles, ForgetWhatTheMasterFileListsNoMore) {
    Flash flash;
    flash.mac = *MacAddress::from_text("0004f2aabbcc");
    MasterFile master;
    master.configurations = {"a"}, master.others = {"m"}, master.overrides_directory = "o";
    for (const char* name : {"a", "m", "master", "old", "o/0004f2aabbcc-phone.cfg", "0004f2aabbcc-phone.cfg"})
        keep_file(flash, file_key(name), "x");
    keep_file(flash, std::string(master_key), "x");
    forget_all_but(flash, master);
    for (const char* key : {"file:a", "file:m", "file:o/0004f2aabbcc-phone.cfg", "master:"}) {
        EXPECT_TRUE(flash.files.contains(key)) << key;
        EXPECT_TRUE(flash.digests.contains(key)) << key;
    }
    EXPECT_EQ(flash.files.size(), 4U);
    EXPECT_EQ(flash.digests.size(), 4U);
}

TEST(PolycomFlashFiles, RememberOnlySoMany) {
    Flash flash;
    for (std::size_t i = 0; i < limits::digests_max + 10; ++i) keep_digest(flash, file_key(std::to_string(i)), "x");
    EXPECT_EQ(flash.digests.size(), limits::digests_max);
}

} // namespace
} // namespace offhook::phone::polycom
