// Through the door: who gets what, and that nobody can tell the rest apart.
#include "server/access/access.hpp"

#include "config/family/loader.hpp"
#include "protocol/http_auth/digest.hpp"
#include "server/delivery.hpp"
#include "server/test_house.hpp"

#include <fstream>
#include <gmock/gmock.h>

namespace offhook::server {
namespace {

using catalogue::Privacy;
using protocol::DigestChallenge;
using State = FileAnswer::State;

const MacAddress carl(0x0004f2000003ULL);

catalogue::Site site_of(std::uint32_t id, std::string name, std::string policy, const SettingRows& rows = {}) {
    catalogue::Site site;
    site.id = catalogue::SiteId(id);
    site.name = std::move(name);
    site.revision = 1;
    site.policy = *catalogue::policy_from_text(policy, {});
    site.layer = layer_of(rows);
    return site;
}

/// Anna at "default", which wants credentials; Bert at "open", which wants none; Carl at "lab", which wants its token
/// or account.
struct AccessHouse {
    catalogue::Site first = site_of(1, "default", "private.clear=credentials private.tls=credentials");
    catalogue::Site open = site_of(2, "open", "private.clear=mac_alone");
    catalogue::Site lab =
        site_of(3, "lab", "private.clear=token", {{"provisioning.user", "lab"}, {"provisioning.password", "lab-pw"}});
    SettingRows annas{{"provisioning.password", "anna-pw"}}, berts{}, carls{};
    WallTime annas_window{}, berts_window{};
    catalogue::Revision revision = 1;

    [[nodiscard]] std::shared_ptr<const catalogue::Snapshot> build() const {
        catalogue::SnapshotBuilder builder;
        for (const auto& site : {first, open, lab}) builder.add(site);
        const auto add = [&](MacAddress mac, const catalogue::Site& site, const SettingRows& own, WallTime window) {
            auto rows = line_rows("10");
            rows.insert(rows.end(), own.begin(), own.end());
            auto device = device_of(mac, rows, revision);
            device.site = site.id;
            device.first_contact_until = window;
            builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
        };
        add(anna, first, annas, annas_window);
        add(bert, open, berts, berts_window);
        add(carl, lab, carls, {});
        return builder.build(revision);
    }
};

class AccessTest : public testing::Test {
protected:
    AccessTest() { restart({}); }

    void restart(AccessOptions options) {
        SeededRandom random(7);
        shared_ =
            std::make_shared<SharedAccess>(std::move(options), clock_, random, [this](MacAddress mac, WallTime until) {
                closed_.emplace_back(mac, until);
            });
        for (auto& loop : loops_)
            loop = std::make_unique<Delivery>(house_families(), ring_, acquaintances_, clock_,
                                              DeliveryOptions{{{"http", {}}}, 1 << 20, shared_});
        publish();
    }
    void publish() {
        for (auto& loop : loops_) loop->publish(house_.build());
    }

    /// What the asker can see of an answer, but for the nonce.
    struct Seen {
        State state = State::absent;
        std::string challenge;
        long hold = 0;
        friend bool operator==(const Seen&, const Seen&) = default;
    };

    FileAnswer ask(const std::string& path, const std::string& authorization = "", std::size_t loop = 0) {
        target_ = "/" + path;
        request_.path = path;
        request_.target = target_;
        request_.authorization = authorization;
        const auto answer = loops_[loop]->open(request_);
        challenge_ = answer.challenge;
        loops_[loop]->answered(answer.state == State::found ? 200 : answer.state == State::challenge ? 401 : 404, 0);
        return answer;
    }
    Seen see(const std::string& path, const std::string& authorization = "") {
        const auto answer = ask(path, authorization);
        std::string lines(answer.challenge);
        for (auto at = lines.find("nonce=\""); at != std::string::npos; at = lines.find("nonce=\"", at + 1))
            lines.erase(at + 7, 64);
        return {answer.state, lines, answer.hold.count()};
    }
    bool gets(const std::string& path, const std::string& authorization = "", std::size_t loop = 0) {
        return ask(path, authorization, loop).state == State::found;
    }

    DigestChallenge challenge() {
        (void)ask("0004f2000001.cfg");
        const auto value = std::string_view(challenge_).substr(18, challenge_.find("\r\n") - 18);
        const auto read = protocol::parse_digest_challenge(value);
        EXPECT_TRUE(read) << challenge_;
        return read ? *read : DigestChallenge();
    }
    std::string digest(const DigestChallenge& challenge, const std::string& user, const std::string& password,
                       const std::string& path, std::uint32_t nc = 1) {
        return protocol::to_text(protocol::answer_challenge(challenge, {user, password}, "GET", "/" + path, nc, "cn"));
    }
    /// One whole exchange.
    std::string logged_in(const std::string& user, const std::string& password, const std::string& path) {
        return digest(challenge(), user, password, path);
    }
    static std::string basic(const std::string& user, const std::string& password) {
        return protocol::to_text(protocol::BasicCredentials{user, password});
    }

