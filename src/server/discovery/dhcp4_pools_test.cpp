#include "server/discovery/address_prober.hpp"
#include "server/discovery/dhcp4_server.hpp"
#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using namespace testing_dhcp4;
using catalogue::Lease;
using catalogue::LeaseState;
using dhcp4::Message;
using dhcp4::Type;

class SmallPool : public testing::Test {
protected:
    SmallPool() { make(one_pool()); }
    void make(const Dhcp4Options& options) {
        ASSERT_TRUE(Dhcp4Server::check(options));
        server_ = std::make_unique<Dhcp4Server>(offers_, clock_, options, 0);
    }
    void receive(const Message& message, IpAddress source = nobody) {
        actions_.clear();
        server_->received(bytes_of(message), {source, 68, 7, ip("10.0.0.1")}, actions_);
    }
    /// What is answered once all writes are durable; type none: nothing.
    Message answer(const Message& message) {
        receive(message);
        Dhcp4Actions after;
        for (const Dhcp4Write& write : actions_.writes) {
            stored_.push_back(write.lease);
            if (write.ticket != 0) server_->lease_stored(write.ticket, true, after);
        }
        for (auto& send : after.sends) actions_.sends.push_back(std::move(send));
        if (actions_.sends.empty()) return {};
        EXPECT_EQ(actions_.sends.size(), 1U);
        return read(actions_.sends[0]);
    }
    static Message discover(std::uint64_t mac) { return from_client(Type::discover, mac); }
    static Message selecting(std::uint64_t mac, std::string_view address, std::string_view server = "10.0.0.1") {
        Message out = from_client(Type::request, mac);
        out.set_address(dhcp4::requested_address, ip(address));
        out.set_address(dhcp4::server_id, ip(server));
        return out;
    }
    static Message rebooting(std::uint64_t mac, std::string_view address) {
        Message out = selecting(mac, address);
        out.unset(dhcp4::server_id);
        return out;
    }
    static Message renewing(std::uint64_t mac, std::string_view address) {
        Message out = from_client(Type::request, mac);
        out.ciaddr = ip(address);
        return out;
    }
    void bind(std::uint64_t mac, std::string_view address) {
        ASSERT_EQ(answer(selecting(mac, address)).type(), Type::ack);
    }

    ManualClock clock_;
    ScriptedOffers offers_;
    std::unique_ptr<Dhcp4Server> server_;
    Dhcp4Actions actions_;
    std::vector<Lease> stored_;
};

TEST_F(SmallPool, OffersAndGrantsAnAddress) {
    offers_.tell(66, "http://boot");
    const Message offer = answer(discover(polycom));
    EXPECT_EQ(offer.type(), Type::offer);
    EXPECT_EQ(offer.yiaddr, ip("10.0.0.10"));
    EXPECT_EQ(offer.address(dhcp4::server_id), ip("10.0.0.1"));
    EXPECT_EQ(offer.number32(dhcp4::lease_time), 3600U);
    EXPECT_EQ(offer.option(66), "http://boot");
    EXPECT_EQ(actions_.sends[0].to.text(), "255.255.255.255");
    EXPECT_EQ(actions_.sends[0].port, 68);
    EXPECT_EQ(actions_.sends[0].interface, 7U);
    EXPECT_TRUE(stored_.empty()) << "an offer is no lease";

    const Message ack = answer(selecting(polycom, "10.0.0.10"));
    EXPECT_EQ(ack.type(), Type::ack);
    EXPECT_EQ(ack.yiaddr, ip("10.0.0.10"));
    EXPECT_EQ(ack.option(66), "http://boot");
    ASSERT_EQ(stored_.size(), 1U);
    EXPECT_EQ(stored_[0].address, ip("10.0.0.10"));
    EXPECT_EQ(stored_[0].mac, MacAddress(polycom));
    EXPECT_EQ(stored_[0].until, clock_.wall() + 1h);
}

TEST_F(SmallPool, SaysNothingBeforeTheLeaseIsDurable) {
    receive(selecting(polycom, "10.0.0.10"));
    EXPECT_TRUE(actions_.sends.empty());
    ASSERT_EQ(actions_.writes.size(), 1U);
    const auto ticket = actions_.writes[0].ticket;
    receive(selecting(polycom, "10.0.0.10")); // sent again meanwhile
    EXPECT_TRUE(actions_.sends.empty() && actions_.writes.empty());
    server_->lease_stored(ticket, true, actions_);
    ASSERT_EQ(actions_.sends.size(), 1U);
    EXPECT_EQ(read(actions_.sends[0]).type(), Type::ack);
    server_->lease_stored(ticket, true, actions_);
    EXPECT_EQ(actions_.sends.size(), 1U);
}

