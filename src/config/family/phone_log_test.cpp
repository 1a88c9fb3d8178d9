#include "config/family/phone_log.hpp"

#include "base/text.hpp"
#include "config/family/limits.hpp"
#include "config/family/loader.hpp"
#include "config/family/log_line.hpp"
#include "config/family/pack_case_test.hpp"

#include <gmock/gmock.h>

namespace offhook::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const Family& polycom() {
    static const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    return *family;
}

PackText pack_with(const std::string& top, const std::string& rows) {
    return {"p",
            "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"0004f2\"]\n" + top +
                "[[request]]\nuser_agent = \"P {model}\"\nsource = \"s\"\n"
                "[[document]]\nkind = \"d\"\npath = \"{mac}.cfg\"\nsyntax = \"polycom-attributes\"\nsummary = \"s\"\n" +
                rows,
            "[series.s]\nlines = 2\n[model.M1]\nseries = \"s\"\n",
            "\"a.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n",
            "[\"line.{n}.user\"]\nwrite = \"a.{n}\"\n"};
}

std::string row(const std::string& text, const std::string& means = "malformed", const std::string& more = "") {
    return "[[log_line]]\ntext = " + text + "\nmeans = \"" + means + "\"\n" +
           (more.empty() ? "source = \"s\"\nconfidence = \"C\"\n" : more);
}

std::vector<std::string> errors_of(const PackText& text) {
    std::vector<std::string> out;
    if (const auto loaded = load_family(text); !loaded)
        for (const Error& error : loaded.error()) out.push_back(error.text());
    return out;
}

TEST(LogRows, TakesSentencesAndShapes) {
    const auto loaded =
        load_family(pack_with("log_shape = [\"{time} {text}\"]\n",
                              row("[\"wrong {file}\", \"broken {file}: {why}\"]") + row("\"load {file}\"", "fetched")));
    ASSERT_TRUE(loaded) << loaded.error()[0].text();
    EXPECT_THAT((*loaded)->log_shapes(), SizeIs(1));
    ASSERT_THAT((*loaded)->log_sentences(), SizeIs(3));
    EXPECT_EQ((*loaded)->log_sentences()[1].meaning, LogMeaning::malformed);
    EXPECT_EQ((*loaded)->log_sentences()[1].confidence, "C");
}

TEST(LogRows, RefusesWhatCannotMeanAnything) {
    const struct {
        std::string top, rows;
        const char* why;
    } cases[] = {
        {"", row("\"wrong {name}\""), "is not in `with`"},
        {"", row("\"{file}: {why}\""), "has no words of its own"},
        {"", row("\"\""), "has no words of its own"},
        {"", row("\"stop {file}\"", "sad"), "`means` is one of begins, asks, fetched"},
        {"", row("\"load it\"", "fetched"), "names the {file}"},
        {"", row("\"stop {file}\"") + row("\"stop {file}\""), "stands twice"},
        {"", row("\"stop {file}\"", "malformed", "confidence = \"C\"\n"), "source"},
        {"", row("\"stop {file}\"", "malformed", "source = \"s\"\n"), "confidence"},
        {"", row("\"stop {file}\"", "malformed", "source = \"s\"\nconfidence = \"X\"\n"), "P for a sentence"},
        {"", row("\"stop {file}\"", "malformed", "source = \"s\"\nconfidence = \"C\"\ncolour = 1\n"), "colour"},
        {"log_shape = \"{time} {class}\"\n", "", "has no {text}"},
        {"log_shape = \"{when} {text}\"\n", "", "is not in `with`"},
        {"", "[[upload]]\nkind = \"log\"\npath = \"{mac}.log\"\nsummary = \"s\"\nbecomes = \"log\"\nbytes_max = 9\n",
         "no [[log_line]] says"},
        {"",
         row("\"stop {file}\"") +
             "[[upload]]\nkind = \"log\"\npath = \"{mac}.log\"\nsummary = \"s\"\nbecomes = \"log\"\n",
         "at most 1048576"},
    };
    for (const auto& c : cases) {
        const auto errors = errors_of(pack_with(c.top, c.rows));
        ASSERT_THAT(errors, SizeIs(1)) << c.why;
        EXPECT_THAT(errors[0], HasSubstr(c.why));
    }
    std::string many;
    for (int i = 0; i <= 100; ++i) many += row("\"sentence " + std::to_string(i) + "\"");
    EXPECT_THAT(errors_of(pack_with("", many)), testing::ElementsAre(HasSubstr("more than 100 sentences")));
}

