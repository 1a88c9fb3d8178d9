#include "server/discovery/dhcp6_listener.hpp"

#include "catalogue/test_directory.hpp"
#include "protocol/dhcp6/message.hpp"
#include "server/discovery/dhcp6_duid.hpp"
#include "server/discovery/fake_offer_source.hpp"
#include "server/discovery/ip6_neighbour.hpp"
#include "server/discovery/link_addresses.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <poll.h>
#include <thread>

namespace offhook::server {
namespace {

namespace dhcp6 = protocol::dhcp6;
using Endpoint = boost::asio::ip::udp::endpoint;

Endpoint local(std::uint16_t port = 0) { return {boost::asio::ip::address_v6::loopback(), port}; }

/// Answers from another thread, as a store does.
struct ThreadJournal final : LeaseJournal {
    std::vector<std::thread> threads;
    ~ThreadJournal() override {
        for (auto& thread : threads) thread.join();
    }
    bool put(const catalogue::Lease& /*lease*/, catalogue::LeaseDone done) override {
        threads.emplace_back([done = std::move(done)] {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
            done(true);
        });
        return true;
    }
};

class Dhcp6ListenerTest : public ::testing::Test {
protected:
    Dhcp6ListenerTest() : loop_(0, clock_) {
        rule_.option = dhcp6::vendor_options;
        rule_.enterprise = 258;
        rule_.sub_option = 1;
        offers_.offer.state = Offer::State::offered;
        offers_.offer.device = &device_;
        offers_.offer.options = {{&rule_, "http://[::1]/{MODEL}.cfg"}};
        Dhcp6Pool pool;
        pool.subnet = *Network::from_text("2001:db8::/64");
        pool.first = *IpAddress::from_text("2001:db8::100");
        pool.last = *IpAddress::from_text("2001:db8::1ff");
        options_.pools = {pool};
        options_.mode = Dhcp6Mode::small_pool;
        loop_.start();
    }
    ~Dhcp6ListenerTest() override {
        listener_.reset();
        loop_.finish();
        loop_.join();
    }
    void open() {
        auto opened = Dhcp6Listener::open({loop_, offers_, journal_}, "\x01\x02us", {}, 3, local(), options_);
        ASSERT_TRUE(opened) << opened.error().text();
        listener_ = std::move(*opened);
        const auto address = listener_->address();
        ASSERT_TRUE(address.starts_with("[::1]:")) << address;
        port_ = static_cast<std::uint16_t>(std::stoi(address.substr(6)));
        listener_->start();
    }
    dhcp6::Message ask(const dhcp6::Message& message) {
        std::string bytes;
        message.write(bytes);
        client_.send_to(boost::asio::buffer(bytes), local(port_));
        dhcp6::Message out;
        pollfd wait{client_.native_handle(), POLLIN, 0};
        if (::poll(&wait, 1, 3000) != 1) return out;
        std::array<char, 5000> answer{};
        Endpoint from;
        const auto size = client_.receive_from(boost::asio::buffer(answer), from);
        EXPECT_EQ(from, local(port_));
        EXPECT_EQ(out.read({answer.data(), size}), dhcp6::MessageError::none);
        return out;
    }
    static dhcp6::Message make(dhcp6::Type type) {
        dhcp6::Message out;
        out.type = type;
        out.transaction = 5;
        out.options.add(dhcp6::client_id, dhcp6::duid_ll(MacAddress(0x0080f0c571eb)));
        out.options.add(dhcp6::option_request, dhcp6::short_value(17));
        return out;
    }

