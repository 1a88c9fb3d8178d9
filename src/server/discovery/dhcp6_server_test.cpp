#include "server/discovery/dhcp6_server.hpp"

#include "server/discovery/fake_offer_source.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace dhcp6 = protocol::dhcp6;
using catalogue::LeaseState;
using catalogue::Outcome;
using dhcp6::IaNa;
using dhcp6::Message;
using dhcp6::Status;
using dhcp6::Type;

IpAddress address(std::string_view text) { return *IpAddress::from_text(text); }

const std::string ours = dhcp6::duid_ll(MacAddress(0x020000000001));
const std::string theirs = dhcp6::duid_ll(MacAddress(0x020000000002));
const std::string phone = dhcp6::duid_ll(MacAddress(0x0080f0c571eb));

/// Says "durable" at once, never, or only when told.
struct FakeJournal final : LeaseJournal {
    enum class Manner : std::uint8_t { at_once, later, refuses } manner = Manner::at_once;
    std::vector<catalogue::Lease> leases;
    std::vector<catalogue::LeaseDone> waiting;
    bool put(const catalogue::Lease& lease, catalogue::LeaseDone done) override {
        if (manner == Manner::refuses) return false;
        leases.push_back(lease);
        if (manner == Manner::later)
            waiting.push_back(std::move(done));
        else
            done(true);
        return true;
    }
    void answer(bool is_durable) {
        for (const auto& done : std::exchange(waiting, {})) done(is_durable);
    }
};

class Dhcp6ServerTest : public ::testing::Test {
protected:
    Dhcp6ServerTest() {
        rule_.method = config::OfferMethod::dhcp6;
        rule_.option = dhcp6::vendor_options;
        rule_.enterprise = 258;
        rule_.sub_option = 1;
        boot_rule_.method = config::OfferMethod::dhcp6;
        boot_rule_.option = dhcp6::boot_file_url;
        offers_.offer.state = Offer::State::offered;
        offers_.offer.device = &device_;
        offers_.offer.url = "http://secret";
        offers_.offer.shown_url = "http://***";
        offers_.offer.options = {{&rule_, "http://secret/{MODEL}.cfg"}, {&boot_rule_, "http://secret/boot"}};
        Dhcp6Pool pool;
        pool.subnet = *Network::from_text("2001:db8::/64");
        pool.first = address("2001:db8::100");
        pool.last = address("2001:db8::1ff");
        pool.dns = {address("2001:db8::53")};
        pool.sntp = {address("2001:db8::123")};
        pool.domain = "example.net";
        options_.pools = {pool};
        options_.mode = Dhcp6Mode::small_pool;
        options_.answers_per_source_second = 1'000; // tests ask often within one moment
    }

    void hear(const Message& message, Dhcp6Arrival::Sent sent = Dhcp6Arrival::Sent::to_group,
              std::uint16_t port = 546) {
        if (!server_)
            server_.emplace(Dhcp6Server::Surroundings{offers_, journal_, clock_}, options_, ours, std::uint16_t{3},
                            NeighbourLookup{}, [this](Dhcp6Departure departure) { sent_.push_back(departure); });
        std::string bytes;
        message.write(bytes);
        const IpAddress of_interface[] = {address("fe80::1"), address("2001:db8::1")};
        server_->received({bytes, {address("fe80::280:f0ff:fec5:71eb"), of_interface[1], 4}, port, sent, of_interface});
    }
    /// The one answer to that; type none where nothing was said.
    Message answer(const Message& message) {
        const auto before = sent_.size();
        hear(message);
        Message out;
        if (sent_.size() == before) return out;
        EXPECT_EQ(sent_.size(), before + 1);
        EXPECT_EQ(out.read(sent_.back().bytes), dhcp6::MessageError::none);
        return out;
    }
    [[nodiscard]] std::size_t said() const { return sent_.size(); }

