/// @file  SIP messages: whatever comes, views stay inside, and what is understood is understood again as written.
#include "base/assert.hpp"
#include "protocol/sip/header_values.hpp"
#include "protocol/sip/message.hpp"
#include "protocol/sip/pnp_subscribe.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace {

using namespace offhook;
using namespace offhook::protocol::sip;

void expect_inside(std::string_view piece, std::string_view whole) {
    if (piece.empty()) return;
    const std::less_equal<const char*> not_after;
    OFFHOOK_ASSERT(not_after(whole.data(), piece.data()));
    OFFHOOK_ASSERT(not_after(piece.data() + piece.size(), whole.data() + whole.size()));
}

void check_value(std::string_view value) {
    if (const auto via = parse_via(value)) {
        OFFHOOK_ASSERT(!via->host.empty());
        for (const auto piece : {via->protocol, via->host, via->branch, via->maddr}) expect_inside(piece, value);
    }
    if (const auto address = parse_name_address(value)) {
        OFFHOOK_ASSERT(!address->uri.empty());
        for (const auto piece : {address->display_name, address->uri, address->parameters}) expect_inside(piece, value);
        if (const auto tag = parameter(address->parameters, "tag")) expect_inside(*tag, value);
        if (const auto uri = parse_uri(address->uri))
            for (const auto piece : {uri->scheme, uri->user, uri->host, uri->parameters}) expect_inside(piece, value);
    }
    const auto event = parse_event(value);
    expect_inside(event.type, value);
    expect_inside(event.parameters, value);
}

void check_again(const Message& message) {
    std::string written;
    MessageWriter writer(written);
    if (message.is_request())
        writer.request(message.method_text(), message.request_uri());
    else
        writer.response(message.status(), message.reason());
    writer.vias_of(message, "192.0.2.50", 1024);
    std::size_t vias = 0;
    for (const auto& field : message.fields()) {
        vias += field.name == HeaderName::via ? 1U : 0U;
        if (field.name == HeaderName::via || field.name == HeaderName::content_length) continue;
        if (field.value.find('\0') != std::string_view::npos) return; // in a quoted pair: never written
        writer.header(field.text, field.value);
    }
    if (message.fields().size() == limits::headers_max || message.has(HeaderName::content_type)) return;
    writer.body("application/url", message.body());
    if (written.size() > limits::message_bytes_max) return;
    Message again;
    const auto error = again.read(written);
    OFFHOOK_ASSERT(error == MessageError::none || error == MessageError::too_large);
    if (error != MessageError::none) return;
    OFFHOOK_ASSERT(again.status() == message.status() && again.method_text() == message.method_text());
    OFFHOOK_ASSERT(again.cseq() == message.cseq() && again.body() == message.body());
    OFFHOOK_ASSERT(again.count(HeaderName::via) == vias);
    OFFHOOK_ASSERT(again.value(HeaderName::from) == message.value(HeaderName::from));
    OFFHOOK_ASSERT(again.value(HeaderName::event) == message.value(HeaderName::event));
    const auto length = first_message_length(written);
    OFFHOOK_ASSERT(length.error == MessageError::none && length.bytes == written.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto length = first_message_length(text); length.bytes) OFFHOOK_ASSERT(*length.bytes <= size);
    check_value(text);
    Message message;
    if (message.read(text) != MessageError::none) return 0;
    OFFHOOK_ASSERT(message.fields().size() <= limits::headers_max);
    expect_inside(message.body(), text);
    for (const auto& field : message.fields()) {
        expect_inside(field.text, text);
        OFFHOOK_ASSERT(field.value.find('\n') == std::string_view::npos);
        check_value(field.value);
    }
    const auto asked = read_pnp_subscribe(message);
    for (const auto hint : {asked.vendor, asked.model, asked.version})
        OFFHOOK_ASSERT(hint.size() <= limits::parameter_bytes_max);
    OFFHOOK_ASSERT(asked.contact.has_value() == !asked.contact_uri.empty());
    check_again(message);
    return 0;
}
