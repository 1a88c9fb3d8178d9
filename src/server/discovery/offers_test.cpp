#include "server/discovery/offers.hpp"

#include "server/discovery/offer_lengths.hpp"
#include "server/test_house.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using State = Offer::State;
using ::testing::HasSubstr;

const IpAddress ours = *IpAddress::from_text("192.0.2.1");

Asker asker_of(std::optional<MacAddress> mac, config::OfferMethod method = config::OfferMethod::dhcp4) {
    Asker asker;
    asker.method = method;
    asker.mac = mac;
    asker.local = ours;
    return asker;
}

/// The house of test_house.hpp with one discovery listener.
struct OfferSite {
    explicit OfferSite(OfferOptions options = {}, std::string listener = "dhcp4") {
        offers.emplace(house_families(), ring, clock,
                       std::vector<Offers::Listener>{{std::move(listener), {}, std::move(options)}});
        offers->publish(house());
        offers->set_origins({{"http", 8080, IpAddress::v4(0)}, {"tftp", 69, IpAddress::v4(0)}});
    }
    std::string told(const Offer& offer, std::uint16_t option) {
        for (const auto& each : offer.options)
            if (each.rule->option == option) return each.value;
        return "(nothing)";
    }
    ManualClock clock;
    catalogue::EventRing ring{64};
    std::optional<Offers> offers;
};

/// A device of another family than the house's, in a catalogue of its own.
void give(OfferSite& site, MacAddress mac, std::string family, const SettingRows& rows = {},
          catalogue::Revision revision = 9) {
    catalogue::ChangeSet change;
    change.revision = revision;
    auto device = device_of(mac, rows, revision);
    device.family = std::move(family);
    change.devices.push_back(std::make_shared<const catalogue::Device>(device));
    site.offers->publish(house()->advanced(change));
}

TEST(Offers, TellADeviceWhereOneOfOurListenersIs) {
    OfferSite site;
    const auto offer = site.offers->make(asker_of(anna));
    ASSERT_EQ(offer.state, State::offered) << offer.why;
    EXPECT_EQ(offer.device->mac, anna);
    EXPECT_EQ(site.told(offer, 66), "http://192.0.2.1:8080");
    EXPECT_EQ(site.told(offer, 160), "http://192.0.2.1:8080");
}

TEST(Offers, TakeTheOperatorsUrlBeforeOurOwnAndTheDevicesSettingBeforeBoth) {
    OfferOptions options;
    options.url = "http://boot.example.net/phones/";
    OfferSite site(options);
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://boot.example.net/phones");
    catalogue::ChangeSet change;
    change.revision = 9;
    auto moved = device_of(anna, {{"provisioning.server", "http://elsewhere.example.net/a"}}, 9);
    change.devices.push_back(std::make_shared<const catalogue::Device>(moved));
    site.offers->publish(house()->advanced(change));
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://elsewhere.example.net/a");
    const SettingRows rows{{"provisioning.server", "http://model.example.net"}};
    change.model_layers.push_back({"polycom", "SPIP650", 9, layer_of(rows)});
    site.offers->publish(house()->advanced(change));
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://elsewhere.example.net/a");
    change.devices.clear();
    site.offers->publish(house()->advanced(change));
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://model.example.net");
}

TEST(Offers, TellAStrangerNothingUnlessTheOperatorWantsItAndThenNoSecret) {
    OfferSite site;
    auto offer = site.offers->make(asker_of(stranger));
    EXPECT_EQ(offer.state, State::stranger);
    EXPECT_TRUE(offer.options.empty());
    ASSERT_NE(offer.family, nullptr);
    EXPECT_EQ(offer.family->name(), "polycom") << "by its OUI";

    OfferOptions options;
    options.who.strangers = true;
    options.secrets = OfferSecrets::token;
    OfferSite open(options);
    auto asker = asker_of(stranger);
    asker.source = *IpAddress::from_text("10.7.0.9"); // the lab, which has a token
    offer = open.offers->make(asker);
    ASSERT_EQ(offer.state, State::offered);
    EXPECT_EQ(open.told(offer, 66), "http://192.0.2.1:8080");
}

TEST(Offers, PutASitesTokenInOnlyWhereTheListenerSaysSoAndHideItFromPeople) {
    OfferSite bare;
    EXPECT_EQ(bare.told(bare.offers->make(asker_of(bert)), 66), "http://192.0.2.1:8080");
    OfferOptions options;
    options.secrets = OfferSecrets::token;
    OfferSite site(options);
    const auto offer = site.offers->make(asker_of(bert));
    EXPECT_EQ(site.told(offer, 66), "http://192.0.2.1:8080/" + std::string(lab_token));
    EXPECT_EQ(offer.shown_url, "http://192.0.2.1:8080/***");
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://192.0.2.1:8080") << "her site has none";
}

