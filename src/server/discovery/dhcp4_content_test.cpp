#include "server/discovery/dhcp4_content.hpp"

#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::string_view_literals;
using namespace testing_dhcp4;
using dhcp4::Message;
using dhcp4::Type;

TEST(Dhcp4OptionValue, IsReadByItsLook) {
    struct Case {
        std::uint8_t code;
        std::string_view text, expected;
    };
    for (const auto& [code, text, expected] :
         {Case{132, "100", "100"}, Case{66, "10.0.0.1", "10.0.0.1"}, Case{150, "10.0.0.1", "\x0a\0\0\1"sv},
          Case{42, "10.0.0.1, 10.0.0.2", "\x0a\0\0\1\x0a\0\0\2"sv}, Case{43, "0x4201ff", "\x42\x01\xff"},
          Case{132, "\"0x31\"", "0x31"}, Case{150, "\"10.0.0.1\"", "10.0.0.1"}, Case{160, "", ""}}) {
        const auto value = option_value(code, text);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(*value, expected) << text;
    }
}

TEST(Dhcp4OptionValue, RefusesWhatIsNotTheOperators) {
    struct Case {
        std::uint8_t code;
        std::string_view text;
    };
    for (const auto& [code, text] :
         {Case{51, "0x00"}, Case{52, "0x01"}, Case{53, "0x01"}, Case{82, "x"}, Case{0, "x"}, Case{255, "x"},
          Case{1, "255.0.0.0"}, Case{43, "0x1"}, Case{43, "0xzz"}, Case{150, "host"}, Case{6, "2001:db8::1"}})
        EXPECT_FALSE(option_value(code, text)) << int{code} << " " << text;
    EXPECT_EQ(option_value(160, std::string(256, 'u')).error().code, ErrorCode::too_large);
    Dhcp4Options options;
    options.options = {{132, "1"}, {51, "1"}};
    EXPECT_EQ(Dhcp4Content::check(options).error().where, "options.51");
}

class Dhcp4ContentTest : public testing::Test {
protected:
    Message answer(std::string_view wanted) {
        Message to = from_client(Type::inform, polycom);
        if (!wanted.empty()) to.set(dhcp4::parameter_list, wanted);
        return answer_to(to);
    }
    Message answer_to(const Message& to) {
        Asker asker;
        asker.mac = to.mac();
        Message out = Dhcp4Content::reply(to, Type::ack, ip("10.0.0.1"));
        said_ = Dhcp4Content(options_).add_offer(out, to, offers_.make(asker));
        return out;
    }
    ScriptedOffers offers_;
    Dhcp4Options options_;
    std::vector<std::uint8_t> said_;
};

TEST_F(Dhcp4ContentTest, SaysWhatIsAskedFor) {
    offers_.tell(66, "boot"), offers_.tell(160, "http://boot");
    options_.options = {{132, "100"}, {133, "5"}};
    EXPECT_EQ(answer("\x42\x84").option(66), "boot");
    EXPECT_EQ(said_, (std::vector<std::uint8_t>{66, 132}));
    const Message all = answer("");
    EXPECT_TRUE(all.option(66) && all.option(160) && all.option(132) && all.option(133));
    EXPECT_TRUE(answer("\x01").options().size() == 2U && said_.empty()) << "53 and 54";
}

TEST_F(Dhcp4ContentTest, TheOfferCountsBeforeTheOperatorsValueForAll) {
    offers_.tell(66, "mine");
    options_.options = {{66, "everybody's"}, {67, "file"}};
    const Message out = answer("\x42\x43");
    EXPECT_EQ(out.option(66), "mine");
    EXPECT_EQ(out.option(67), "file");
}

TEST_F(Dhcp4ContentTest, SubOptionsStandIn43And125) {
    config::OfferRule rule;
    rule.option = 43, rule.sub_option = 66;
    offers_.rules.emplace_back(rule, "a\0"sv);
    rule.sub_option = 67;
    offers_.rules.emplace_back(rule, "b");
    rule.option = 125, rule.enterprise = 13885, rule.sub_option = 1;
    offers_.rules.emplace_back(rule, "url");
    const Message out = answer("");
    EXPECT_EQ(out.option(43), "\x42\x02"
                              "a\0\x43\x01"
                              "b"sv);
    EXPECT_EQ(out.option(125), "\0\0\x36\x3d\x05\x01\x03url"sv);
}

