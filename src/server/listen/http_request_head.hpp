#pragma once
/// @file  HTTP request heads: bytes to the few facts of a request that a boot server acts on.
///
/// Boost.Beast's parser does the reading and stores no field. It is strict, and phones are not, so a head that it
/// refuses is repaired once and read again: lines that end in LF alone, and blanks in the target. What could be read in
/// two ways by two servers stays refused: a blank before a colon, folded lines, a lone CR, lengths that contradict each
/// other, a transfer coding beside a length, two Host lines. Limits  HttpHeadReader::fields_max fields; the caller
/// bounds the bytes. Source  RFC 9112 sections 2 to 6; observed phones.
#include "protocol/http_conditional.hpp"
#include "protocol/http_head.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

enum class HttpMethod : std::uint8_t { get, head, put, post, other };
enum class HttpFraming : std::uint8_t {
    none,   ///< no body
    length, ///< body_bytes of it
    chunked ///< its end shows only by reading it
};

struct HttpRequestHead {
    std::size_t bytes = 0; ///< of the head, with blank lines before it and the empty line after it
    HttpMethod method = HttpMethod::other;
    HttpFraming framing = HttpFraming::none;
    protocol::HttpConnection connection =
        protocol::HttpConnection::close; ///< what the client wants, by its version's rule
    bool expects_continue = false;
    bool says_length = false; ///< a Content-Length stands there, be it 0
    std::uint64_t body_bytes = 0;
    std::string_view target;
    std::string_view user_agent;
    std::optional<std::string_view> authorization;
    std::optional<std::string_view> content_range;
    std::optional<std::string_view> range;
    bool has_coded_content = false; ///< a Content-Encoding stands there, other than identity
    protocol::HttpConditions conditions;
};

enum class HeadProgress : std::uint8_t { complete, needs_more, refused };

struct HttpRefusal {
    protocol::HttpStatus status = protocol::HttpStatus::bad_request;
    std::string_view why; ///< for the timeline; static storage
};

class HttpHeadReader {
public:
    static constexpr unsigned fields_max = 64;

    /// Reads one head from the front of `bytes`. When it returns complete, head() holds it; when refused, refusal()
    /// says why. Lifetime: head()'s text points into `bytes` or into this reader, until the next call.
    HeadProgress read(std::string_view bytes);
    [[nodiscard]] const HttpRequestHead& head() const { return head_; }
    [[nodiscard]] const HttpRefusal& refusal() const { return refusal_; }

private:
    HeadProgress parse(std::string_view head_text);
    bool repair(std::string_view head_text);

    HttpRequestHead head_;
    HttpRefusal refusal_;
    std::string repaired_;
};

} // namespace offhook::server