    SystemClock clock_;
    net::Loop loop_;
    catalogue::Device device_;
    config::OfferRule rule_;
    FakeOfferSource offers_;
    ThreadJournal journal_;
    Dhcp6Options options_;
    std::uint16_t port_ = 0;
    boost::asio::io_context context_;
    boost::asio::ip::udp::socket client_{context_, local()};
    std::unique_ptr<Dhcp6Listener> listener_;
};

TEST_F(Dhcp6ListenerTest, AnswersOverASocket) {
    open();
    const auto reply = ask(make(dhcp6::Type::information_request));
    EXPECT_EQ(reply.type, dhcp6::Type::reply);
    EXPECT_EQ(reply.options.option(17), dhcp6::vendor_options_value(258, 1, "http://[::1]/{MODEL}.cfg"));
    auto solicit = make(dhcp6::Type::solicit);
    solicit.options.add(dhcp6::ia_na, dhcp6::ia_na_value({1, 0, 0, {}, {}}));
    solicit.options.add(dhcp6::rapid_commit, {});
    EXPECT_EQ(ask(solicit).type, dhcp6::Type::reply); // once the journal's thread said so
}

TEST_F(Dhcp6ListenerTest, RubbishIsLeftWhereItIs) {
    open();
    for (const std::size_t size : {0U, 1U, 3U, 4096U, 4097U, 20'000U})
        client_.send_to(boost::asio::buffer(std::string(size, '\x0b')), local(port_));
    for (int i = 0; i < 100; ++i) client_.send_to(boost::asio::buffer(std::string(40, '\x0c')), local(port_));
    EXPECT_EQ(ask(make(dhcp6::Type::information_request)).type, dhcp6::Type::reply);
}

TEST_F(Dhcp6ListenerTest, StopsWithALeaseUnderWay) {
    open();
    auto solicit = make(dhcp6::Type::solicit);
    solicit.options.add(dhcp6::ia_na, dhcp6::ia_na_value({1, 0, 0, {}, {}}));
    solicit.options.add(dhcp6::rapid_commit, {});
    std::string bytes;
    solicit.write(bytes);
    client_.send_to(boost::asio::buffer(bytes), local(port_));
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    listener_->stop();
    listener_->stop();
}

TEST_F(Dhcp6ListenerTest, WrongPlacesAreRefused) {
    const auto open_at = [this](const char* address, Dhcp6Mode mode) {
        options_.mode = mode;
        const Endpoint at(boost::asio::ip::make_address(address), 0);
        auto opened = Dhcp6Listener::open({loop_, offers_, journal_}, "us", {}, 3, at, options_);
        return opened ? std::string() : opened.error().message;
    };
    EXPECT_NE(open_at("127.0.0.1", Dhcp6Mode::stateless).find("IPv6"), std::string::npos);
    EXPECT_NE(open_at("2001:db8::dead", Dhcp6Mode::stateless).find("no interface has it"), std::string::npos);
    EXPECT_NE(open_at("::", Dhcp6Mode::small_pool).find("one interface"), std::string::npos);
}

TEST(Dhcp6Duid, IsMadeOnceAndKept) {
    const catalogue::TestDirectory directory;
    SeededRandom random(1);
    const auto duid = load_or_make_duid(directory.path(), random);
    EXPECT_EQ(duid.size(), 18U);
    EXPECT_TRUE(duid.starts_with(std::string_view("\0\4", 2)));
    EXPECT_EQ(load_or_make_duid(directory.path(), random), duid);
    std::ofstream(directory.path() / "dhcp6.duid") << "nonsense\n";
    EXPECT_THROW((void)load_or_make_duid(directory.path(), random), std::runtime_error);
    EXPECT_THROW((void)load_or_make_duid(directory.path() / "absent", random), std::runtime_error);
}

TEST(LinkAddresses, KnowLoopback) {
    LinkAddresses links;
    const auto all = read_links();
    const auto found = std::ranges::find(all, Link::Kind::loopback, &Link::kind);
    ASSERT_NE(found, all.end());
    ASSERT_NE(links.find(found->index, Instant{}), nullptr);
    EXPECT_EQ(links.find(999'999, Instant{}), nullptr);
}

TEST(Ip6Neighbour, KnowsNobodyWhoIsNot) {
    EXPECT_FALSE(ip6_neighbour(*IpAddress::from_text("2001:db8::dead"), 1));
    EXPECT_FALSE(ip6_neighbour(IpAddress(), 999'999));
}

} // namespace
} // namespace offhook::server