    static Message make(Type type, std::initializer_list<std::uint16_t> wants = {17, 59, 23, 24, 31, 32}) {
        Message out;
        out.type = type;
        out.transaction = 0x123456;
        out.options.add(dhcp6::client_id, phone);
        if (wants.size() != 0)
            out.options.add(dhcp6::option_request, dhcp6::option_request_value({wants.begin(), wants.size()}));
        if (type == Type::request || type == Type::renew || type == Type::release || type == Type::decline)
            out.options.add(dhcp6::server_id, ours);
        return out;
    }
    static Message with_ia(Type type, std::optional<IpAddress> at = {}, std::uint32_t id = 7) {
        auto out = make(type);
        IaNa ia{id, 0, 0, {}, {}};
        if (at) ia.addresses = {{*at, 0, 0, {}}};
        out.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
        return out;
    }
    static IaNa ia_of(const Message& message) {
        return dhcp6::parse_ia_na(message.options.option(dhcp6::ia_na).value_or("")).value_or(IaNa{});
    }
    /// Binds an address for the phone.
    IpAddress bound() {
        const auto reply = answer(with_ia(Type::request));
        return ia_of(reply).addresses.at(0).address;
    }

    catalogue::Device device_;
    config::OfferRule rule_, boot_rule_;
    FakeOfferSource offers_;
    FakeJournal journal_;
    ManualClock clock_;
    Dhcp6Options options_;
    std::optional<Dhcp6Server> server_;
    std::vector<Dhcp6Departure> sent_;
};

TEST_F(Dhcp6ServerTest, AnInformationRequestGetsWhatItAsksFor) {
    options_.mode = Dhcp6Mode::stateless;
    options_.lease_time = std::chrono::seconds{60};
    const auto reply = answer(make(Type::information_request));
    ASSERT_EQ(reply.type, Type::reply);
    EXPECT_EQ(reply.transaction, 0x123456U);
    EXPECT_EQ(reply.options.option(dhcp6::client_id), phone);
    EXPECT_EQ(reply.options.option(dhcp6::server_id), ours);
    EXPECT_EQ(reply.options.option(17), dhcp6::vendor_options_value(258, 1, "http://secret/{MODEL}.cfg"));
    EXPECT_EQ(reply.options.option(59), "http://secret/boot");
    EXPECT_EQ(reply.options.option(23), dhcp6::addresses_value(options_.pools[0].dns));
    EXPECT_EQ(reply.options.option(24), dhcp6::domain_value("example.net"));
    EXPECT_EQ(reply.options.option(31), dhcp6::addresses_value(options_.pools[0].sntp));
    EXPECT_EQ(reply.options.option(32), dhcp6::long_value(600)); // never less
    EXPECT_EQ(sent_[0].to, address("fe80::280:f0ff:fec5:71eb"));
    EXPECT_EQ(sent_[0].port, 546);
    EXPECT_EQ(sent_[0].interface, 4U);
    ASSERT_EQ(offers_.notes.size(), 1U);
    EXPECT_EQ(offers_.notes[0].asked, "INFORMATION-REQUEST wants 17,59,23,24,31,32");
    EXPECT_EQ(offers_.notes[0].told, "59, 17 http://***, 23, 24, 31");
    EXPECT_EQ(offers_.notes[0].mac, MacAddress(0x0080f0c571eb));
    EXPECT_EQ(offers_.notes[0].outcome, Outcome::served);

    const auto little = answer(make(Type::information_request, {17}));
    EXPECT_EQ(little.options.all().size(), 3U);
}

TEST_F(Dhcp6ServerTest, TheClientsOwnEnterpriseIsEchoed) {
    auto request = make(Type::information_request, {17});
    request.options.add(dhcp6::vendor_class, dhcp6::vendor_class_value(9999, {}));
    options_.enterprises = {1, 2};
    EXPECT_EQ(answer(request).options.option(17), dhcp6::vendor_options_value(9999, 1, "http://secret/{MODEL}.cfg"));
    std::vector<std::string> told;
    const auto reply = answer(make(Type::information_request, {17}));
    for (const auto& [code, value] : reply.options.all())
        if (code == 17) told.emplace_back(value);
    EXPECT_EQ(told, (std::vector{dhcp6::vendor_options_value(1, 1, "http://secret/{MODEL}.cfg"),
                                 dhcp6::vendor_options_value(2, 1, "http://secret/{MODEL}.cfg")}));
}

