#include "protocol/sip/notify_request.hpp"

#include "protocol/sip/header_values.hpp"
#include "protocol/sip/message.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::sip {
namespace {

NotifyRequest check_sync() {
    NotifyRequest request;
    request.request_uri = "sip:1003@192.0.2.44:5060";
    request.event = "check-sync";
    request.via = "UDP";
    request.sent_by = "192.0.2.5:5071";
    request.branch = "z9hG4bK7f1";
    request.from = "sip:offhook@192.0.2.5";
    request.from_tag = "9a";
    request.call_id = "5c1@192.0.2.5";
    return request;
}

TEST(NotifyRequest, IsWhatPhonesAreSentInTheField) {
    std::string out;
    write(check_sync(), out);
    EXPECT_EQ(out, "NOTIFY sip:1003@192.0.2.44:5060 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 192.0.2.5:5071;rport;branch=z9hG4bK7f1\r\n"
                   "Max-Forwards: 70\r\n"
                   "From: <sip:offhook@192.0.2.5>;tag=9a\r\n"
                   "To: <sip:1003@192.0.2.44:5060>\r\n"
                   "Call-ID: 5c1@192.0.2.5\r\n"
                   "CSeq: 1 NOTIFY\r\n"
                   "Contact: <sip:offhook@192.0.2.5:5071>\r\n"
                   "Event: check-sync\r\n"
                   "User-Agent: Offhook\r\n"
                   "Content-Length: 0\r\n\r\n");
}

TEST(NotifyRequest, CanBeReadBack) {
    auto request = check_sync();
    request.event = "check-sync;reboot=true";
    request.request_uri = "sip:a;b@[2001:db8::7]:5060;transport=tcp";
    request.via = "TCP";
    request.cseq = 2;
    request.credentials = "Digest username=\"1003\"";
    request.credentials_name = "Proxy-Authorization";
    request.subscription_state = "terminated";
    std::string out;
    write(request, out);
    Message message;
    ASSERT_EQ(message.read(out), MessageError::none);
    EXPECT_EQ(message.method(), Method::notify);
    EXPECT_EQ(message.request_uri(), request.request_uri);
    EXPECT_EQ(message.value(HeaderName::to), "<sip:a;b@[2001:db8::7]:5060>");
    EXPECT_EQ(message.cseq(), 2U);
    EXPECT_EQ(parse_event(message.value(HeaderName::event)).type, "check-sync");
    EXPECT_EQ(message.value(HeaderName::subscription_state), "terminated");
    EXPECT_EQ(message.value(HeaderName::proxy_authorization), request.credentials);
    EXPECT_FALSE(message.has(HeaderName::authorization));
}

TEST(NotifyRequest, AUriHoldsAnyUserAndAnyAddress) {
    struct {
        const char *user, *host, *parameters, *uri;
    } const rows[] = {
        {"101", "192.0.2.7", "", "sip:101@192.0.2.7:5060"},
        {"", "192.0.2.7", "", "sip:192.0.2.7:5060"},
        {"a b@c", "192.0.2.7", "transport=tcp", "sip:a%20b%40c@192.0.2.7:5060;transport=tcp"},
        {"x\r\nEvil: 1", "h", "", "sip:x%0D%0AEvil%3A%201@h:5060"},
        {"101", "2001:db8::1", "", "sip:101@[2001:db8::1]:5060"},
        {"101", "[2001:db8::1]", "", "sip:101@[2001:db8::1]:5060"},
    };
    for (const auto& row : rows) EXPECT_EQ(sip_uri(row.user, row.host, 5060, row.parameters), row.uri);
}

} // namespace
} // namespace offhook::protocol::sip