TEST_F(SmallPool, WhatCouldNotBeWrittenWasNeverGiven) {
    receive(selecting(polycom, "10.0.0.10"));
    Dhcp4Actions after;
    server_->lease_stored(actions_.writes.at(0).ticket, false, after);
    EXPECT_TRUE(after.sends.empty());
    EXPECT_EQ(answer(selecting(other_polycom, "10.0.0.10")).type(), Type::ack);
    receive(renewing(other_polycom, "10.0.0.10")); // and a renewal that fails leaves the lease as it was
    server_->lease_stored(actions_.writes.at(0).ticket, false, after);
    EXPECT_EQ(answer(renewing(other_polycom, "10.0.0.10")).type(), Type::ack);
}

TEST_F(SmallPool, AnswersEachRequestByItsState) {
    bind(polycom, "10.0.0.10");
    bind(other_polycom, "10.0.0.11");
    struct Case {
        const char* name;
        Message message;
        Type expected;
    };
    for (const Case& row : {
             Case{"selecting another server", selecting(third_polycom, "10.0.0.12", "10.0.0.9"), Type::none},
             Case{"selecting a used address", selecting(third_polycom, "10.0.0.10"), Type::nak},
             Case{"selecting outside of the range", selecting(third_polycom, "10.0.0.99"), Type::nak},
             Case{"selecting outside of the subnet", selecting(third_polycom, "10.9.0.10"), Type::nak},
             Case{"init-reboot of a stranger", rebooting(third_polycom, "10.0.0.12"), Type::none},
             Case{"init-reboot in the wrong network", rebooting(polycom, "10.9.0.10"), Type::nak},
             Case{"init-reboot with another's address", rebooting(polycom, "10.0.0.11"), Type::nak},
             Case{"init-reboot with its own", rebooting(polycom, "10.0.0.10"), Type::ack},
             Case{"renewing its own", renewing(polycom, "10.0.0.10"), Type::ack},
             Case{"renewing another's", renewing(polycom, "10.0.0.11"), Type::nak},
             Case{"renewing what nobody knows", renewing(third_polycom, "10.0.0.12"), Type::none},
             Case{"a request for nothing", from_client(Type::request, polycom), Type::none},
         })
        EXPECT_EQ(answer(row.message).type(), row.expected) << row.name;
}

TEST_F(SmallPool, RefusesNobodyThatMayBeAnotherServers) {
    bind(polycom, "10.0.0.10");
    EXPECT_EQ(answer(renewing(polycom, "10.9.0.10")).type(), Type::none) << "in use, so somebody gave it";
    clock_.advance(61min);
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.11")).type(), Type::none) << "its lease of ours is over";
    EXPECT_EQ(answer(renewing(polycom, "10.0.0.11")).type(), Type::none);
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.10")).type(), Type::ack);
    Message release = from_client(Type::release, polycom);
    release.ciaddr = ip("10.0.0.10");
    (void)answer(release);
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.11")).type(), Type::none);

    Dhcp4Options options = one_pool();
    options.authoritative = true;
    make(options);
    server_->load(stored_);
    EXPECT_EQ(answer(renewing(polycom, "10.9.0.10")).type(), Type::nak);
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.11")).type(), Type::nak);
}

TEST_F(SmallPool, AuthoritativeRefusesStrangers) {
    Dhcp4Options options = one_pool();
    options.authoritative = true;
    make(options);
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.12")).type(), Type::nak);
    EXPECT_EQ(actions_.sends.at(0).to.text(), "255.255.255.255");
    EXPECT_EQ(answer(renewing(polycom, "10.0.0.12")).type(), Type::nak);
    EXPECT_EQ(actions_.sends.at(0).to.text(), "255.255.255.255") << "a refused address is not one to answer to";
}

TEST_F(SmallPool, RenewalsGoToTheClientAndExtend) {
    bind(polycom, "10.0.0.10");
    const WallTime since = stored_[0].since;
    clock_.advance(30min);
    const Message ack = answer(renewing(polycom, "10.0.0.10"));
    EXPECT_EQ(ack.type(), Type::ack);
    EXPECT_EQ(ack.ciaddr, ip("10.0.0.10"));
    EXPECT_EQ(actions_.sends[0].to, ip("10.0.0.10"));
    EXPECT_EQ(stored_.back().since, since);
    EXPECT_EQ(stored_.back().until, clock_.wall() + 1h);
}

