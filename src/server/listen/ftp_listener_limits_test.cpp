#include "server/listen/ftp_test_support.hpp"

#include <atomic>
#include <chrono>
#include <sys/resource.h>
#include <thread>

namespace offhook::server {
namespace {

using std::chrono::milliseconds;

TEST(FtpListenerLimits, EndsALoginThatIsTooSlow) {
    FtpOptions options;
    options.login_time_max = milliseconds{500};
    FtpSite site(options);
    auto client = site.client();
    const auto begun = std::chrono::steady_clock::now();
    std::string said;
    for (int i = 0; i < 40 && said.empty(); ++i) { // a byte now and then buys no time
        client.control.send("U");
        if (!client.control.silent_for(milliseconds{50})) said = client.reply();
    }
    EXPECT_EQ(FtpClient::code_of(said), 421);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds{1500});
    EXPECT_TRUE(site.log.soon([](const DoorLog& log) { return !log.refused.empty(); }));
    auto noops = site.client(); // nor do commands
    int answered = 0;
    while (answered < 100 && noops.code("NOOP") == 200) {
        ++answered;
        std::this_thread::sleep_for(milliseconds{50});
    }
    EXPECT_LT(answered, 30);
}

TEST(FtpListenerLimits, EndsAnIdleSession) {
    FtpOptions options;
    options.idle_time_max = milliseconds{300};
    FtpSite site(options);
    auto client = site.logged_in();
    EXPECT_EQ(FtpClient::code_of(client.reply()), 421);
    EXPECT_EQ(client.control.line(), "");
}

TEST(FtpListenerLimits, WaitsForTheDataConnectionAndNotForever) {
    FtpOptions options;
    options.data_connect_time_max = milliseconds{600};
    FtpSite site(options);
    auto client = site.logged_in();
    {
        const auto said = client.ask("EPSV");
        client.control.send("RETR a.cfg\r\n");
        EXPECT_TRUE(client.control.silent_for(milliseconds{200}));
        Wire late({boost::asio::ip::make_address("127.0.0.1"),
                   static_cast<std::uint16_t>(std::atoi(said.c_str() + said.find("|||") + 3))});
        EXPECT_EQ(FtpClient::code_of(client.reply()), 150);
        EXPECT_EQ(late.rest(), "0123456789");
        EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
    }
    client.code("EPSV");
    EXPECT_EQ(client.code("RETR a.cfg"), 425);
    EXPECT_TRUE(site.log.soon([](const DoorLog& log) { return log.broken_off == std::vector<std::uint64_t>{0}; }));
}

TEST(FtpListenerLimits, ClosesADataConnectionFromSomebodyElse) {
    FtpOptions options;
    options.data_connect_time_max = milliseconds{600};
    FtpSite site(options);
    auto client = site.logged_in();
    {
        auto thief = client.data("127.0.0.2");
        EXPECT_EQ(client.code("RETR a.cfg"), 425);
        EXPECT_EQ(thief.rest(), "");
    }
    const auto said = client.ask("EPSV");
    const Endpoint port(boost::asio::ip::make_address("127.0.0.1"),
                        static_cast<std::uint16_t>(std::atoi(said.c_str() + said.find("|||") + 3)));
    Wire thief(port, "127.0.0.2");
    Wire own(port);
    EXPECT_EQ(client.code("RETR a.cfg"), 150);
    EXPECT_EQ(own.rest(), "0123456789");
    EXPECT_EQ(thief.rest(), "");
}

TEST(FtpListenerLimits, DrainsWhatAnEarlierSessionLeftInTheBacklog) {
    FtpOptions options;
    options.passive_ports_at_start = 1;
    options.passive_ports_max = 1;
    FtpSite site(options, 1);
    auto client = site.logged_in();
    auto stale = client.data();
    auto own = client.data(); // the same port, lent anew
    EXPECT_EQ(client.code("RETR a.cfg"), 150);
    EXPECT_EQ(own.rest(), "0123456789");
    EXPECT_EQ(stale.rest(), "");
}

TEST(FtpListenerLimits, LendsAPortToOneSessionOfAPeerAtATime) {
    FtpOptions options;
    options.passive_ports_at_start = 1;
    options.passive_ports_max = 1;
    FtpSite site(options, 1);
    auto first = site.logged_in();
    auto second = site.logged_in();
    auto other = site.client("127.0.0.2");
    EXPECT_TRUE(other.log_in());
    const auto port = first.ask("EPSV");
    EXPECT_EQ(other.ask("EPSV"), port) << "another address may share it";
    second.control.send("EPSV\r\n");
    EXPECT_TRUE(second.control.silent_for(milliseconds{200}));
    EXPECT_EQ(first.code("QUIT"), 221);
    EXPECT_EQ(second.reply(), port);
    const Endpoint at(boost::asio::ip::make_address("127.0.0.1"),
                      static_cast<std::uint16_t>(std::atoi(port.c_str() + port.find("|||") + 3)));
    Wire theirs(at, "127.0.0.2");
    Wire ours(at);
    EXPECT_EQ(second.code("RETR a.cfg"), 150);
    EXPECT_EQ(ours.rest(), "0123456789");
    EXPECT_EQ(other.code("RETR lines.txt"), 150);
    EXPECT_EQ(theirs.rest().substr(0, 3), "one");
}

TEST(FtpListenerLimits, TakesPortsFromItsRange) {
    FtpOptions options;
    options.passive_port_first = 42'310;
    options.passive_port_last = 42'317;
    FtpSite site(options);
    for (int i = 0; i < 20; ++i) {
        auto client = site.logged_in();
        const auto said = client.ask("EPSV");
        const int port = std::atoi(said.c_str() + said.find("|||") + 3);
        EXPECT_GE(port, 42'310);
        EXPECT_LE(port, 42'317);
    }
    options.passive_port_last = 42'310;
    auto refused =
        FtpListener::open(site.loops, site.pointers, {boost::asio::ip::make_address("127.0.0.1"), 0}, options);
    EXPECT_FALSE(refused) << "one port for two loops";
}

TEST(FtpListenerLimits, TellsTheAddressThatThePeerCanReach) {
    struct Case {
        const char* networks;
        const char* told;
    };
    for (const auto& [networks, told] :
         {Case{"", "(127,0,0,1,"}, Case{"10.0.0.0/8", "(203,0,113,7,"}, Case{"127.0.0.0/8", "(127,0,0,1,"}}) {
        FtpOptions options;
        options.public_address = IpAddress::from_text("203.0.113.7");
        if (*networks != 0) options.local_networks.push_back(*Network::from_text(networks));
        FtpSite site(options, 1);
        auto client = site.logged_in();
        EXPECT_NE(client.ask("PASV").find(told), std::string::npos) << networks;
    }
}

TEST(FtpListenerLimits, ConnectsToThePeerAloneWhenActiveModeIsAllowed) {
    FtpOptions options;
    options.active_mode = FtpActiveMode::to_the_peer_alone;
    FtpSite site(options, 1);
    auto client = site.logged_in();
    EXPECT_EQ(client.code("PORT 127,0,0,2,200,1"), 504);
    EXPECT_EQ(client.code("PORT 127,0,0,1,0,22"), 504);
    EXPECT_EQ(client.code("PORT 1,2,3"), 501);
    EXPECT_EQ(client.code("EPRT |1|127.0.0.2|50000|"), 504);
    EXPECT_EQ(site.log.read([](const DoorLog& log) { return log.refused.size(); }), 3U);
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Endpoint at(boost::asio::ip::make_address("127.0.0.1"), 0);
    ASSERT_EQ(::bind(listening, at.data(), static_cast<socklen_t>(at.size())), 0);
    ASSERT_EQ(::listen(listening, 4), 0);
    auto length = static_cast<socklen_t>(at.capacity());
    ASSERT_EQ(::getsockname(listening, at.data(), &length), 0);
    for (const auto& command :
         {"PORT 127,0,0,1," + std::to_string(at.port() / 256) + "," + std::to_string(at.port() % 256),
          "EPRT |1|127.0.0.1|" + std::to_string(at.port()) + "|"}) {
        EXPECT_EQ(client.code(command), 200);
        EXPECT_EQ(client.code("RETR a.cfg"), 150);
        const int data = ::accept(listening, nullptr, nullptr);
        char bytes[64];
        EXPECT_EQ(::recv(data, bytes, sizeof bytes, MSG_WAITALL), 10);
        ::close(data);
        EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
    }
    ::close(listening);
    EXPECT_EQ(client.code("PORT 127,0,0,1,4,0"), 200);
    EXPECT_EQ(client.code("RETR a.cfg"), 425);
}

TEST(FtpListenerLimits, CutsATransferThatDoesNotMove) {
    FtpOptions options;
    options.data_window = milliseconds{400};
    FtpSite site(options);
    auto client = site.logged_in();
    client.code("TYPE I");
    auto wire = client.data();
    EXPECT_EQ(client.code("RETR size-35651584"), 150);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 426); // nobody reads
    auto up = client.data();
    EXPECT_EQ(client.code("STOR up.log"), 150);
    up.send("half");
    EXPECT_EQ(FtpClient::code_of(client.reply()), 426);
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
    EXPECT_EQ(client.code("NOOP"), 200);
}

TEST(FtpListenerLimits, ServesASlowButSteadyReader) {
    FtpOptions options;
    options.data_window = milliseconds{300};
    FtpSite site(options);
    auto client = site.logged_in();
    client.code("TYPE I");
    auto wire = client.data();
    EXPECT_EQ(client.code("RETR size-35651584"), 150);
    std::vector<char> piece(1 << 20);
    for (int i = 0; i < 10; ++i) {
        EXPECT_GT(::recv(wire.fd(), piece.data(), piece.size(), MSG_WAITALL), 0);
        std::this_thread::sleep_for(milliseconds{150});
    }
    EXPECT_EQ(wire.rest().size(), (std::size_t{34} << 20U) - (std::size_t{10} << 20U));
    EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
}

TEST(FtpListenerLimits, ServesFiveHundredSessionsAtOnce) {
    FtpSite site;
    std::vector<FtpClient> clients;
    clients.reserve(500);
    for (int i = 0; i < 500; ++i) clients.push_back(site.logged_in());
    EXPECT_EQ(site.listener->connections(), 500U);
    std::vector<Wire> wires;
    for (auto& client : clients) {
        client.code("TYPE I");
        wires.push_back(client.data());
    }
    for (auto& client : clients) client.control.send("RETR size-513\r\n");
    const auto expected = pattern(513);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        EXPECT_EQ(FtpClient::code_of(clients[i].reply()), 150);
        EXPECT_TRUE(wires[i].rest() == expected);
        EXPECT_EQ(FtpClient::code_of(clients[i].reply()), 226);
    }
}

TEST(FtpListenerLimits, StopsWithSessionsInEveryState) {
    FtpOptions options;
    options.stop_grace = milliseconds{300};
    FtpSite site(options);
    auto idle = site.logged_in();
    auto sending = site.logged_in();
    sending.code("TYPE I");
    auto wire = sending.data();
    EXPECT_EQ(sending.code("RETR size-35651584"), 150);
    auto taking = site.logged_in();
    auto up = taking.data();
    EXPECT_EQ(taking.code("STOR up.log"), 150);
    auto waiting = site.logged_in();
    waiting.code("EPSV");
    waiting.control.send("RETR a.cfg\r\n");
    const auto begun = std::chrono::steady_clock::now();
    site.listener->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds{2000});
    EXPECT_EQ(FtpClient::code_of(idle.reply()), 421);
    EXPECT_EQ(site.listener->connections(), 0U);
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
}

