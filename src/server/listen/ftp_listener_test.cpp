#include "server/listen/ftp_test_support.hpp"

#include <thread>

namespace offhook::server {
namespace {

TEST(FtpListener, AnswersCommandsBeforeLoginByTable) {
    struct Case {
        const char* command;
        int code;
    };
    FtpSite site;
    auto client = site.client();
    EXPECT_EQ(client.greeting.substr(0, 4), "220 ");
    for (const auto& [command, code] : {Case{"FEAT", 211},
                                        Case{"SYST", 215},
                                        Case{"NOOP", 200},
                                        Case{"noop", 200},
                                        Case{"HELP", 214},
                                        Case{"OPTS UTF8 ON", 200},
                                        Case{"AUTH TLS", 534},
                                        Case{"AUTH KERBEROS", 504},
                                        Case{"AUTH", 501},
                                        Case{"PBSZ 0", 503},
                                        Case{"PROT P", 503},
                                        Case{"CCC", 534},
                                        Case{"PWD", 530},
                                        Case{"RETR a.cfg", 530},
                                        Case{"STOR up.log", 530},
                                        Case{"EPSV", 530},
                                        Case{"LIST", 530},
                                        Case{"SIZE a.cfg", 530},
                                        Case{"DELE a.cfg", 530},
                                        Case{"PASS secret", 503},
                                        Case{"USER", 501},
                                        Case{"", 500},
                                        Case{"FOO", 500},
                                        Case{"ACCT x", 202},
                                        Case{"SITE UTIME x", 502},
                                        Case{"ABOR", 226},
                                        Case{"REIN", 220},
                                        Case{"USER anybody", 331},
                                        Case{"\xff\xf4\xff\xf2"
                                             "ABOR",
                                             226},
                                        Case{"\xff\xf4\xf2"
                                             "NOOP",
                                             200}})
        EXPECT_EQ(client.code(command), code) << command;
    EXPECT_EQ(client.code("QUIT"), 221);
    EXPECT_EQ(client.control.line(), "");
}

TEST(FtpListener, AnswersCommandsAfterLoginByTable) {
    struct Case {
        const char* command;
        const char* reply;
    };
    FtpSite site;
    auto client = site.logged_in();
    for (const auto& [command, reply] : {
             Case{"PWD", "257 \"/\""},
             Case{"CWD dir", "250 "},
             Case{"XPWD", "257 \"/dir\""},
             Case{"CWD /there/is\\none/../x", "250 "},
             Case{"PWD", "257 \"/there/is/x\""},
             Case{"CDUP", "250 "},
             Case{"XCUP", "250 "},
             Case{"CDUP", "250 "},
             Case{"CDUP", "250 "},
             Case{"CWD ../../../..", "250 "},
             Case{"PWD", "257 \"/\""},
             Case{"CWD a\"b", "250 "},
             Case{"PWD", "257 \"/a\"\"b\""},
             Case{"CWD /", "250 "},
             Case{"CWD", "501 "},
             Case{"CWD a\tb", "553 "},
             Case{"TYPE A", "200 "},
             Case{"SIZE lines.txt", "213 17"},
             Case{"SIZE size-35651584", "550 "},
             Case{"TYPE a n", "200 "},
             Case{"TYPE L 8", "200 "},
             Case{"SIZE lines.txt", "213 15"},
             Case{"TYPE I", "200 "},
             Case{"SIZE a.cfg", "213 10"},
             Case{"SIZE /dir/../a.cfg", "213 10"},
             Case{"SIZE \\dir\\b c.cfg", "213 4"},
             Case{"SIZE disk.ld", "213 9"},
             Case{"SIZE none", "550 "},
             Case{"SIZE dir", "550 "},
             Case{"TYPE E", "504 "},
             Case{"TYPE L 36", "504 "},
             Case{"TYPE", "501 "},
             Case{"MODE S", "200 "},
             Case{"MODE Z", "504 "},
             Case{"STRU F", "200 "},
             Case{"STRU R", "504 "},
             Case{"MDTM a.cfg", "213 19941106084937"},
             Case{"MDTM none", "550 "},
             Case{"RETR a.cfg", "425 "},
             Case{"STOR up.log", "425 "},
             Case{"LIST", "425 "},
             Case{"REST 5", "350 "},
             Case{"REST -5", "501 "},
             Case{"REST 0", "350 "},
             Case{"ALLO 10", "200 "},
             Case{"ALLO x", "501 "},
             Case{"PORT 127,0,0,1,200,1", "502 "},
             Case{"EPRT |1|127.0.0.1|51201|", "502 "},
             Case{"EPSV 2", "522 "},
             Case{"EPSV 1", "229 "},
             Case{"PASV", "227 Entering Passive Mode (127,0,0,1,"},
             Case{"DELE a.cfg", "550 "},
             Case{"MKD x", "550 "},
             Case{"XMKD x", "550 "},
             Case{"RMD x", "550 "},
             Case{"RNFR a.cfg", "550 "},
             Case{"RNTO b.cfg", "503 "},
             Case{"SITE CHMOD 644 a.cfg", "502 "},
             Case{"MFMT 20240101000000 a.cfg", "502 "},
             Case{"STOU", "502 "},
             Case{"SMNT x", "502 "},
             Case{"STAT", "211 "},
             Case{"STAT a.cfg", "504 "},
             Case{"OPTS MLST size;", "200 MLST OPTS size;"},
             Case{"OPTS FOO", "501 "},
             Case{"MLST a.cfg", "250 End"},
             Case{"MLST none", "550 "},
             Case{"MLST", "250 End"},
             Case{"EPSV ALL", "200 "},
             Case{"PASV", "503 "},
             Case{"PORT 127,0,0,1,200,1", "503 "},
             Case{"EPSV", "229 "},
             Case{"REIN", "220 "},
             Case{"PWD", "530 "},
         })
        EXPECT_EQ(client.ask(command).substr(0, std::string_view(reply).size()), reply) << command;
}

TEST(FtpListener, SaysWhichOfOurAddressesWasAsked) {
    FtpSite site;
    auto client = site.logged_in();
    EXPECT_EQ(client.get("RETR a.cfg").first, "0123456789");
    const auto locals = site.log.read([](const DoorLog& log) { return log.locals; });
    ASSERT_FALSE(locals.empty());
    EXPECT_TRUE(locals.front().starts_with("127.0.0.1 ") && locals.front() != "127.0.0.1 0") << locals.front();
}

TEST(FtpListener, TellsItsFeatures) {
    FtpSite site;
    auto client = site.client();
    EXPECT_EQ(client.ask("FEAT"), "211 End");
    const std::vector<std::string> expected{
        "211-Features:", " EPSV", " MDTM", " MLST type*;size*;modify*;perm*;", " PASV", " REST STREAM",
        " SIZE",         " TVFS", " UTF8"};
    EXPECT_EQ(client.lines, expected);
}

TEST(FtpListener, SendsFilesOfEverySizeByteByByte) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    for (const std::size_t bytes : {0, 1, 511, 512, 513, 34 << 20}) {
        const auto [got, code] = client.get("RETR size-" + std::to_string(bytes));
        EXPECT_EQ(code, 226) << bytes;
        EXPECT_TRUE(got == pattern(bytes)) << bytes << " became " << got.size();
    }
    EXPECT_EQ(client.get("RETR disk.ld").first, "from disk");
    EXPECT_EQ(client.get("RETR none").second, 550);
    EXPECT_EQ(client.get("RETR dir/b c.cfg").first, "<b/>");
    EXPECT_EQ(site.log.opened.front(), "size-0||"
                                       "|127.0.0.1");
}

TEST(FtpListener, BeginsWhereRestSays) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    struct Case {
        const char* rest;
        const char* expected;
        int code;
    };
    for (const auto& [rest, expected, code] : {Case{"REST 0", "0123456789", 226}, Case{"REST 4", "456789", 226},
                                               Case{"REST 10", "", 226}, Case{"REST 11", "", 554}}) {
        client.code(rest);
        const auto [got, end] = client.get("RETR a.cfg");
        EXPECT_EQ(got, expected) << rest;
        EXPECT_EQ(end, code) << rest;
        EXPECT_EQ(client.get("RETR a.cfg").first, "0123456789") << "it holds for one transfer";
    }
    client.code("TYPE A");
    client.code("REST 4");
    EXPECT_EQ(client.get("RETR a.cfg").second, 554);
}