TEST_F(Dhcp6ServerTest, StatelessSaysNothingToAnythingElse) {
    options_.mode = Dhcp6Mode::stateless;
    auto foreign = make(Type::information_request);
    foreign.options.add(dhcp6::server_id, theirs);
    auto long_duid = make(Type::information_request);
    long_duid.options.clear();
    long_duid.options.add(dhcp6::client_id, std::string(131, 'x'));
    long_duid.options.add(dhcp6::option_request, dhcp6::short_value(17));
    for (const auto& message :
         {with_ia(Type::solicit), with_ia(Type::request), with_ia(Type::renew), with_ia(Type::rebind),
          with_ia(Type::confirm), with_ia(Type::release), with_ia(Type::decline), with_ia(Type::information_request),
          make(Type::reply), make(Type::advertise), foreign, long_duid, make(Type::information_request, {}),
          make(Type::information_request, {32, 99})})
        EXPECT_EQ(answer(message).type, Type::none) << static_cast<int>(message.type);
    auto named = make(Type::information_request);
    named.options.add(dhcp6::server_id, ours);
    EXPECT_EQ(answer(named).type, Type::reply);
    Message anonymous;
    anonymous.type = Type::information_request;
    anonymous.options.add(dhcp6::option_request, dhcp6::short_value(17));
    const auto reply = answer(anonymous);
    EXPECT_EQ(reply.type, Type::reply);
    EXPECT_FALSE(reply.options.option(dhcp6::client_id));
}

TEST_F(Dhcp6ServerTest, WhoIsNoPhoneOrDeniedHearsNothing) {
    offers_.offer = {};
    EXPECT_EQ(answer(with_ia(Type::solicit)).type, Type::none);
    EXPECT_EQ(answer(make(Type::information_request)).type, Type::none);
    EXPECT_TRUE(offers_.notes.empty());
    offers_.offer.device = &device_;
    offers_.offer.state = Offer::State::denied;
    offers_.offer.why = "denied by the list";
    EXPECT_EQ(answer(with_ia(Type::solicit)).type, Type::none);
    ASSERT_EQ(offers_.notes.size(), 1U);
    EXPECT_EQ(offers_.notes[0].outcome, Outcome::refused);
    EXPECT_EQ(offers_.notes[0].told, "denied by the list");
}

TEST_F(Dhcp6ServerTest, OtherMachinesGetAddressesWhereTheOperatorSaysSo) {
    offers_.offer = {};
    options_.only_phones = false;
    const auto reply = answer(with_ia(Type::solicit));
    EXPECT_EQ(reply.type, Type::advertise);
    EXPECT_FALSE(reply.options.option(17));
    EXPECT_FALSE(reply.options.option(dhcp6::preference));
}

TEST_F(Dhcp6ServerTest, ObserveAndOffSayNothing) {
    options_.mode = Dhcp6Mode::observe;
    EXPECT_EQ(answer(with_ia(Type::solicit)).type, Type::none);
    EXPECT_EQ(answer(make(Type::information_request)).type, Type::none);
    EXPECT_EQ(offers_.notes.size(), 2U);
    server_.reset();
    options_.mode = Dhcp6Mode::off;
    EXPECT_EQ(answer(make(Type::information_request)).type, Type::none);
    EXPECT_EQ(offers_.notes.size(), 2U);
}