/// Processor time of this process.
std::chrono::microseconds time_used() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return std::chrono::seconds{used.ru_utime.tv_sec + used.ru_stime.tv_sec} +
           std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

TEST(FtpListenerLimits, WaitsQuietlyForDescriptorsToTakeADataConnectionWith) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    const auto said = client.ask("EPSV");
    const auto port = static_cast<std::uint16_t>(std::atoi(said.c_str() + said.find("|||") + 3));
    const Endpoint at(boost::asio::ip::make_address("127.0.0.1"), port);
    const net::OwnedFd data(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    client.control.send("RETR a.cfg\r\n");
    EXPECT_TRUE(client.control.silent_for(std::chrono::milliseconds{100}));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    std::vector<net::OwnedFd> holes; // below the limit none is to be free
    for (int fd = ::dup(data.get()); fd >= 0; fd = ::dup(data.get())) {
        holes.emplace_back(fd);
        if (fd > data.get()) break;
    }
    const int first_free = ::dup(data.get());
    ::close(first_free);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(first_free);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto used_before = time_used();
    EXPECT_EQ(::connect(data.get(), at.data(), static_cast<socklen_t>(at.size())), 0);
    EXPECT_TRUE(client.control.silent_for(std::chrono::milliseconds{500}));
    const auto used = time_used() - used_before;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_LT(used, std::chrono::milliseconds{150});
    EXPECT_EQ(FtpClient::code_of(client.reply()), 150);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
}