TEST_F(SmallPool, ReleasedAndDeclinedAddresses) {
    bind(polycom, "10.0.0.10");
    Message release = from_client(Type::release, other_polycom);
    release.ciaddr = ip("10.0.0.10");
    EXPECT_EQ(answer(release).type(), Type::none);
    EXPECT_EQ(stored_.size(), 1U) << "another's release counts for nothing";
    release.set_mac(MacAddress(polycom));
    EXPECT_EQ(answer(release).type(), Type::none);
    EXPECT_EQ(stored_.back().state, LeaseState::released);
    EXPECT_EQ(answer(discover(polycom)).yiaddr, ip("10.0.0.10")) << "it is remembered";

    bind(polycom, "10.0.0.10");
    Message decline = from_client(Type::decline, other_polycom);
    decline.set_address(dhcp4::requested_address, ip("10.0.0.10"));
    EXPECT_EQ(answer(decline).type(), Type::none);
    EXPECT_EQ(stored_.back().state, LeaseState::bound);
    decline.set_mac(MacAddress(polycom));
    EXPECT_EQ(answer(decline).type(), Type::none);
    EXPECT_EQ(stored_.back().state, LeaseState::declined);
    EXPECT_EQ(answer(discover(polycom)).yiaddr, ip("10.0.0.11"));
    EXPECT_EQ(answer(selecting(polycom, "10.0.0.10")).type(), Type::nak);
}

TEST_F(SmallPool, TakesItsLeasesUpAfterARestart) {
    bind(polycom, "10.0.0.10");
    make(one_pool());
    server_->load(stored_);
    EXPECT_EQ(answer(discover(other_polycom)).yiaddr, ip("10.0.0.11"));
    EXPECT_EQ(answer(rebooting(polycom, "10.0.0.10")).type(), Type::ack);
}

TEST_F(SmallPool, KeepsReservationsForTheirDevices) {
    offers_.reserved[MacAddress(polycom)] = ip("10.0.0.200"); // outside of the range
    offers_.reserved[MacAddress(other_polycom)] = ip("10.0.0.10");
    EXPECT_EQ(answer(discover(polycom)).yiaddr, ip("10.0.0.200"));
    EXPECT_EQ(answer(selecting(polycom, "10.0.0.200")).type(), Type::ack);
    EXPECT_EQ(answer(discover(third_polycom)).yiaddr, ip("10.0.0.11"));
    EXPECT_EQ(answer(selecting(third_polycom, "10.0.0.10")).type(), Type::nak);
    EXPECT_EQ(answer(discover(other_polycom)).yiaddr, ip("10.0.0.10"));
    bind(third_polycom, "10.0.0.12");
    offers_.reserved[MacAddress(third_polycom)] = ip("10.0.0.201"); // moved while it has another
    EXPECT_EQ(answer(renewing(third_polycom, "10.0.0.12")).type(), Type::nak);
    EXPECT_EQ(answer(discover(third_polycom)).yiaddr, ip("10.0.0.201"));
}

TEST_F(SmallPool, NeverGivesItsOwnAddress) {
    const auto at_its_own = [&](const Message& message) {
        Dhcp4Actions out;
        server_->received(bytes_of(message), {nobody, 68, 7, ip("10.0.0.10")}, out);
        for (const Dhcp4Write& write : out.writes) server_->lease_stored(write.ticket, true, out);
        return out.sends.empty() ? Message() : read(out.sends[0]);
    };
    EXPECT_EQ(at_its_own(discover(polycom)).yiaddr, ip("10.0.0.11"));
    EXPECT_EQ(at_its_own(selecting(polycom, "10.0.0.10", "10.0.0.10")).type(), Type::nak);
    offers_.reserved[MacAddress(polycom)] = ip("10.0.0.10");
    EXPECT_EQ(at_its_own(discover(polycom)).yiaddr, ip("10.0.0.11"));
    EXPECT_EQ(at_its_own(selecting(polycom, "10.0.0.10", "10.0.0.10")).type(), Type::nak);
}

TEST_F(SmallPool, AReservationOfWhatIsNoHostsIsNone) {
    for (const char* address : {"10.0.0.0", "10.0.0.255", "10.0.0.1"}) {
        offers_.reserved[MacAddress(polycom)] = ip(address);
        EXPECT_EQ(answer(discover(polycom)).yiaddr, ip("10.0.0.10")) << address;
        EXPECT_EQ(answer(selecting(polycom, address)).type(), Type::nak) << address;
    }
}