TEST_F(Dhcp6ServerTest, SolicitThenRequestBindsTheSameAddress) {
    const auto advertise = answer(with_ia(Type::solicit));
    ASSERT_EQ(advertise.type, Type::advertise);
    EXPECT_EQ(advertise.options.option(dhcp6::preference), "\xff");
    EXPECT_TRUE(advertise.options.option(17));
    EXPECT_TRUE(journal_.leases.empty()); // nothing is kept for an offer
    const auto offered = ia_of(advertise);
    ASSERT_EQ(offered.addresses.size(), 1U);
    const auto reply = answer(with_ia(Type::request, offered.addresses[0].address));
    ASSERT_EQ(reply.type, Type::reply);
    const auto got = ia_of(reply);
    ASSERT_EQ(got.addresses.size(), 1U);
    EXPECT_EQ(got.id, 7U);
    EXPECT_EQ(got.t1, 1800U);
    EXPECT_EQ(got.t2, 2880U);
    EXPECT_EQ(got.addresses[0].address, offered.addresses[0].address);
    EXPECT_EQ(got.addresses[0].valid, 3600U);
    ASSERT_EQ(journal_.leases.size(), 1U);
    const auto& lease = journal_.leases[0];
    EXPECT_EQ(lease.address, got.addresses[0].address);
    EXPECT_EQ(lease.client_id, phone + dhcp6::long_value(7));
    EXPECT_EQ(lease.mac, MacAddress(0x0080f0c571eb));
    EXPECT_EQ(lease.until, clock_.wall() + std::chrono::hours{1});
}

TEST_F(Dhcp6ServerTest, NothingIsSaidBeforeTheLeaseIsDurable) {
    journal_.manner = FakeJournal::Manner::later;
    hear(with_ia(Type::request));
    EXPECT_EQ(said(), 0U);
    EXPECT_EQ(server_->pending(), 1U);
    hear(with_ia(Type::request)); // asked again meanwhile
    EXPECT_EQ(journal_.leases.size(), 1U);
    journal_.answer(true);
    EXPECT_EQ(said(), 1U);
    EXPECT_EQ(server_->pending(), 0U);
}

TEST_F(Dhcp6ServerTest, ALeaseThatCannotBeKeptIsNone) {
    journal_.manner = FakeJournal::Manner::later;
    hear(with_ia(Type::request));
    journal_.answer(false);
    EXPECT_EQ(said(), 0U);
    EXPECT_EQ(server_->leases().size(), 0U);
    journal_.manner = FakeJournal::Manner::refuses;
    hear(with_ia(Type::request));
    EXPECT_EQ(said(), 0U);
    EXPECT_EQ(server_->leases().size(), 0U);
    EXPECT_EQ(server_->pending(), 0U);
    journal_.manner = FakeJournal::Manner::at_once;
    hear(with_ia(Type::request));
    EXPECT_EQ(said(), 1U);
}

TEST_F(Dhcp6ServerTest, RapidCommitBindsAtOnce) {
    auto solicit = with_ia(Type::solicit);
    solicit.options.add(dhcp6::rapid_commit, {});
    const auto reply = answer(solicit);
    EXPECT_EQ(reply.type, Type::reply);
    EXPECT_TRUE(reply.options.option(dhcp6::rapid_commit));
    EXPECT_EQ(journal_.leases.size(), 1U);
}

TEST_F(Dhcp6ServerTest, OfTwoServersTheNamedOneAnswers) {
    auto request = make(Type::request);
    request.options.clear();
    request.options.add(dhcp6::client_id, phone);
    request.options.add(dhcp6::ia_na, dhcp6::ia_na_value({7, 0, 0, {}, {}}));
    EXPECT_EQ(answer(request).type, Type::none); // names nobody
    request.options.add(dhcp6::server_id, theirs);
    EXPECT_EQ(answer(request).type, Type::none);
    auto solicit = with_ia(Type::solicit);
    solicit.options.add(dhcp6::server_id, ours);
    EXPECT_EQ(answer(solicit).type, Type::none); // a SOLICIT names none
}

