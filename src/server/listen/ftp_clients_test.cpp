/// Other people's clients against the listener: curl, wget, busybox, lftp and Python's ftplib, both directions.
#include "server/listen/ftp_test_programs.hpp"
#include "server/listen/ftp_test_support.hpp"

namespace offhook::server {
namespace {

struct FtpClients : testing::Test {
    [[nodiscard]] std::string address() const { return "127.0.0.1"; }
    [[nodiscard]] std::string port() const { return std::to_string(site.listener->bound().port()); }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "ftp://phone:secret@" + address() + ":" + port() + "/" + path;
    }
    void expect_ran(const std::string& command) { EXPECT_EQ(shop.run(command), 0) << command << "\n" << shop.said; }

    FtpSite site;
    Workshop shop;
    const std::vector<std::size_t> sizes{0, 1, 511, 512, 513, 34 << 20};
    static std::string up_name(std::size_t bytes) { return bytes > 1000 ? "ubig" : "u" + std::to_string(bytes); }
};

TEST_F(FtpClients, CurlGetsPutsAppendsResumesAndLists) {
    for (const auto bytes : sizes) {
        const auto name = "size-" + std::to_string(bytes);
        for (const std::string how : {"", "--disable-epsv"}) {
            expect_ran("curl -sS " + how + " -o got " + url(name));
            EXPECT_TRUE(shop.read("got") == pattern(bytes)) << name << how;
        }
        shop.write("send", pattern(bytes));
        expect_ran("curl -sS -T send " + url(up_name(bytes)));
        EXPECT_TRUE(site.stored(up_name(bytes)) == pattern(bytes)) << bytes;
    }
    shop.write("part", pattern(1 << 20));
    expect_ran("curl -sS -C - -o part " + url("size-35651584"));
    EXPECT_TRUE(shop.read("part") == pattern(34 << 20));
    shop.write("log", "more");
    expect_ran("curl -sS -a -T log " + url("up.log"));
    expect_ran("curl -sS -a -T log " + url("up.log"));
    EXPECT_EQ(site.stored("up.log"), "moremore");
    expect_ran("curl -sS " + url(""));
    EXPECT_NE(shop.said.find(" a.cfg\n"), std::string::npos) << shop.said;
    expect_ran("curl -sS -l " + url("dir/"));
    EXPECT_EQ(shop.said, "b c.cfg\n");
    expect_ran("curl -sS -B -o text " + url("lines.txt"));
    EXPECT_EQ(shop.read("text"), "one\ntwo\nthree\n"); // curl turns them back
    expect_ran("curl -sS -I " + url("a.cfg"));
    EXPECT_NE(shop.said.find("Content-Length: 10"), std::string::npos) << shop.said;
    EXPECT_NE(shop.said.find("Sun, 06 Nov 1994 08:49:37"), std::string::npos) << shop.said;
    EXPECT_EQ(shop.run("curl -sS -o none " + url("none")), 78);
    EXPECT_EQ(shop.run("curl -sS -T log " + url("none")), 25);
    EXPECT_EQ(shop.run("curl -sS ftp://phone:wrong@" + address() + ":" + port() + "/a.cfg"), 67);
    EXPECT_EQ(shop.run("curl -sS -P - " + url("a.cfg")), 30);
}

TEST_F(FtpClients, WgetGetsAndMirrors) {
    for (const auto bytes : sizes) {
        const auto name = "size-" + std::to_string(bytes);
        expect_ran("wget -q -O got " + url(name));
        EXPECT_TRUE(shop.read("got") == pattern(bytes)) << name;
    }
    expect_ran("wget -q -O got " + url("dir/b%20c.cfg"));
    EXPECT_EQ(shop.read("got"), "<b/>");
    expect_ran("wget -q -nd -r -l 1 " + url(""));
    EXPECT_EQ(shop.read("a.cfg"), "0123456789");
    shop.write("resumed", pattern(1 << 20));
    shop.run("mv resumed size-35651584");
    expect_ran("wget -q -c " + url("size-35651584"));
    EXPECT_TRUE(shop.read("size-35651584") == pattern(34 << 20));
}

TEST_F(FtpClients, BusyboxGetsAndPuts) {
    const auto who = " -u phone -p secret -P " + port() + " " + address() + " ";
    for (const auto bytes : sizes) {
        expect_ran("busybox ftpget" + who + "got size-" + std::to_string(bytes));
        EXPECT_TRUE(shop.read("got") == pattern(bytes)) << bytes;
        expect_ran("busybox wget -q -O got2 " + url("size-" + std::to_string(bytes)));
        EXPECT_TRUE(shop.read("got2") == pattern(bytes)) << bytes;
        shop.write("send", pattern(bytes));
        expect_ran("busybox ftpput" + who + up_name(bytes) + " send");
        EXPECT_TRUE(site.stored(up_name(bytes)) == pattern(bytes)) << bytes;
    }
}

TEST_F(FtpClients, LftpMirrorsPutsAndResumes) {
    const auto lftp = [&](const std::string& commands) {
        return "lftp -c 'set net:max-retries 1; set net:timeout 20; set ftp:ssl-allow no; open -u phone,secret -p " +
               port() + " " + address() + "; " + commands + "'";
    };
    expect_ran(lftp("mirror . down"));
    for (const auto bytes : sizes)
        EXPECT_TRUE(shop.read("down/size-" + std::to_string(bytes)) == pattern(bytes)) << bytes;
    expect_ran(lftp("set ftp:use-mlsd no; mirror . again"));
    EXPECT_EQ(shop.read("again/a.cfg"), "0123456789");
    expect_ran(lftp("lcd again; set xfer:clobber yes; mget *.cfg"));
    for (const auto bytes : sizes) {
        shop.write(up_name(bytes), pattern(bytes));
        expect_ran(lftp("put " + up_name(bytes)));
        EXPECT_TRUE(site.stored(up_name(bytes)) == pattern(bytes)) << bytes;
    }
    shop.write("part", pattern(1 << 20));
    expect_ran(lftp("get -c size-35651584 -o part"));
    EXPECT_TRUE(shop.read("part") == pattern(34 << 20));
    expect_ran("lftp -c 'set net:max-retries 1; set ftp:prefer-epsv yes; open -u phone,secret -p " + port() + " " +
               address() + "; cat a.cfg'"); // asks for AUTH TLS first
    EXPECT_EQ(shop.said, "0123456789");
}

TEST_F(FtpClients, PythonsFtplibDoesItAll) {
    shop.write("it.py", R"(
import ftplib, io, sys
f = ftplib.FTP()
f.connect("127.0.0.1", int(sys.argv[1]), 20)
f.login("phone", "secret")
assert "a.cfg" in f.nlst(), f.nlst()
assert dict(f.mlsd())["a.cfg"]["size"] == "10"
lines = []
f.dir(lines.append)
assert any(line.endswith(" a.cfg") for line in lines), lines
text = []
f.retrlines("RETR lines.txt", text.append)
assert text == ["one", "two", "three"], text
f.storlines("STOR up.log", io.BytesIO(b"one\ntwo\n"))
f.voidcmd("TYPE I")
for n in (0, 1, 511, 512, 513):
    out = io.BytesIO()
    f.retrbinary("RETR size-%d" % n, out.write)
    assert len(out.getvalue()) == n
    f.storbinary("STOR u%d" % n, io.BytesIO(b"x" * n))
out = io.BytesIO()
f.retrbinary("RETR a.cfg", out.write, rest=4)
assert out.getvalue() == b"456789"
assert f.size("a.cfg") == 10
f.cwd("dir")
assert f.pwd() == "/dir"
f.cwd("..")
assert f.pwd() == "/"
data = f.transfercmd("RETR size-35651584")
data.recv(1000)
f.sock.sendall(b"\xff\xf4")
f.sock.send(b"\xff", 1)  # urgent, as a telnet client would
f.sock.sendall(b"\xf2ABOR\r\n")
codes = [f.getmultiline()[:3], f.getmultiline()[:3]]
assert codes == ["426", "226"], codes
data.close()
for command in ("DELE a.cfg", "MKD x", "SITE UTIME 20240101000000 a.cfg", "MFMT 20240101000000 a.cfg"):
    try:
        f.voidcmd(command)
        raise SystemExit(command + " was accepted")
    except ftplib.error_perm:
        pass
f.quit()
)");
    expect_ran("python3 it.py " + port());
    EXPECT_EQ(site.stored("up.log"), "one\ntwo\n");
    EXPECT_EQ(site.stored("u513"), std::string(513, 'x'));
}

} // namespace
} // namespace offhook::server