TEST(LogLine, KnowsTheFamilysSentences) {
    const struct {
        const char *line, *meaning, *file, *time;
    } cases[] = {
        {"0518233631|so   |3|00|Platform: Model=SoundPoint IP 501, Assembly=2345-11500-040 Rev=D", "begins", "",
         "0518233631"},
        {"0518233631|copy |3|00|Download of 'a/sip.ld' succeeded on attempt 1 (addr 1 of 1)", "fetched", "a/sip.ld",
         "0518233631"},
        {"000001.250|copy |4|00|Download of 'x' failed on attempt 3 (addr 1 of 1): HTTP 404", "transfer_failed", "x",
         "000001.250"},
        {"0518233631|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2", "bad_checksum", "", "0518233631"},
        {"0518233631|cfg  |5|02|Application sip.ld is not compatible with the phone.", "wrong_model", "sip.ld",
         "0518233631"},
        {"Application sip.ld is not compatible with this phone!\r", "wrong_model", "sip.ld", ""},
        {"0518233631|cfg  |5|00|Downloaded application image was errored", "not_usable", "", "0518233631"},
        {"0518233631|so   |6|00|Application image not found in file system", "no_application", "", "0518233631"},
        {"0518233631|cfg  |5|00|Error decrypting file 'reg.cfg': it's sealed", "cannot_decrypt", "reg.cfg",
         "0518233631"},
        {"  Error parsing file 'it's: x.cfg': line 3  ", "malformed", "it's: x.cfg", ""},
        {"0518233631|log  |4|00|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 17", "upload_failed",
         "", "0518233631"},
    };
    for (const auto& c : cases) {
        const auto read = read_log_line(polycom(), c.line);
        ASSERT_TRUE(read) << c.line;
        EXPECT_EQ(log_meaning_text.to_text(read->sentence->meaning), c.meaning);
        EXPECT_EQ(read->file, c.file) << c.line;
        EXPECT_EQ(read->time, c.time) << c.line;
    }
    const auto read = read_log_line(polycom(), "1|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2");
    EXPECT_EQ(read->expected, "0x1");
    EXPECT_EQ(read->seen, "0x2");
}

TEST(LogLine, TakesNothingElse) {
    for (const char* line : {"", " \t\r", "|", "||||", "||||Bad image checksum, expected=0x1 got=0x2",
                             "0518233631|cfg  |5|00|", "0518233631|cfg  |5|00|bad image checksum, expected=0x1 got=0x2",
                             "0518233631|cfg  |5|00|Bad image checksum, expected= got=0x2",
                             "0518233631|cfg  |5|00|He said: Bad image checksum, expected=0x1 got=0x2",
                             "Error decrypting file '': x", "Application  is not compatible with the phone"})
        EXPECT_FALSE(read_log_line(polycom(), line)) << line;
    EXPECT_FALSE(read_log_line(polycom(), "Application " + std::string(pack_limits::log_line_bytes_max, 'x') +
                                              " is not compatible with the phone."));
}

TEST(LogReader, RemembersWhichFileASentenceIsAbout) {
    LogReader reader(polycom());
    EXPECT_TRUE(reader.take("1|copy |3|00|Download of 'sip.ld' succeeded on attempt 1 (addr 1 of 1)"));
    EXPECT_EQ(reader.take("2|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2")->file, "sip.ld");
    EXPECT_FALSE(reader.take("3|cfg  |3|00|something else"));
    EXPECT_EQ(reader.take("4|cfg  |5|00|Downloaded application image was errored")->file, "sip.ld");
    EXPECT_EQ(reader.take("5|so   |3|00|Platform: Model=SPIP430, Assembly=x")->meaning, LogMeaning::begins);
    EXPECT_EQ(reader.take("6|cfg  |5|00|Downloaded application image was errored")->file, "");
}

