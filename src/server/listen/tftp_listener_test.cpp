#include "server/listen/tftp_test_support.hpp"

#include <set>
#include <sys/resource.h>

namespace offhook::server {
namespace {

using namespace std::string_view_literals;
using protocol::tftp::ack_packet;
using std::chrono::milliseconds;

TftpOptions quick() {
    TftpOptions options;
    options.timing.first = options.timing.least = milliseconds{30};
    options.timing.most = milliseconds{60};
    options.timing.last = milliseconds{60};
    options.dally_time = milliseconds{200};
    options.stop_grace = milliseconds{300};
    return options;
}

/// Reads to the end, one block at a time.
std::string fetch(TftpClient& client, std::string_view name) {
    client.request(read_request(name));
    std::string out;
    for (std::uint16_t block = 1;; ++block) {
        const auto packet = client.receive();
        const auto data = protocol::tftp::parse_data(packet);
        if (!data) return "not data: " + packet;
        if (data->number != block) {
            --block;
            continue;
        }
        out += data->payload;
        client.send(ack_packet(block));
        if (data->payload.size() < 512) return out;
    }
}

TEST(TftpListener, ServesFilesOfEverySize) {
    TftpSite site;
    site.open();
    for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 3000U, 100'000U}) {
        auto client = site.client();
        EXPECT_TRUE(fetch(client, "f" + std::to_string(size)) == tftp_body(size)) << size;
        EXPECT_NE(client.from().port(), site.listener->bound().port());
    }
    EXPECT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 0; }));
    EXPECT_EQ(site.statuses(), std::vector<std::uint16_t>(7, 0));
    EXPECT_TRUE(site.log.read([](DoorLog& log) { return log.broken_off.empty(); }));
}

TEST(TftpListener, SaysWhichOfOurAddressesWasAsked) {
    for (const bool everywhere : {true, false}) {
        TftpSite site;
        site.open({}, everywhere ? "0.0.0.0" : "127.0.0.2");
        const auto port = site.listener->bound().port();
        TftpClient client({boost::asio::ip::make_address("127.0.0.2"), port});
        EXPECT_EQ(fetch(client, "f1"), tftp_body(1));
        EXPECT_EQ(site.log.read([](DoorLog& log) { return log.locals; }),
                  std::vector<std::string>{"127.0.0.2 " + std::to_string(port)});
    }
}

TEST(TftpListener, TidiesNamesAndRefusesWhatIsNone) {
    TftpSite site;
    site.open();
    auto client = site.client();
    EXPECT_EQ(fetch(client, "\\dir\\a b.cfg"), "in a directory");
    EXPECT_EQ(fetch(client, "//dir/./a b.cfg"), "in a directory");
    for (const auto name : {"../f1"sv, "dir/../f1"sv, "no-such-file-here"sv, "/"sv}) {
        client.request(read_request(name));
        const auto answer = client.receive();
        EXPECT_EQ(error_code(answer), 1) << name;
        EXPECT_EQ(answer.find("no-such"), std::string::npos) << "errors never echo a name";
    }
    client.request("\0\1f1\0mail\0"sv);
    EXPECT_EQ(error_code(client.receive()), 4);
    client.request("\0\1f1"sv);
    EXPECT_EQ(client.receive(milliseconds{100}), "");
}

TEST(TftpListener, APhoneMayAskAgainFromItsPortRightAfterItsLastAck) {
    TftpSite site;
    site.open();
    auto client = site.client();
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(fetch(client, "f513"), tftp_body(513)) << i;
        client.request(read_request("no-such-file-here")); // the ACK may still wait on the other socket
        ASSERT_EQ(error_code(client.receive()), 1) << i;
    }
}

TEST(TftpListener, AnswersFromTheAddressThatWasAsked) {
    TftpSite site;
    site.open({}, "0.0.0.0");
    for (const auto* address : {"127.0.0.1", "127.0.0.2", "127.1.2.3"}) {
        TftpClient client({boost::asio::ip::make_address(address), site.listener->bound().port()});
        EXPECT_EQ(fetch(client, "f513"), tftp_body(513));
        EXPECT_EQ(client.from().address().to_string(), address);
    }
}

