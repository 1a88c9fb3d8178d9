#include "phone/network/dhcp4_client.hpp"

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using namespace std::chrono_literals;
using protocol::dhcp4::Message;
using protocol::dhcp4::MessageError;
using protocol::dhcp4::Type;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace dhcp4 = protocol::dhcp4;
using State = Dhcp4Client::State;

constexpr MacAddress phone_mac{0x0080f0c571eb};
const IpAddress first_server = IpAddress::v4(0x0a630001), second_server = IpAddress::v4(0x0a630002);
const IpAddress first_address = IpAddress::v4(0x0a630064), second_address = IpAddress::v4(0x0a630065);
const IpAddress own_address = IpAddress::v4(0x0a630032);

Message read(const std::string& bytes) {
    Message out;
    EXPECT_EQ(out.read(bytes), MessageError::none);
    return out;
}

/// A client, the time, and what it last sent; the other end is written by the tests.
class Dhcp4ClientTest : public testing::Test {
protected:
    void start(Dhcp4Ask ask = {}, const IpAddress& own = IpAddress::v4(0)) {
        client_.emplace(std::move(ask), phone_mac, own, random_, clock_.instant());
        sent_ = client_->take_message();
    }
    /// Goes to the next deadline and takes what is sent then.
    std::chrono::milliseconds tick() {
        const auto before = clock_.instant();
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*client_->deadline() - before);
        clock_.advance(wait);
        client_->tick(clock_.instant());
        sent_ = client_->take_message();
        return wait;
    }
    [[nodiscard]] Message answer(Type type, const IpAddress& server, const IpAddress& address) const {
        const auto asked = read(sent_);
        Message out;
        out.op = Message::Op::reply;
        out.xid = asked.xid;
        out.set_mac(phone_mac);
        out.yiaddr = address;
        out.set_type(type);
        out.set_address(dhcp4::server_id, server);
        out.set_number32(dhcp4::lease_time, 3600);
        out.set_address(dhcp4::subnet_mask, IpAddress::v4(0xffff'fe00));
        return out;
    }
    void deliver(const Message& message) {
        std::string bytes;
        message.write(bytes);
        client_->received(bytes, clock_.instant());
        if (auto more = client_->take_message(); !more.empty()) sent_ = more;
    }
    void deliver(Type type, const IpAddress& server, const IpAddress& address) {
        deliver(answer(type, server, address));
    }
    [[nodiscard]] Type sent_type() const { return sent_.empty() ? Type::none : read(sent_).type(); }

    ManualClock clock_;
    SeededRandom random_{7};
    std::optional<Dhcp4Client> client_;
    std::string sent_;
};

TEST_F(Dhcp4ClientTest, AsksAsThePhoneDoes) {
    Dhcp4Ask ask;
    ask.parameter_list = {1, 3, 66, 160};
    ask.vendor_class = std::string("\0\0\x36\x3d", 4);
    ask.host_name = "KX-HDV130";
    start(ask);
    EXPECT_GE(sent_.size(), 300U);
    const auto discover = read(sent_);
    EXPECT_EQ(discover.type(), Type::discover);
    EXPECT_EQ(discover.mac(), phone_mac);
    EXPECT_EQ(discover.ciaddr, IpAddress::v4(0));
    EXPECT_FALSE(discover.broadcast);
    EXPECT_EQ(discover.option(dhcp4::parameter_list), std::string("\x01\x03\x42\xa0"));
    EXPECT_EQ(discover.option(dhcp4::vendor_class), ask.vendor_class);
    EXPECT_EQ(discover.option(dhcp4::host_name), "KX-HDV130");
    EXPECT_EQ(discover.option(dhcp4::client_id), std::string("\x01\x00\x80\xf0\xc5\x71\xeb", 7));

    ask.client_id = Dhcp4Ask::ClientId::none;
    ask.vendor_class.clear();
    start(ask);
    EXPECT_FALSE(read(sent_).option(dhcp4::client_id));
    EXPECT_FALSE(read(sent_).option(dhcp4::vendor_class));
}

TEST_F(Dhcp4ClientTest, TakesALease) {
    start();
    deliver(Type::offer, first_server, first_address);
    ASSERT_EQ(client_->state(), State::requesting);
    const auto request = read(sent_);
    EXPECT_EQ(request.type(), Type::request);
    EXPECT_EQ(request.address(dhcp4::server_id), first_server);
    EXPECT_EQ(request.address(dhcp4::requested_address), first_address);
    EXPECT_EQ(request.ciaddr, IpAddress::v4(0));
    deliver(Type::ack, first_server, first_address);
    ASSERT_EQ(client_->state(), State::bound);
    EXPECT_EQ(client_->ack().yiaddr, first_address);
    EXPECT_EQ(client_->prefix_bits(), 23U);
    EXPECT_THAT(client_->remarks(), IsEmpty());
    EXPECT_FALSE(client_->deadline());
}

TEST_F(Dhcp4ClientTest, RepeatsItselfEverMoreSlowlyAndGivesUp) {
    start();
    const auto xid = read(sent_).xid;
    for (const auto step : {1000ms, 2000ms, 4000ms}) {
        const auto waited = tick();
        EXPECT_GE(waited, step * 3 / 4);
        EXPECT_LE(waited, step * 5 / 4 + 1ms);
        ASSERT_EQ(sent_type(), Type::discover);
        EXPECT_EQ(read(sent_).xid, xid);
        EXPECT_GT(read(sent_).secs + 1, 0);
    }
    EXPECT_GE(read(sent_).secs, 5);
    EXPECT_GE(tick(), 6000ms);
    EXPECT_EQ(sent_, "");
    EXPECT_EQ(client_->state(), State::failed);
}

TEST_F(Dhcp4ClientTest, SurvivesTheLossOfAnyMessage) {
    start();
    tick(); // the first DISCOVER or its OFFER was lost
    deliver(Type::offer, first_server, first_address);
    const auto secs = read(sent_).secs;
    tick(); // the first REQUEST or its ACK was lost
    ASSERT_EQ(sent_type(), Type::request);
    EXPECT_EQ(read(sent_).secs, secs);
    deliver(Type::ack, first_server, first_address);
    EXPECT_EQ(client_->state(), State::bound);
}

TEST_F(Dhcp4ClientTest, PassesOverDuplicatesAndStrays) {
    start();
    auto stray = answer(Type::offer, second_server, second_address);
    stray.xid ^= 1U;
    deliver(stray);
    stray = answer(Type::offer, second_server, second_address);
    stray.set_mac(MacAddress{0x0004f2000001});
    deliver(stray);
    stray = answer(Type::offer, second_server, second_address);
    stray.op = Message::Op::request;
    deliver(stray);
    deliver(Type::ack, second_server, second_address); // nothing was requested yet
    ASSERT_EQ(client_->state(), State::selecting);
    client_->received("nonsense", clock_.instant());

    const auto offer = answer(Type::offer, first_server, first_address);
    deliver(offer);
    deliver(offer);
    deliver(Type::ack, second_server, second_address);
    ASSERT_EQ(client_->state(), State::requesting);
    deliver(Type::ack, first_server, first_address);
    deliver(Type::nak, first_server, first_address);
    EXPECT_EQ(client_->state(), State::bound);
    EXPECT_THAT(client_->remarks(), ElementsAre("a message that cannot be read: too_short",
                                                "an ACK of 10.99.0.2, who was not asked; it is passed over"));
}

TEST_F(Dhcp4ClientTest, BeginsAnewAfterANak) {
    start();
    const auto xid = read(sent_).xid;
    deliver(Type::offer, first_server, first_address);
    auto nak = answer(Type::nak, first_server, IpAddress::v4(0));
    nak.set(dhcp4::text_message, "no free\naddress");
    deliver(nak);
    ASSERT_EQ(client_->state(), State::selecting);
    EXPECT_EQ(sent_type(), Type::discover);
    EXPECT_NE(read(sent_).xid, xid);
    deliver(Type::offer, second_server, second_address);
    deliver(Type::nak, first_server, IpAddress::v4(0)); // of one that was not asked
    deliver(Type::ack, second_server, second_address);
    EXPECT_EQ(client_->state(), State::bound);
    EXPECT_EQ(client_->ack().yiaddr, second_address);
    EXPECT_THAT(client_->remarks(), ElementsAre("a NAK of 10.99.0.1: no free\\x0aaddress",
                                                "a NAK of 10.99.0.1, who was not asked; it is passed over"));
}

TEST_F(Dhcp4ClientTest, DoesNotCircleForEver) {
    start();
    unsigned naks = 0;
    for (; !client_->is_over() && naks < 100; ++naks) {
        deliver(Type::offer, first_server, first_address);
        deliver(Type::nak, first_server, IpAddress::v4(0));
    }
    EXPECT_EQ(client_->state(), State::failed);
    EXPECT_EQ(naks, 4U);
    EXPECT_EQ(client_->take_message(), "");
}

TEST_F(Dhcp4ClientTest, BeginsAnewWhenTheServerFallsSilent) {
    start();
    deliver(Type::offer, first_server, first_address);
    for (int i = 0; i < 3; ++i) tick();
    ASSERT_EQ(sent_type(), Type::request);
    tick();
    EXPECT_EQ(sent_type(), Type::discover);
    EXPECT_THAT(client_->remarks(), ElementsAre("10.99.0.1 offered 10.99.0.100 and then said nothing to the REQUEST"));
}

TEST_F(Dhcp4ClientTest, WaitsForABetterOffer) {
    Dhcp4Ask ask;
    ask.offers_wait = 2s;
    ask.wanted = {160, 66};
    start(ask);
    auto good = answer(Type::offer, first_server, first_address);
    good.set(66, "10.99.0.1");
    deliver(good);
    ASSERT_EQ(client_->state(), State::selecting);
    EXPECT_EQ(*client_->deadline(), clock_.instant() + 2s);
    clock_.advance(500ms);
    auto better = answer(Type::offer, second_server, second_address);
    better.set(160, "http://10.99.0.2/");
    deliver(better);
    ASSERT_EQ(client_->state(), State::requesting);
    EXPECT_EQ(read(sent_).address(dhcp4::server_id), second_server);
    deliver(Type::ack, second_server, second_address);
    EXPECT_THAT(client_->remarks(), ElementsAre("2 OFFERs, of 10.99.0.1, 10.99.0.2; that of 10.99.0.2 was taken"));
}

TEST_F(Dhcp4ClientTest, TakesTheFirstOfTheBestWhenTheWaitIsOver) {
    Dhcp4Ask ask;
    ask.offers_wait = 2s;
    ask.wanted = {160, 66};
    start(ask);
    deliver(Type::offer, first_server, first_address);
    for (const auto& server : {second_server, IpAddress::v4(0x0a63'0003)}) {
        auto good = answer(Type::offer, server, second_address);
        good.set(66, "10.99.0.1");
        deliver(good);
    }
    EXPECT_EQ(tick(), 2000ms);
    EXPECT_EQ(read(sent_).address(dhcp4::server_id), second_server);
}

TEST_F(Dhcp4ClientTest, TakesTheFirstOfferWhenNoBetterOneComes) {
    Dhcp4Ask ask;
    ask.offers_wait = 2s;
    ask.wanted = {160};
    start(ask);
    deliver(Type::offer, first_server, first_address);
    deliver(Type::offer, second_server, second_address);
    EXPECT_EQ(tick(), 2000ms);
    EXPECT_EQ(read(sent_).address(dhcp4::server_id), first_server);
}

TEST_F(Dhcp4ClientTest, SaysThatAnOfferCameTooLate) {
    start();
    deliver(Type::offer, first_server, first_address);
    deliver(Type::offer, second_server, second_address);
    EXPECT_EQ(read(sent_).address(dhcp4::server_id), first_server);
    EXPECT_THAT(client_->remarks(), ElementsAre("an OFFER of 10.99.0.2 came too late"));
}

TEST_F(Dhcp4ClientTest, RefusesOffersThatAreOfNoUse) {
    start();
    auto nameless = answer(Type::offer, first_server, first_address);
    nameless.unset(dhcp4::server_id);
    deliver(nameless);
    deliver(Type::offer, first_server, IpAddress::v4(0)); // as a proxy for PXE does
    EXPECT_EQ(client_->state(), State::selecting);
    EXPECT_THAT(client_->remarks(),
                ElementsAre("an OFFER names no server (option 54)", "the OFFER of 10.99.0.1 has no address in it"));
}

TEST_F(Dhcp4ClientTest, RemarksWhatIsMissingInALease) {
    start();
    auto offer = answer(Type::offer, first_server, first_address);
    offer.unset(dhcp4::lease_time);
    deliver(offer);
    auto ack = answer(Type::ack, first_server, second_address);
    ack.set_address(dhcp4::subnet_mask, IpAddress::v4(0xff00'ff00));
    deliver(ack);
    EXPECT_EQ(client_->prefix_bits(), 24U);
    EXPECT_THAT(client_->remarks(), ElementsAre("the OFFER of 10.99.0.1 has no lease time (option 51)",
                                                "10.99.0.1 offered 10.99.0.100 and gave 10.99.0.101",
                                                "the subnet mask 255.0.255.0 is none; 255.255.255.0 was taken"));
}

TEST_F(Dhcp4ClientTest, InformAsksWithItsAddressAndTakesAnAck) {
    Dhcp4Ask ask;
    ask.kind = Dhcp4Ask::Kind::inform;
    ask.parameter_list = {66};
    start(ask, own_address);
    const auto inform = read(sent_);
    EXPECT_EQ(inform.type(), Type::inform);
    EXPECT_EQ(inform.ciaddr, own_address);
    EXPECT_FALSE(inform.option(dhcp4::requested_address));
    tick();
    EXPECT_EQ(sent_type(), Type::inform);
    deliver(Type::offer, first_server, first_address);
    ASSERT_EQ(client_->state(), State::informing);
    auto ack = answer(Type::ack, first_server, IpAddress::v4(0));
    ack.unset(dhcp4::subnet_mask);
    deliver(ack);
    EXPECT_EQ(client_->state(), State::bound);
    EXPECT_THAT(client_->remarks(), IsEmpty());
}

TEST_F(Dhcp4ClientTest, KeepsFewRemarks) {
    start();
    for (std::uint32_t i = 0; i < 1000; ++i) deliver(Type::offer, IpAddress::v4(i + 1), IpAddress::v4(0));
    EXPECT_LE(client_->remarks().size(), 16U);
}

} // namespace
} // namespace offhook::phone