TEST_F(Dhcp6ServerTest, RenewAndRebindExtendWhatIsKnown) {
    EXPECT_EQ(ia_of(answer(with_ia(Type::renew, address("2001:db8::100")))).status, Status::no_binding);
    EXPECT_EQ(answer(with_ia(Type::rebind, address("2001:db8::100"))).type, Type::none); // another's, perhaps
    const auto at = bound();
    clock_.advance(std::chrono::minutes{30});
    for (const auto type : {Type::renew, Type::rebind}) {
        const auto reply = answer(with_ia(type, at));
        ASSERT_EQ(ia_of(reply).addresses.size(), 1U);
        EXPECT_EQ(ia_of(reply).addresses[0].address, at);
        EXPECT_EQ(journal_.leases.back().until, clock_.wall() + std::chrono::hours{1});
        EXPECT_EQ(journal_.leases.back().since, clock_.wall() - std::chrono::minutes{30});
    }
    const auto other = ia_of(answer(with_ia(Type::renew, address("2001:db8::42"))));
    ASSERT_EQ(other.addresses.size(), 2U);
    EXPECT_EQ(other.addresses[1].address, address("2001:db8::42"));
    EXPECT_EQ(other.addresses[1].valid, 0U); // no longer its own
}

TEST_F(Dhcp6ServerTest, ConfirmSaysWhetherTheLinkIsTheSame) {
    const auto status = [this](std::string_view at) {
        return dhcp6::parse_status(
            answer(with_ia(Type::confirm, address(at))).options.option(dhcp6::status_code).value_or(""));
    };
    EXPECT_EQ(status("2001:db8::42"), Status::success);
    EXPECT_EQ(status("2001:db8:1::42"), Status::not_on_link);
    EXPECT_EQ(answer(with_ia(Type::confirm)).type, Type::none);
}

TEST_F(Dhcp6ServerTest, WhatIsReleasedOrDeclinedIsKeptAsSuch) {
    const auto at = bound();
    EXPECT_EQ(ia_of(answer(with_ia(Type::release, address("2001:db8::42")))).status, Status::no_binding);
    const auto reply = answer(with_ia(Type::release, at));
    EXPECT_EQ(dhcp6::parse_status(*reply.options.option(dhcp6::status_code)), Status::success);
    EXPECT_EQ(journal_.leases.back().state, LeaseState::released);
    EXPECT_EQ(bound(), at); // the same again
    (void)answer(with_ia(Type::decline, at));
    EXPECT_EQ(journal_.leases.back().state, LeaseState::declined);
    EXPECT_NE(bound(), at);
}

TEST_F(Dhcp6ServerTest, AFullPoolSaysSo) {
    options_.pools[0].last = options_.pools[0].first;
    (void)bound();
    auto other = with_ia(Type::solicit, {}, 8);
    EXPECT_EQ(ia_of(answer(other)).status, Status::no_addresses);
    EXPECT_EQ(ia_of(answer(with_ia(Type::request, {}, 8))).status, Status::no_addresses);
}

TEST_F(Dhcp6ServerTest, LeasesOfAnEarlierRunCount) {
    const auto at = bound();
    const auto lease = journal_.leases[0];
    server_.reset();
    hear(make(Type::reply)); // makes the server
    server_->restore(lease);
    EXPECT_EQ(ia_of(answer(with_ia(Type::renew, at))).addresses.at(0).address, at);
    auto foreign = lease;
    foreign.address = address("2001:db8:9::1");
    server_->restore(foreign);
    EXPECT_EQ(server_->leases().size(), 1U);
}

TEST_F(Dhcp6ServerTest, AReservationIsGiven) {
    offers_.reserved = address("2001:db8::7");
    EXPECT_EQ(bound(), address("2001:db8::7"));
}

TEST_F(Dhcp6ServerTest, AnAddressThatIsKeptForAnotherEndsWithItsLease) {
    const auto at = bound();
    offers_.kept = {at};
    EXPECT_EQ(ia_of(answer(with_ia(Type::renew, at))).status, Status::no_binding);
    EXPECT_NE(bound(), at);
    offers_.reserved = at;
    EXPECT_EQ(bound(), at);
    EXPECT_EQ(ia_of(answer(with_ia(Type::renew, at))).addresses.at(0).address, at);
}

TEST_F(Dhcp6ServerTest, UnicastIsSentBackToTheGroup) {
    hear(with_ia(Type::request), Dhcp6Arrival::Sent::to_us);
    Message reply;
    ASSERT_EQ(reply.read(sent_.at(0).bytes), dhcp6::MessageError::none);
    EXPECT_EQ(dhcp6::parse_status(*reply.options.option(dhcp6::status_code)), Status::use_multicast);
    EXPECT_TRUE(journal_.leases.empty());
}

