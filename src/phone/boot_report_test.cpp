#include "phone/boot_report.hpp"

#include "phone/boot_printer.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace offhook::phone {
namespace {

BootReport sample() {
    BootReport report;
    report.state = PhoneState::ready;
    report.reboots = 1;
    report.firmware = "2.2.0.0047";
    report.files = {{Direction::get, "a.cfg", "http://b/a.cfg", FileOutcome::fetched, 1234,
                     std::chrono::milliseconds(7), 1, "HTTP 200"},
                    {Direction::put, "a.log", "http://b/a.log", FileOutcome::absent, 9, std::chrono::milliseconds(1), 1,
                     "HTTP 404"}};
    report.lines = {{1, "101", "auth", "hunter2", "pbx:5060"}, {2, "102", "102", "", "pbx"}};
    report.problems = {"a \"quoted\" problem"};
    report.discovery = {"http://me:mine@b/", "DHCP option 66", "", "", {"a step"}};
    return report;
}

TEST(BootReport, IsTheOneObjectOfTheContract) {
    EXPECT_EQ(to_json(sample(), Secrets::shown),
              "{\"ready\":true,\"state\":\"ready\",\"reboots\":1,\"files\":["
              "{\"name\":\"a.cfg\",\"url\":\"http://b/a.cfg\",\"outcome\":\"fetched\",\"bytes\":1234,"
              "\"direction\":\"get\",\"attempts\":1,\"ms\":7,\"detail\":\"HTTP 200\"},"
              "{\"name\":\"a.log\",\"url\":\"http://b/a.log\",\"outcome\":\"absent\",\"bytes\":9,"
              "\"direction\":\"put\",\"attempts\":1,\"ms\":1,\"detail\":\"HTTP 404\"}],"
              "\"lines\":[{\"index\":1,\"user\":\"101\",\"auth_user\":\"auth\",\"password\":\"hunter2\","
              "\"registrar\":\"pbx:5060\"},"
              "{\"index\":2,\"user\":\"102\",\"auth_user\":\"102\",\"password\":\"\",\"registrar\":\"pbx\"}],"
              "\"firmware\":\"2.2.0.0047\",\"problems\":[\"a \\\"quoted\\\" problem\"],"
              "\"discovery\":{\"address\":\"http://me:***@b/\",\"how\":\"DHCP option 66\",\"steps\":[\"a step\"]}}");
}

TEST(BootReport, ShowsAPasswordOnlyWhenAsked) {
    EXPECT_EQ(to_json(sample(), Secrets::hidden).find("hunter2"), std::string::npos);
    EXPECT_NE(to_json(sample(), Secrets::hidden).find("\"password\":null"), std::string::npos);
    for (const auto secrets : {Secrets::hidden, Secrets::shown}) {
        std::ostringstream out;
        BootPrinter(out, Colours::off).print_end(sample(), std::chrono::milliseconds(1500), secrets);
        EXPECT_EQ(out.str().find("hunter2") != std::string::npos, secrets == Secrets::shown);
    }
}

TEST(BootReport, KeepsJsonValidWhateverAServerSends) {
    auto report = sample();
    report.files[0].detail = "\xff\x1b[0m";
    EXPECT_NE(to_json(report, Secrets::hidden).find("\\\\xff\\\\x1b[0m"), std::string::npos);
}

TEST(BootPrinter, PrintsOneLineAStepAndATableAtTheEnd) {
    std::ostringstream out;
    BootPrinter printer(out, Colours::off);
    printer.on_event({BootEvent::Kind::stage, "bootROM 3.2.2.0019"});
    printer.on_event({BootEvent::Kind::file, "a.cfg", sample().files[0]});
    printer.on_event({BootEvent::Kind::file, "a.log", sample().files[1]});
    printer.on_event({BootEvent::Kind::problem, "watch out"});
    printer.print_end(sample(), std::chrono::milliseconds(1500), Secrets::hidden);
    EXPECT_EQ(out.str(), "bootROM 3.2.2.0019\n"
                         "  get  a.cfg                                     fetched         1.2 KB   7.0 ms\n"
                         "  put  a.log                                     not taken          9 B   1.0 ms\n"
                         "     ! watch out\n"
                         "\n"
                         "ready in 1.50 s: 2 lines, 2 transfers, 1.2 KB received, 1 reboot, application 2.2.0.0047\n"
                         "LINE  USER  AUTH USER  PASSWORD  REGISTRAR\n"
                         "1     101   auth       (set)     pbx:5060\n"
                         "2     102   102        (none)    pbx\n"
                         "\n"
                         "1 problem:\n"
                         "  a \"quoted\" problem\n");
}

TEST(BootPrinter, NeverPassesATerminalsCommandsOn) {
    std::ostringstream out;
    BootPrinter printer(out, Colours::off);
    printer.on_event({BootEvent::Kind::decision, "\x1b[2J"});
    auto file = sample().files[0];
    file.name = "\x1b[2J";
    printer.on_event({BootEvent::Kind::file, "", file});
    EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST(BootPrinter, SpellsSizesAndTimes) {
    EXPECT_EQ(bytes_text(0), "0 B");
    EXPECT_EQ(bytes_text(999), "999 B");
    EXPECT_EQ(bytes_text(1000), "1.0 KB");
    EXPECT_EQ(bytes_text(999'960), "1.0 MB");
    EXPECT_EQ(bytes_text(16'777'216), "16.8 MB");
    EXPECT_EQ(time_text(std::chrono::microseconds(40)), "0.0 ms");
    EXPECT_EQ(time_text(std::chrono::microseconds(1'449)), "1.4 ms");
    EXPECT_EQ(time_text(std::chrono::milliseconds(12)), "12 ms");
    EXPECT_EQ(time_text(std::chrono::milliseconds(999)), "999 ms");
    EXPECT_EQ(time_text(std::chrono::milliseconds(61'500)), "61.50 s");
}

} // namespace
} // namespace offhook::phone
