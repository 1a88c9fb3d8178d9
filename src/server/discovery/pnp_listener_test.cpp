#include "server/discovery/pnp_listener.hpp"

#include "net/loops.hpp"
#include "net/owned_fd.hpp"
#include "protocol/sip/message.hpp"
#include "server/discovery/fake_offers.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

namespace offhook::server {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;
namespace sip = protocol::sip;

Endpoint loopback(std::uint16_t port = 0) { return {boost::asio::ip::make_address("127.0.0.1"), port}; }

PnpOptions any_port() {
    PnpOptions options;
    options.answer_port = 0;
    return options;
}

/// A phone with a socket of its own.
class Phone {
public:
    Phone() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        ip_mreqn lo{};
        lo.imr_ifindex = static_cast<int>(::if_nametoindex("lo"));
        ::setsockopt(fd_.get(), IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof lo);
        auto name = name_of(loopback());
        socklen_t length = sizeof name;
        ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), length);
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&name), &length);
        port_ = ntohs(name.sin_port);
    }
    void subscribe(std::uint16_t group_port, int number) const {
        send(fmt::format("SUBSCRIBE sip:MAC%3a0080F0C571EB@224.0.1.75 SIP/2.0\r\n"
                         "Via: SIP/2.0/UDP 127.0.0.1:{0};branch=z9hG4bK{1};rport\r\nFrom: <sip:a@b>;tag={1}\r\n"
                         "To: <sip:a@b>\r\nCall-ID: {1}@{0}\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:127.0.0.1:{0}>\r\n"
                         "Event: ua-profile;vendor=\"X\"\r\nContent-Length: 0\r\n\r\n",
                         port_, number),
             {boost::asio::ip::make_address("224.0.1.75"), group_port});
    }
    void send(const std::string& bytes, const Endpoint& to) const {
        const auto name = name_of(to);
        EXPECT_EQ(
            ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&name), sizeof name),
            static_cast<ssize_t>(bytes.size()))
            << std::strerror(errno);
    }
    /// "" when nothing came in time.
    std::string receive(int milliseconds = 5000) {
        pollfd waiting{fd_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, milliseconds) != 1) return "";
        std::string out(8192, '\0');
        sockaddr_in name{};
        socklen_t length = sizeof name;
        const auto bytes =
            ::recvfrom(fd_.get(), out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&name), &length);
        out.resize(static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
        from_ = {boost::asio::ip::address_v4(ntohl(name.sin_addr.s_addr)), ntohs(name.sin_port)};
        return out;
    }
    /// The first that is a NOTIFY; lo may deliver a multicast twice, so a 200 may come twice too.
    std::string receive_notify() {
        for (int i = 0; i < 5; ++i)
            if (auto bytes = receive(); bytes.empty() || bytes.starts_with("NOTIFY ")) return bytes;
        return "";
    }
    [[nodiscard]] const Endpoint& from() const { return from_; }

private:
    static sockaddr_in name_of(const Endpoint& at) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(at.address().to_v4().to_uint());
        name.sin_port = htons(at.port());
        return name;
    }
    net::OwnedFd fd_;
    std::uint16_t port_ = 0;
    Endpoint from_;
};

struct PnpSite {
    SystemClock clock;
    net::Loops loops{clock, 1};
    FakeOffers offers;
    std::unique_ptr<PnpListener> listener;

    explicit PnpSite(const PnpOptions& options = any_port()) {
        loops.start();
        auto opened = PnpListener::open(loops[0], offers, 0, loopback(), options);
        if (!opened) throw std::runtime_error(opened.error().text());
        listener = std::move(*opened);
        listener->start();
    }
    ~PnpSite() {
        listener->stop();
        loops.stop();
    }
    [[nodiscard]] std::uint16_t port() const {
        const auto text = listener->address();
        return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
    }
};

std::string ok_to(const std::string& notify) {
    sip::Message message;
    EXPECT_EQ(message.read(notify), sip::MessageError::none);
    std::string out;
    sip::MessageWriter writer(out);
    writer.response(200, "OK").vias_of(message, "127.0.0.1", 1);
    for (const auto name :
         {sip::HeaderName::from, sip::HeaderName::to, sip::HeaderName::call_id, sip::HeaderName::cseq})
        for (const auto& field : message.fields())
            if (field.name == name) writer.header(field.text, field.value);
    writer.no_body();
    return out;
}