TEST(FtpListener, TurnsLineEndsInTypeA) {
    FtpSite site;
    auto client = site.logged_in();
    EXPECT_EQ(client.get("RETR lines.txt").first, "one\r\ntwo\r\nthree\r\n");
    EXPECT_EQ(client.put("STOR up.log", "one\r\ntwo\r\nthr\ree\r\n"), 226);
    EXPECT_EQ(site.stored("up.log"), "one\ntwo\nthr\ree\n");
}

TEST(FtpListener, TakesUploadsAndSaysDoneOnlyWhenTheyAre) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    for (const std::size_t bytes : {0, 1, 511, 512, 513, 34 << 20}) {
        const auto name = bytes > 1000 ? std::string("ubig") : "u" + std::to_string(bytes);
        EXPECT_EQ(client.put("STOR " + name, pattern(bytes)), 226) << bytes;
        EXPECT_TRUE(site.stored(name) == pattern(bytes)) << bytes;
    }
    EXPECT_EQ(client.put("APPE up.log", "one"), 226);
    EXPECT_EQ(client.put("APPE up.log", "two"), 226);
    EXPECT_EQ(site.stored("up.log"), "onetwo");
    EXPECT_EQ(client.put("STOR up.log", "new"), 226);
    EXPECT_EQ(site.stored("up.log"), "new");
    client.code("REST 3");
    EXPECT_EQ(client.put("STOR up.log", "er"), 226);
    EXPECT_EQ(site.stored("up.log"), "newer");
    client.code("REST 3");
    EXPECT_EQ(client.put("STOR up.log", "x"), 554);
    client.code("REST 3");
    EXPECT_EQ(client.put("APPE up.log", "x"), 554);
    EXPECT_EQ(client.put("STOR a.cfg", "x"), 550);
    EXPECT_EQ(site.stored("a.cfg"), "(nothing)");
    client.code("ALLO 10");
    EXPECT_EQ(client.put("STOR up.log", "short"), 426);
    EXPECT_EQ(site.stored("up.log"), "newer");
    client.code("ALLO 100000000");
    EXPECT_EQ(client.put("STOR up.log", "x"), 552);
}