TEST(PhoneLog, TellsWhatWentWrongSinceTheLastBeginning) {
    const auto found = read_phone_log(polycom(), "1|so   |3|00|Platform: Model=SPIP430, Assembly=x\n"
                                                 "2|cfg  |5|00|Error parsing file 'old.cfg': line 1\n"
                                                 "3|so   |3|00|Platform: Model=SPIP430, Assembly=x\r\n"
                                                 "4|copy |3|00|Download of 'sip.ld' succeeded on attempt 1\r\n"
                                                 "noise\n"
                                                 "5|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2\r\n"
                                                 "6|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2\r\n"
                                                 "7|cfg  |5|00|Error parsing file 'a.cfg': line 1");
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0], (LogFinding{LogMeaning::bad_checksum, "6", "sip.ld", "Bad image checksum, expected=0x1 got=0x2",
                                    "0x1", "0x2", "", "C", 2}));
    EXPECT_EQ(found[1].file, "a.cfg");
    EXPECT_EQ(found[1].confidence, "P");
}

TEST(PhoneLog, OfALongOneTheEndCounts) {
    const std::string sentence = "1|cfg  |5|00|Error parsing file 'a.cfg': x\n";
    EXPECT_THAT(read_phone_log(polycom(), sentence + std::string(pack_limits::log_bytes_max, '\n')), SizeIs(0));
    EXPECT_THAT(read_phone_log(polycom(), std::string(pack_limits::log_bytes_max, '\n') + sentence), SizeIs(1));
    const std::string just_fits(pack_limits::log_bytes_max - sentence.size(), '\n');
    EXPECT_THAT(read_phone_log(polycom(), "half a line\n" + sentence + just_fits), SizeIs(1));
    EXPECT_THAT(read_phone_log(polycom(), sentence + just_fits + "\n"), SizeIs(0)) << "its first byte is cut off";
    std::string many;
    for (int i = 0; i < 200; ++i) many += "Error parsing file '" + std::to_string(i) + ".cfg': x\n";
    EXPECT_THAT(read_phone_log(polycom(), many), SizeIs(pack_limits::log_findings_max));
}

TEST(PhoneLog, WhatItTellsIsHarmless) {
    const std::string hostile = "1\x1b[2J|cfg  |5|00|Error parsing file 'ftp://u:p@ss/w0rd@h/\x1b[31m\xff.cfg': \x07" +
                                std::string(1000, 'z') + " https://me:mine@x 'a://b:c@d'\n";
    const auto found = read_phone_log(polycom(), hostile);
    ASSERT_THAT(found, SizeIs(1));
    const std::vector<std::string> texts{found[0].time, found[0].file, found[0].text, found[0].why};
    EXPECT_EQ(found[0].file, "ftp://h/\\x1b[31m\\xff.cfg");
    for (const auto& text : texts) {
        EXPECT_TRUE(is_printable_utf8(text)) << text;
        EXPECT_LE(text.size(), 4 * pack_limits::log_text_bytes_max + 3);
        EXPECT_THAT(text, Not(HasSubstr("w0rd")));
        EXPECT_THAT(text, Not(HasSubstr("mine")));
    }
    const auto accounts = read_phone_log(polycom(), "Error parsing file 'x': at https://me:mine@x and 'a://b:c@d'");
    ASSERT_THAT(accounts, SizeIs(1));
    EXPECT_EQ(accounts[0].why, "at https://x and 'a://d'");
    const std::pair<const char*, const char*> odd[] = {{"ftp://u:p'w@host", "ftp://host"},
                                                       {"ftp://u:p\"w<x>@host/a", "ftp://host/a"},
                                                       {"ftp://u:p/w@host/a b@c", "ftp://host/a b@c"},
                                                       {"'ftp://u:p'w@h' 'ftp://h' x@y", "'ftp://h' 'ftp://h' x@y"}};
    const auto in_name = read_phone_log(polycom(), "Error parsing file 'ftp://u:p'w@h/x.cfg': bad");
    ASSERT_THAT(in_name, SizeIs(1));
    EXPECT_EQ(in_name[0].file, "ftp://h/x.cfg");
    for (const auto& [told, shown] : odd) {
        const auto found_in = read_phone_log(polycom(), std::string("Error parsing file 'x': ") + told);
        ASSERT_THAT(found_in, SizeIs(1)) << told;
        EXPECT_EQ(found_in[0].why, shown);
    }
}

} // namespace
} // namespace offhook::config