TEST_F(Dhcp4ContentTest, NeverSendsWhatIsTheProtocols) {
    for (const std::uint16_t code : {0, 52, 53, 54, 51, 82, 255, 300}) offers_.tell(code, "x");
    const Message out = answer("");
    EXPECT_TRUE(said_.empty());
    EXPECT_EQ(out.options().size(), 2U);
}

TEST_F(Dhcp4ContentTest, EchoesClientAndRelay) {
    Message to = from_client(Type::inform, polycom, 77);
    to.set(dhcp4::client_id, "\1id"), to.set(dhcp4::relay_information, "\1\1x");
    to.giaddr = ip("10.0.0.254"), to.broadcast = true, to.chaddr[15] = 9;
    const Message out = answer_to(to);
    EXPECT_EQ(out.option(dhcp4::client_id), "\1id");
    EXPECT_EQ(out.option(dhcp4::relay_information), "\1\1x");
    EXPECT_EQ(out.xid, 77U);
    EXPECT_EQ(out.giaddr, to.giaddr);
    EXPECT_TRUE(out.broadcast);
    EXPECT_EQ(out.chaddr, to.chaddr);
}

TEST_F(Dhcp4ContentTest, NamesTheNextServerWhereTheOfferHasAnAddress) {
    offers_.tell(66, "http://boot");
    EXPECT_EQ(answer("").siaddr, nobody);
    offers_.rules.clear();
    offers_.tell(66, "10.0.0.7");
    EXPECT_EQ(answer("").siaddr, ip("10.0.0.7"));
    config::OfferRule rule;
    rule.option = 150, rule.form = config::OfferForm::addresses;
    offers_.rules.emplace_back(rule, "\x0a\0\0\x08"sv);
    EXPECT_EQ(answer("").siaddr, ip("10.0.0.8"));
}

TEST_F(Dhcp4ContentTest, KeepsToWhatTheClientTakes) {
    for (const std::uint16_t code : {66, 159, 160}) offers_.tell(code, std::string(200, 'u'));
    Message to = from_client(Type::inform, polycom);
    std::string bytes;
    std::vector<std::uint8_t> left_out;
    Dhcp4Content::write(answer_to(to), to, bytes, &left_out);
    EXPECT_LE(bytes.size() + 28, 576U);
    EXPECT_EQ(left_out, (std::vector<std::uint8_t>{159, 160}));
    for (const auto& [said, fits] : {std::pair{"\x05\xdc"sv, true}, {"\x01\x00"sv, false}, {"\x05"sv, false}}) {
        to.set(dhcp4::message_bytes_most, said);
        left_out.clear();
        Dhcp4Content::write(answer_to(to), to, bytes, &left_out);
        EXPECT_EQ(left_out.empty(), fits);
    }
}

TEST(Dhcp4Network, IsSaidInTheOrderOfTheStandard) {
    const auto pool = one_pool().pools[0];
    Message to = from_client(Type::discover, polycom);
    to.set(dhcp4::parameter_list, "\x03\x01\x06\x0f\x1c\x3a\x3b");
    Message out = Dhcp4Content::reply(to, Type::offer, ip("10.0.0.1"));
    Dhcp4Content::add_lease(out, to, std::chrono::seconds(3600));
    Dhcp4Content::add_network(out, to, pool);
    EXPECT_EQ(out.address(dhcp4::subnet_mask), ip("255.255.255.0"));
    EXPECT_EQ(out.address(dhcp4::router), ip("10.0.0.1"));
    EXPECT_EQ(out.addresses(dhcp4::dns_servers).size(), 2U);
    EXPECT_EQ(out.option(dhcp4::domain_name), "example.net");
    EXPECT_EQ(out.address(dhcp4::broadcast_address), ip("10.0.0.255"));
    EXPECT_EQ(out.number32(dhcp4::lease_time), 3600U);
    EXPECT_EQ(out.number32(dhcp4::renewal_time), 1800U);
    EXPECT_EQ(out.number32(dhcp4::rebinding_time), 3150U);
    std::vector<std::uint8_t> codes;
    for (const auto& option : out.options()) codes.push_back(option.code);
    EXPECT_LT(std::find(codes.begin(), codes.end(), 1) - codes.begin(),
              std::find(codes.begin(), codes.end(), 3) - codes.begin());
}

} // namespace
} // namespace offhook::server
