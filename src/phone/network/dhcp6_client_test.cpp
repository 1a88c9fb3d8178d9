#include "phone/network/dhcp6_client.hpp"

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using namespace std::chrono_literals;
using protocol::dhcp6::IaAddress;
using protocol::dhcp6::IaNa;
using protocol::dhcp6::Message;
using protocol::dhcp6::MessageError;
using protocol::dhcp6::Status;
using protocol::dhcp6::Type;
using testing::ElementsAre;
using testing::IsEmpty;
namespace dhcp6 = protocol::dhcp6;
using State = Dhcp6Client::State;

constexpr MacAddress phone_mac{0x0080f0c571eb};
const std::string first_server("\0\3\0\1srv001", 10), second_server("\0\3\0\1srv002", 10);
const IpAddress given = *IpAddress::from_text("fd99::100");

Message read(const std::string& bytes) {
    Message out;
    EXPECT_EQ(out.read(bytes), MessageError::none);
    return out;
}

class Dhcp6ClientTest : public testing::Test {
protected:
    void start(Dhcp6Ask::Kind kind) {
        Dhcp6Ask ask;
        ask.kind = kind;
        ask.option_request = {17, 59};
        ask.vendor_class = std::string("\0\0\1\2\0\2KX", 8);
        client_.emplace(std::move(ask), phone_mac, random_, clock_.instant());
        sent_ = client_->take_message();
    }
    std::chrono::milliseconds tick() {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*client_->deadline() - clock_.instant());
        clock_.advance(wait);
        client_->tick(clock_.instant());
        sent_ = client_->take_message();
        return wait;
    }
    [[nodiscard]] Message answer(Type type, const std::string& server) const {
        const auto asked = read(sent_);
        Message out;
        out.type = type;
        out.transaction = asked.transaction;
        out.options.add(dhcp6::client_id, dhcp6::duid_ll(phone_mac));
        out.options.add(dhcp6::server_id, server);
        return out;
    }
    [[nodiscard]] Message answer_with_address(Type type, const std::string& server) const {
        auto out = answer(type, server);
        const auto asked = dhcp6::parse_ia_na(*read(sent_).options.option(dhcp6::ia_na));
        IaAddress address;
        address.address = given;
        address.preferred = address.valid = 3600;
        IaNa ia;
        ia.id = asked->id;
        ia.addresses.push_back(address);
        out.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
        return out;
    }
    void deliver(const Message& message) {
        std::string bytes;
        message.write(bytes);
        client_->received(bytes, clock_.instant());
        if (auto more = client_->take_message(); !more.empty()) sent_ = more;
    }
    [[nodiscard]] Type sent_type() const { return sent_.empty() ? Type::none : read(sent_).type; }

    ManualClock clock_;
    SeededRandom random_{7};
    std::optional<Dhcp6Client> client_;
    std::string sent_;
};

TEST_F(Dhcp6ClientTest, AsksForInformation) {
    start(Dhcp6Ask::Kind::information);
    const auto asked = read(sent_);
    EXPECT_EQ(asked.type, Type::information_request);
    EXPECT_EQ(asked.options.option(dhcp6::client_id), dhcp6::duid_ll(phone_mac));
    EXPECT_EQ(asked.options.option(dhcp6::option_request), std::string("\0\x11\0\x3b", 4));
    EXPECT_EQ(asked.options.option(dhcp6::vendor_class), std::string("\0\0\1\2\0\2KX", 8));
    EXPECT_FALSE(asked.options.option(dhcp6::ia_na));
    auto reply = answer(Type::reply, first_server);
    reply.options.add(dhcp6::boot_file_url, "http://[fd99::1]/");
    deliver(reply);
    ASSERT_EQ(client_->state(), State::done);
    EXPECT_EQ(client_->reply().options.option(dhcp6::boot_file_url), "http://[fd99::1]/");
    EXPECT_FALSE(client_->address());
    EXPECT_THAT(client_->remarks(), IsEmpty());
}

TEST_F(Dhcp6ClientTest, TakesAnAddress) {
    start(Dhcp6Ask::Kind::address);
    ASSERT_EQ(sent_type(), Type::solicit);
    const auto transaction = read(sent_).transaction;
    deliver(answer_with_address(Type::advertise, first_server));
    ASSERT_EQ(client_->state(), State::soliciting); // a better one may come
    EXPECT_EQ(tick(), 300ms);
    ASSERT_EQ(sent_type(), Type::request);
    const auto request = read(sent_);
    EXPECT_NE(request.transaction, transaction);
    EXPECT_EQ(request.options.option(dhcp6::server_id), first_server);
    EXPECT_EQ(dhcp6::parse_ia_na(*request.options.option(dhcp6::ia_na))->addresses.at(0).address, given);
    deliver(answer_with_address(Type::reply, first_server));
    ASSERT_EQ(client_->state(), State::done);
    EXPECT_EQ(client_->address(), given);
    EXPECT_EQ(client_->life(), (AddressLife{3600, 3600}));
    EXPECT_THAT(client_->remarks(), IsEmpty());
}