TEST(Offers, TellNoSecretToAMacThatIsInDoubt) {
    for (const auto secrets : {OfferSecrets::token, OfferSecrets::credentials}) {
        OfferOptions options;
        options.secrets = secrets;
        OfferSite site(options);
        catalogue::ChangeSet change;
        change.revision = 9;
        auto device = device_of(bert, {{"provisioning.password", "word"}}, 9);
        device.site = catalogue::SiteId(2);
        change.devices.push_back(std::make_shared<const catalogue::Device>(device));
        site.offers->publish(house()->advanced(change));
        auto asker = asker_of(bert);
        EXPECT_NE(site.told(site.offers->make(asker), 66), "http://192.0.2.1:8080");
        asker.trust = Trust::doubtful;
        EXPECT_EQ(site.told(site.offers->make(asker), 66), "http://192.0.2.1:8080");
    }
}

TEST(Offers, PutCredentialsInForADeviceThatHasThem) {
    OfferOptions options;
    options.secrets = OfferSecrets::credentials;
    OfferSite site(options);
    EXPECT_EQ(site.told(site.offers->make(asker_of(anna)), 66), "http://192.0.2.1:8080") << "she has no account";
    const auto with = [&](const std::string& password) {
        catalogue::ChangeSet change;
        change.revision = 9;
        auto device = device_of(anna, {{"provisioning.password", password}}, 9);
        change.devices.push_back(std::make_shared<const catalogue::Device>(device));
        site.offers->publish(house()->advanced(change));
        return site.offers->make(asker_of(anna));
    };
    const auto offer = with("pass%word");
    EXPECT_EQ(site.told(offer, 66), "http://0004f2000001:pass%word@192.0.2.1:8080");
    EXPECT_EQ(offer.shown_url, "http://0004f2000001:***@192.0.2.1:8080");
    const auto refused = with("pass@word");
    EXPECT_EQ(refused.state, State::no_url);
    EXPECT_THAT(refused.why, HasSubstr("another meaning"));
    EXPECT_THAT(refused.why, ::testing::Not(HasSubstr("pass@word")));
}

TEST(Offers, KnowAFamilyByItsClassItsEnterpriseOrItsOui) {
    OfferOptions options;
    options.who.strangers = true;
    OfferSite site(options);
    const MacAddress foreign(0x020000000001ULL);
    auto asker = asker_of(foreign);
    EXPECT_EQ(site.offers->make(asker).state, State::no_family);
    asker.vendor_class = "Polycom-VVX410";
    EXPECT_EQ(site.offers->make(asker).state, State::offered);
    asker.vendor_class = "\0\0\x36\x3d";
    asker.enterprise = 13885;
    EXPECT_EQ(site.offers->make(asker).state, State::offered);
    asker.mac.reset();
    EXPECT_EQ(site.offers->make(asker).state, State::offered) << "without a MAC, too";
}

TEST(Offers, LeaveComputersAloneThatBootFromTheNetwork) {
    OfferOptions options;
    options.who.strangers = true;
    OfferSite site(options);
    auto asker = asker_of(stranger);
    EXPECT_EQ(site.offers->make(asker).state, State::offered);
    asker.vendor_class = "PXEClient:Arch:00007:UNDI:003016";
    EXPECT_EQ(site.offers->make(asker).state, State::no_family);
}

TEST(Offers, SayOnceThatAStatedServerIsNotTold) {
    OfferSite site;
    give(site, anna, "linksys-spa", {{"provisioning.server", "ftp://boot.example.net/secret"}});
    testing::internal::CaptureStderr();
    for (int i = 0; i < 3; ++i) (void)site.offers->make(asker_of(anna));
    give(site, anna, "polycom", {{"provisioning.server", "ftp://boot.example.net"}}, 10);
    (void)site.offers->make(asker_of(anna));
    const std::string said = testing::internal::GetCapturedStderr();
    const auto first = said.find("OFFER_SERVER_NOT_USED");
    ASSERT_NE(first, std::string::npos) << said;
    EXPECT_EQ(said.find("OFFER_SERVER_NOT_USED", first + 1), std::string::npos) << said;
    EXPECT_NE(said.find("ftp://boot.example.net"), std::string::npos) << said;
    EXPECT_NE(said.find("linksys-spa"), std::string::npos) << said;
    EXPECT_EQ(said.find("/secret"), std::string::npos) << said;
}

TEST(Offers, SayWhyThereIsNoUrl) {
    OfferSite site;
    site.offers->set_origins({{"http", 80, *IpAddress::from_text("198.51.100.9")}});
    const auto offer = site.offers->make(asker_of(anna));
    EXPECT_EQ(offer.state, State::no_url);
    EXPECT_THAT(offer.why, HasSubstr("192.0.2.1"));
}

