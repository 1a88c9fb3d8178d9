#include "protocol/syslog/message.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::syslog {
namespace {

using Header = Message::Header;

struct Accept {
    std::string_view payload;
    std::optional<Priority> priority;
    Header header;
    std::string_view host, program, text;
};

TEST(SyslogMessage, ReadsWhatDevicesAndProgramsSend) {
    const Accept rows[] = {
        {"<134>SPA-942 00:0e:08:aa:bb:cc -- Requesting resync tftp://192.0.2.10:69/spa942.cfg", local0_info,
         Header::none, "", "", "SPA-942 00:0e:08:aa:bb:cc -- Requesting resync tftp://192.0.2.10:69/spa942.cfg"},
        {"<13>Nov  1 08:05:09 desk logger: hello", Priority{1, 5}, Header::bsd, "desk", "logger", "hello"},
        {"<13>Nov 21 20:05:09 desk logger[77]: hello", Priority{1, 5}, Header::bsd, "desk", "logger", "hello"},
        {"<13>Nov 21 20:05:09 desk SPA-942 00:0e:08:aa:bb:cc -- x", Priority{1, 5}, Header::bsd, "desk", "",
         "SPA-942 00:0e:08:aa:bb:cc -- x"},
        {"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - It's time", Priority{20, 5}, Header::ietf,
         "192.0.2.1", "myproc", "It's time"},
        {"<165>1 - - - - - - \xef\xbb\xbfmark", Priority{20, 5}, Header::ietf, "", "", "mark"},
        {R"(<165>1 - h p - ID47 [a x="1\"]"][b y="2"] text)", Priority{20, 5}, Header::ietf, "h", "p", "text"},
        {"<165>1 - h p - - -", Priority{20, 5}, Header::ietf, "h", "p", ""},
        {"<0>x", Priority{0, 0}, Header::none, "", "", "x"},
        {"<191>x\r\n", Priority{23, 7}, Header::none, "", "", "x"},
        {"no header", std::nullopt, Header::none, "", "", "no header"},
        {"", std::nullopt, Header::none, "", "", ""},
    };
    for (const auto& row : rows) {
        const auto read = parse(row.payload);
        EXPECT_EQ(read.priority, row.priority) << row.payload;
        EXPECT_EQ(read.header, row.header) << row.payload;
        EXPECT_EQ(read.host, row.host) << row.payload;
        EXPECT_EQ(read.program, row.program) << row.payload;
        EXPECT_EQ(read.text, row.text) << row.payload;
    }
}

TEST(SyslogMessage, TakesForTextWhatIsNoHeader) {
    const std::string_view rows[] = {"<192>x",  "<>x", "<1",    "<013>x", "<a>x",
                                     "<1234>x", "<13", "<-1>x", "< 1>x",  "1 - - - - - - x"};
    for (const auto row : rows) {
        const auto read = parse(row);
        EXPECT_EQ(read.priority, std::nullopt) << row;
        EXPECT_EQ(read.text, row);
    }
    const std::string_view after[] = {"1 - - - -",          "1 - - - - - [open x", "1 - - - - - [a]b x",
                                      "2 - - - - - - x",    "Nov 21 20:05:09",     "Foo 21 20:05:09 desk x",
                                      "Nov 2x 20:05:09 d x"};
    for (const auto row : after) {
        const auto payload = "<13>" + std::string(row);
        const auto read = parse(payload);
        EXPECT_EQ(read.header, Header::none) << row;
        EXPECT_EQ(read.text, row);
    }
}

TEST(SyslogMessage, IsBounded) {
    const std::string payload = "<13>" + std::string(100'000, 'x');
    EXPECT_EQ(parse(payload).text.size(), payload_bytes_max - 4);
    EXPECT_EQ(serialize(local0_info, payload).size(), payload_bytes_max);
}

TEST(SyslogMessage, IsWrittenAsPriorityAndText) {
    EXPECT_EQ(serialize(local0_info, "a -- b"), "<134>a -- b");
    EXPECT_EQ(serialize({1, 5}, "a\r\n<0>b"), "<13>a  <0>b") << "a line cannot become two";
}

} // namespace
} // namespace offhook::protocol::syslog
