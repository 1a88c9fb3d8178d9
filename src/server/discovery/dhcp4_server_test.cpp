#include "server/discovery/dhcp4_server.hpp"

#include "server/discovery/dhcp4_asker.hpp"
#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::string_view_literals;
using namespace testing_dhcp4;
using catalogue::Outcome;
using dhcp4::Message;
using dhcp4::Type;

TEST(Dhcp4Asker, IsKnownByWhatItShows) {
    struct Case {
        const char* name;
        std::uint8_t code;
        std::string_view value, vendor_class;
        std::optional<std::uint32_t> enterprise;
    };
    for (const Case& row : {
             Case{"text", 60, "LINKSYS SPA-942\0"sv, "LINKSYS SPA-942", {}},
             Case{"binary", 60, "\0\0\x36\x3d\x04\x01\x02hi\xff"sv, "", 13885},
             Case{"binary, cut", 60, "\0\0\x36\x3d\x09\x01"sv, "", {}},
             Case{"124", 124, "\0\0\x01\x02\x02hi"sv, "", 258},
             Case{"77 as a list", 77, "\x03one"sv, "one", {}},
             Case{"77 as text", 77, "Thomson ST2030S"sv, "Thomson ST2030S", {}},
             Case{"nothing", 12, "x"sv, "", {}},
         }) {
        Message message = from_client(Type::discover, polycom);
        message.set(row.code, row.value);
        const Asker asker = dhcp4_asker(message, 3, nobody, ip("10.0.0.1"));
        EXPECT_EQ(asker.vendor_class, row.vendor_class) << row.name;
        EXPECT_EQ(asker.enterprise, row.enterprise) << row.name;
        EXPECT_EQ(asker.mac, MacAddress(polycom));
        EXPECT_EQ(asker.method, config::OfferMethod::dhcp4);
        EXPECT_EQ(asker.listener, 3);
    }
    EXPECT_FALSE(dhcp4_asker(from_client(Type::discover, 0), 0, nobody, nobody).mac);
    EXPECT_FALSE(dhcp4_asker(from_client(Type::discover, 0x0100'0000'0001), 0, nobody, nobody).mac) << "a group's";
}

TEST(Dhcp4Asker, SaysWhatItWants) {
    Message message = from_client(Type::inform, polycom);
    EXPECT_EQ(asked_text(message), "INFORM");
    message.set(dhcp4::parameter_list, "\x42\xa0");
    EXPECT_EQ(asked_text(message), "INFORM wants 66,160");
}

class Dhcp4ServerTest : public testing::Test {
protected:
    Dhcp4ServerTest() {
        options_.mode = Dhcp4Mode::options_only;
        offers_.tell(66, "http://boot/secret-token");
    }
    std::vector<Dhcp4Send> receive(const Message& message, std::string_view source = "10.0.0.9") {
        Dhcp4Server server(offers_, clock_, options_, 0, {}, {*Network::from_text("10.1.0.0/24")});
        Dhcp4Actions actions;
        server.received(bytes_of(message), {ip(source), 68, 7, ip("10.0.0.1")}, actions);
        EXPECT_TRUE(actions.writes.empty() || options_.mode == Dhcp4Mode::small_pool);
        return actions.sends;
    }
    static Message inform(std::string_view ciaddr = "10.0.0.9") {
        Message out = from_client(Type::inform, polycom);
        out.ciaddr = ip(ciaddr);
        out.set(dhcp4::parameter_list, "\x42\x43");
        return out;
    }
    ManualClock clock_;
    ScriptedOffers offers_;
    Dhcp4Options options_;
};