TEST(Offers, NameAnAddressOnlyWhereItIsTheUrlsOwn) {
    struct Row {
        const char *server, *host, *address;
        std::uint16_t tftp_port = 69;
    };
    const std::string local("\xc0\x00\x02\x01", 4), other("\xc6\x33\x64\x07", 4);
    for (const auto& [server, host, address, port] : {Row{"", "192.0.2.1", local.c_str()},
                                                      {"tftp://198.51.100.7", "198.51.100.7", other.c_str()},
                                                      {"tftp://boot.example.net", "boot.example.net", nullptr},
                                                      {"tftp://boot.example.net:69", "boot.example.net", nullptr},
                                                      {"tftp://198.51.100.7:6969", nullptr, nullptr},
                                                      {"tftp://198.51.100.7/phones", nullptr, nullptr},
                                                      {"", nullptr, nullptr, 6969}})
        for (const char* family : {"linksys-spa", "genband-ip88"}) {
            OfferOptions options;
            options.url = server;
            OfferSite site(options);
            site.offers->set_origins({{"tftp", port, IpAddress::v4(0)}});
            give(site, anna, family);
            const auto offer = site.offers->make(asker_of(anna));
            const std::string wanted = address == nullptr ? "(nothing)" : std::string(address, 4);
            EXPECT_EQ(site.told(offer, 66), host == nullptr ? "(nothing)" : host) << family << ' ' << server;
            EXPECT_EQ(site.told(offer, 150), wanted) << family << ' ' << server;
            EXPECT_EQ(offer.is_offered(), host != nullptr) << server;
            EXPECT_EQ(offer.why.empty(), host != nullptr) << offer.why;
        }
}

TEST(Offers, KeepReservedAddressesFromOthers) {
    OfferSite site;
    const auto kept = *IpAddress::from_text("192.0.2.77"), later = *IpAddress::from_text("192.0.2.78");
    give(site, anna, "polycom", {{"network.address", "192.0.2.77"}});
    EXPECT_TRUE(site.offers->is_reserved(kept));
    EXPECT_EQ(site.offers->reserved_address(anna), kept);
    EXPECT_FALSE(site.offers->is_reserved(later));
    give(site, anna, "polycom", {{"network.address", "192.0.2.78"}}, 10);
    EXPECT_FALSE(site.offers->is_reserved(later)) << "the catalogue is gone through once a second at most";
    site.clock.advance(std::chrono::seconds(1));
    EXPECT_TRUE(site.offers->is_reserved(later));
    EXPECT_FALSE(site.offers->is_reserved(kept));
}

TEST(Offers, NoteWhatWasAskedAndTold) {
    OfferSite site;
    const auto asker = asker_of(anna);
    const auto offer = site.offers->make(asker);
    site.offers->note(asker, offer, catalogue::Outcome::served, "INFORM wants 66,160", "66 http://192.0.2.1");
    const auto printer = asker_of(MacAddress(0x020000000001ULL));
    site.offers->note(printer, site.offers->make(printer), catalogue::Outcome::absent, "DISCOVER wants 1,3", "");
    std::vector<catalogue::TimelineEvent> events;
    site.ring.drain([&](const catalogue::TimelineEvent& event) { events.push_back(event); });
    ASSERT_EQ(events.size(), 1U) << "what is no phone is nobody's business";
    EXPECT_EQ(events[0].mac, anna);
    EXPECT_EQ(events[0].kind.view(), "INFORM");
    EXPECT_EQ(events[0].user_agent.view(), "INFORM wants 66,160");
    EXPECT_EQ(events[0].path.view(), "66 http://192.0.2.1");
    EXPECT_EQ(events[0].transport, catalogue::EventTransport::dhcp4);
}

TEST(OfferLengths, RefuseWhatAnOptionCannotHold) {
    OfferOptions options;
    options.secrets = OfferSecrets::token;
    const auto lengths_with = [&](std::size_t path_bytes) {
        auto with = options;
        with.url = "http://boot.example.net/" + std::string(path_bytes, 'p');
        return OfferLengths(house_families(), {{"dhcp4", {}, with}});
    };
    EXPECT_TRUE(lengths_with(100).check(*house()));
    const auto refused = lengths_with(240).check(*house());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    EXPECT_EQ(refused.error().where, "listener dhcp4");
    // 24, 190 and the 13 of a file's name fit in 255, with a token of 20 too; not with one of 64.
    EXPECT_TRUE(lengths_with(190).check(*house()));
    EXPECT_FALSE(lengths_with(190).check_token(*house(), std::string(64, 't')));
    EXPECT_TRUE(lengths_with(190).check_server(*house(), "http://short.example.net"));
    const std::string too_long = "http://long.example.net/" + std::string(230, 'p');
    EXPECT_FALSE(lengths_with(190).check_server(*house(), too_long));
    catalogue::ChangeSet change;
    change.revision = 9;
    change.model_layers.push_back({"polycom", "SPIP650", 9, layer_of({{"provisioning.server", too_long}})});
    EXPECT_FALSE(lengths_with(190).check(*house()->advanced(change)));
}

} // namespace
} // namespace offhook::server