TEST_F(Dhcp6ClientTest, PrefersTheServerThatSaysSo) {
    start(Dhcp6Ask::Kind::address);
    deliver(answer_with_address(Type::advertise, first_server));
    deliver(answer_with_address(Type::advertise, first_server)); // a duplicate
    auto better = answer_with_address(Type::advertise, second_server);
    better.options.add(dhcp6::preference, "\xff");
    deliver(better);
    ASSERT_EQ(sent_type(), Type::request);
    EXPECT_EQ(read(sent_).options.option(dhcp6::server_id), second_server);
    deliver(answer_with_address(Type::reply, first_server));
    ASSERT_EQ(client_->state(), State::requesting);
    deliver(answer_with_address(Type::reply, second_server));
    EXPECT_EQ(client_->state(), State::done);
    EXPECT_THAT(client_->remarks(), ElementsAre("2 ADVERTISEs; one with preference 255 was taken",
                                                "a REPLY of a server that was not asked is passed over"));
}

TEST_F(Dhcp6ClientTest, RepeatsItselfEverMoreSlowlyAndGivesUp) {
    for (const auto kind : {Dhcp6Ask::Kind::address, Dhcp6Ask::Kind::information}) {
        start(kind);
        const auto first = sent_type();
        const auto transaction = read(sent_).transaction;
        auto step = 1000ms;
        for (int i = 0; i < 3; ++i, step *= 2) {
            const auto waited = tick();
            EXPECT_GE(waited, step * 3 / 4);
            EXPECT_LE(waited, step * 5 / 4);
            ASSERT_EQ(sent_type(), first);
            EXPECT_EQ(read(sent_).transaction, transaction);
        }
        EXPECT_NE(read(sent_).options.option(dhcp6::elapsed_time), std::string("\0\0", 2));
        tick();
        EXPECT_EQ(sent_, "");
        EXPECT_EQ(client_->state(), State::failed);
    }
}

TEST_F(Dhcp6ClientTest, PassesOverStrays) {
    start(Dhcp6Ask::Kind::information);
    auto stray = answer(Type::reply, first_server);
    stray.transaction ^= 1U;
    deliver(stray);
    stray = answer(Type::advertise, first_server);
    deliver(stray);
    stray = answer(Type::reply, first_server);
    stray.options.clear();
    stray.options.add(dhcp6::client_id, dhcp6::duid_ll(MacAddress{1}));
    stray.options.add(dhcp6::server_id, first_server);
    deliver(stray);
    stray.options.clear();
    stray.options.add(dhcp6::client_id, dhcp6::duid_ll(phone_mac));
    deliver(stray);
    client_->received("\x07", clock_.instant());
    EXPECT_EQ(client_->state(), State::informing);
    EXPECT_THAT(client_->remarks(), ElementsAre("a REPLY without server identifier (option 2) is passed over",
                                                "a message that cannot be read: too_short"));
}

TEST_F(Dhcp6ClientTest, SaysWhyThereIsNoAddress) {
    start(Dhcp6Ask::Kind::address);
    auto refusal = answer(Type::advertise, first_server);
    refusal.options.add(dhcp6::status_code, dhcp6::status_value(Status::no_addresses, "none left"));
    deliver(refusal);
    deliver(answer(Type::advertise, second_server));
    EXPECT_EQ(client_->state(), State::soliciting);
    EXPECT_THAT(client_->remarks(),
                ElementsAre("the ADVERTISE says NoAddrsAvail", "the ADVERTISE has no address in it"));
}

TEST_F(Dhcp6ClientTest, BeginsAnewWhenTheServerTakesItBackOrFallsSilent) {
    start(Dhcp6Ask::Kind::address);
    deliver(answer_with_address(Type::advertise, first_server));
    tick();
    auto refusal = answer(Type::reply, first_server);
    IaNa ia;
    ia.status = Status::no_addresses;
    refusal.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
    deliver(refusal);
    ASSERT_EQ(sent_type(), Type::solicit);
    deliver(answer_with_address(Type::advertise, first_server));
    for (int i = 0; i < 5; ++i) tick();
    EXPECT_EQ(sent_type(), Type::solicit);
    EXPECT_THAT(client_->remarks(), ElementsAre("the REPLY says NoAddrsAvail",
                                                "a server advertised itself and then said nothing to the REQUEST"));
}

TEST_F(Dhcp6ClientTest, DoesNotCircleForEver) {
    start(Dhcp6Ask::Kind::address);
    int rounds = 0;
    for (; !client_->is_over() && rounds < 100; ++rounds) {
        deliver(answer_with_address(Type::advertise, first_server));
        tick();
        deliver(answer(Type::reply, first_server));
    }
    EXPECT_EQ(client_->state(), State::failed);
    EXPECT_EQ(rounds, 4);
}

} // namespace
} // namespace offhook::phone
