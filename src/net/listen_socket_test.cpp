#include "net/listen_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

namespace offhook::net {
namespace {

using boost::asio::ip::tcp;

tcp::endpoint at(const char* text) {
    const auto endpoint = endpoint_from_text(text);
    return endpoint ? *endpoint : tcp::endpoint();
}

TEST(ListenSocket, PicksOnePortForAllItsSockets) {
    for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
        const auto listening = open_listen_sockets(at(address), 3);
        ASSERT_TRUE(listening) << listening.error().text();
        EXPECT_EQ(listening->sockets.size(), 3U);
        EXPECT_NE(listening->bound.port(), 0);
        EXPECT_EQ(listening->bound.address(), at(address).address());
        for (const auto& socket : listening->sockets) {
            tcp::endpoint bound;
            auto length = static_cast<socklen_t>(bound.capacity());
            ASSERT_EQ(::getsockname(socket.get(), bound.data(), &length), 0);
            bound.resize(length);
            EXPECT_EQ(bound, listening->bound);
        }
    }
}

TEST(ListenSocket, ASecondServerOnThePortIsAnErrorThatNamesTheAddress) {
    const auto first = open_listen_sockets(at("127.0.0.1:0"), 2);
    ASSERT_TRUE(first);
    const auto second = open_listen_sockets(first->bound, 2);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
    EXPECT_THAT(second.error().message, testing::HasSubstr(to_text(first->bound)));
    EXPECT_THAT(second.error().message, testing::HasSubstr("another server"));
}

TEST(ListenSocket, ThePortIsFreeAgainAfterwards) {
    tcp::endpoint bound;
    {
        const auto first = open_listen_sockets(at("127.0.0.1:0"), 1, {FirstWord::client});
        ASSERT_TRUE(first);
        bound = first->bound;
    }
    EXPECT_TRUE(open_listen_sockets(bound, 1));
}

TEST(ListenSocket, AnAddressThatIsNotOursIsRefused) {
    const auto listening = open_listen_sockets(at("192.0.2.1:0"), 1);
    ASSERT_FALSE(listening);
    EXPECT_THAT(listening.error().message, testing::HasSubstr("192.0.2.1"));
}

TEST(ListenSocket, EndpointsAreReadAsTheyAreWritten) {
    for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:65535", "[2001:db8::1]:80"}) {
        const auto endpoint = endpoint_from_text(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(to_text(*endpoint), text);
    }
    for (const char* text : {"", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]",
                             "[127.0.0.1]:80", "localhost:80", "[]:80", "1.2.3.4:8o"})
        EXPECT_FALSE(endpoint_from_text(text)) << text;
}

} // namespace
} // namespace offhook::net
