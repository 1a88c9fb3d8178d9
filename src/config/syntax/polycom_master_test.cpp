#include "config/syntax/polycom_master.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::config {
namespace {

const PolycomMaster syntax;

const std::vector<Parameter> sample{{"APP_FILE_PATH", "sip.ld"},
                                    {"CONFIG_FILES", "[PHONE_MAC_ADDRESS]-phone.cfg, sip.cfg"},
                                    {"LOG_FILE_DIRECTORY", ""},
                                    {"SPIP300/APP_FILE_PATH", "sip_212.ld"},
                                    {"SPIP300/CONFIG_FILES", "phone1_212.cfg, sip_212.cfg"},
                                    {"SPIP500/APP_FILE_PATH", "sip_213.ld"}};

TEST(PolycomMaster, ReadsGenericAndPerModelAttributes) {
    const auto read = syntax.read("\xef\xbb\xbf<?xml version=\"1.0\" standalone=\"yes\"?>\n"
                                  "<!-- a master -->\n"
                                  "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-phone.cfg, "
                                  "sip.cfg\" LOG_FILE_DIRECTORY=\"\">\n"
                                  "  <APPLICATION_SPIP300 APP_FILE_PATH_SPIP300=\"sip_212.ld\" "
                                  "CONFIG_FILES_SPIP300=\"phone1_212.cfg, sip_212.cfg\"/>\n"
                                  "  <APPLICATION_SPIP500 APP_FILE_PATH_SPIP500=\"sip_213.ld\"/>\n"
                                  "</APPLICATION>");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->parameters, sample);
    EXPECT_TRUE(read->notes.empty());
}

TEST(PolycomMaster, NotesWhatMeansNothingToAPhone) {
    const auto read = syntax.read("<APPLICATION>\n<APPLICATION_SPIP300 APP_FILE_PATH=\"a.ld\" X_SPIP301=\"b\"/>\n"
                                  "<OTHER A=\"1\"/><APPLICATION_/></APPLICATION>");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->parameters.empty());
    ASSERT_EQ(read->notes.size(), 4U);
    EXPECT_EQ(read->notes[0].text, "APP_FILE_PATH lacks the ending _SPIP300 and is ignored");
    EXPECT_EQ(read->notes[2].text, "element OTHER means nothing here");
}

TEST(PolycomMaster, RefusesWhatIsNoMasterFile) {
    for (const std::string_view text : {"<sip a=\"1\"/>", "<application/>", "<html><body/></html>", "", "404"})
        EXPECT_FALSE(syntax.read(text)) << text;
    EXPECT_NE(syntax.read("<sip/>").error().message.find("root element is sip, not APPLICATION"), std::string::npos);
}

TEST(PolycomMaster, WritesWhatCountsForEveryModelFirst) {
    const std::vector<Parameter> mixed{sample[3], sample[0], sample[4], sample[1], sample[5], sample[2]};
    const auto text = syntax.write(mixed);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                     "<APPLICATION\n"
                     "  APP_FILE_PATH=\"sip.ld\"\n"
                     "  CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-phone.cfg, sip.cfg\"\n"
                     "  LOG_FILE_DIRECTORY=\"\">\n"
                     "  <APPLICATION_SPIP300\n"
                     "    APP_FILE_PATH_SPIP300=\"sip_212.ld\"\n"
                     "    CONFIG_FILES_SPIP300=\"phone1_212.cfg, sip_212.cfg\"/>\n"
                     "  <APPLICATION_SPIP500\n"
                     "    APP_FILE_PATH_SPIP500=\"sip_213.ld\"/>\n"
                     "</APPLICATION>\n");
    EXPECT_EQ(syntax.read(*text)->parameters, sample);
}

TEST(PolycomMaster, XmllintAcceptsWhatIsWritten) {
    const auto file = std::filesystem::path(testing::TempDir()) / fmt::format("master-{}.xml", getpid());
    std::ofstream(file) << *syntax.write(sample);
    const int status = std::system(fmt::format("xmllint --noout --nonet '{}'", file.string()).c_str());
    std::filesystem::remove(file);
    EXPECT_EQ(status, 0) << "xmllint is in package libxml2-utils";
}

TEST(PolycomMaster, RefusesToWriteWhatAPhoneWouldNotTake) {
    const struct {
        std::vector<Parameter> parameters;
        ErrorCode code;
    } refused[] = {
        {{{"APP_FILE_PATH", std::string(256, 'p')}}, ErrorCode::too_large},
        {{{"CONFIG_FILES", "a.cfg, " + std::string(256, 'p')}}, ErrorCode::too_large},
        {{{"CONFIG_FILES", std::string(2048, ',')}}, ErrorCode::too_large},
        {{{"A", "1"}, {"A", "2"}}, ErrorCode::invalid},
        {{{"/A", "1"}}, ErrorCode::invalid},
        {{{"SPIP300/", "1"}}, ErrorCode::invalid},
        {{{"SPIP 300/A", "1"}}, ErrorCode::invalid},
        {{{"A B", "1"}}, ErrorCode::invalid},
        {{{"A", "\x01"}}, ErrorCode::invalid},
    };
    for (const auto& c : refused) {
        const auto text = syntax.write(c.parameters);
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, c.code) << text.error().text();
    }
}

} // namespace
} // namespace offhook::config