TEST_F(SmallPool, IsForPhonesUnlessToldOtherwise) {
    EXPECT_EQ(answer(discover(computer)).type(), Type::none);
    offers_.state = Offer::State::stranger;
    EXPECT_EQ(answer(discover(polycom)).type(), Type::offer) << "a phone, if nobody's that we know";
    offers_.state = Offer::State::denied;
    EXPECT_EQ(answer(discover(polycom)).type(), Type::none);
    Dhcp4Options options = one_pool();
    options.only_phones = false;
    make(options);
    EXPECT_EQ(answer(discover(computer)).type(), Type::offer);
}

TEST_F(SmallPool, AnswersRelaysInTheirSubnetsAlone) {
    Message relayed = discover(polycom);
    relayed.giaddr = ip("10.0.0.254"), relayed.hops = 1;
    relayed.set(dhcp4::relay_information, "\1\4port"sv);
    const Message offer = answer(relayed);
    EXPECT_EQ(offer.giaddr, ip("10.0.0.254"));
    EXPECT_EQ(offer.option(dhcp4::relay_information), "\1\4port");
    EXPECT_EQ(actions_.sends[0].to, ip("10.0.0.254"));
    EXPECT_EQ(actions_.sends[0].port, 67);
    relayed.giaddr = ip("10.7.0.254");
    EXPECT_EQ(answer(relayed).type(), Type::none);
    relayed.set(dhcp4::relay_information, "\x05\x04\x0a\0\0\0\x0b\x04\x0a\0\0\xfd\x13\0"sv);
    const Message chosen = answer(relayed); // link selection, server id override, source port
    EXPECT_EQ(chosen.type(), Type::offer);
    EXPECT_EQ(chosen.address(dhcp4::server_id), ip("10.0.0.253"));
    EXPECT_EQ(actions_.sends[0].to, ip("10.7.0.254"));
    EXPECT_EQ(actions_.sends[0].port, 68) << "of the packet";
    Message request = selecting(polycom, "10.0.0.10", "10.0.0.253");
    request.giaddr = ip("10.7.0.254");
    request.set(dhcp4::relay_information, *relayed.option(dhcp4::relay_information));
    EXPECT_EQ(answer(request).type(), Type::ack);
    request.set_address(dhcp4::requested_address, ip("10.9.0.1"));
    const Message nak = answer(request);
    EXPECT_EQ(nak.type(), Type::nak);
    EXPECT_TRUE(nak.broadcast);
    EXPECT_EQ(actions_.sends[0].to, ip("10.7.0.254"));
}

TEST_F(SmallPool, IgnoresClientsWithoutAName) {
    Message nameless = discover(polycom);
    nameless.hardware_type = 32;
    nameless.set(dhcp4::vendor_class, "LINKSYS SPA-942");
    EXPECT_EQ(answer(nameless).type(), Type::none);
    nameless.set(dhcp4::client_id, "token");
    EXPECT_EQ(answer(nameless).type(), Type::offer);
    nameless.set(dhcp4::client_id, std::string(256, 'x'));
    EXPECT_EQ(answer(nameless).type(), Type::none);
}

class Probing : public SmallPool {
protected:
    Probing() {
        Dhcp4Options options = one_pool();
        options.conflict_wait = 300ms;
        make(options);
    }
};

TEST_F(Probing, OffersWhenNobodyAnswered) {
    receive(discover(polycom));
    EXPECT_TRUE(actions_.sends.empty());
    ASSERT_EQ(actions_.probes.size(), 1U);
    EXPECT_EQ(actions_.probes[0].address, ip("10.0.0.10"));
    EXPECT_EQ(actions_.probes[0].by, Dhcp4Probe::By::arp);
    EXPECT_TRUE(server_->is_waiting());
    Message again = discover(polycom);
    again.xid = 99;
    receive(again);
    EXPECT_TRUE(actions_.probes.empty() && actions_.sends.empty());
    clock_.advance(299ms);
    server_->tick(actions_);
    EXPECT_TRUE(actions_.sends.empty());
    clock_.advance(1ms);
    server_->tick(actions_);
    ASSERT_EQ(actions_.sends.size(), 1U);
    EXPECT_EQ(read(actions_.sends[0]).xid, 99U);
    EXPECT_FALSE(server_->is_waiting());
    receive(discover(polycom));
    EXPECT_EQ(actions_.sends.size(), 1U) << "once is enough while it is held";
}