TEST(FtpListener, RefusesWhatIsTooLargeOrCannotBeKept) {
    FtpSite site;
    site.house.upload_bytes_max = 1000;
    auto client = site.logged_in();
    client.code("TYPE I");
    EXPECT_EQ(client.put("STOR up.log", pattern(200'000)), 552);
    site.house.commit_ends = UploadRefusal::failed;
    EXPECT_EQ(client.put("STOR up.log", "x"), 451);
    site.house.commit_ends = UploadRefusal::no_room;
    EXPECT_EQ(client.put("STOR up.log", "x"), 552);
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
}

TEST(FtpListener, KeepsNothingOfAnUploadThatBreaks) {
    FtpSite site;
    {
        auto client = site.logged_in();
        auto wire = client.data();
        EXPECT_EQ(client.code("STOR up.log"), 150);
        wire.send("half");
        EXPECT_TRUE(client.control.silent_for(std::chrono::milliseconds{100}));
        wire.reset();
        EXPECT_EQ(FtpClient::code_of(client.reply()), 426);
        EXPECT_EQ(client.code("NOOP"), 200);
    }
    {
        auto client = site.logged_in();
        auto wire = client.data();
        EXPECT_EQ(client.code("STOR up.log"), 150);
        wire.send("half");
        client.control.close(); // nobody is left to be told
        bool clean = true;
        (void)wire.rest(&clean);
        EXPECT_FALSE(clean);
    }
    EXPECT_TRUE(site.log.soon([](const DoorLog& log) { return log.abandoned_uploads == 2; }));
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
}

TEST(FtpListener, AbortsATransferByAbor) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    auto wire = client.data();
    EXPECT_EQ(client.code("RETR size-35651584"), 150);
    client.control.send("\xff\xf4\xff\xf2"
                        "ABOR\r\n");
    EXPECT_EQ(FtpClient::code_of(client.reply()), 426);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
    bool clean = true;
    EXPECT_LT(wire.rest(&clean).size(), std::size_t{34} << 20U);
    EXPECT_FALSE(clean) << "an end like that of a whole file";
    EXPECT_TRUE(site.log.soon([](const DoorLog& log) { return log.broken_off.size() == 1; }));
    EXPECT_EQ(client.get("RETR a.cfg").first, "0123456789");

    auto up = client.data();
    EXPECT_EQ(client.code("STOR up.log"), 150);
    up.send("half");
    client.control.send("NOOP\r\nABOR\r\n"); // it is seen behind another
    EXPECT_EQ(FtpClient::code_of(client.reply()), 426);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 200);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
}

TEST(FtpListener, ObeysWhatWasSentDuringATransferAfterIt) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    auto wire = client.data();
    EXPECT_EQ(client.code("RETR size-35651584"), 150);
    client.control.send("NOOP\r\nSYST\r\nQUIT\r\n");
    EXPECT_TRUE(wire.rest() == pattern(34 << 20));
    for (const int code : {226, 200, 215, 221}) EXPECT_EQ(FtpClient::code_of(client.reply()), code);
}

