#pragma once
/// @file  Message: one SIP request or response, read in place; and MessageWriter, which builds one.
///
/// Liberal in what it reads, as phones need it: any letter case and the compact forms of header names, folded lines, LF
/// alone at a line's end, no blank behind a colon, no Via branch, no Max-Forwards, no Content-Length (the body is then
/// the rest of the datagram), empty lines in front. Strict in bounds and in what two readers could read differently.
/// Limits   limits.hpp.
/// Source   RFC 3261 7, 18.3, 20, 25; RFC 4475 for what must parse and what must not.
#include "base/enum_text.hpp"
#include "base/result.hpp"
#include "protocol/sip/limits.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::protocol::sip {

enum class Method : std::uint8_t { other, subscribe, notify, options, register_, invite, ack, bye, cancel };

/// The headers that anybody here asks for; `other` is found by its name.
enum class HeaderName : std::uint8_t {
    other,
    via,
    from,
    to,
    call_id,
    cseq,
    contact,
    event,
    accept,
    expires,
    max_forwards,
    user_agent,
    server,
    content_type,
    content_length,
    subscription_state,
    record_route,
    route,
    require,
    www_authenticate,
    proxy_authenticate,
    authorization,
    proxy_authorization
};

enum class MessageError : std::uint8_t {
    none,
    empty,          ///< a keep-alive: only blank lines, or a single NUL
    too_large,      ///< bytes or headers beyond the limits
    no_start_line,  ///< neither a request line nor a status line of SIP/2.0
    bad_header,     ///< a line without a colon, a name that is no token, a NUL that is no quoted pair, a bare CR; From,
                    ///< To, Call-ID or CSeq twice
    bad_length,     ///< Content-Length is no number, stands twice with two values, or says more than there is
    missing_header, ///< one of Via, From, To, Call-ID, CSeq
    bad_cseq        ///< no number below 2^31, no method, or another one than the request line's
};
inline constexpr EnumText<MessageError, 8> message_error_text{{{{MessageError::none, "none"},
                                                                {MessageError::empty, "empty"},
                                                                {MessageError::too_large, "too_large"},
                                                                {MessageError::no_start_line, "no_start_line"},
                                                                {MessageError::bad_header, "bad_header"},
                                                                {MessageError::bad_length, "bad_length"},
                                                                {MessageError::missing_header, "missing_header"},
                                                                {MessageError::bad_cseq, "bad_cseq"}}}};

class Message {
public:
    struct Field {
        HeaderName name = HeaderName::other;
        std::string_view text;  ///< the name as it came
        std::string_view value; ///< unfolded, without blanks around it
    };

    /// Reads a whole datagram; what an earlier one left is gone, its memory is kept: no allocation once warm.
    /// Lifetime: views go into `bytes`, which the caller keeps, and into this object where a value was folded.
    [[nodiscard]] MessageError read(std::string_view bytes);

    [[nodiscard]] bool is_request() const { return status_ == 0; }
    [[nodiscard]] Method method() const { return method_; } ///< of a response: its CSeq's
    [[nodiscard]] std::string_view method_text() const { return method_text_; }
    [[nodiscard]] std::string_view request_uri() const { return request_uri_; }
    [[nodiscard]] std::uint16_t status() const { return status_; } ///< 100..699; 0 for a request
    [[nodiscard]] std::string_view reason() const { return reason_; }
    [[nodiscard]] std::string_view body() const { return body_; }

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; } ///< in the order they came
    /// The first of that name; "" where there is none.
    [[nodiscard]] std::string_view value(HeaderName name) const;
    [[nodiscard]] bool has(HeaderName name) const;
    [[nodiscard]] std::size_t count(HeaderName name) const;
    /// Of a header that has no name of ours; any letter case.
    [[nodiscard]] std::string_view value_of(std::string_view name) const;

    // Of the five that every message has.
    [[nodiscard]] std::uint32_t cseq() const { return cseq_; }

private:
    static constexpr std::size_t names = static_cast<std::size_t>(HeaderName::proxy_authorization) + 1;

    [[nodiscard]] MessageError read_start_line(std::string_view line);
    [[nodiscard]] MessageError read_fields(std::string_view& rest);
    [[nodiscard]] std::string_view unfolded(std::string_view value, std::size_t bytes_max);
    [[nodiscard]] MessageError read_cseq();
    [[nodiscard]] MessageError read_body(std::string_view rest);

    std::string_view method_text_, request_uri_, reason_, body_;
    std::vector<Field> fields_;
    std::array<std::uint8_t, names> first_{}; ///< by HeaderName: index of its first field + 1; 0: none
    std::array<std::uint8_t, names> counts_{};
    std::string unfolded_;
    std::uint32_t cseq_ = 0;
    std::uint16_t status_ = 0;
    Method method_ = Method::other;
};

/// How many bytes the first message of a stream takes, once its head is there: TCP needs Content-Length (RFC
/// 3261 18.3). nullopt: more is needed, blank lines alone included. Errors: those of Message for what can never become
/// one; bad_length also for a head that has none.
struct StreamLength {
    std::optional<std::size_t> bytes;
    MessageError error = MessageError::none;
};
[[nodiscard]] StreamLength first_message_length(std::string_view stream);

/// Builds a message from top to bottom. Values must not hold CR, LF or NUL: such bytes become blanks.
class MessageWriter {
public:
    explicit MessageWriter(std::string& out) : out_(out) { out_.clear(); } ///< `out` outlives the writer
    MessageWriter& request(std::string_view method, std::string_view uri);
    MessageWriter& response(std::uint16_t status, std::string_view reason);
    MessageWriter& header(std::string_view name, std::string_view value);
    /// From or To, with a tag behind it.
    MessageWriter& tagged(std::string_view name, std::string_view value, std::string_view tag);
    /// Every Via of `message` in its order, the first with received= and rport= filled in (RFC 3261 18.2.1, RFC 3581).
    MessageWriter& vias_of(const Message& message, std::string_view source_address, std::uint16_t source_port);
    /// Content-Length and the empty line; Content-Type before it where there is a body. Ends the message.
    void body(std::string_view content_type, std::string_view body);
    void no_body() { body({}, {}); }

private:
    std::string& out_;
};

} // namespace offhook::protocol::sip