TEST_F(Dhcp4ServerTest, AnswersInformToTheAddressOfTheClient) {
    for (const Dhcp4Mode mode : {Dhcp4Mode::options_only, Dhcp4Mode::small_pool}) {
        options_ = one_pool();
        options_.mode = mode;
        const auto sends = receive(inform());
        ASSERT_EQ(sends.size(), 1U);
        EXPECT_EQ(sends[0].to, ip("10.0.0.9"));
        EXPECT_EQ(sends[0].port, 68);
        EXPECT_EQ(sends[0].from, ip("10.0.0.1"));
        const Message ack = read(sends[0]);
        EXPECT_EQ(ack.type(), Type::ack);
        EXPECT_EQ(ack.yiaddr, nobody);
        EXPECT_EQ(ack.ciaddr, ip("10.0.0.9"));
        EXPECT_EQ(ack.option(66), "http://boot/secret-token");
        for (const std::uint8_t code : {51, 58, 59}) EXPECT_FALSE(ack.option(code)) << int{code};
    }
    ASSERT_FALSE(offers_.notes.empty());
    EXPECT_EQ(offers_.notes[0], (ScriptedOffers::Note{Outcome::served, "INFORM wants 66,67", "66 http://boot"}));
}

TEST_F(Dhcp4ServerTest, AnInformIsNoWayToReachAThirdParty) {
    EXPECT_TRUE(receive(inform("192.0.2.7")).empty());
    EXPECT_EQ(receive(inform(), "0.0.0.0").size(), 1U);
    ASSERT_EQ(receive(inform("0.0.0.0")).size(), 1U);
    EXPECT_EQ(receive(inform("0.0.0.0"))[0].to, ip("10.0.0.9")) << "its source";
    EXPECT_TRUE(receive(inform("0.0.0.0"), "0.0.0.0").empty());
    Message relayed = inform();
    relayed.giaddr = ip("10.7.0.254");
    for (const char* source : {"10.7.0.254", "10.0.0.9", "10.1.0.254"}) // the relay, the client, a network of ours
        EXPECT_EQ(receive(relayed, source).size(), 1U) << source;
    for (const char* source : {"192.0.2.7", "10.7.0.253", "0.0.0.0"})
        EXPECT_TRUE(receive(relayed, source).empty()) << source;
    options_ = one_pool(); // and a pool's subnet is one of ours
    EXPECT_EQ(receive(relayed, "10.0.0.254").size(), 1U);
    relayed.giaddr = ip("10.0.0.254");
    ASSERT_EQ(receive(relayed, "10.0.0.254").size(), 1U);
    EXPECT_EQ(receive(relayed, "10.0.0.254")[0].to, ip("10.0.0.9"));
}

TEST_F(Dhcp4ServerTest, AnswersNobodyMoreOftenThanItsRate) {
    options_ = one_pool();
    options_.answers_per_source_second = 2;
    options_.answers_per_second = 5;
    Dhcp4Server server(offers_, clock_, options_, 0);
    const auto answers = [&](const Message& message, std::string_view source) {
        Dhcp4Actions actions;
        for (int i = 0; i < 4; ++i) server.received(bytes_of(message), {ip(source), 68, 7, ip("10.0.0.1")}, actions);
        return actions.sends.size();
    };
    EXPECT_EQ(answers(inform(), "10.0.0.9"), 2U);
    EXPECT_EQ(answers(from_client(Type::discover, polycom), "0.0.0.0"), 2U);
    EXPECT_EQ(answers(from_client(Type::discover, other_polycom), "0.0.0.0"), 1U) << "and to all";
    EXPECT_EQ(server.counts().too_often, 7U);
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(answers(from_client(Type::discover, other_polycom), "0.0.0.0"), 2U);
}

TEST_F(Dhcp4ServerTest, OptionsOnlyNeverOffersAnAddress) {
    options_ = one_pool();
    options_.mode = Dhcp4Mode::options_only;
    for (const Type type : {Type::discover, Type::request, Type::decline, Type::release})
        EXPECT_TRUE(receive(from_client(type, polycom)).empty());
    ASSERT_EQ(offers_.notes.size(), 4U);
    EXPECT_EQ(offers_.notes[0].outcome, Outcome::absent);
}