TEST(FtpListenerLimits, KeepsNothingOfAClientThatWasKilled) {
    FtpSite site;
    for (int i = 0; i < 40; ++i) {
        auto client = site.logged_in();
        client.code("TYPE I");
        auto data = client.data();
        if (i % 2 == 0) {
            EXPECT_EQ(client.code("STOR up.log"), 150);
        } else {
            client.control.send("STOR up.log\r\n"); // over unread replies its end is a reset
        }
        data.send(std::string(20'000, 'x'));
        client.control.close();
        data.close();
    }
    EXPECT_TRUE(site.log.soon([](const DoorLog& read) { return read.abandoned_uploads == 40; }));
    EXPECT_EQ(site.stored("up.log"), "(nothing)");
}

TEST(FtpListenerLimits, KeepsWhatAClientSentThatSaidQuitAndWaitedForNothing) {
    FtpSite site;
    for (int i = 0; i < 40; ++i) {
        auto client = site.logged_in();
        client.code("TYPE I");
        auto data = client.data();
        EXPECT_EQ(client.code("APPE up.log"), 150);
        data.send("x");
        if (i % 2 == 0) data.close();
        client.control.send("QUIT\r\n");
        client.control.close();
    }
    EXPECT_TRUE(site.log.soon([](const DoorLog& read) {
        const auto stored = read.uploads.find("up.log");
        return stored != read.uploads.end() && stored->second == std::string(40, 'x');
    })) << site.stored("up.log");
}

TEST(FtpListenerLimits, KeepsWhatAClientSentThatStaysUntilItIsAnswered) {
    FtpSite site;
    auto client = site.logged_in();
    client.code("TYPE I");
    auto data = client.data();
    EXPECT_EQ(client.code("STOR up.log"), 150);
    data.send("x");
    client.control.send("NOOP\r\n"); // what it asks next is no end
    data.close();
    EXPECT_EQ(FtpClient::code_of(client.reply()), 226);
    EXPECT_EQ(FtpClient::code_of(client.reply()), 200);
    client.control.close();
    EXPECT_EQ(site.stored("up.log"), "x");
}

} // namespace
} // namespace offhook::server