TEST(FtpListener, ListsInEveryForm) {
    FtpSite site;
    site.house.files.clear();
    site.house.files["a.cfg"] = make_file("0123456789");
    site.house.files["b.cfg"] = make_file("");
    site.house.files["logs/x.log"] = make_file("x");
    site.house.later = {"logs/x.log"}; // how long it is takes a disk
    auto client = site.logged_in();
    const std::string a = "-r--r--r--   1 ftp      ftp              10 Nov  6  1994 a.cfg\r\n";
    const std::string b = "-r--r--r--   1 ftp      ftp               0 Nov  6  1994 b.cfg\r\n";
    EXPECT_EQ(client.get("LIST").first, a + b);
    EXPECT_EQ(client.get("LIST -la").first, a + b);
    EXPECT_EQ(client.get("LIST -a /").first, a + b);
    EXPECT_EQ(client.get("LIST b.cfg").first, b);
    EXPECT_EQ(client.get("LIST b*").first, b);
    EXPECT_EQ(client.get("LIST nowhere").first, "");
    EXPECT_EQ(client.get("LIST nowhere").second, 226);
    const std::string x = "-r--r--r--   1 ftp      ftp               1 Nov  6  1994 x.log\r\n";
    for (const auto* command : {"LIST logs", "LIST logs/", "LIST logs/x*"})
        EXPECT_EQ(client.get(command).first, x) << command;
    EXPECT_EQ(client.get("NLST").first, "a.cfg\r\nb.cfg\r\n");
    EXPECT_EQ(client.get("NLST logs").first, "x.log\r\n");
    EXPECT_EQ(client.get("NLST logs/*.log").first, "logs/x.log\r\n");
    EXPECT_EQ(client.get("MLSD").first, "type=file;size=10;modify=19941106084937;perm=r; a.cfg\r\n"
                                        "type=file;size=0;modify=19941106084937;perm=r; b.cfg\r\n");
    EXPECT_EQ(client.get("MLSD a.cfg").second, 501);
    client.code("OPTS MLST size;modify;bogus;");
    EXPECT_EQ(client.get("MLSD logs").first, "size=1;modify=19941106084937; x.log\r\n");
    client.code("MLST logs/x.log");
    EXPECT_EQ(client.lines.back(), " size=1;modify=19941106084937; /logs/x.log");
}

TEST(FtpListener, ClosesAfterThreeWrongPasswords) {
    FtpSite site;
    auto client = site.client();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(client.code(i == 1 ? "USER nobody" : "USER phone"), 331);
        EXPECT_EQ(client.code("PASS wrong"), 530);
    }
    EXPECT_EQ(client.control.line(), "");
}

TEST(FtpListener, HoldsItsAnswerWhenTheDoorSaysSo) {
    FtpSite site;
    site.house.hold = std::chrono::milliseconds{400};
    auto client = site.client();
    client.code("USER phone");
    client.control.send("PASS wrong\r\n");
    EXPECT_TRUE(client.control.silent_for(std::chrono::milliseconds{300}));
    EXPECT_EQ(FtpClient::code_of(client.reply()), 530);
    EXPECT_TRUE(client.log_in());
    client.control.send("SIZE none\r\n");
    EXPECT_TRUE(client.control.silent_for(std::chrono::milliseconds{300}));
    EXPECT_EQ(FtpClient::code_of(client.reply()), 550);
}

TEST(FtpListener, TurnsAwayWhoIsShutOutOrOneTooMany) {
    FtpOptions options;
    options.sessions_per_source_max = 2;
    FtpSite site(options);
    site.house.shut_out.push_back(*IpAddress::from_text("127.0.0.9"));
    EXPECT_EQ(site.client("127.0.0.9").greeting.substr(0, 4), "421 ");
    const auto first = site.client();
    const auto second = site.client();
    EXPECT_EQ(site.client().greeting.substr(0, 4), "421 ");
    EXPECT_EQ(site.client("127.0.0.2").greeting.substr(0, 4), "220 ");
}

TEST(FtpListener, WorksOverIpv6ByEpsvAlone) {
    FtpSite site({}, 1, "::1");
    auto client = site.logged_in();
    EXPECT_EQ(client.code("PASV"), 522);
    EXPECT_EQ(client.code("EPSV 1"), 522);
    EXPECT_EQ(client.get("RETR a.cfg").first, "0123456789");
}

TEST(FtpListener, DropsALineThatIsTooLong) {
    FtpSite site;
    auto client = site.logged_in();
    client.control.send("CWD " + std::string(20'000, 'x') + "\r\nPWD\r\n");
    EXPECT_EQ(FtpClient::code_of(client.reply()), 500);
    EXPECT_EQ(client.reply().substr(0, 7), "257 \"/\"");
    EXPECT_EQ(client.code("CWD " + std::string(2'000, 'x')), 553);
}

TEST(FtpListener, ObeysBareLineFeedsAndPipelinedCommands) {
    FtpSite site;
    auto client = site.client();
    client.control.send("USER phone\nPASS secret\npwd\ntype i\n");
    for (const int code : {331, 230, 257, 200}) EXPECT_EQ(FtpClient::code_of(client.reply()), code);
}

} // namespace
} // namespace offhook::server