TEST(TftpListener, SpeaksIpv6) {
    for (const auto* address : {"::1", "::"}) {
        TftpSite site;
        site.open({}, address);
        TftpClient client({boost::asio::ip::make_address("::1"), site.listener->bound().port()});
        EXPECT_EQ(fetch(client, "f3000"), tftp_body(3000));
    }
}

TEST(TftpListener, ASinglePortServesEverything) {
    TftpSite site;
    auto options = quick();
    options.ports = TftpOptions::Ports::the_listeners;
    site.open(options);
    auto client = site.client();
    EXPECT_EQ(fetch(client, "f3000"), tftp_body(3000));
    EXPECT_EQ(client.from().port(), site.listener->bound().port());
}

TEST(TftpListener, AnswersComeFromTheConfiguredPorts) {
    TftpSite site;
    auto options = quick();
    options.port_first = 41'000;
    options.port_last = 41'063;
    site.open(options);
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 40; ++i) {
        auto client = site.client();
        EXPECT_EQ(fetch(client, "f1"), tftp_body(1));
        EXPECT_TRUE(client.from().port() >= 41'000 && client.from().port() <= 41'063) << client.from().port();
        ports.insert(client.from().port());
    }
    EXPECT_GT(ports.size(), 4U);
}

TEST(TftpListener, ANarrowRangeLeavesNoLoopWithoutAPort) {
    TftpSite site;
    auto options = quick();
    options.port_first = 41'100;
    options.port_last = static_cast<std::uint16_t>(41'100 + site.loops.size() - 1);
    site.open(options);
    for (int i = 0; i < 20; ++i) { // whichever loop it lands on
        auto client = site.client();
        EXPECT_EQ(fetch(client, "f1"), tftp_body(1));
    }
}

TEST(TftpListener, ASecondServerOnThePortIsAnError) {
    TftpSite site;
    site.open();
    TftpSite second;
    std::vector<Door*> pointers;
    for (std::size_t i = 0; i < second.loops.size(); ++i) {
        second.doors.push_back(std::make_unique<FakeDoor>(second.house, nullptr));
        pointers.push_back(second.doors.back().get());
    }
    EXPECT_FALSE(TftpListener::open(second.loops, pointers, site.listener->bound()));
}

TEST(TftpListener, AmplifiesNothing) {
    for (const auto& request :
         {read_request("f100000"), read_request("f100000", {{"blksize", "65464"}, {"windowsize", "64"}}),
          read_request("nothing")}) {
        TftpSite site;
        site.open(quick());
        auto client = site.client();
        client.request(request);
        std::size_t packets = 0;
        for (auto packet = client.receive(milliseconds{1500}); !packet.empty();
             packet = client.receive(milliseconds{500})) {
            EXPECT_LE(packet.size(), 516U);
            ++packets;
        }
        EXPECT_LE(packets, 7U); // five retransmissions, and the error that ends it
        EXPECT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 0; }));
    }
}

TEST(TftpListener, AStrangerIsToldSoAndDisturbsNobody) {
    TftpSite site;
    site.open();
    auto client = site.client();
    client.request(read_request("f3000"));
    ASSERT_EQ(client.receive().size(), 516U);
    auto stranger = site.client();
    stranger.send_to(client.from(), ack_packet(1));
    EXPECT_EQ(error_code(stranger.receive()), 5);
    stranger.send_to(client.from(), protocol::tftp::error_packet(protocol::tftp::ErrorCode::undefined, "die"));
    EXPECT_EQ(stranger.receive(milliseconds{100}), "");
    client.send(ack_packet(1));
    auto packet = client.receive();
    while (protocol::tftp::parse_data(packet)->number == 1) packet = client.receive();
    EXPECT_EQ(packet, data_packet(2, tftp_body(3000).substr(512, 512)));
}

