#include "phone/linksys/pages.hpp"

#include "config/syntax/syntax.hpp"
#include "phone/linksys/boot.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/scripted_phone.hpp"
#include "phone/web/web_listener.hpp"
#include "phone/web/web_request.hpp"
#include "protocol/http_auth/digest.hpp"

#include <array>
#include <cstdio>
#include <future>
#include <gtest/gtest.h>
#include <vector>

namespace offhook::phone::linksys {
namespace {

const IpAddress asker = IpAddress::v4(0xc000024d); // 192.0.2.77

class SpaPages : public ScriptedPhone {
protected:
    WebAnswer get(std::string target, std::string authorization = "", std::string method = "GET") {
        return pages.answer({std::move(method), std::move(target), std::move(authorization), asker});
    }
    /// As a client answers a challenge.
    std::string answer_to(const WebAnswer& challenge, const std::string& user, const std::string& password,
                          const std::string& target) {
        const std::string name = "WWW-Authenticate: ";
        const auto line = challenge.fields.substr(name.size(), challenge.fields.find("\r\n") - name.size());
        const auto parsed = protocol::parse_digest_challenge(line);
        EXPECT_TRUE(parsed) << line;
        return to_text(protocol::HttpCredentials(
            protocol::answer_challenge(*parsed, {user, password}, "GET", target, 1, "c0ffee")));
    }

