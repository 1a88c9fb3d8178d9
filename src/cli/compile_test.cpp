// `offhook compile`, with this process's own stdin and stdout turned into strings.
#include "cli/test_command.hpp"
#include "config/compile/compiled_profile.hpp"
#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* source = "# a site\nProxy[1] \"pbx.example.net\" ;\nUser_Password ! ;\n";
constexpr const char* xml = "<?xml version=\"1.0\"?>\n<flat-profile>\n<Proxy_1_ ua=\"na\">pbx.example.net</Proxy_1_>\n"
                            "<User_Password ua=\"rw\"/>\n</flat-profile>\n";
constexpr const char* key = "SecretPhrase1234";

Outcome compile(std::vector<std::string> words, const std::string& input = source) {
    words.insert(words.begin(), "compile");
    return run_command(add_compile, std::move(words), input);
}

class CompileCommand : public testing::Test {
protected:
    CompileCommand() {
        std::string name = (fs::temp_directory_path() / "offhook-compile-test-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~CompileCommand() override { fs::remove_all(folder_); }
    CompileCommand(const CompileCommand&) = delete;
    CompileCommand& operator=(const CompileCommand&) = delete;

    [[nodiscard]] std::string put(const std::string& name, const std::string& text) const {
        const fs::path path = folder_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    [[nodiscard]] std::string put_program(const std::string& script) const {
        const std::string path = put("spc", "#!/bin/sh\n" + script);
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }
    fs::path folder_;
};

TEST_F(CompileCommand, WritesXmlPlainPackedAndSealed) {
    const auto plain = compile({});
    EXPECT_EQ(plain.code, exit_done) << plain.err;
    EXPECT_EQ(plain.out, xml);
    EXPECT_EQ(plain.err, "");
    EXPECT_EQ(config::gunzip(compile({"--gzip"}).out, 10'000).value(), xml);
    const auto& seal = *config::find_seal("openssl-raw-256");
    EXPECT_EQ(seal.open(compile({"--key", key}).out, key).value(), xml);
    const std::string key_file = put("key", std::string(key) + "\n");
    const auto both = compile({"--gzip", "--key-file", key_file});
    EXPECT_EQ(config::gunzip(seal.open(both.out, key).value(), 10'000).value(), xml) << "packed first, sealed then";
}

TEST_F(CompileCommand, ReadsFilesWithTheirImportsAndTheXmlForm) {
    (void)put("common/site.txt", "import deeper/x.txt\n");
    (void)put("common/deeper/x.txt", "GPP_SA \"k\" ;\nProxy[1] \"later\" ;");
    const auto text = compile({put("in.txt", std::string(source) + "import common/site.txt\n")});
    EXPECT_EQ(text.code, exit_done) << text.err;
    EXPECT_NE(text.out.find("<Proxy_1_ ua=\"na\">later</Proxy_1_>\n"), std::string::npos) << text.out;
    EXPECT_NE(text.err.find("x.txt:2: Proxy[1] stood at "), std::string::npos) << text.err;
    EXPECT_EQ(compile({put("in.xml", xml)}).out, xml);
    const std::string to = (folder_ / "out.xml").string();
    EXPECT_EQ(compile({"-o", to}).out, "");
    std::ifstream file(to);
    std::stringstream written;
    written << file.rdbuf();
    EXPECT_EQ(written.str(), xml);
}

TEST_F(CompileCommand, WritesAFileThatOnlyItsOwnerReads) {
    const fs::path to = folder_ / "out.xml";
    const auto content = [](const fs::path& path) {
        std::ifstream file(path);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    };
    const auto owner_alone = fs::perms::owner_read | fs::perms::owner_write;
    (void)put("out.xml", "an old one, readable to all");
    fs::permissions(to, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
    const int held = ::open(to.c_str(), O_RDONLY); // by somebody who read the old one
    ASSERT_EQ(compile({"-o", to.string()}).code, exit_done);
    EXPECT_EQ(content(to), xml);
    EXPECT_EQ(fs::status(to).permissions(), owner_alone);
    std::string before(64, '\0');
    before.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(held, before.data(), before.size()))));
    (void)::close(held);
    EXPECT_EQ(before, "an old one, readable to all") << "never the new text in the old file";
    fs::create_symlink("out.xml", folder_ / "link.xml");
    ASSERT_EQ(compile({"-o", (folder_ / "link.xml").string(), "--gzip"}).code, exit_done);
    EXPECT_TRUE(fs::is_symlink(folder_ / "link.xml"));
    EXPECT_EQ(config::gunzip(content(to), 10'000).value_or(""), xml);
    EXPECT_EQ(compile({"-o", "/dev/null"}).code, exit_done) << "written into, not replaced";
    EXPECT_FALSE(fs::is_regular_file("/dev/null"));
    for (const char* nowhere : {"none/out.xml", ""}) {
        const auto refused = compile({"-o", (folder_ / nowhere).string()});
        EXPECT_EQ(refused.code, exit_failed) << nowhere;
        EXPECT_NE(refused.err.find("cannot be written"), std::string::npos) << refused.err;
    }
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) files += entry.exists() ? 1 : 0;
    EXPECT_EQ(files, 2U) << "nothing is left beside it";
}

TEST_F(CompileCommand, ChecksNamesAndValues) {
    const auto wrong = compile({}, "Proxi[1] \"x\" ;\nWeb_Server_Port \"0\" ;\nAdmin_Passwd \"s3cret\" ;");
    EXPECT_EQ(wrong.code, exit_failed);
    EXPECT_EQ(wrong.out, "");
    EXPECT_NE(wrong.err.find("stdin:1: the pack knows no parameter Proxi[1]; the nearest is Proxy[1]"),
              std::string::npos)
        << wrong.err;
    EXPECT_NE(wrong.err.find("stdin:2: Web_Server_Port: '0' is not in 1..65535"), std::string::npos) << wrong.err;
    EXPECT_EQ(wrong.err.find("s3cret"), std::string::npos);
    const auto taken = compile({"--allow-unknown"}, "Proxi[1] \"x\" ;");
    EXPECT_EQ(taken.code, exit_done) << taken.err;
    EXPECT_NE(taken.out.find("<Proxi_1_ ua=\"na\">x</Proxi_1_>"), std::string::npos);
}

TEST_F(CompileCommand, MakesOurOwnBinaryAndSaysWhatItIs) {
    const MacAddress mac(0x000e08aabbccULL), other(0x000e08aabbcdULL);
    const auto any = compile({"--binary"});
    EXPECT_EQ(any.code, exit_done) << any.err;
    EXPECT_NE(any.err.find("project-defined, not for real phones"), std::string::npos) << any.err;
    EXPECT_EQ(config::read_compiled(any.out, other)->parameters,
              (std::vector<config::Parameter>{{"Proxy_1_", "pbx.example.net"}}));
    const auto one = compile({"--binary", "--target", "00:0E:08:AA:BB:CC"});
    EXPECT_NE(one.err.find("its target is no secret"), std::string::npos) << one.err;
    EXPECT_TRUE(config::read_compiled(one.out, mac));
    EXPECT_EQ(config::read_compiled(one.out, other).error().code, ErrorCode::forbidden);
    const auto sealed = compile({"--binary", "--key", key});
    EXPECT_TRUE(config::read_compiled(config::find_seal("openssl-raw-256")->open(sealed.out, key).value(), mac));
}

TEST_F(CompileCommand, LeavesTheBinaryToTheVendorsProgramWhereThereIsOne) {
    const std::string program = put_program("{ echo \"$@\"; cat in.txt; } > out.cfg");
    const std::string words = "in.txt out.cfg\nProxy[1] \"pbx.example.net\" ;\nUser_Password ! ;\n";
    const auto any = compile({"--binary", "--spc", program});
    EXPECT_EQ(any.code, exit_done) << any.err;
    EXPECT_EQ(any.out, words);
    EXPECT_EQ(any.err, "");
    const auto from_xml = compile({"--binary", "--spc", program}, xml);
    EXPECT_EQ(from_xml.out, words) << "names as its plain text has them";
    const std::string config = put("offhook.toml", "[compile]\nspc = \"" + program + "\"\n");
    const auto one = compile({"--binary", "--config", config, "--target", "000e08aabbcc", "--key", key});
    EXPECT_EQ(one.out, "--target 000e08aabbcc --aes --ascii-key " + std::string(key) + " " + words) << one.err;
    const auto failed = compile({"--binary", "--spc", put_program("echo 'unknown parameter' >&2; exit 1")});
    EXPECT_EQ(failed.code, exit_failed);
    EXPECT_NE(failed.err.find("it said: unknown parameter"), std::string::npos) << failed.err;
}

TEST_F(CompileCommand, PrintsASampleThatItTakes) {
    const auto sample = compile({"--sample"}, "");
    EXPECT_EQ(sample.code, exit_done) << sample.err;
    EXPECT_NE(sample.out.find("\nProxy[1] \"\" ;\n"), std::string::npos) << sample.out;
    EXPECT_EQ(compile({}, sample.out).code, exit_done);
}

TEST_F(CompileCommand, SaysWhatIsWrong) {
    const struct {
        std::vector<std::string> words;
        int code;
        const char* error;
    } rows[] = {
        {{"--key", ""}, exit_wrong_use, "the key of --key is empty"},
        {{"--key", "a", "--key-file", "b"}, exit_wrong_use, "either --key or --key-file"},
        {{"--key-file", "/none"}, exit_failed, "cannot read a key from this file"},
        {{"--gzip", "--binary"}, exit_wrong_use, "--gzip is for the XML form"},
        {{"--target", "000e08aabbcc"}, exit_wrong_use, "--target is for --binary"},
        {{"--binary", "--target", "phone"}, exit_wrong_use, "'phone' is no MAC address"},
        {{"--family", "nokia"}, exit_failed, "no pack for this family"},
        {{"/none/in.txt"}, exit_failed, "/none/in.txt: there is no such file"},
        {{"--binary", "--spc", "/none"}, exit_failed, "no program that can be run"},
        {{"--binary", "--config", "/none"}, exit_failed, "/none"},
        {{"-o", "/none/out"}, exit_failed, "/none/out: cannot be written"},
    };
    for (const auto& row : rows) {
        const auto outcome = compile(row.words);
        EXPECT_EQ(outcome.code, row.code) << row.error;
        EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out, "");
    }
}

} // namespace
} // namespace offhook::cli
