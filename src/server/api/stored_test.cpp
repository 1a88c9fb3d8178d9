// /v1/firmware, /v1/assets and /v1/devices/{mac}/uploads.
#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "server/api/api.hpp"
#include "server/test_house.hpp"

#include <boost/json/serialize.hpp>
#include <future>

namespace offhook::server {
namespace {

class StoredApiTest : public testing::Test {
protected:
    StoredApiTest() : catalogue_(catalogue::open_sqlite_store({home_.path(), {}, &clock_})), timeline_(options()) {
        catalogue::DeviceDraft draft;
        draft.mac = anna, draft.family = "polycom", draft.model = "SPIP650";
        EXPECT_TRUE(catalogue_.store().add_device(draft));
    }
    ApiAnswer call(const std::string& method, const std::string& target) {
        return handle(context_, {method, target, "", {}});
    }
    ApiAnswer add(const std::string& target, std::string_view content) {
        std::shared_ptr<catalogue::BlobDraft> file = catalogue_.store().blobs().begin();
        file->add(content);
        EXPECT_TRUE(takes_file("POST", target));
        return handle(context_, {"POST", target, "", file});
    }
    void send(std::string kind, std::string content) {
        catalogue::UploadDraft draft;
        draft.mac = anna, draft.kind = std::move(kind), draft.content = std::move(content), draft.transport = "http";
        std::promise<void> told;
        ASSERT_TRUE(catalogue_.store().put_upload(draft, [&](const auto&) { told.set_value(); }));
        told.get_future().wait();
    }
    static std::string text(const ApiAnswer& answer) { return boost::json::serialize(answer.body); }

