#include "protocol/sip/header_values.hpp"
#include "protocol/sip/message.hpp"
#include "protocol/sip/torture_messages.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::sip {
namespace {

using torture::Verdict;

bool values_can_be_read(const Message& message) {
    for (const auto& field : message.fields()) {
        if (field.name == HeaderName::via && !parse_via(field.value)) return false;
        if (field.name != HeaderName::from && field.name != HeaderName::to && field.name != HeaderName::contact)
            continue;
        const auto address = parse_name_address(field.value);
        if (!address || !parse_uri(address->uri)) return false;
    }
    return true;
}

TEST(SipTorture, EveryMessageGetsItsVerdict) {
    for (const auto& one : torture::cases()) {
        const auto bytes = torture::message(one);
        Message message;
        const auto error = message.read(bytes);
        EXPECT_EQ(error == MessageError::none, one.verdict != Verdict::invalid)
            << one.name << ": " << message_error_text.to_text(error);
        if (error != MessageError::none) continue;
        EXPECT_EQ(values_can_be_read(message), one.verdict != Verdict::values) << one.name;
    }
}

TEST(SipTorture, NoPieceOfAMessageDoesHarm) {
    Message message;
    for (const auto& one : torture::cases()) {
        const auto bytes = torture::message(one);
        for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 256) {
            // A copy of its own, so that a sanitizer sees what is read beyond the end.
            const std::string piece = bytes.substr(0, size);
            if (message.read(piece) == MessageError::none) (void)values_can_be_read(message);
            (void)first_message_length(piece);
        }
    }
}

const torture::Case& named(std::string_view name) {
    for (const auto& one : torture::cases())
        if (one.name == name) return one;
    ADD_FAILURE() << name;
    return torture::cases().front();
}

TEST(SipTorture, ShortTortuousInviteIsReadInFull) {
    const auto bytes = torture::message(named("wsinv"));
    Message message;
    ASSERT_EQ(message.read(bytes), MessageError::none);
    EXPECT_EQ(message.method(), Method::invite);
    EXPECT_EQ(message.cseq(), 9U);
    EXPECT_EQ(message.count(HeaderName::via), 2U);
    EXPECT_EQ(message.value(HeaderName::max_forwards), "0068");
    EXPECT_EQ(message.value_of("newfangledheader"), "newfangled value continued newfangled value");
    EXPECT_EQ(message.value_of("S"), "");
    EXPECT_EQ(message.body().size(), 150U);
    const auto via = parse_via(message.value(HeaderName::via));
    ASSERT_TRUE(via);
    EXPECT_EQ(via->protocol, "UDP");
    EXPECT_EQ(via->host, "192.0.2.2");
    EXPECT_EQ(via->branch, "390skdjuw");
    const auto from = parse_name_address(message.value(HeaderName::from));
    ASSERT_TRUE(from);
    EXPECT_EQ(from->display_name, R"(J Rosenberg \\\")");
    EXPECT_EQ(from->uri, "sip:jdrosen@example.com");
    EXPECT_EQ(parameter(from->parameters, "tag"), "98asjd8");
    const auto to = parse_name_address(message.value(HeaderName::to));
    ASSERT_TRUE(to);
    EXPECT_EQ(parameter(to->parameters, "TAG"), "1918181833n");
    const auto contact = parse_name_address(message.value(HeaderName::contact));
    ASSERT_TRUE(contact);
    EXPECT_EQ(parameter(contact->parameters, "newparam"), "newvalue");
    EXPECT_EQ(parameter(contact->parameters, "secondparam"), "");
    EXPECT_EQ(parameter(contact->parameters, "q"), "0.33");
}

TEST(SipTorture, SecondRequestOfADatagramIsLeftAlone) {
    const auto bytes = torture::message(named("dblreq"));
    Message message;
    ASSERT_EQ(message.read(bytes), MessageError::none);
    EXPECT_EQ(message.method(), Method::register_);
    EXPECT_EQ(message.body(), "");
}

TEST(SipTorture, UriWithSemicolonInItsUserIsNotCutThere) {
    const auto bytes = torture::message(named("semiuri"));
    Message message;
    ASSERT_EQ(message.read(bytes), MessageError::none);
    const auto uri = parse_uri(message.request_uri());
    ASSERT_TRUE(uri);
    EXPECT_EQ(uri->user, "user;par=u%40example.net");
    EXPECT_EQ(uri->host, "example.com");
    EXPECT_EQ(uri->parameters, "");
}

} // namespace
} // namespace offhook::protocol::sip