TEST_F(Dhcp4ServerTest, IsSilentWhereItHasNothingToSay) {
    Message other = inform();
    other.set(dhcp4::parameter_list, "\x01\x03");
    EXPECT_TRUE(receive(other).empty());
    for (const auto state : {Offer::State::stranger, Offer::State::denied, Offer::State::no_url}) {
        offers_.state = state;
        EXPECT_TRUE(receive(inform()).empty());
        EXPECT_EQ(offers_.notes.back().told, "no reason");
    }
    offers_.state = Offer::State::offered;
    Message of_computer = inform();
    of_computer.set_mac(MacAddress(computer));
    const auto notes = offers_.notes.size();
    EXPECT_TRUE(receive(of_computer).empty());
    EXPECT_EQ(offers_.notes.size(), notes) << "what is no phone is no story of ours";
}

TEST_F(Dhcp4ServerTest, IgnoresWhatIsNoRequest) {
    Message reply = inform();
    reply.op = Message::Op::reply;
    EXPECT_TRUE(receive(reply).empty());
    Message offer = inform();
    offer.set_type(Type::offer);
    EXPECT_TRUE(receive(offer).empty());
    Dhcp4Server server(offers_, clock_, options_, 0);
    Dhcp4Actions actions;
    server.received("junk", {}, actions);
    EXPECT_EQ(server.counts().malformed, 1U);
    options_.mode = Dhcp4Mode::off;
    EXPECT_TRUE(receive(inform()).empty());
    EXPECT_TRUE(offers_.notes.empty());
}

TEST_F(Dhcp4ServerTest, ObserveLearnsWhatAPhoneAsksAndWhatItIsTold) {
    options_.mode = Dhcp4Mode::observe;
    Dhcp4Server server(offers_, clock_, options_, 0);
    Dhcp4Actions actions;
    Message discover = from_client(Type::discover, computer);
    discover.set(dhcp4::vendor_class, "LINKSYS SPA-942");
    discover.set(dhcp4::parameter_list, "\x42\x96");
    server.received(bytes_of(discover), {nobody, 68, 7, ip("10.0.0.1")}, actions);
    server.received(bytes_of(inform()), {ip("10.0.0.9"), 68, 7, ip("10.0.0.1")}, actions);
    EXPECT_TRUE(actions.sends.empty());
    ASSERT_EQ(offers_.notes.size(), 2U);
    EXPECT_EQ(offers_.notes[0].asked, "DISCOVER wants 66,150");

    Message offer = discover;
    offer.op = Message::Op::reply;
    offer.set_type(Type::offer);
    offer.yiaddr = ip("10.0.0.50"), offer.siaddr = ip("10.0.0.4");
    offer.set_address(dhcp4::server_id, ip("10.0.0.2"));
    offer.set(66, "10.0.0.4\0"sv);
    offer.set_address(150, ip("10.0.0.5"));
    offer.set(43, "\x01\x00"sv);
    offer.unset(dhcp4::vendor_class);
    server.heard(bytes_of(offer), {ip("10.0.0.2"), 67, 7, ip("10.0.0.1")});
    ASSERT_EQ(offers_.notes.size(), 3U);
    EXPECT_EQ(offers_.notes[2].asked, "OFFER of 10.0.0.2");
    EXPECT_EQ(offers_.notes[2].outcome, Outcome::not_modified) << "another server's";
    EXPECT_EQ(offers_.notes[2].told, "offers 10.0.0.50; 43 0x0100, 66 10.0.0.4, 150 10.0.0.5; next server 10.0.0.4");
    EXPECT_EQ(offers_.classes[2], "LINKSYS SPA-942") << "as the client showed itself";

    offer.set_address(dhcp4::server_id, ip("10.0.0.1"));
    server.heard(bytes_of(offer), {ip("10.0.0.1"), 67, 7, ip("10.0.0.1")});
    server.heard(bytes_of(discover), {nobody, 67, 7, ip("10.0.0.1")});
    server.heard("junk", {});
    EXPECT_EQ(offers_.notes.size(), 3U) << "its own, a request, junk";
}