bool soon(const std::function<bool()>& is_so) {
    for (int i = 0; i < 500; ++i) {
        if (is_so()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

TEST(PnpListener, AnswersTheMulticastFromItsOwnPortUntilItIsAnswered) {
    PnpSite site;
    EXPECT_NE(site.listener->answer_port(), site.port());
    Phone phone;
    phone.subscribe(site.port(), 1);
    const auto ok = phone.receive();
    EXPECT_TRUE(ok.starts_with("SIP/2.0 200 OK\r\n")) << ok;
    EXPECT_EQ(phone.from(), loopback(site.listener->answer_port()));
    const auto notify = phone.receive_notify();
    ASSERT_TRUE(notify.starts_with("NOTIFY sip:127.0.0.1:")) << notify;
    EXPECT_NE(notify.find(fmt::format("Contact: <sip:127.0.0.1:{}>", site.listener->answer_port())), std::string::npos);
    EXPECT_TRUE(notify.ends_with(site.offers.url));
    EXPECT_TRUE(soon([&] { return site.listener->connections() == 1; }));
    EXPECT_EQ(phone.receive_notify(), notify) << "after T1";
    phone.send(ok_to(notify), phone.from());
    EXPECT_TRUE(soon([&] { return site.listener->connections() == 0; }));
}

TEST(PnpListener, StopsWhileAPhoneStillOwesItsAnswer) {
    PnpSite site;
    Phone phone;
    phone.subscribe(site.port(), 1);
    ASSERT_NE(phone.receive_notify(), "");
    site.listener->stop();
    phone.subscribe(site.port(), 2);
    while (!phone.receive(100).empty()) {
    } // what was under way
    phone.subscribe(site.port(), 3);
    EXPECT_EQ(phone.receive(200), "");
}

TEST(PnpListener, GarbageIsPassedOver) {
    PnpSite site;
    Phone phone;
    const Endpoint group(boost::asio::ip::make_address("224.0.1.75"), site.port());
    for (const auto& bytes : {std::string("x"), std::string(4097, 'x'), std::string(9000, '\0'), std::string()})
        phone.send(bytes, group);
    phone.subscribe(site.port(), 1);
    EXPECT_TRUE(phone.receive().starts_with("SIP/2.0 200"));
}

TEST(PnpListener, SaysWhatIsInTheWay) {
    const SystemClock clock;
    net::Loops loops(clock, 1);
    FakeOffers offers;
    const auto error_of = [&](const char* address, std::uint16_t port, const PnpOptions& options) {
        auto opened = PnpListener::open(loops[0], offers, 0, {boost::asio::ip::make_address(address), port}, options);
        return opened ? Error{ErrorCode::invalid, "it opened"} : opened.error();
    };
    EXPECT_EQ(error_of("::1", 0, any_port()).code, ErrorCode::invalid);
    const auto nobodys = error_of("192.0.2.77", 0, any_port());
    EXPECT_EQ(nobodys.code, ErrorCode::unavailable);
    EXPECT_NE(nobodys.message.find("192.0.2.77"), std::string::npos);

    const net::OwnedFd pbx(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    socklen_t length = sizeof name;
    ASSERT_EQ(::bind(pbx.get(), reinterpret_cast<const sockaddr*>(&name), length), 0);
    ASSERT_EQ(::getsockname(pbx.get(), reinterpret_cast<sockaddr*>(&name), &length), 0);
    const auto taken = ntohs(name.sin_port);
    const auto group = error_of("127.0.0.1", taken, any_port());
    EXPECT_EQ(group.code, ErrorCode::unavailable);
    EXPECT_NE(group.message.find("PBX"), std::string::npos) << group.message;
    auto options = any_port();
    options.answer_port = taken;
    const auto answers = error_of("127.0.0.1", 0, options);
    EXPECT_EQ(answers.code, ErrorCode::unavailable);
    EXPECT_NE(answers.message.find("answer_port"), std::string::npos) << answers.message;
}

TEST(PnpListener, LeavesUnicastToThePbxBesideIt) {
    PnpSite site;
    const net::OwnedFd pbx(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(0x7f000001);
    name.sin_port = htons(site.port());
    ASSERT_EQ(::bind(pbx.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0) << std::strerror(errno);
    Phone phone;
    phone.send("REGISTER", loopback(site.port()));
    pollfd waiting{pbx.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 5000), 1);
    phone.subscribe(site.port(), 1);
    EXPECT_TRUE(phone.receive().starts_with("SIP/2.0 200"));
}

} // namespace
} // namespace offhook::server
