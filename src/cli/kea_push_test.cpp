/// Pushes to a Kea of our own that can be told to refuse: what the real one does not do on demand.
#include "cli/kea_push.hpp"

#include "cli/command.hpp"
#include "net/owned_fd.hpp"

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

namespace offhook::cli {
namespace {

namespace json = boost::json;

/// Answers one connection after the other until it is destroyed.
class FakeKea {
public:
    FakeKea(const std::filesystem::path& path, json::object server)
        : server_(std::move(server)), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(fd_.get(), 8) != 0)
            std::abort();
        thread_ = std::thread([this] { run(); });
    }
    ~FakeKea() {
        ::shutdown(fd_.get(), SHUT_RDWR);
        thread_.join();
    }
    FakeKea(const FakeKea&) = delete;
    FakeKea& operator=(const FakeKea&) = delete;

    std::atomic<bool> refuses_to_set{false};

private:
    void run() {
        for (;;) {
            net::OwnedFd peer(::accept(fd_.get(), nullptr, nullptr));
            if (!peer) return;
            std::string request;
            char piece[4096];
            for (ssize_t got = 0; (got = ::recv(peer.get(), piece, sizeof piece, 0)) > 0;)
                request.append(piece, static_cast<std::size_t>(got));
            const std::string answer = json::serialize(answer_to(json::parse(request).as_object()));
            (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    json::object answer_to(const json::object& request) {
        const auto& command = request.at("command").as_string();
        if (command == "config-get") return {{"result", 0}, {"arguments", json::object{{"Dhcp4", server_}}}};
        if (command == "config-set") {
            if (refuses_to_set) return {{"result", 1}, {"text", "no"}};
            server_ = request.at("arguments").at("Dhcp4").as_object();
        }
        return {{"result", 0}, {"text", "well"}};
    }

    json::object server_;
    net::OwnedFd fd_;
    std::thread thread_;
};

config::KeaParts one_class(const char* name) {
    config::KeaParts parts;
    parts.classes.push_back(json::object{{"name", name}, {"test", "member('x')"}});
    return parts;
}

class KeaPushes : public testing::Test {
protected:
    KeaPushes() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-push-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
        kea_ = std::make_unique<FakeKea>(
            directory_ / "kea.sock",
            json::object{{"lease-database", json::object{{"type", "mysql"}, {"password", "sesame"}}},
                         {"client-classes", json::array{}}});
    }
    ~KeaPushes() override {
        kea_.reset();
        std::filesystem::remove_all(directory_);
    }

    int push(const char* name) {
        testing::internal::CaptureStderr();
        const int code = push_to_kea(words(), one_class(name));
        said_ = testing::internal::GetCapturedStderr();
        return code;
    }
    [[nodiscard]] KeaPush words() const {
        return {(directory_ / "kea.sock").string(), config::DhcpVersion::v4, former(), Confirmation::given};
    }
    [[nodiscard]] std::filesystem::path former() const { return directory_ / "former.json"; }
    static std::string read(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::filesystem::path directory_;
    std::unique_ptr<FakeKea> kea_;
    std::string said_;
};

TEST_F(KeaPushes, KeepThePointToRollBackToUntilTheySucceed) {
    ASSERT_EQ(push("offhook-one"), exit_done) << said_;
    const std::string point = read(former());
    EXPECT_EQ(point.find("offhook-one"), std::string::npos) << point;
    EXPECT_FALSE(std::filesystem::exists(former().string() + ".new"));

    kea_->refuses_to_set = true;
    EXPECT_NE(push("offhook-two"), exit_done) << said_;
    EXPECT_EQ(read(former()), point) << "a push that failed is none to roll back";
    const std::string beside = former().string() + ".new";
    EXPECT_NE(said_.find(beside), std::string::npos) << said_;
    EXPECT_NE(read(beside).find("offhook-one"), std::string::npos);

    kea_->refuses_to_set = false;
    ASSERT_EQ(push("offhook-two"), exit_done) << said_;
    EXPECT_NE(read(former()).find("offhook-one"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(beside));
}

TEST_F(KeaPushes, SayWhereTheFormerConfigurationIsThatCannotBeMoved) {
    std::filesystem::create_directory(former()); // a file cannot take its place
    EXPECT_EQ(push("offhook-one"), exit_failed) << said_;
    EXPECT_NE(said_.find("stays in " + former().string() + ".new"), std::string::npos) << said_;
    EXPECT_TRUE(std::filesystem::is_regular_file(former().string() + ".new"));
}

TEST_F(KeaPushes, ShowNoPasswordAndKeepItForTheWayBack) {
    ASSERT_EQ(push("offhook-one"), exit_done) << said_;
    EXPECT_NE(said_.find("offhook-one"), std::string::npos) << said_;
    EXPECT_EQ(said_.find("sesame"), std::string::npos) << said_;
    EXPECT_NE(read(former()).find("sesame"), std::string::npos);

    std::ofstream(former()) << R"j({"Dhcp4": {"lease-database": {"type": "mysql", "password": "open"},
                                   "client-classes": [{"name": "offhook-one", "test": "member('x')"}]}})j";
    testing::internal::CaptureStderr();
    EXPECT_EQ(roll_kea_back(words()), exit_done);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("a password, which is not shown"), std::string::npos) << said;
    EXPECT_EQ(said.find("open"), std::string::npos) << said;
}

} // namespace
} // namespace offhook::cli
