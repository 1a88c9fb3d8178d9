#include "phone/polycom/complaint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using testing::HasSubstr;

std::string of(FileOutcome outcome, std::string detail, std::string_view url = "http://boot/a.cfg") {
    TransferRequest request;
    request.url = *protocol::parse_url(url);
    request.bytes_max = 1000;
    TransferAnswer answer;
    answer.outcome = outcome;
    answer.detail = std::move(detail);
    answer.bytes = 12;
    return complaint("a.cfg", request, answer);
}

TEST(PolycomComplaint, SaysNothingOfWhatIsNormal) {
    for (const auto outcome :
         {FileOutcome::fetched, FileOutcome::not_changed, FileOutcome::stored, FileOutcome::absent})
        EXPECT_EQ(of(outcome, "HTTP 404"), "");
}

TEST(PolycomComplaint, NamesWhatWasSeenAndWhatWasExpected) {
    const struct {
        FileOutcome outcome;
        const char *detail, *said, *expected;
    } cases[] = {
        {FileOutcome::unreachable, "connection refused", "could not contact http://boot (connection refused)",
         "using existing configuration"},
        {FileOutcome::timed_out, "no byte", "could not contact http://boot (no byte)", "using existing configuration"},
        {FileOutcome::unreachable, "SSL certificate problem: certificate has expired",
         "a.cfg: http://boot showed a certificate", "expected one for boot that is valid today"},
        {FileOutcome::denied, "HTTP 401", "a.cfg: ", "neither Server User and Server Password nor"},
        {FileOutcome::redirected, "HTTP 302 to /x", "a.cfg: the server sends the phone elsewhere (HTTP 302 to /x)",
         "expected the file itself"},
        {FileOutcome::cut_off, "transfer closed", "a.cfg: the transfer ended early after 12 bytes",
         "expected all that the server announced"},
        {FileOutcome::too_large, "more than 1000 bytes", "a.cfg: it is too large", "expected at most 1000 bytes"},
        {FileOutcome::refused, "HTTP 500", "a.cfg: the server answered HTTP 500", "expected the file"},
        {FileOutcome::not_built_in, "ftps is not built in", "a.cfg: ftps is not built in", ""},
    };
    for (const auto& c : cases) {
        EXPECT_THAT(of(c.outcome, c.detail), HasSubstr(c.said));
        EXPECT_THAT(of(c.outcome, c.detail), HasSubstr(c.expected));
    }
}

} // namespace
} // namespace offhook::phone::polycom