    Pages pages{flash, "SPA942", clock, random};
};

TEST_F(SpaPages, ResyncTakesARuleOnce) {
    const auto answer = get("/admin/resync?%5B--uid+admin+--pwd+555%5Dhttp://host/app/?mac=$MA&x=1");
    EXPECT_EQ(answer.status, 200);
    ASSERT_TRUE(answer.order);
    EXPECT_EQ(answer.order->action, NotifyAction::resync);
    EXPECT_EQ(answer.order->once, "[--uid admin --pwd 555]http://host/app/?mac=$MA&x=1");
    EXPECT_EQ(answer.order->host, "192.0.2.77");
    EXPECT_NE(answer.body.find("not in use"), std::string::npos);
}

TEST_F(SpaPages, RebootAndUpgradeAreOrders) {
    EXPECT_EQ(get("/admin/reboot").order->action, NotifyAction::reboot);
    const auto upgrade = get("/admin/upgrade?http://192.0.2.10/spa942-5-2-5.bin");
    EXPECT_EQ(upgrade.order->action, NotifyAction::upgrade);
    EXPECT_EQ(upgrade.order->once, "http://192.0.2.10/spa942-5-2-5.bin");
}

TEST_F(SpaPages, SayThatItWillHappenWhereTheGateIsShut) {
    set("Provision_Enable", "No");
    set("Upgrade_Enable", "No");
    for (const auto* target : {"/admin/resync?/x.cfg", "/admin/upgrade"}) {
        const auto answer = get(target);
        EXPECT_EQ(answer.status, 200) << target;
        EXPECT_FALSE(answer.order) << target;
        EXPECT_NE(answer.body.find("when it is not in use"), std::string::npos) << target;
    }
}

TEST_F(SpaPages, RefuseWhatIsNoPage) {
    const struct {
        const char* name;
        WebRequest request;
        unsigned status;
    } rejects[] = {{"no such page", {"GET", "/admin/nothing", "", asker}, 404},
                   {"old path on a new unit", {"GET", "/reboot", "", asker}, 404},
                   {"not below admin", {"GET", "/administrator/reboot", "", asker}, 404},
                   {"post", {"POST", "/admin/reboot", "", asker}, 405},
                   {"line break", {"GET", "/admin/resync?a%0d%0ab", "", asker}, 400}};
    for (const auto& reject : rejects) {
        const auto answer = pages.answer(reject.request);
        EXPECT_EQ(answer.status, reject.status) << reject.name;
        EXPECT_FALSE(answer.order) << reject.name;
    }
    EXPECT_FALSE(get("/admin/reboot", "", "HEAD").order);
}

TEST_F(SpaPages, OlderUnitsServeWithoutAdminToo) {
    set("phone.WEB_OLD_PATHS", "served");
    EXPECT_TRUE(get("/reboot").order);
    EXPECT_EQ(get("/upgrade?/a.bin").order->once, "/a.bin");
    set("Admin_Passwd", "s3cret");
    EXPECT_EQ(get("/reboot").status, 401);
}

TEST_F(SpaPages, AskForTheAdministratorsPassword) {
    set("Admin_Passwd", "s3cret");
    const std::string target = "/admin/reboot";
    const auto challenge = get(target);
    EXPECT_EQ(challenge.status, 401);
    EXPECT_FALSE(challenge.order);
    EXPECT_EQ(challenge.fields.find("qop"), std::string::npos) << challenge.fields;
    EXPECT_TRUE(get(target, answer_to(challenge, "admin", "s3cret", target)).order);
    EXPECT_EQ(get(target, answer_to(challenge, "admin", "wrong", target)).status, 401);
    EXPECT_EQ(get(target, answer_to(challenge, "user", "s3cret", target)).status, 401);
    EXPECT_EQ(get(target, answer_to(challenge, "admin", "s3cret", "/admin/spacfg.xml")).status, 401);
    EXPECT_EQ(get(target, "Basic YWRtaW46czNjcmV0").status, 401);
    EXPECT_EQ(get("/").status, 200); // the user's area has a password of its own
}

TEST_F(SpaPages, TakeNoNonceThatIsOldOrNotTheirs) {
    set("Admin_Passwd", "s3cret");
    const auto challenge = get("/admin/reboot");
    const auto answer = answer_to(challenge, "admin", "s3cret", "/admin/reboot");
    auto forged = challenge;
    const auto at = forged.fields.find("nonce=\"") + 7;
    forged.fields.replace(at, 4, "beef");
    EXPECT_EQ(get("/admin/reboot", answer_to(forged, "admin", "s3cret", "/admin/reboot")).status, 401);
    clock.advance(std::chrono::minutes(6));
    const auto late = get("/admin/reboot", answer);
    EXPECT_EQ(late.status, 401);
    EXPECT_NE(late.fields.find("stale=true"), std::string::npos) << late.fields;
}

TEST_F(SpaPages, AreSwitchedOff) {
    EXPECT_EQ(pages.port(), 80);
    set("Web_Server_Port", "8080");
    EXPECT_EQ(pages.port(), 8080);
    set("Enable_Web_Server", "No");
    EXPECT_FALSE(pages.port());
    set("Enable_Web_Admin_Access", "No");
    EXPECT_EQ(get("/admin/reboot").status, 403);
    EXPECT_EQ(get("/").status, 200);
}

TEST_F(SpaPages, AreServedToWhoMayHaveThem) {
    set("Restricted_Access_Domains", "198.51.100.0/24, 192.0.2.76");
    EXPECT_EQ(get("/admin/reboot").status, 403);
    set("Restricted_Access_Domains", "198.51.100.0/24, 192.0.2.77");
    EXPECT_EQ(get("/admin/reboot").status, 200);
    set("Restricted_Access_Domains", "198.51.100.0/24");
    set("phone.WEB_DOMAINS", "ignored");
    EXPECT_EQ(get("/admin/reboot").status, 200);
}

TEST_F(SpaPages, ShowTheRunningConfigurationWithoutSecrets) {
    set("Admin_Passwd", "");
    set("User_ID_1_", "1001");
    set("Password_1_", "s3cr3t-1001");
    set("GPP_SA", "the-key");
    set("GPP_A", "a<b>&\"c\"");
    set("Profile_Rule", "http://192.0.2.10/$MA.xml");
    const auto answer = get("/admin/spacfg.xml");
    EXPECT_EQ(answer.type, "text/xml");
    const std::string& xml = answer.body;
    EXPECT_TRUE(xml.starts_with("<flat-profile>\n<Product_Name group=\"Info/Product_Information\">SPA-942<"));
    EXPECT_NE(xml.find(">000E08AABBCC</MAC_Address>"), std::string::npos);
    EXPECT_NE(xml.find("<User_ID_1_ group=\"Ext_1/Subscriber_Information\">1001</User_ID_1_>"), std::string::npos);
    EXPECT_NE(xml.find("<Password_1_ group=\"Ext_1/Subscriber_Information\"/>"), std::string::npos);
    for (const auto* absent : {"s3cr3t-1001", "the-key", "GPP_SA", "phone."})
        EXPECT_EQ(xml.find(absent), std::string::npos) << absent;
    EXPECT_LT(xml.find("<Provision_Enable"), xml.find("<User_ID_1_"));
}

TEST_F(SpaPages, ReadBackChangeNothing) {
    set("Password_1_", "s3cr3t-1001");
    set("GPP_A", "a<b>&\"c\"");
    const auto document = config::find_syntax("spa-xml")->read(get("/admin/spacfg.xml").body);
    ASSERT_TRUE(document);
    unsigned read = 0;
    for (const auto& parameter : document->parameters) {
        if (factory_value(parameter.name).empty() && flash.parameter(parameter.name).empty()) continue; // identity
        EXPECT_EQ(set_parameter(flash, parameter.name, parameter.value), Setting::same) << parameter.name;
        ++read;
    }
    EXPECT_GT(read, 5U);
    EXPECT_EQ(value("Password_1_"), "s3cr3t-1001");
    EXPECT_EQ(value("GPP_A"), "a<b>&\"c\"");
}

TEST_F(SpaPages, OneShotAsksTheAskersTftpServer) {
    FoundServer found;
    found.address = "http://192.0.2.10/";
    transfers.script.serve("tftp://192.0.2.77/basic.txt", profile("<GPP_B>x</GPP_B>"));
    boot_phone(&found, BootSurroundings::Cause::notify, OneShot{"/basic.txt", "192.0.2.77"});
    EXPECT_EQ(asked().front(), "tftp://192.0.2.77/basic.txt");
    boot_phone(&found, BootSurroundings::Cause::notify, OneShot{"", "192.0.2.77"});
    EXPECT_EQ(asked().front(), "tftp://192.0.2.77/spa942.cfg");
}

std::string curl_says(const std::string& command) {
    std::string out;
    std::array<char, 512> piece{};
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "cannot run curl";
    while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) out += piece.data();
    ::pclose(pipe);
    return out;
}

TEST_F(SpaPages, CurlsDigestIsOurs) {
    set("Admin_Passwd", "s3cret");
    boost::asio::io_context context;
    std::vector<PhoneOrder> orders;
    WebListener listener(context, pages,
                         {[](const std::string&) {}, [&](PhoneOrder order) { orders.push_back(std::move(order)); }});
    listener.open(IpAddress::v4(0x7f000001), 0);
    const auto status = [&](const std::string& words) {
        const auto command = fmt::format("curl -s -g -m 5 -o /dev/null -w '%{{http_code}}' {} "
                                         "'http://{}/admin/resync?[--key+a]/x.cfg?m=$MA'",
                                         words, listener.local());
        auto said = std::async(std::launch::async, curl_says, command);
        while (said.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            context.run_one_for(std::chrono::milliseconds(20));
        return said.get();
    };
    for (const auto* qop : {"none", "auth"}) {
        set("phone.WEB_QOP", qop);
        orders.clear();
        EXPECT_EQ(status(""), "401") << qop;
        EXPECT_EQ(status("--digest -u admin:wrong"), "401") << qop;
        EXPECT_EQ(status("--digest -u user:s3cret"), "401") << qop;
        EXPECT_TRUE(orders.empty());
        EXPECT_EQ(status("--digest -u admin:s3cret"), "200") << qop;
        ASSERT_EQ(orders.size(), 1U) << qop;
        EXPECT_EQ(orders.front().once, "[--key a]/x.cfg?m=$MA");
    }
}

TEST(UndoUrlEncoding, UndoesOnceAndRefusesControls) {
    EXPECT_EQ(undo_url_encoding("a+b%20c%2541%"), "a b c%41%");
    EXPECT_EQ(undo_url_encoding("%zz%4"), "%zz%4");
    EXPECT_FALSE(undo_url_encoding("a%0ab"));
    EXPECT_FALSE(undo_url_encoding("a%00b"));
}

} // namespace
} // namespace offhook::phone::linksys