    catalogue::TimelineOptions options() {
        catalogue::TimelineOptions out;
        out.directory = home_.path();
        return out;
    }
    ManualClock clock_;
    catalogue::TestDirectory home_;
    catalogue::Catalogue catalogue_;
    catalogue::Timeline timeline_;
    ApiContext context_{catalogue_, timeline_, house_families(), clock_, {}};
};

TEST_F(StoredApiTest, FirmwareIsAddedListedShownAndRemoved) {
    const auto made = add("/v1/firmware?family=polycom&name=sip.ld&version=2.2.0&model=SPIP_650,SPIP430", "image");
    ASSERT_EQ(made.status, 201U) << text(made);
    EXPECT_EQ(text({200, made.body.at("models")}), R"(["SPIP430","SPIP650"])");
    EXPECT_EQ(made.body.at("bytes").to_number<int>(), 5);
    EXPECT_TRUE(made.body.at("served").as_bool());
    const std::string id = std::to_string(made.body.at("id").to_number<int>());
    ASSERT_EQ(add("/v1/firmware?family=polycom&name=sip.ld&version=3&model=SPIP430,SPIP650", "newer").status, 201U);
    EXPECT_EQ(call("GET", "/v1/firmware").body.at("firmware").as_array().size(), 2U);
    EXPECT_FALSE(call("GET", "/v1/firmware/" + id).body.at("served").as_bool());
    EXPECT_EQ(call("GET", "/v1/assets/" + id).status, 404U) << "firmware is no asset";
    EXPECT_EQ(call("DELETE", "/v1/firmware/" + id).status, 200U);
    EXPECT_EQ(call("GET", "/v1/firmware/" + id).status, 404U);
    EXPECT_EQ(call("GET", "/v1/firmware?family=other").body.at("firmware").as_array().size(), 0U);
}

TEST_F(StoredApiTest, WhatNoPhoneWouldAskForIsRefusedAndSaysWhy) {
    const struct {
        const char* target;
        unsigned status;
        const char* where;
    } refused[] = {
        {"/v1/firmware?name=sip.ld&version=1", 400, "family"},
        {"/v1/firmware?family=nosuch&name=sip.ld&version=1", 404, "family"},
        {"/v1/firmware?family=polycom&name=sip.ld", 400, "version"},
        {"/v1/firmware?family=polycom&name=firmware.bin&version=1", 400, "name"},
        {"/v1/firmware?family=polycom&name=ring.wav&version=1", 400, "name"},
        {"/v1/firmware?family=polycom&name=../sip.ld&version=1", 400, "name"},
        {"/v1/firmware?family=polycom&name=sip.ld&version=1&model=SPIP9999", 404, "model"},
        {"/v1/firmware?family=polycom&name=sip.ld&version=1&site=nosuch", 404, "site"},
        {"/v1/firmware?family=polycom&name=sip.ld&version=1&modle=SPIP650", 400, "modle"},
        {"/v1/assets?name=ring.wav&version=1", 400, "version"},
        {"/v1/assets?name=ring.wav&model=SPIP650", 400, "model"},
        {"/v1/assets?name=sip.ld", 400, "name"},
    };
    for (const auto& each : refused) {
        const auto answer = add(each.target, "x");
        EXPECT_EQ(answer.status, each.status) << each.target << text(answer);
        ASSERT_TRUE(answer.body.as_object().contains("where")) << each.target << text(answer);
        EXPECT_EQ(answer.body.at("where").as_string(), each.where) << text(answer);
    }
    EXPECT_TRUE(catalogue_.snapshot()->files().empty());
    EXPECT_EQ(add("/v1/assets?name=tones/ring.wav&site=default", "riff").status, 201U);
}

TEST_F(StoredApiTest, WhatAVersionFileNamesIsStoredBeforeIt) {
    const std::string list = "/v1/firmware?family=genband-ip88&version=2&name=IP_8830_VER_SIP2";
    const std::string image = "/v1/firmware?family=genband-ip88&version=2&name=kernel.img";
    const std::string text_of_list = "# vendor\nversion 2\nk kernel.img 00000001\nip8830_words.xml\n";
    EXPECT_EQ(add(image, "k").status, 400U) << "no pattern has it, and no list";
    EXPECT_EQ(add(image + "&listed_by=some.txt", "k").status, 400U);
    EXPECT_EQ(add("/v1/firmware?family=polycom&version=2&name=kernel.img&listed_by=IP_8830_VER_SIP2", "k").status,
              400U);
    const auto refused = add(list, text_of_list);
    EXPECT_EQ(refused.status, 400U);
    EXPECT_NE(text(refused).find("names kernel.img, ip8830_words.xml, of which nothing is stored"), std::string::npos)
        << text(refused);
    EXPECT_EQ(add(image + "&listed_by=IP_8830_VER_SIP2", "k").status, 201U);
    EXPECT_EQ(add(list, text_of_list).status, 400U) << "the other is still missing";
    EXPECT_EQ(add("/v1/firmware?family=genband-ip88&version=2&name=ip8830_words.xml", "w").status, 201U);
    EXPECT_EQ(add(list, "# vendor\nkernel.img\n").status, 400U) << "it names a version and no software";
    ASSERT_EQ(add(list, text_of_list).status, 201U);
    EXPECT_EQ(add(image, "again").status, 201U) << "a stored list names it";
    EXPECT_EQ(add("/v1/firmware?family=genband-ip88&version=2&name=other.img", "o").status, 400U);
    EXPECT_EQ(add(list, std::string(70'000, 'x')).status, 413U);
}

TEST_F(StoredApiTest, UploadsAreListedShownByKindOrNameAndRemoved) {
    send("boot log", "first");
    send("boot log", "second");
    const auto listed = call("GET", "/v1/devices/0004f2000001/uploads").body.at("uploads").as_array();
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].at("name").as_string(), "boot log");
    EXPECT_EQ(listed[0].at("file").as_string(), "0004f2000001-boot.log");
    EXPECT_TRUE(listed[0].at("current").as_bool());
    for (const char* name : {"boot%20log", "Boot%20Log", "0004f2000001-boot.log", "logs%2F0004F2000001-boot.log"}) {
        const auto shown = call("GET", std::string("/v1/devices/0004f2000001/uploads/") + name);
        ASSERT_TRUE(shown.content) << name << text(shown);
        EXPECT_EQ(shown.content->bytes, "second");
        EXPECT_EQ(shown.content->media_type, "text/plain");
    }
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001/uploads/boot%20log?version=1").content->bytes, "first");
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001/uploads/boot%20log?version=3").status, 404U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001/uploads/boot%20log?version=x").status, 400U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001/uploads/0004f2000002-boot.log").status, 404U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000009/uploads").status, 404U);
    EXPECT_EQ(call("DELETE", "/v1/devices/0004f2000001/uploads/boot%20log").status, 200U);
    EXPECT_EQ(call("DELETE", "/v1/devices/0004f2000001/uploads/boot%20log").status, 404U);
}

} // namespace
} // namespace offhook::server