TEST_F(Probing, LeavesAnAddressToWhoHasIt) {
    receive(discover(polycom));
    actions_.clear();
    server_->address_in_use(ip("10.0.0.10"), MacAddress(computer), actions_);
    ASSERT_EQ(actions_.writes.size(), 1U);
    EXPECT_EQ(actions_.writes[0].lease.state, LeaseState::declined);
    EXPECT_EQ(actions_.writes[0].ticket, 0U);
    ASSERT_EQ(actions_.probes.size(), 1U);
    EXPECT_EQ(actions_.probes[0].address, ip("10.0.0.11"));
    clock_.advance(300ms);
    server_->tick(actions_);
    ASSERT_EQ(actions_.sends.size(), 1U);
    EXPECT_EQ(read(actions_.sends[0]).yiaddr, ip("10.0.0.11"));
    actions_.clear();
    server_->address_in_use(ip("10.0.0.12"), MacAddress(), actions_); // that nobody asked about
    EXPECT_TRUE(actions_.writes.empty());
}

TEST_F(Probing, TheClientsOwnAnswerIsNoConflict) {
    receive(discover(polycom)); // which still has the address, and says so
    actions_.clear();
    server_->address_in_use(ip("10.0.0.10"), MacAddress(polycom), actions_);
    EXPECT_TRUE(actions_.writes.empty() && actions_.probes.empty());
    clock_.advance(300ms);
    server_->tick(actions_);
    ASSERT_EQ(actions_.sends.size(), 1U);
    EXPECT_EQ(read(actions_.sends[0]).yiaddr, ip("10.0.0.10"));

    receive(discover(other_polycom)); // behind a relay nobody's MAC is heard
    server_->address_in_use(ip("10.0.0.11"), MacAddress(), actions_);
    EXPECT_EQ(actions_.writes.size(), 1U);
}

TEST(ArpSender, SaysWhoHasWhat) {
    std::vector<unsigned char> packet{0,  1, 8, 0, 6, 4, 0, 2, 0, 4, 0xf2, 0, 0, 1,
                                      10, 0, 0, 9, 2, 2, 2, 2, 2, 2, 10,   0, 0, 1};
    const auto holder = arp_sender(packet);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->address, ip("10.0.0.9"));
    EXPECT_EQ(holder->mac, MacAddress(polycom));
    EXPECT_FALSE(arp_sender(std::span(packet).first(27)));
    std::fill_n(packet.begin() + 14, 4, 0); // a probe: it has none yet
    EXPECT_FALSE(arp_sender(packet));
}

TEST_F(Probing, TheTimelineSaysWhatBecameOfIt) {
    receive(discover(polycom));
    ASSERT_EQ(offers_.notes.size(), 1U);
    EXPECT_EQ(offers_.notes[0].told, "10.0.0.10 is being probed");
    server_->address_in_use(ip("10.0.0.10"), MacAddress(computer), actions_);
    ASSERT_EQ(offers_.notes.size(), 2U);
    EXPECT_EQ(offers_.notes[1].told, "10.0.0.11 is being probed");
    clock_.advance(300ms);
    server_->tick(actions_);
    ASSERT_EQ(offers_.notes.size(), 3U);
    EXPECT_EQ(offers_.notes[2],
              (ScriptedOffers::Note{catalogue::Outcome::served, "DISCOVER", "offered 10.0.0.11; http://boot"}));
}

TEST_F(SmallPool, TheTimelineSaysWhyAnAddressWentOutAlone) {
    offers_.state = Offer::State::no_url;
    (void)answer(discover(polycom));
    EXPECT_EQ(offers_.notes.back().told, "offered 10.0.0.10; no URL: no reason");
    (void)answer(selecting(polycom, "10.0.0.10"));
    EXPECT_EQ(offers_.notes.back().told, "10.0.0.10 for 3600 s; no URL: no reason");
    offers_.state = Offer::State::denied;
    (void)answer(discover(polycom));
    EXPECT_EQ(offers_.notes.back(), (ScriptedOffers::Note{catalogue::Outcome::refused, "DISCOVER", "no reason"}));
    offers_.state = Offer::State::offered;
    (void)answer(selecting(polycom, "10.0.0.50", "10.0.0.2"));
    EXPECT_EQ(offers_.notes.back().outcome, catalogue::Outcome::not_modified);
    EXPECT_EQ(offers_.notes.back().told, "takes 10.0.0.50 of server 10.0.0.2");
}

TEST_F(Probing, ItsOwnLeaseNeedsNone) {
    bind(polycom, "10.0.0.10");
    receive(discover(polycom));
    EXPECT_EQ(actions_.sends.size(), 1U);
    EXPECT_TRUE(actions_.probes.empty());
    Message relayed = discover(other_polycom);
    relayed.giaddr = ip("10.0.0.254");
    receive(relayed);
    EXPECT_EQ(actions_.probes.at(0).by, Dhcp4Probe::By::echo);
}

} // namespace
} // namespace offhook::server