TEST(TftpListener, ARepeatedRequestStartsNoSecondTransfer) {
    TftpSite site;
    site.open();
    auto client = site.client();
    client.request(read_request("f3000"));
    const auto first = client.receive();
    const auto port = client.from().port();
    client.request(read_request("f3000"));
    EXPECT_EQ(client.receive(), first);
    EXPECT_EQ(client.from().port(), port);
    EXPECT_EQ(site.listener->connections(), 1U);
    EXPECT_EQ(site.statuses().size(), 1U);
    client.request(read_request("f513")); // another file from the same port: the phone has started anew
    EXPECT_EQ(client.receive(), data_packet(1, tftp_body(513).substr(0, 512)));
    EXPECT_EQ(site.listener->connections(), 1U);
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.broken_off.size(); }), 1U);
}

TEST(TftpListener, WhatComesFromDiskIsBroughtOnce) {
    TftpSite site;
    site.open();
    auto client = site.client();
    for (int i = 0; i < 3; ++i) client.request(read_request("slow", {{"tsize", "0"}}));
    EXPECT_EQ(client.receive(), "\0\6tsize\0"
                                "2000\0"sv);
    EXPECT_TRUE(site.log.soon([](DoorLog& log) { return log.statuses.size() == 1; }));
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.opened.size(); }), 1U);
}

TEST(TftpListener, AHeldAnswerWaits) {
    TftpSite site;
    site.house.hold = milliseconds{300};
    site.open();
    auto client = site.client();
    client.request(read_request("nothing"));
    client.request(read_request("nothing"));
    EXPECT_EQ(client.receive(milliseconds{200}), "");
    EXPECT_EQ(error_code(client.receive()), 1);
    EXPECT_EQ(client.receive(milliseconds{100}), "");
    EXPECT_EQ(site.statuses(), std::vector<std::uint16_t>{1});
}

TEST(TftpListener, WhoIsShutOutHearsNothing) {
    TftpSite site;
    site.house.shut_out = {*IpAddress::from_text("127.0.0.1")};
    site.open();
    auto client = site.client();
    client.request(read_request("f1"));
    EXPECT_EQ(client.receive(milliseconds{200}), "");
}

TEST(TftpListener, ASourceHasSoManyTransfersAndNoMore) {
    TftpSite site;
    auto options = quick();
    options.timing.last = std::chrono::seconds{10};
    options.transfers_per_source_max = 3;
    site.open(options);
    std::vector<TftpClient> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(site.client());
        clients.back().request(read_request("f3000"));
        EXPECT_EQ(clients.back().receive(milliseconds{i < 3 ? 5000 : 200}).empty(), i == 3) << i;
    }
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.refused.size(); }), 1U);
}

TEST(TftpListener, AnUploadIsAcknowledgedWhenItIsSafe) {
    TftpSite site;
    site.open();
    auto client = site.client();
    client.request(write_request("up"));
    EXPECT_EQ(client.receive(), ack_packet(0));
    client.request(write_request("up"));
    EXPECT_EQ(client.receive(), ack_packet(0));
    client.send(data_packet(1, std::string(512, 'a')));
    EXPECT_EQ(client.receive(), ack_packet(1));
    client.send(data_packet(1, std::string(512, 'a')));
    EXPECT_EQ(client.receive(), ack_packet(1));
    client.send(data_packet(2, "b"));
    EXPECT_EQ(client.receive(), ack_packet(2));
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.uploads["up"]; }), std::string(512, 'a') + "b");
    client.send(data_packet(2, "b")); // our ACK was lost
    EXPECT_EQ(client.receive(), ack_packet(2));
    EXPECT_EQ(site.statuses(), std::vector<std::uint16_t>{0});
}

TEST(TftpListener, AnUploadThatFailsIsNeverAcknowledged) {
    struct Case {
        UploadRefusal refusal;
        int code;
    };
    for (const auto& [refusal, code] : {Case{UploadRefusal::failed, 0}, Case{UploadRefusal::no_room, 3},
                                        Case{UploadRefusal::too_large, 3}, Case{UploadRefusal::absent, 2}}) {
        TftpSite site;
        site.house.commit_ends = refusal;
        site.open();
        auto client = site.client();
        client.request(write_request("up"));
        EXPECT_EQ(client.receive(), ack_packet(0));
        client.send(data_packet(1, "b"));
        EXPECT_EQ(error_code(client.receive()), code);
        EXPECT_EQ(site.statuses(), std::vector<std::uint16_t>{static_cast<std::uint16_t>(code)});
    }
}

