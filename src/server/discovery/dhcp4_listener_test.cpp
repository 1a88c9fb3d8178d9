// The listener with real sockets on loopback, spoken to as by a relay: that needs no broadcast and no right.
#include "server/discovery/dhcp4_listener.hpp"

#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "net/loops.hpp"
#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace offhook::server {
namespace {

using namespace std::string_view_literals;
using namespace testing_dhcp4;
using dhcp4::Message;
using dhcp4::Type;

class Dhcp4ListenerTest : public testing::Test {
protected:
    Dhcp4ListenerTest() {
        loops_.start();
        fd_ = net::OwnedFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(0x7f000002);
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
        const timeval patience{2, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Dhcp4ListenerTest() override {
        listener_.reset();
        loops_.stop();
    }
    static Dhcp4Options loopback_pool() {
        Dhcp4Options out = one_pool();
        out.pools[0].subnet = *Network::from_text("127.0.0.0/24");
        out.pools[0].first = ip("127.0.0.10"), out.pools[0].last = ip("127.0.0.12");
        return out;
    }
    void open(const Dhcp4Options& options) {
        listener_.reset();
        auto opened = Dhcp4Listener::open(loops_[0], offers_, *store_, 0,
                                          {boost::asio::ip::make_address("127.0.0.1"), 0}, options);
        ASSERT_TRUE(opened) << opened.error().text();
        listener_ = std::move(*opened);
        listener_->start();
    }
    void send(const Message& message) {
        const std::string bytes = bytes_of(message), at = listener_->address();
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(0x7f000001);
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(at.substr(at.find(':') + 1))));
        ASSERT_EQ(::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
                  static_cast<ssize_t>(bytes.size()));
    }
    Message receive() {
        std::array<char, 1500> bytes{};
        const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        Message out;
        if (count > 0) {
            EXPECT_EQ(out.read({bytes.data(), static_cast<std::size_t>(count)}), dhcp4::MessageError::none);
        }
        return out;
    }
    /// As a relay at 127.0.0.2 forwards it, that wants its answers at the port that it sends from.
    static Message relayed(Type type) {
        Message out = from_client(type, polycom, 42);
        out.giaddr = ip("127.0.0.2");
        out.hops = 1;
        out.set(dhcp4::relay_information, "\x13\0"sv);
        return out;
    }

    SystemClock clock_;
    ScriptedOffers offers_;
    catalogue::TestDirectory home_;
    std::unique_ptr<catalogue::Store> store_ = catalogue::open_sqlite_store({home_.path()});
    net::Loops loops_{clock_, 1};
    net::OwnedFd fd_;
    std::unique_ptr<Dhcp4Listener> listener_;
};

TEST_F(Dhcp4ListenerTest, LeasesAnAddressThatIsStoredByThen) {
    offers_.tell(66, "http://boot");
    open(loopback_pool());
    send(relayed(Type::discover));
    const Message offer = receive();
    ASSERT_EQ(offer.type(), Type::offer);
    EXPECT_EQ(offer.xid, 42U);
    EXPECT_EQ(offer.address(dhcp4::server_id), ip("127.0.0.1"));
    Message request = relayed(Type::request);
    request.set_address(dhcp4::requested_address, offer.yiaddr);
    request.set_address(dhcp4::server_id, ip("127.0.0.1"));
    send(request);
    const Message ack = receive();
    ASSERT_EQ(ack.type(), Type::ack);
    EXPECT_EQ(ack.option(66), "http://boot");
    ASSERT_EQ(store_->leases().size(), 1U);
    EXPECT_EQ(store_->leases()[0].address, offer.yiaddr);

    open(loopback_pool()); // anew, with what the store has
    Message rebooting = relayed(Type::request);
    rebooting.set_address(dhcp4::requested_address, offer.yiaddr);
    send(rebooting);
    EXPECT_EQ(receive().type(), Type::ack);
}

TEST_F(Dhcp4ListenerTest, ProbesBeforeItOffers) {
    Dhcp4Options options = loopback_pool();
    options.conflict_wait = std::chrono::milliseconds(100);
    open(options);
    const auto begin = std::chrono::steady_clock::now();
    send(relayed(Type::discover));
    // All of 127/8 answers an echo, where we may ask: then every address is somebody's.
    const Message offer = receive();
    if (offer.type() == Type::offer)
        EXPECT_GE(std::chrono::steady_clock::now() - begin, options.conflict_wait);
    else
        EXPECT_EQ(store_->leases().size(), 3U) << "in quarantine";
}

TEST_F(Dhcp4ListenerTest, RefusesWhatItCannotServe) {
    const auto refused = [&](const char* at, const Dhcp4Options& options) {
        const auto opened =
            Dhcp4Listener::open(loops_[0], offers_, *store_, 0, {boost::asio::ip::make_address(at), 0}, options);
        return opened ? std::string() : opened.error().text();
    };
    EXPECT_NE(refused("0.0.0.0", loopback_pool()), "");
    EXPECT_NE(refused("192.0.2.1", loopback_pool()).find("no interface has"), std::string::npos);
    EXPECT_NE(refused("::1", Dhcp4Options()), "");
    Dhcp4Options broken = loopback_pool();
    broken.pools.clear();
    EXPECT_NE(refused("127.0.0.1", broken), "");
}

TEST(FindOtherServer, SaysWhereTheAnswerWouldNotBeHeard) {
    const ManualClock clock;
    Dhcp4Sockets sockets; // none at the clients' port
    sockets.interface.name = "eth0";
    const auto found = find_other_server(sockets, clock, 1, std::chrono::milliseconds(0));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::unavailable);
    EXPECT_NE(found.error().message.find("beside_others"), std::string::npos) << found.error().message;
    sockets.interface.is_loopback = true;
    const auto on_loopback = find_other_server(sockets, clock, 1, std::chrono::milliseconds(0));
    ASSERT_TRUE(on_loopback);
    EXPECT_FALSE(*on_loopback);
}

/// Without the right to ask for addresses, so that probes end by time.
class WithoutRawSockets {
public:
    WithoutRawSockets() {
        ::syscall(SYS_capget, &head_, before_.data());
        auto less = before_;
        less[0].effective &= ~(1U << CAP_NET_RAW);
        ::syscall(SYS_capset, &head_, less.data());
    }
    ~WithoutRawSockets() { ::syscall(SYS_capset, &head_, before_.data()); }

private:
    __user_cap_header_struct head_{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> before_{};
};

TEST_F(Dhcp4ListenerTest, OutlivesWhatFailsWhileAProbeEnds) {
    Dhcp4Options options = loopback_pool();
    options.conflict_wait = std::chrono::milliseconds(50);
    const WithoutRawSockets less;
    open(options);
    offers_.makes_left = 1; // for the DISCOVER, not for its OFFER
    send(relayed(Type::discover));
    while (offers_.makes_left >= 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    offers_.makes_left = 1'000;
    Message other = relayed(Type::discover);
    other.set_mac(MacAddress(other_polycom));
    send(other);
    EXPECT_EQ(receive().type(), Type::offer);
}

TEST_F(Dhcp4ListenerTest, StopsWhileLeasesAreBeingWritten) {
    open(loopback_pool());
    Message request = relayed(Type::request);
    request.set_address(dhcp4::requested_address, ip("127.0.0.10"));
    request.set_address(dhcp4::server_id, ip("127.0.0.1"));
    send(request);
    listener_->stop();
    listener_->stop();
}

} // namespace
} // namespace offhook::server
