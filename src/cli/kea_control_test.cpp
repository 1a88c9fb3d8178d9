#include "cli/kea_control.hpp"

#include <gtest/gtest.h>

namespace offhook::cli {
namespace {

TEST(KeaReply, ReadsWhatKeaSays) {
    const auto reply =
        read_kea_reply("config-get", R"({"arguments": {"Dhcp4": {"a": 1}, "hash": "x"}, "result": 0, "text": "done"})");
    ASSERT_TRUE(reply.has_value()) << reply.error().text();
    EXPECT_EQ(reply->text, "done");
    EXPECT_TRUE(reply->arguments.contains("Dhcp4"));
    EXPECT_TRUE(read_kea_reply("x", R"([{"result": 0}])").has_value()) << "as the control agent answers";
}

TEST(KeaReply, KeepsKeasWordsWhereItRefuses) {
    struct Case {
        const char *text, *says;
        ErrorCode code;
    };
    const Case cases[] = {
        {R"({"result": 1, "text": "bad class"})", "bad class (result 1", ErrorCode::invalid},
        {R"({"result": 2, "text": "'x' command not supported."})", "result 2", ErrorCode::unavailable},
        {R"({"result": 3, "text": "no lease"})", "result 3", ErrorCode::not_found},
        {R"({"result": 4, "text": "no"})", "result 4", ErrorCode::conflict},
        {R"({"result": 99})", "result 99", ErrorCode::unavailable},
    };
    for (const Case& each : cases) {
        const auto reply = read_kea_reply("config-set", each.text);
        ASSERT_FALSE(reply.has_value()) << each.text;
        EXPECT_EQ(reply.error().code, each.code) << each.text;
        EXPECT_NE(reply.error().message.find(each.says), std::string::npos) << reply.error().text();
        EXPECT_NE(reply.error().where.find("config-set"), std::string::npos);
    }
}

TEST(KeaReply, RefusesWhatIsNotKeas) {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    for (const std::string& text :
         {std::string(), std::string("x"), std::string("{}"), std::string("[]"), std::string("[1, 2]"),
          std::string(R"({"result": "0"})"), std::string(R"({"result": 0)"), deep})
        EXPECT_FALSE(read_kea_reply("config-get", text).has_value()) << text;
}

TEST(KeaControl, SaysWhereNobodyAnswers) {
    const auto reply = KeaControl("/nonexistent/kea.sock").call("config-get");
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().code, ErrorCode::unavailable);
    EXPECT_EQ(reply.error().where, "/nonexistent/kea.sock");
    EXPECT_EQ(KeaControl(std::string(200, 'x')).call("config-get").error().code, ErrorCode::invalid);
}

} // namespace
} // namespace offhook::cli