TEST(TftpListener, RefusesUploadsBeforeAByteOfThem) {
    TftpSite site;
    site.house.upload_bytes_max = 1000;
    site.open();
    auto client = site.client();
    client.request(write_request("elsewhere"));
    EXPECT_EQ(error_code(client.receive()), 2);
    client.request(write_request("up", {{"tsize", "1001"}}));
    EXPECT_EQ(error_code(client.receive()), 3);
    client.request(write_request("up", {{"tsize", "1000"}, {"blksize", "1024"}}));
    EXPECT_EQ(client.receive(), "\0\6blksize\0"
                                "1024\0tsize\0"
                                "1000\0"sv);
    client.send(data_packet(1, std::string(1024, 'a')));
    EXPECT_EQ(error_code(client.receive()), 3) << "it said 1000";
    EXPECT_TRUE(site.log.read([](DoorLog& log) { return log.uploads.empty(); }));
}

TEST(TftpListener, AnUploadThatStopsLeavesNothing) {
    TftpSite site;
    site.open(quick());
    auto client = site.client();
    client.request(write_request("up"));
    ASSERT_EQ(client.receive(), ack_packet(0));
    client.send(data_packet(1, std::string(512, 'a')));
    EXPECT_TRUE(site.log.soon([](DoorLog& log) { return log.abandoned_uploads == 1; }));
    EXPECT_TRUE(site.log.read([](DoorLog& log) { return log.uploads.empty(); }));
}

TEST(TftpListener, ServesTwoThousandTransfersAtOnce) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, 4096));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    TftpSite site;
    auto options = TftpOptions{};
    options.timing.first = options.timing.least = std::chrono::seconds{20}; // all that is sent has its reason
    site.open(options);
    std::vector<TftpClient> clients;
    std::vector<std::string> got(2000);
    for (std::size_t i = 0; i < 2000; ++i) {
        clients.push_back(site.client());
        clients[i].request(read_request("f3000"));
        if (i % 50 != 49) continue; // the kernel's buffer is not what is tested
        for (std::size_t n = i - 49; n <= i; ++n) {
            const auto packet = clients[n].receive();
            ASSERT_EQ(packet.size(), 516U) << n;
            got[n] = packet.substr(4);
        }
    }
    EXPECT_EQ(site.listener->connections(), 2000U);
    for (std::uint16_t block = 1; block <= 6; ++block)
        for (std::size_t n = 0; n < 2000; ++n) {
            clients[n].send(ack_packet(block));
            if (block == 6) continue;
            const auto packet = clients[n].receive();
            ASSERT_GE(packet.size(), 4U) << n;
            got[n] += packet.substr(4);
        }
    for (const auto& body : got) ASSERT_TRUE(body == tftp_body(3000));
    EXPECT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 0; }));
}

TEST(TftpListener, StopLetsATransferFinishAndCutsWhatDoesNot) {
    TftpSite site;
    auto options = quick();
    options.timing.last = std::chrono::seconds{10};
    site.open(options);
    auto busy = site.client();
    busy.request(read_request("f513"));
    ASSERT_EQ(busy.receive().size(), 516U);
    auto idle = site.client();
    idle.request(read_request("f3000"));
    ASSERT_EQ(idle.receive().size(), 516U);
    std::thread stopping([&site] { site.listener->stop(); });
    std::this_thread::sleep_for(milliseconds{50});
    busy.send(ack_packet(1));
    auto packet = busy.receive();
    while (protocol::tftp::parse_data(packet) && protocol::tftp::parse_data(packet)->number == 1)
        packet = busy.receive();
    EXPECT_EQ(packet, data_packet(2, tftp_body(513).substr(512)));
    busy.send(ack_packet(2));
    stopping.join();
    EXPECT_EQ(site.listener->connections(), 0U);
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.broken_off.size(); }), 1U);
}

} // namespace
} // namespace offhook::server