TEST_F(Dhcp6ServerTest, UnicastThatNamesNoServerIsDropped) {
    const auto at = bound();
    const auto before = said();
    const auto notes = offers_.notes.size();
    for (const auto& message : {make(Type::information_request), with_ia(Type::solicit), with_ia(Type::confirm, at),
                                with_ia(Type::rebind, at)}) {
        hear(message, Dhcp6Arrival::Sent::to_us);
        EXPECT_EQ(said(), before) << static_cast<int>(message.type);
        auto relayed = message;
        relayed.relays.emplace_back().link_address = address("2001:db8::1");
        hear(relayed, Dhcp6Arrival::Sent::to_us);
        hear(message);
        EXPECT_EQ(said(), before + 2) << static_cast<int>(message.type);
        sent_.resize(before);
    }
    EXPECT_EQ(offers_.notes.size(), notes + 8);
}

TEST_F(Dhcp6ServerTest, AnswersNobodyMoreOftenThanItsRate) {
    options_.answers_per_source_second = 2;
    options_.answers_per_second = 5;
    for (int i = 0; i < 4; ++i) hear(with_ia(Type::solicit));
    EXPECT_EQ(said(), 2U);
    for (const auto* client : {"fe80::7", "fe80::8"}) {
        auto relayed = with_ia(Type::solicit);
        relayed.relays.emplace_back().link_address = address("2001:db8::1");
        relayed.relays.back().peer_address = address(client);
        for (int i = 0; i < 4; ++i) hear(relayed, Dhcp6Arrival::Sent::to_us);
    }
    EXPECT_EQ(said(), 5U);
    clock_.advance(std::chrono::seconds{1});
    hear(with_ia(Type::solicit));
    EXPECT_EQ(said(), 6U);
}

TEST_F(Dhcp6ServerTest, RelaysGetTheirOwnWayBackAndTheirLinksPool) {
    options_.pools.push_back(options_.pools[0]);
    options_.pools[1].subnet = *Network::from_text("2001:db8:1::/64");
    options_.pools[1].first = address("2001:db8:1::100");
    options_.pools[1].last = address("2001:db8:1::1ff");
    auto request = with_ia(Type::request);
    for (const auto* interface : {"outer", "inner"}) {
        auto& relay = request.relays.emplace_back();
        relay.hops = static_cast<std::uint8_t>(interface[0] == 'o');
        relay.link_address = interface[0] == 'o' ? address("2001:db8:2::1") : address("2001:db8:1::1");
        relay.peer_address = address("fe80::5");
        relay.options.add(dhcp6::remote_id, "not ours");
        relay.options.add(dhcp6::interface_id, interface);
    }
    hear(request, Dhcp6Arrival::Sent::to_us, 12345);
    ASSERT_EQ(said(), 1U);
    EXPECT_EQ(sent_[0].port, 547); // of a relay, wherever it sent from
    Message reply;
    ASSERT_EQ(reply.read(sent_[0].bytes), dhcp6::MessageError::none);
    ASSERT_EQ(reply.relays.size(), 2U);
    EXPECT_EQ(reply.relays[0].hops, 1);
    EXPECT_EQ(reply.relays[0].link_address, address("2001:db8:2::1"));
    EXPECT_EQ(reply.relays[0].options.option(dhcp6::interface_id), "outer");
    EXPECT_EQ(reply.relays[0].options.all().size(), 1U);
    EXPECT_EQ(reply.relays[1].options.option(dhcp6::interface_id), "inner");
    EXPECT_TRUE(is_in_range(options_.pools[1], ia_of(reply).addresses.at(0).address));
    // A link that we have no pool for is another server's.
    request.relays[1].link_address = address("2001:db8:3::1");
    EXPECT_EQ(answer(request).type, Type::none);
}

} // namespace
} // namespace offhook::server
