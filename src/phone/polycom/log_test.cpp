#include "phone/polycom/log.hpp"

#include "phone/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using namespace std::chrono_literals;
using Parameters = LogRules::Parameters;

TEST(PolycomLog, TakesWhatItsLevelsSay) {
    const struct {
        const char* what;
        Parameters parameters;
        std::string_view component;
        unsigned severity;
        bool taken;
    } cases[] = {
        {"the factory's threshold", {}, "sip", 4, true},
        {"below it", {}, "sip", 3, false},
        {"of the components seen in logs", {}, "cfg", 3, true},
        {"and below", {}, "copy", 2, false},
        {"a level of its own", {{"log.level.change.sip", "0"}}, "sip", 1, true},
        {"render level", {{"log.level.change.sip", "0"}}, "sip", 0, false},
        {"render level lowered", {{"log.level.change.sip", "0"}, {"log.render.level", "0"}}, "sip", 0, true},
        {"render level raised", {{"log.render.level", "5"}}, "cfg", 4, false},
        {"out of range", {{"log.level.change.sip", "7"}, {"log.render.level", "x"}}, "sip", 4, true},
    };
    for (const auto& c : cases)
        EXPECT_EQ(read_log_rules(c.parameters).takes(c.component, c.severity), c.taken) << c.what;
    EXPECT_TRUE(bootrom_log_rules().takes("sip", 3));
    EXPECT_FALSE(bootrom_log_rules().takes("sip", 2));
}

TEST(PolycomLog, WritesTheThreeKindsOfTime) {
    const WallTime at{std::chrono::sys_days{std::chrono::May / 18 / 2026} + 23h + 36min + 31s};
    const struct {
        const char* type;
        std::string_view line;
    } cases[] = {{"0", "010203.004|so   |3|00|x y\n"},
                 {"1", "2605182336|so   |3|00|x y\n"},
                 {"2", "0518233631|so   |3|00|x y\n"},
                 {"3", "0518233631|so   |3|00|x y\n"}};
    for (const auto& c : cases) {
        const auto rules = read_log_rules({{"log.render.type", c.type}});
        EXPECT_EQ(log_line(rules, {"so", 3, "x\ny", at, 1h + 2min + 3s + 4ms}), c.line) << c.type;
    }
}

TEST(PolycomLog, ReadsTheUploadRules) {
    const auto factory = read_log_rules({});
    EXPECT_EQ(factory.file_bytes, 16'384U);
    EXPECT_EQ(factory.upload_period, 48h);
    EXPECT_EQ(factory.upload, LogRules::Upload::append);
    EXPECT_EQ(factory.append_bytes_max, 524'288U);
    EXPECT_EQ(factory.at_limit, LogRules::AtLimit::start_over);
    const auto own = read_log_rules({{"log.render.file.size", "8"},
                                     {"log.render.file.upload.period", "3600"},
                                     {"log.render.file.upload.append", "0"},
                                     {"log.render.file.upload.append.sizeLimit", "64"},
                                     {"log.render.file.upload.append.limitMode", "stop"}});
    EXPECT_EQ(own.file_bytes, 8192U);
    EXPECT_EQ(own.upload_period, 1h);
    EXPECT_EQ(own.upload, LogRules::Upload::overwrite);
    EXPECT_EQ(own.append_bytes_max, 65'536U);
    EXPECT_EQ(own.at_limit, LogRules::AtLimit::stop);
    EXPECT_EQ(read_log_rules({{"log.render.file.size", "0"}}).file_bytes, 16'384U);
    EXPECT_EQ(read_log_rules({{"log.render.file.size", "99999"}}).file_bytes, 16'384U);
    EXPECT_EQ(read_log_rules({{"log.render.file.upload.period", "-1"}}).upload_period, 48h);
}

TEST(PolycomLog, DropsItsOldestLines) {
    std::string log;
    const std::string line = std::string(99, 'x') + "\n";
    for (int i = 0; i < 1000; ++i) keep_in_log(log, line);
    EXPECT_LE(log.size(), limits::log_bytes_max);
    EXPECT_GT(log.size(), limits::log_bytes_max - line.size());
    EXPECT_EQ(log.size() % line.size(), 0U) << "whole lines";
    keep_in_log(log, log_line(read_log_rules({}), {"so", 3, std::string(100'000, 'y'), WallTime{}, 0ms}));
    EXPECT_LT(log.size(), limits::log_bytes_max + 1);
}

} // namespace
} // namespace offhook::phone::polycom
