/// What we write, judged by the programs it is for. A program that is missing is a failure.
#include "config/dhcp_config/test_families.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::config {
namespace {

class RealServers : public testing::Test {
protected:
    RealServers() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-dhcp-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
    }
    ~RealServers() override { std::filesystem::remove_all(directory_); }

    /// `command` with @FILE@ for the fragment and @DIR@ for a folder of its own.
    void expect_loads(DhcpServer server, DhcpVersion version, std::string command) {
        for (const char* url :
             {"http://192.0.2.10:8080/prov", "http://h/a,b'c\"d\\e$f`g;h#i{MODEL}?j%41}k", "tftp://192.0.2.1"}) {
            auto request = test::request(version);
            for (auto& family : request.families) family.values = test::values(url);
            const auto text = write_dhcp_config(server, request);
            ASSERT_TRUE(text.has_value()) << text.error().text();
            EXPECT_EQ(run(command, *text), 0) << output_ << '\n' << *text;
        }
        // The judge must be able to say no.
        EXPECT_NE(run(command, "this is { no configuration"), 0) << output_;
    }

private:
    int run(std::string command, const std::string& text) {
        const auto file = directory_ / "fragment";
        std::ofstream(file) << text;
        for (const auto& [word, path] : {std::pair("@FILE@", file), std::pair("@DIR@", directory_)})
            for (auto at = command.find(word); at != std::string::npos; at = command.find(word))
                command.replace(at, std::string(word).size(), path.string());
        output_.clear();
        FILE* pipe = ::popen((command + " 2>&1").c_str(), "r"); // NOLINT(cert-env33-c): words of our own
        if (pipe == nullptr) return -1;
        char piece[4096];
        while (std::fgets(piece, sizeof piece, pipe) != nullptr) output_ += piece;
        return ::pclose(pipe);
    }

    std::filesystem::path directory_;
    std::string output_;
};

constexpr const char* kea = "PATH=$PATH:/usr/sbin KEA_PIDFILE_DIR=@DIR@ KEA_LOCKFILE_DIR=none ";

TEST_F(RealServers, KeaLoadsDhcp4) {
    expect_loads(DhcpServer::kea, DhcpVersion::v4, std::string(kea) + "kea-dhcp4 -t @FILE@");
}
TEST_F(RealServers, KeaLoadsDhcp6) {
    expect_loads(DhcpServer::kea, DhcpVersion::v6, std::string(kea) + "kea-dhcp6 -t @FILE@");
}
TEST_F(RealServers, IscLoadsDhcp4) {
    expect_loads(DhcpServer::isc, DhcpVersion::v4, "PATH=$PATH:/usr/sbin dhcpd -4 -t -cf @FILE@");
}
TEST_F(RealServers, IscLoadsDhcp6) {
    expect_loads(DhcpServer::isc, DhcpVersion::v6, "PATH=$PATH:/usr/sbin dhcpd -6 -t -cf @FILE@");
}
TEST_F(RealServers, DnsmasqLoadsDhcp4) {
    expect_loads(DhcpServer::dnsmasq, DhcpVersion::v4, "PATH=$PATH:/usr/sbin dnsmasq --test -C @FILE@");
}
TEST_F(RealServers, DnsmasqLoadsDhcp6) {
    expect_loads(DhcpServer::dnsmasq, DhcpVersion::v6, "PATH=$PATH:/usr/sbin dnsmasq --test -C @FILE@");
}

} // namespace
} // namespace offhook::config