TEST_F(Dhcp4ServerTest, SaysWhereAServerNamesNoBootServer) {
    Message ack = from_client(Type::ack, polycom);
    ack.yiaddr = ip("10.0.0.50");
    EXPECT_EQ(told_by_server(ack), "grants 10.0.0.50; no option that names a boot server");
    ack.yiaddr = nobody, ack.sname = "boot", ack.file = "x.cfg";
    EXPECT_EQ(told_by_server(ack), "grants options; no option that names a boot server; sname boot; file x.cfg");
    ack.set_type(Type::nak);
    EXPECT_EQ(told_by_server(ack), "refuses");
}

TEST_F(Dhcp4ServerTest, ARequestTellsWhichServerThePhoneTakes) {
    for (const Dhcp4Mode mode : {Dhcp4Mode::observe, Dhcp4Mode::options_only}) {
        options_.mode = mode;
        Message request = from_client(Type::request, polycom);
        request.set_address(dhcp4::server_id, ip("10.0.0.2"));
        request.set_address(dhcp4::requested_address, ip("10.0.0.50"));
        EXPECT_TRUE(receive(request).empty());
        EXPECT_EQ(offers_.notes.back(),
                  (ScriptedOffers::Note{Outcome::not_modified, "REQUEST", "takes 10.0.0.50 of server 10.0.0.2"}));
        request.unset(dhcp4::server_id);
        EXPECT_TRUE(receive(request).empty());
        EXPECT_EQ(offers_.notes.back().outcome, Outcome::absent);
    }
}

TEST_F(Dhcp4ServerTest, WritesNoOtherServersPasswordsDown) {
    struct Case {
        std::uint8_t code;
        std::string_view value, shown;
    };
    for (const Case& row : {
             Case{66, "http://PlcmSpIp:secret@boot/x", "http://boot/x"},
             Case{160, "PlcmSpIp:secret@boot", "boot"},
             Case{66, "gopher://u:secret@boot", "(not shown"},
             Case{66, "http://one/;ftp://u:secret@two", "(not shown"},
             Case{43, "\1\20ftp://u:secret@b\0"sv, "(not shown"},
         }) {
        Message offer = from_client(Type::offer, polycom);
        offer.set(row.code, row.value);
        const std::string told = told_by_server(offer);
        EXPECT_NE(told.find(row.shown), std::string::npos) << told;
        EXPECT_EQ(told.find("secret"), std::string::npos) << told;
        EXPECT_EQ(told.find("736563726574"), std::string::npos) << told;
    }
    Message offer = from_client(Type::offer, polycom);
    offer.sname = "u:secret@boot", offer.file = "ftp://u:secret@boot/x";
    EXPECT_EQ(told_by_server(offer).find("secret"), std::string::npos) << told_by_server(offer);
}

TEST_F(Dhcp4ServerTest, RefusesOptionsThatCannotWork) {
    EXPECT_TRUE(Dhcp4Server::check(one_pool()));
    struct Case {
        const char* name;
        void (*breaks)(Dhcp4Options&);
    };
    for (const auto& [name, breaks] :
         {Case{"no pool", [](Dhcp4Options& o) { o.pools.clear(); }},
          Case{"short lease", [](Dhcp4Options& o) { o.lease_time = std::chrono::seconds(59); }},
          Case{"long probe", [](Dhcp4Options& o) { o.conflict_wait = std::chrono::seconds(4); }},
          Case{"option", [](Dhcp4Options& o) {
                   o.options = {{53, "x"}};
               }}}) {
        Dhcp4Options options = one_pool();
        breaks(options);
        EXPECT_FALSE(Dhcp4Server::check(options)) << name;
    }
}

} // namespace
} // namespace offhook::server