    AccessHouse house_;
    ManualClock clock_;
    catalogue::EventRing ring_{8192};
    Acquaintances acquaintances_;
    std::vector<std::pair<MacAddress, WallTime>> closed_;
    std::shared_ptr<SharedAccess> shared_;
    std::unique_ptr<Delivery> loops_[2];
    FileRequest request_ = [] {
        FileRequest request;
        request.source = *IpAddress::from_text("192.168.1.7");
        return request;
    }();
    std::string target_, challenge_;
};

const std::string annas = "0004f2000001-settings.cfg", berts = "0004f2000002-settings.cfg",
                  carls = "0004f2000003-settings.cfg", strangers = "0004f20000ff-settings.cfg",
                  no_name = "0004f2000001-nosuch.cfg", no_file = "nosuch.cfg";

TEST_F(AccessTest, WithoutCredentialsEveryNameThatIsNotOpenGetsTheSameChallenge) {
    const Seen expected = see(annas);
    EXPECT_EQ(expected.state, State::challenge);
    EXPECT_EQ(expected.challenge,
              "WWW-Authenticate: Digest realm=\"provisioning\", qop=\"auth\", nonce=\"\", algorithm=MD5\r\n");
    for (const auto& path : {carls, strangers, no_name, no_file, std::string("0004f20000ff-nosuch.cfg")})
        EXPECT_EQ(see(path), expected) << path;
    EXPECT_TRUE(gets(berts)); // the MAC alone suffices there
    EXPECT_EQ(ask("0004f2000002-nosuch.cfg").state, State::absent);
}

TEST_F(AccessTest, WrongCredentialsGetTheSameAsNone) {
    const Seen expected = see(annas);
    const std::pair<std::string, std::string> wrong[] = {
        {"0004f2000001", "wrong"}, {"nobody", "anna-pw"}, {"0004f20000ff", "anna-pw"}, {"lab", "anna-pw"}, {"", ""}};
    for (const auto& [user, password] : wrong)
        for (const auto& path : {annas, strangers, no_file}) {
            EXPECT_EQ(see(path, logged_in(user, password, path)), expected) << user << " " << path;
        }
    for (const std::string garbage : {"Basic !", "Digest x", "Bearer y", "Digest"})
        EXPECT_EQ(see(annas, garbage), expected);
}

TEST_F(AccessTest, ADevicesCredentialsAreForThatDeviceAlone) {
    for (const std::string user : {"0004f2000001", "00:04:F2:00:00:01", "0004.f200.0001"})
        EXPECT_TRUE(gets(annas, logged_in(user, "anna-pw", annas))) << user;
    const Seen other = see(carls, logged_in("0004f2000001", "anna-pw", carls));
    EXPECT_EQ(other.state, State::absent);
    EXPECT_EQ(see(strangers, logged_in("0004f2000001", "anna-pw", strangers)), other);
    EXPECT_EQ(see(berts, logged_in("0004f2000001", "anna-pw", berts)), other); // open, but this is not Bert
    EXPECT_EQ(ask(no_name, logged_in("0004f2000001", "anna-pw", no_name)).state, State::absent);
    EXPECT_TRUE(gets("site.cfg", logged_in("0004f2000001", "anna-pw", "site.cfg"))); // her site's
}

TEST_F(AccessTest, AStatedUserCountsInsteadOfTheMac) {
    house_.annas = {{"provisioning.user", "anna"}, {"provisioning.password", "anna-pw"}};
    publish();
    EXPECT_TRUE(gets(annas, logged_in("anna", "anna-pw", annas)));
    EXPECT_FALSE(gets(annas, logged_in("0004f2000001", "anna-pw", annas)));
    EXPECT_EQ(ask(carls, logged_in("anna", "anna-pw", carls)).state, State::absent);
    house_.carls = house_.annas; // the same user for two phones is told apart by password
    house_.carls[1].second = "carl-pw";
    publish();
    EXPECT_TRUE(gets(carls, logged_in("anna", "carl-pw", carls)));
    EXPECT_TRUE(gets(annas, logged_in("anna", "anna-pw", annas)));
    EXPECT_FALSE(gets(annas, logged_in("anna", "carl-pw", annas)));
}

TEST_F(AccessTest, AUserThatIsNotStatedIsToldToThePhone) {
    house_.first.layer = layer_of({{"provisioning.user", "a-sites-user"}});
    publish();
    request_.privacy = Privacy::tls;
    request_.transport = Transport::https;
    const auto answer = ask(annas, logged_in("0004f2000001", "anna-pw", annas));
    ASSERT_EQ(answer.state, State::found);
    EXPECT_THAT((*answer.file)->text, testing::HasSubstr("device.prov.user=\"0004f2000001\""));
    EXPECT_THAT((*answer.file)->text, testing::Not(testing::HasSubstr("a-sites-user")));
}

TEST_F(AccessTest, ASitesAccountCountsAsItsToken) {
    EXPECT_TRUE(gets(carls, logged_in("lab", "lab-pw", carls)));
    const Seen other = see(annas, logged_in("lab", "lab-pw", annas)); // another site's device
    EXPECT_EQ(other.state, State::absent);
    EXPECT_EQ(see(strangers, logged_in("lab", "lab-pw", strangers)), other);
    house_.lab.policy = *catalogue::policy_from_text("private.clear=credentials", {});
    publish();
    EXPECT_FALSE(gets(carls, logged_in("lab", "lab-pw", carls)));
}

TEST_F(AccessTest, AFactoryAccountProvesNothing) {
    const Seen expected = see(annas);
    EXPECT_EQ(see(annas, logged_in("PlcmSpIp", "PlcmSpIp", annas)), expected);
    EXPECT_EQ(see(strangers, logged_in("PlcmSpIp", "PlcmSpIp", strangers)), expected);
    EXPECT_TRUE(gets(berts, logged_in("PlcmSpIp", "PlcmSpIp", berts)));
}

TEST_F(AccessTest, AnAnonymousLoginProvesNothingWhateverItsPassword) {
    for (const char* password : {"a@b", "ftp@example.com", ""}) {
        EXPECT_EQ(see(annas, logged_in("anonymous", password, annas)), see(annas)) << password;
        EXPECT_TRUE(gets(berts, logged_in("anonymous", password, berts))) << password;
    }
}

TEST_F(AccessTest, WhatFleetAndGroupsStateIsNobodysAccount) {
    catalogue::ChangeSet change;
    change.revision = 2;
    change.fleet.emplace();
    change.fleet->layer = layer_of({{"provisioning.user", "fleet"}, {"provisioning.password", "fleet-pw"}});
    loops_[0]->publish(house_.build()->advanced(change));
    EXPECT_EQ(ask(annas, logged_in("fleet", "fleet-pw", annas)).state, State::challenge);
}

TEST_F(AccessTest, BothPasswordsAreGoodWhileOneIsRotated) {
    house_.annas = {{"provisioning.password", "new-pw"}, {"provisioning.previous_password", "anna-pw"}};
    publish();
    EXPECT_TRUE(gets(annas, logged_in("0004f2000001", "anna-pw", annas)));
    EXPECT_TRUE(gets(annas, logged_in("0004f2000001", "new-pw", annas)));
    house_.annas.pop_back();
    publish();
    EXPECT_FALSE(gets(annas, logged_in("0004f2000001", "anna-pw", annas)));
    EXPECT_TRUE(gets(annas, logged_in("0004f2000001", "new-pw", annas)));
}

TEST_F(AccessTest, BothTokensAreGoodWhileOneIsRotated) {
    house_.lab.url_token = "new-token-0123456789", house_.lab.previous_url_token = std::string(lab_token);
    publish();
    EXPECT_TRUE(gets("new-token-0123456789/" + carls));
    EXPECT_TRUE(gets(std::string(lab_token) + "/" + carls));
    house_.lab.previous_url_token.clear();
    publish();
    EXPECT_FALSE(gets(std::string(lab_token) + "/" + carls));
}

TEST_F(AccessTest, ADigestIsGoodForItsTargetMethodAndRealmAlone) {
    EXPECT_FALSE(gets(annas, logged_in("0004f2000001", "anna-pw", "0004f2000001.cfg")));
    auto other = challenge();
    other.realm = "elsewhere";
    EXPECT_FALSE(gets(annas, digest(other, "0004f2000001", "anna-pw", annas)));
    const auto asked = challenge();
    request_.verb = Verb::head;
    EXPECT_FALSE(gets(annas, digest(asked, "0004f2000001", "anna-pw", annas)));
    request_.verb = Verb::get;
    const auto absolute = protocol::answer_challenge(asked, {"0004f2000001", "anna-pw"}, "GET",
                                                     "http://boot.example.net:8080/" + annas, 1, "c");
    EXPECT_TRUE(gets(annas, protocol::to_text(absolute)));
    auto sha256 = asked;
    sha256.algorithm = protocol::DigestAlgorithm::sha256;
    EXPECT_TRUE(gets(annas, digest(sha256, "0004f2000001", "anna-pw", annas, 2)));
}

TEST_F(AccessTest, ANonceGoesStaleAndTheClientIsToldSo) {
    const auto asked = challenge();
    clock_.advance(DigestNonces::life);
    EXPECT_TRUE(gets(annas, digest(asked, "0004f2000001", "anna-pw", annas)));
    clock_.advance(std::chrono::seconds(1));
    for (const std::string password : {"anna-pw", "wrong"}) {
        const Seen seen = see(annas, digest(asked, "0004f2000001", password, annas, 2));
        EXPECT_EQ(seen.state, State::challenge);
        EXPECT_THAT(seen.challenge, testing::HasSubstr("stale=true"));
        EXPECT_EQ(see(strangers, digest(asked, "0004f2000001", password, strangers, 2)), seen);
    }
    auto foreign = asked; // from before a restart
    foreign.nonce = std::string(64, '0');
    EXPECT_THAT(see(annas, digest(foreign, "0004f2000001", "anna-pw", annas)).challenge,
                testing::HasSubstr("stale=true"));
}

TEST_F(AccessTest, AnAnswerIsTakenOnceWhicheverLoopItReaches) {
    const auto asked = challenge();
    const std::string first = digest(asked, "0004f2000001", "anna-pw", annas, 1);
    EXPECT_TRUE(gets(annas, first, 1)); // the retry of a challenge may land on another loop
    EXPECT_THAT(see(annas, first).challenge, testing::HasSubstr("stale=true"));
    EXPECT_TRUE(gets(annas, digest(asked, "0004f2000001", "anna-pw", annas, 3), 0));
    EXPECT_TRUE(gets(annas, digest(asked, "0004f2000001", "anna-pw", annas, 2), 1)); // overtaken
    EXPECT_FALSE(gets(annas, digest(asked, "0004f2000001", "anna-pw", annas, 2), 0));
    AccessOptions naive;
    naive.digest_repeats = true;
    restart(naive);
    const std::string again = logged_in("0004f2000001", "anna-pw", annas);
    EXPECT_TRUE(gets(annas, again));
    EXPECT_TRUE(gets(annas, again));
}

TEST_F(AccessTest, AnswersWithoutQopAreAnOption) {
    auto old = challenge();
    old.qop = protocol::DigestQop::none;
    EXPECT_FALSE(gets(annas, digest(old, "0004f2000001", "anna-pw", annas)));
    AccessOptions options;
    options.digest_without_qop = true;
    restart(options);
    old = challenge();
    old.qop = protocol::DigestQop::none;
    EXPECT_TRUE(gets(annas, digest(old, "0004f2000001", "anna-pw", annas)));
}

TEST_F(AccessTest, BasicIsForTlsUnlessAllowedInClear) {
    EXPECT_FALSE(gets(annas, basic("0004f2000001", "anna-pw")));
    request_.privacy = Privacy::tls;
    request_.transport = Transport::https;
    EXPECT_TRUE(gets(annas, basic("0004f2000001", "anna-pw")));
    EXPECT_FALSE(gets(annas, basic("0004f2000001", "wrong")));
    const std::string lines = see(annas).challenge;
    EXPECT_LT(lines.find("Digest"), lines.find("WWW-Authenticate: Basic realm=\"provisioning\"\r\n"));
    AccessOptions options;
    options.basic_in_clear = true;
    options.digest_sha256 = true;
    restart(options);
    request_.privacy = Privacy::clear;
    request_.transport = Transport::http;
    EXPECT_TRUE(gets(annas, basic("0004f2000001", "anna-pw")));
    const std::string clear = see(annas).challenge;
    EXPECT_EQ(clear.find("Basic"), std::string::npos);
    EXPECT_LT(clear.find("algorithm=MD5"), clear.find("algorithm=SHA-256"));
}

TEST_F(AccessTest, ACertificateIsForItsDeviceAlone) {
    house_.first.policy = *catalogue::policy_from_text("private.tls=certificate", {});
    publish();
    request_.privacy = Privacy::tls;
    request_.transport = Transport::https;
    const Seen nothing = see(strangers);
    EXPECT_EQ(see(annas), nothing);
    const DeviceCertificate annas_own{"polycom", anna}, berts_own{"polycom", bert}, other_ca{"panasonic", anna},
        nobodys{"polycom", stranger};
    request_.certificate = &annas_own;
    EXPECT_TRUE(gets(annas));
    EXPECT_TRUE(gets("site.cfg"));
    EXPECT_EQ(see(strangers), nothing);
    EXPECT_EQ(see(berts), nothing);
    for (const auto* certificate : {&berts_own, &other_ca, &nobodys}) {
        request_.certificate = certificate;
        EXPECT_EQ(see(annas), nothing);
    }
}

TEST_F(AccessTest, WhereCredentialsHelpNobodyThereIsNoChallenge) {
    house_.first = site_of(1, "default", "private.clear=never");
    house_.lab = site_of(3, "lab", "private.clear=token");
    house_.annas.clear();
    publish();
    EXPECT_EQ(ask(annas).state, State::absent);
    EXPECT_EQ(ask(carls).state, State::absent);
    EXPECT_EQ(ask(strangers).state, State::absent);
    house_.annas = {{"provisioning.password", "x"}}; // a device's own account could do for a token
    publish();
    EXPECT_EQ(ask(carls).state, State::challenge);
    request_.transport = Transport::tftp; // which cannot ask
    EXPECT_EQ(ask(carls).state, State::absent);
}

TEST_F(AccessTest, FtpLogsInAsDeviceSiteOrFactory) {
    const auto log_in = [&](std::string_view user, std::string_view password) {
        LoginRequest request;
        request.source = request_.source;
        request.user = user;
        request.password = password;
        return loops_[0]->log_in(request).login;
    };
    const auto device = log_in("00-04-F2-00-00-01", "anna-pw"), site = log_in("lab", "lab-pw"),
               factory = log_in("PlcmSpIp", "PlcmSpIp");
    ASSERT_TRUE(device && site && factory);
    EXPECT_EQ(device->mac, anna);
    EXPECT_EQ(site->site, catalogue::SiteId(3));
    EXPECT_EQ(factory->kind, Login::Kind::factory);
    EXPECT_FALSE(log_in("0004f2000001", "wrong"));
    EXPECT_FALSE(log_in("nobody", "anna-pw"));
    EXPECT_FALSE(log_in("", ""));

    request_.transport = Transport::ftp;
    request_.login = &*device;
    EXPECT_TRUE(gets(annas));
    EXPECT_FALSE(gets(berts));
    request_.login = &*site;
    EXPECT_TRUE(gets(carls));
    EXPECT_FALSE(gets(annas));
    request_.login = &*factory;
    EXPECT_TRUE(gets(berts));
    EXPECT_FALSE(gets(annas));
    house_.carls = {}, house_.annas = {};
    request_.login = &*device; // whose account is gone: the session's word holds until it ends
    publish();
    EXPECT_TRUE(gets(annas));
}

TEST_F(AccessTest, EveryTryCostsTheSameWhoeverIsMeant) {
    const auto snapshot = house_.build();
    const Accounts accounts(house_families());
    const auto tries = [&](std::string_view user, const catalogue::Device* asked) {
        std::size_t count = 0;
        (void)accounts.find(*snapshot, user, asked, [&](std::string_view) { return ++count, false; });
        return count;
    };
    const std::size_t expected = tries("nobody", nullptr);
    EXPECT_GT(expected, 0U);
    for (const std::string_view user : {"0004f2000001", "0004f20000ff", "lab", "PlcmSpIp", ""})
        for (const auto* asked : {snapshot->find(anna), snapshot->find(bert), snapshot->find(stranger)})
            EXPECT_EQ(tries(user, asked), expected) << user;
}

class FirstContactTest : public AccessTest {
protected:
    FirstContactTest() {
        house_.first.policy = *catalogue::policy_from_text("private.clear=mac_alone", {});
        house_.first.first_contact_minutes = 60;
        house_.annas.clear();
        publish();
    }
    void open_window() {
        house_.annas_window = clock_.wall() + std::chrono::minutes(60);
        publish();
    }
};

TEST_F(FirstContactTest, TheMacAloneSufficesOnlyWithinTheWindow) {
    EXPECT_FALSE(gets(annas));
    open_window();
    EXPECT_TRUE(gets(annas));
    EXPECT_FALSE(gets(strangers));
    clock_.advance(std::chrono::minutes(60));
    EXPECT_FALSE(gets(annas));
    for (const auto& [policy, served] :
         {std::pair{"token", true}, {"credentials", true}, {"certificate", false}, {"never", false}}) {
        house_.first.policy = *catalogue::policy_from_text(std::string("private.clear=") + policy, {});
        open_window();
        EXPECT_EQ(gets(annas), served) << policy;
    }
}

TEST_F(FirstContactTest, TheFirstCompleteBootClosesItWhicheverLoopsServedIt) {
    open_window();
    EXPECT_TRUE(gets("0004f2000001.cfg", "", 0));
    EXPECT_TRUE(gets(annas, "", 1));
    EXPECT_TRUE(gets(annas, "", 0)); // twice is no more complete
    EXPECT_TRUE(closed_.empty());
    EXPECT_TRUE(gets("0004f2000001-site.cfg", "", 1));
    ASSERT_EQ(closed_.size(), 1U);
    EXPECT_EQ(closed_[0], std::pair(anna, house_.annas_window));
    house_.annas_window = {};
    publish();
    EXPECT_FALSE(gets(annas));
    open_window(); // the operator opens another: it counts anew
    EXPECT_TRUE(gets(annas));
    EXPECT_EQ(closed_.size(), 1U);
}

TEST_F(FirstContactTest, ATransferThatBrokeOffIsNotServed) {
    open_window();
    EXPECT_TRUE(gets("0004f2000001.cfg"));
    const auto answer = ask(annas);
    loops_[0]->broken_off(answer.ticket, 3);
    EXPECT_TRUE(gets("0004f2000001-site.cfg"));
    EXPECT_TRUE(closed_.empty());
    EXPECT_TRUE(gets(annas));
    EXPECT_EQ(closed_.size(), 1U);
}

TEST_F(FirstContactTest, WhatFtpTakesUpInTheMiddleIsNotTheWholeFile) {
    request_.transport = Transport::ftp;
    const auto take = [&](const std::string& path, std::uint16_t status, std::uint64_t from) {
        request_.path = path;
        const auto answer = loops_[0]->open(request_);
        loops_[0]->answered(status, (*answer.file)->body.size() - from);
    };
    open_window();
    take("0004f2000001.cfg", 226, 0);
    take("0004f2000001-site.cfg", 226, 0);
    take(annas, 226, 10); // REST 10
    take(annas, 213, 0);  // SIZE
    EXPECT_TRUE(closed_.empty());
    take(annas, 226, 0);
    EXPECT_EQ(closed_.size(), 1U);
}

TEST_F(FirstContactTest, ASharedNameCountsForWhoJustAskedFromThere) {
    house_.first.first_contact_minutes = 60;
    open_window();
    EXPECT_TRUE(gets("0004f2000001.cfg"));
    EXPECT_TRUE(gets(annas));
    EXPECT_TRUE(gets("site.cfg"));
    EXPECT_EQ(closed_.size(), 1U);
}

TEST_F(FirstContactTest, OtherSitesAreNotTouched) {
    house_.berts_window = clock_.wall() + std::chrono::minutes(60);
    publish();
    for (const char* path : {"0004f2000002.cfg", "0004f2000002-settings.cfg", "0004f2000002-site.cfg"})
        EXPECT_TRUE(gets(path));
    EXPECT_TRUE(closed_.empty());
}

class GuardedDoorTest : public AccessTest {
protected:
    static std::string mac_file(unsigned number) { return MacAddress(0x0004f2100000ULL + number).text() + ".cfg"; }
    static std::string open_policy() { return "private.clear=mac_alone"; }
    GuardedDoorTest() {
        house_.first.policy = house_.lab.policy = *catalogue::policy_from_text(open_policy(), {});
        house_.annas.clear();
        publish();
    }
    Door::Welcome admitted(std::size_t loop = 0) { return loops_[loop]->admit(Transport::http, request_.source); }
};

TEST_F(GuardedDoorTest, ABusySitesPlainRequestsNeverCount) {
    for (int i = 0; i < 5'000; ++i) {
        ASSERT_TRUE(gets(annas));
        ASSERT_EQ(ask(no_name).hold.count(), 0);   // a name that is not there, of a phone that is
        ASSERT_EQ(ask("sip.ld").hold.count(), 0);  // no MAC at all
        ASSERT_EQ(ask(strangers).hold.count(), 0); // one stranger that does not give up
    }
    EXPECT_EQ(admitted(), Door::Welcome::yes);
}

TEST_F(GuardedDoorTest, WhoEnumeratesMacsIsSlowedThenShutOutOnEveryLoop) {
    unsigned number = 0;
    while (ask(mac_file(number)).hold.count() == 0 && number < 200) ++number;
    EXPECT_NEAR(number, 64, 8);
    EXPECT_EQ(ask(strangers, "", 1).hold.count() >= 500, true);
    const auto answer = ask(annas); // found: not slowed
    EXPECT_EQ(answer.state, State::found);
    EXPECT_EQ(answer.hold.count(), 0);
    while (admitted() == Door::Welcome::yes && number < 1'000) (void)ask(mac_file(number++));
    EXPECT_NEAR(number, 512, 52);
    EXPECT_EQ(admitted(1), Door::Welcome::shut_out);
    EXPECT_FALSE(gets(annas)); // a connection from before
    request_.source = *IpAddress::from_text("192.168.1.8");
    EXPECT_EQ(admitted(), Door::Welcome::yes);
}

TEST_F(GuardedDoorTest, KnownButForbiddenCountsLikeUnknown) {
    house_.first.policy = *catalogue::policy_from_text("private.clear=never", {});
    AccessOptions options;
    options.guard.slow_from_macs = 1;
    restart(options);
    (void)ask(annas);
    const Seen known = see(annas);
    EXPECT_GE(known.hold, 500);
    restart(options);
    (void)ask(strangers);
    EXPECT_EQ(see(strangers), known);
}

TEST_F(GuardedDoorTest, ChallengesDoNotCountButWrongPasswordsDo) {
    house_.open.policy = house_.lab.policy = house_.first.policy =
        *catalogue::policy_from_text("private.clear=credentials private.tls=credentials", {});
    publish();
    for (unsigned i = 0; i < 2'000; ++i) ASSERT_EQ(ask(mac_file(i)).hold.count(), 0);
    request_.privacy = Privacy::tls;
    request_.transport = Transport::https;
    for (int i = 0; i < 500; ++i) ASSERT_EQ(ask(annas, basic("0004f2000001", "wrong")).hold.count(), 0);
    for (int i = 0; i < 30; ++i) (void)ask(annas, basic("0004f2000001", "guess" + std::to_string(i)));
    EXPECT_GE(ask(annas, basic("0004f2000001", "wrong")).hold.count(), 500);
    for (int i = 0; i < 300; ++i) (void)ask(annas, basic("0004f2000001", "guess" + std::to_string(i)));
    EXPECT_EQ(admitted(), Door::Welcome::shut_out);
}

TEST_F(GuardedDoorTest, UnknownMacsCountBeforeTheChallengeWhereTheMacAloneOpensAnothersFiles) {
    house_.lab.policy = *catalogue::policy_from_text("private.clear=credentials", {});
    publish();
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(ask(carls).state, State::challenge); // one that is to be challenged
    for (unsigned i = 0; i < 50; ++i) ASSERT_EQ(ask(mac_file(i)).hold.count(), 0);
    unsigned number = 50;
    while (admitted() == Door::Welcome::yes && number < 1'000) {
        const auto answer = ask(mac_file(number++));
        if (admitted() == Door::Welcome::yes) {
            ASSERT_EQ(answer.state, State::challenge);
        }
    }
    EXPECT_NEAR(number, 512, 52);
}

TEST_F(GuardedDoorTest, KnownMacsThatNoCredentialsOpenCountToo) {
    house_.lab.policy = *catalogue::policy_from_text("private.clear=credentials", {});
    house_.first.policy = *catalogue::policy_from_text("private.clear=never", {});
    AccessOptions options;
    options.guard.slow_from_macs = 1;
    restart(options);
    (void)ask(annas);
    EXPECT_GE(ask(annas).hold.count(), 500);
    restart(options);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(carls).hold.count(), 0); // its phone has to ask like that once
}

TEST_F(GuardedDoorTest, AFirstContactIsNotTheMacAlone) {
    for (auto* site : {&house_.first, &house_.open, &house_.lab})
        site->policy = *catalogue::policy_from_text(open_policy(), {}), site->first_contact_minutes = 60;
    publish();
    for (unsigned i = 0; i < 2'000; ++i) ASSERT_EQ(ask(mac_file(i)).hold.count(), 0);
}

TEST_F(GuardedDoorTest, WhatCameOverTftpLeavesTheOtherTransportsAlone) {
    request_.transport = Transport::tftp;
    for (unsigned i = 0; i < 1'000; ++i) (void)ask(mac_file(i));
    EXPECT_EQ(loops_[1]->admit(Transport::tftp, request_.source), Door::Welcome::shut_out);
    EXPECT_FALSE(gets(annas));
    for (const auto transport : {Transport::http, Transport::https, Transport::ftp})
        EXPECT_EQ(loops_[1]->admit(transport, request_.source), Door::Welcome::yes);
    request_.transport = Transport::http;
    EXPECT_TRUE(gets(annas));
    EXPECT_EQ(ask(strangers).hold.count(), 0);
}

TEST_F(GuardedDoorTest, DigestGuessesInQuickSuccessionAreShutOut) {
    house_.first.policy = *catalogue::policy_from_text("private.clear=credentials", {});
    house_.annas = {{"provisioning.user", "bob"}, {"provisioning.password", "pw4000"}};
    publish();
    const auto asked = challenge();
    bool found = false;
    for (unsigned i = 0; i < 4'001; ++i)
        found = found || gets(annas, digest(asked, "bob", "pw" + std::to_string(i), annas, i + 1));
    EXPECT_FALSE(found);
    EXPECT_EQ(admitted(), Door::Welcome::shut_out);
}

/// What was left in a phone, or guessed, at a name that the MAC alone opens.
TEST_F(GuardedDoorTest, WrongCredentialsCountEvenWhereNoneAreNeeded) {
    AccessOptions options;
    options.basic_in_clear = true;
    house_.annas = {{"provisioning.password", "anna-pw"}};
    house_.lab = site_of(3, "lab", open_policy());
    restart(options);
    const auto guess = [&](int i) { return see(berts, basic("0004f2000001", "guess" + std::to_string(i))); };
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(guess(7).state, State::found); // an old password boots all the same
    EXPECT_EQ(guess(7).hold, 0);
    EXPECT_EQ(see(berts, basic("0004f2000001", "anna-pw")), guess(7)); // right, but another's: no better, no worse
    for (int i = 0; i < 30; ++i) EXPECT_EQ(guess(i).state, State::found);
    EXPECT_GE(guess(7).hold, 500);
    EXPECT_EQ(see(berts, basic("0004f2000001", "anna-pw")), guess(7));
    EXPECT_EQ(see(berts).hold, 0); // without any he is not held
    EXPECT_EQ(see(annas, basic("0004f2000001", "anna-pw")).hold, 0);
    for (int i = 30; i < 300; ++i) (void)guess(i);
    EXPECT_EQ(admitted(), Door::Welcome::shut_out);
}

TEST_F(GuardedDoorTest, WrongCredentialsAreChallengedWhereAnybodyIs) {
    house_.first.policy = *catalogue::policy_from_text("private.clear=credentials", {});
    house_.annas = {{"provisioning.password", "anna-pw"}};
    publish();
    const Seen expected = see(annas);
    EXPECT_EQ(expected.state, State::challenge);
    EXPECT_EQ(see(berts, logged_in("0004f2000001", "wrong", berts)), expected); // open, but not with these
    EXPECT_EQ(see("site.cfg", logged_in("0004f2000001", "wrong", "site.cfg")), expected);
    EXPECT_TRUE(gets(berts));
    EXPECT_TRUE(gets(berts, logged_in("PlcmSpIp", "PlcmSpIp", berts)));
    auto foreign = challenge(); // stale says nothing of the password, so it changes nothing
    foreign.nonce = std::string(64, '0');
    EXPECT_TRUE(gets(berts, digest(foreign, "0004f2000001", "wrong", berts)));
}

TEST(MacIn, TheNameDecidesThenTheFolders) {
    const struct {
        const char* path;
        std::uint64_t mac; // 0: none
    } cases[] = {
        {"0004f2000001.cfg", 0x0004f2000001},
        {"logs/0004f2000001-app.log", 0x0004f2000001},
        {"0004f2000001/sip.cfg", 0x0004f2000001},
        {"0004f2000001/0004f2000777-license.cfg", 0x0004f2000777},
        {"000000000000/0004f2000777-license.cfg", 0x0004f2000777},
        {"000000000000-0004f2000777.cfg", 0x0004f2000777},
        {"0004f2000001/000000000000.cfg", 0x0004f2000001},
        {"a/0004f2000001/0004f2000777/site.cfg", 0x0004f2000001},
        {"000000000000.cfg", 0},
        {"00004f2000001.cfg", 0},
        {"0004f200000.cfg", 0},
        {"0004f2/000001.cfg", 0},
        {"", 0},
        {"/", 0},
    };
    for (const auto& [path, mac] : cases) EXPECT_EQ(mac_in(path).value_or(MacAddress()), MacAddress(mac)) << path;
}

/// A pack may find a MAC where the path's first one is another.
TEST_F(AccessTest, ANameWithAnothersMacIsRefusedAndCounted) {
    config::PackText pack;
    const std::pair<const char*, std::string*> parts[] = {{"family", &pack.family},
                                                          {"models", &pack.models},
                                                          {"parameters", &pack.parameters},
                                                          {"settings", &pack.settings}};
    for (const auto& [name, text] : parts) {
        std::ifstream file(std::string(OFFHOOK_SOURCE_DIR "/families/polycom/") + name + ".toml");
        text->assign(std::istreambuf_iterator<char>(file), {});
    }
    const std::string sound = "\"{dirs}{name}.wav\"";
    ASSERT_NE(pack.family.find(sound), std::string::npos);
    pack.family.replace(pack.family.find(sound), sound.size(), "\"{dirs}{name}_{mac}.wav\"");
    const auto family = config::load_family(pack);
    ASSERT_TRUE(family) << family.error().front().text();
    house_.first.policy = *catalogue::policy_from_text("private.clear=mac_alone", {});
    house_.lab.policy = house_.first.policy;
    AccessOptions options;
    options.guard.slow_from_macs = 30;
    restart(options);
    const auto snapshot = house_.build();
    const std::vector<ListenerTraits> listeners{{"http", {}}};
    const config::Families families{*family};
    Access access(families, listeners, clock_, *shared_);
    const auto judge = [&](const std::string& path) {
        request_.path = path;
        Asked asked(request_);
        return access.judge(asked, *snapshot);
    };
    EXPECT_EQ(judge("ring_0004f2000001.wav").verdict, Verdict::serve);
    EXPECT_EQ(judge("0004f2000001_0004f2000002.wav").verdict, Verdict::refuse);
    for (unsigned i = 0; i < 40; ++i) (void)judge("0004f2000001_" + MacAddress(0x0004f2100000ULL + i).text() + ".wav");
    EXPECT_GE(judge("0004f2000001_0004f2000002.wav").hold.count(), 500);
}

} // namespace
} // namespace offhook::server
