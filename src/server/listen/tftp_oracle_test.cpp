/// What other people's TFTP clients make of the listener: curl, tftp-hpa, atftp, busybox, in both directions.
#include "server/listen/tftp_test_support.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace offhook::server {
namespace {

constexpr std::size_t wraps_bytes = 512 * 65'536 + 100; // 33.6 MB: block 65535 is passed at blksize 512

class TftpOracle : public testing::Test {
protected:
    TftpOracle() : site(wraps_bytes) {
        site.open({}, "127.0.0.1");
        port = site.listener->bound().port();
        std::string name = testing::TempDir() + "tftp-oracle-XXXXXX";
        directory = ::mkdtemp(name.data());
    }
    ~TftpOracle() override { std::filesystem::remove_all(directory); }

    static int run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); }
    [[nodiscard]] std::string got() const {
        std::ifstream in(directory + "/got", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void put(std::string_view body) const {
        std::ofstream(directory + "/put", std::ios::binary | std::ios::trunc) << body;
    }
    /// {port}, {name}, {dir} stand in `command`.
    void fetches(std::string_view command, std::string_view name, const std::string& expected) {
        std::filesystem::remove(directory + "/got");
        const auto line = fmt::format(fmt::runtime(command), fmt::arg("port", port), fmt::arg("name", name),
                                      fmt::arg("dir", directory));
        EXPECT_EQ(run(line), 0) << line;
        EXPECT_TRUE(got() == expected) << line << ": " << got().size() << " bytes";
    }
    void sends(std::string_view command, const std::string& body) {
        put(body);
        const auto line = fmt::format(fmt::runtime(command), fmt::arg("port", port), fmt::arg("dir", directory));
        EXPECT_EQ(run(line), 0) << line;
        EXPECT_TRUE(site.log.read([](DoorLog& log) { return log.uploads["up"]; }) == body) << line;
    }

    TftpSite site;
    std::uint16_t port = 0;
    std::string directory;
};

TEST_F(TftpOracle, AllTheProgramsAreHere) {
    for (const auto* program : {"curl", "tftp", "atftp", "busybox"})
        EXPECT_EQ(run(std::string("command -v ") + program), 0) << program << " is missing; see tools/packages";
}

TEST_F(TftpOracle, OthersFetchEverySize) {
    for (const std::string_view command :
         {"curl -sS -o {dir}/got tftp://127.0.0.1:{port}/{name}",
          "curl -sS --tftp-no-options -o {dir}/got tftp://127.0.0.1:{port}/{name}",
          "curl -sS --tftp-blksize 1468 -o {dir}/got tftp://127.0.0.1:{port}/{name}",
          "curl -sS --tftp-blksize 65464 -o {dir}/got tftp://127.0.0.1:{port}/{name}",
          "tftp -m binary 127.0.0.1 {port} -c get {name} {dir}/got",
          "atftp --get -r {name} -l {dir}/got 127.0.0.1 {port}",
          "atftp --option 'blksize 1468' --option 'tsize 0' --get -r {name} -l {dir}/got 127.0.0.1 {port}",
          "atftp --option 'windowsize 8' --get -r {name} -l {dir}/got 127.0.0.1 {port}",
          "atftp --option 'windowsize 64' --option 'blksize 1468' --get -r {name} -l {dir}/got 127.0.0.1 {port}",
          "busybox tftp -g -r {name} -l {dir}/got 127.0.0.1 {port}",
          "busybox tftp -g -b 1468 -r {name} -l {dir}/got 127.0.0.1 {port}"})
        for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1468U, 2936U, 100'000U})
            fetches(command, "f" + std::to_string(size), tftp_body(size));
}

TEST_F(TftpOracle, OthersFetchBeyondTheLastBlockNumber) {
    for (const std::string_view command :
         {"curl -sS -o {dir}/got tftp://127.0.0.1:{port}/{name}",
          "tftp -m binary 127.0.0.1 {port} -c get {name} {dir}/got",
          "busybox tftp -g -r {name} -l {dir}/got 127.0.0.1 {port}",
          "atftp --option 'windowsize 8' --get -r {name} -l {dir}/got 127.0.0.1 {port}"})
        fetches(command, "large", site.house.files["large"]->text);
}

TEST_F(TftpOracle, TextModeComesBackAsItWas) {
    fetches("tftp -m netascii 127.0.0.1 {port} -c get {name} {dir}/got", "text", "one\ntwo\r\nthree\n");
}

TEST_F(TftpOracle, OthersSendEverySize) {
    for (const std::string_view command :
         {"curl -sS -T {dir}/put tftp://127.0.0.1:{port}/up",
          "curl -sS --tftp-blksize 1468 -T {dir}/put tftp://127.0.0.1:{port}/up",
          "tftp -m binary 127.0.0.1 {port} -c put {dir}/put up", "atftp --put -l {dir}/put -r up 127.0.0.1 {port}",
          "atftp --option 'windowsize 8' --put -l {dir}/put -r up 127.0.0.1 {port}",
          "busybox tftp -p -l {dir}/put -r up 127.0.0.1 {port}"})
        for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 2936U, 100'000U}) {
            if (size == 0 && command.starts_with("curl")) continue; // it sends no request for an empty file
            sends(command, tftp_body(size));
        }
}

TEST_F(TftpOracle, OthersSendBeyondTheLastBlockNumber) {
    sends("tftp -m binary 127.0.0.1 {port} -c put {dir}/put up", tftp_body(wraps_bytes));
}

TEST_F(TftpOracle, TextModeArrivesAsItWas) {
    sends("tftp -m netascii 127.0.0.1 {port} -c put {dir}/put up", "one\ntwo\r\nthree\n");
}

} // namespace
} // namespace offhook::server
