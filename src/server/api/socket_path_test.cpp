#include "server/api/socket_path.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using boost::asio::local::stream_protocol;

class SocketPathTest : public testing::Test {
protected:
    SocketPathTest() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-path-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~SocketPathTest() override { std::filesystem::remove_all(directory_); }

    std::filesystem::path directory_;
};

TEST_F(SocketPathTest, AShortPathIsItself) {
    const auto short_path = SocketPath::open("/nowhere/offhook.sock");
    ASSERT_TRUE(short_path);
    EXPECT_EQ(short_path->address(), "/nowhere/offhook.sock");
    const std::string longest = "/" + std::string(socket_path_bytes_max - 1, 'x');
    ASSERT_TRUE(SocketPath::open(longest));
    EXPECT_EQ(SocketPath::open(longest)->address(), longest);
}

TEST_F(SocketPathTest, ADeepDirectoryTakesASocketAndGivesIt) {
    const auto deep = directory_ / std::string(100, 'd') / std::string(100, 'e');
    std::filesystem::create_directories(deep);
    const auto path = SocketPath::open(deep / "offhook.sock");
    ASSERT_TRUE(path) << path.error().text();
    boost::asio::io_context context;
    stream_protocol::acceptor acceptor(context, stream_protocol::endpoint(path->address()));
    EXPECT_TRUE(std::filesystem::is_socket(deep / "offhook.sock"));
    const auto again = SocketPath::open(deep / "offhook.sock");
    ASSERT_TRUE(again);
    stream_protocol::socket socket(context);
    boost::system::error_code error;
    socket.connect(stream_protocol::endpoint(again->address()), error);
    EXPECT_FALSE(error) << error.message();
    EXPECT_TRUE(std::filesystem::remove(again->address()));
    EXPECT_FALSE(std::filesystem::exists(deep / "offhook.sock"));
}

TEST_F(SocketPathTest, ErrorsNameThePathAndTheLimit) {
    const auto absent = SocketPath::open(directory_ / std::string(120, 'd') / "offhook.sock");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::not_found);
    const auto path = directory_ / std::string(120, 'n');
    const auto name = SocketPath::open(path);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, ErrorCode::too_large);
    EXPECT_NE(name.error().text().find(path.string()), std::string::npos);
    EXPECT_NE(name.error().text().find("107"), std::string::npos);
}

} // namespace
} // namespace offhook::server
