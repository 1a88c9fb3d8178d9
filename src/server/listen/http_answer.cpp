#include "server/listen/http_answer.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "protocol/http_conditional.hpp"
#include "protocol/http_range.hpp"

#include <array>

namespace offhook::server {
namespace {

using protocol::HttpConnection;
using protocol::HttpStatus;

constexpr std::array empty_statuses{HttpStatus::created,
                                    HttpStatus::no_content,
                                    HttpStatus::bad_request,
                                    HttpStatus::not_found,
                                    HttpStatus::method_not_allowed,
                                    HttpStatus::length_required,
                                    HttpStatus::precondition_failed,
                                    HttpStatus::content_too_large,
                                    HttpStatus::uri_too_long,
                                    HttpStatus::unsupported_media_type,
                                    HttpStatus::header_fields_too_large,
                                    HttpStatus::range_not_satisfiable,
                                    HttpStatus::internal_error,
                                    HttpStatus::not_implemented,
                                    HttpStatus::service_unavailable,
                                    HttpStatus::insufficient_storage};

/// Heads without a file behind them, baked once for the process.
std::string_view baked_empty_head(HttpStatus status, HttpConnection connection) {
    struct Baked {
        std::array<std::array<std::string, 2>, empty_statuses.size()> heads;
        Baked() {
            for (std::size_t i = 0; i < heads.size(); ++i)
                heads[i] = {protocol::http_empty_head(empty_statuses[i], HttpConnection::keep_alive),
                            protocol::http_empty_head(empty_statuses[i], HttpConnection::close)};
        }
    };
    static const Baked baked;
    for (std::size_t i = 0; i < empty_statuses.size(); ++i)
        if (empty_statuses[i] == status) return baked.heads[i][connection == HttpConnection::close ? 1 : 0];
    OFFHOOK_ASSERT(!"a status that is not baked");
    return baked.heads[0][1];
}

} // namespace

HttpAnswerer::HttpAnswerer(Door& door, const Clock& clock, const HttpOptions& options)
    : door_(door), clock_(clock), options_(options) {}

HttpAnswer HttpAnswerer::answer(const HttpRequestHead& head, const HttpPeer& peer, HttpConnection granted) {
    auto connection = granted == HttpConnection::close ? HttpConnection::close : head.connection;
    auto request_body = HttpBody::none;
    if (head.framing == HttpFraming::length) request_body = HttpBody::drain;
    // A body announced with Expect may never come; a chunked one ends nobody knows where. Neither belongs to a GET.
    if (head.framing == HttpFraming::chunked || head.body_bytes > options_.drained_body_bytes_max ||
        (head.expects_continue && head.framing != HttpFraming::none))
        request_body = HttpBody::leave;
    if (request_body == HttpBody::leave) connection = HttpConnection::close;

    HttpAnswer out;
    HttpRefusal refusal;
    if (head.method == HttpMethod::other || head.method == HttpMethod::post) {
        out = empty(HttpStatus::method_not_allowed, connection);
    } else if (head.method == HttpMethod::put) { // with a body it is begin_upload()'s
        out = empty(head.says_length ? HttpStatus::bad_request : HttpStatus::length_required, connection);
    } else if (request_body == HttpBody::leave) {
        door_.refused(options_.transport, peer.address, "a body where none belongs");
        out = empty(HttpStatus::content_too_large, connection);
    } else if (const auto request = file_request(head, peer, refusal); !request) {
        out = refuse(refusal, peer);
    } else {
        const auto found = door_.open(*request);
        if (found.state == FileAnswer::State::later) {
            out.later = true;
            return out;
        }
        out = file_answer(head, found, connection);
        door_.answered(static_cast<std::uint16_t>(out.status), out.body.size());
    }
    out.request_body = request_body;
    return out;
}

std::optional<FileRequest> HttpAnswerer::file_request(const HttpRequestHead& head, const HttpPeer& peer,
                                                      HttpRefusal& refusal) {
    const auto target = protocol::parse_http_target(head.target, scratch_);
    if (!target) {
        const bool too_long = target.error().code == protocol::HttpTargetError::too_long;
        refusal = {too_long ? HttpStatus::uri_too_long : HttpStatus::bad_request, to_text(target.error().code)};
        return std::nullopt;
    }
    FileRequest request;
    request.transport = options_.transport;
    request.privacy = options_.privacy;
    const bool uploads = head.method == HttpMethod::put || head.method == HttpMethod::post;
    request.verb = uploads ? Verb::put : head.method == HttpMethod::head ? Verb::head : Verb::get;
    request.listener = options_.listener;
    request.source_port = peer.port;
    request.source = peer.address;
    request.local = peer.local;
    request.local_port = peer.local_port;
    request.authorization = head.authorization.value_or(std::string_view());
    request.target = head.target;
    request.certificate = peer.certificate;
    request.path = target->path;
    request.query = target->query;
    request.user_agent = head.user_agent.substr(0, limits::user_agent_bytes_max);
    return request;
}

void HttpAnswerer::bring(const HttpRequestHead& head, const HttpPeer& peer,
                         std::function<void(const FileAnswer&)> done) {
    HttpRefusal refusal;
    const auto request = file_request(head, peer, refusal);
    OFFHOOK_ASSERT(request.has_value()); // answer() has read it a moment ago
    door_.bring(*request, std::move(done));
}

HttpAnswer HttpAnswerer::brought(const HttpRequestHead& head, const FileAnswer& found, HttpConnection granted) {
    const auto connection = granted == HttpConnection::close ? HttpConnection::close : head.connection;
    auto out = file_answer(head, found, connection);
    if (head.framing == HttpFraming::length) out.request_body = HttpBody::drain; // answer() refused all others
    door_.answered(static_cast<std::uint16_t>(out.status), out.body.size());
    return out;
}

HttpAnswerer::UploadBegun HttpAnswerer::begin_upload(const HttpRequestHead& head, const HttpPeer& peer,
                                                     HttpConnection granted) {
    UploadBegun begun;
    // A body that is announced and refused may come or not: the connection cannot go on.
    const bool small = head.framing == HttpFraming::length && head.body_bytes <= options_.drained_body_bytes_max &&
                       !head.expects_continue;
    const auto connection = granted == HttpConnection::close || !small ? HttpConnection::close : head.connection;
    const auto body = small ? HttpBody::drain : HttpBody::leave;
    HttpRefusal refusal;
    const auto request = file_request(head, peer, refusal);
    UploadRequest upload;
    if (request && head.content_range) {
        const auto range = protocol::read_http_content_range(*head.content_range);
        const bool fits = range && (head.framing == HttpFraming::chunked || range->bytes == head.body_bytes) &&
                          (!range->whole || *range->whole == range->first + range->bytes);
        if (!fits) refusal = {HttpStatus::bad_request, "a Content-Range that does not fit its body"};
        upload.mode = UploadRequest::Mode::append;
        if (fits) upload.offset = range->first;
    }
    // What a phone sends is kept as it comes, so it must be what it will be read as.
    if (refusal.why.empty() && head.has_coded_content)
        refusal = {HttpStatus::unsupported_media_type, "an upload in a content coding"};
    // Phones send none. That what is stored is the one that the sender means is not looked up: it counts as not so.
    const auto& conditions = head.conditions;
    if (refusal.why.empty() && (conditions.if_match || conditions.if_none_match || conditions.if_unmodified_since))
        refusal = {HttpStatus::precondition_failed, "an upload under a condition"};
    if (!refusal.why.empty()) {
        begun.refusal = refuse(refusal, peer);
        return begun;
    }
    upload.file = *request;
    if (head.framing == HttpFraming::length) upload.bytes = head.body_bytes;
    begun.start = door_.begin_upload(upload);
    if (begun.start.upload) return begun;
    if (begun.start.refusal == UploadRefusal::challenge) {
        begun.refusal.status = HttpStatus::unauthorized;
        begun.refusal.connection = connection;
        begun.refusal.made_head = protocol::http_challenge_head(begun.start.challenge, connection);
    } else if (head.method == HttpMethod::post && begun.start.refusal == UploadRefusal::absent) {
        begun.refusal = empty(HttpStatus::method_not_allowed, connection); // as wherever nothing is uploaded
    } else {
        begun.refusal = upload_answer({begun.start.refusal, false}, connection);
    }
    begun.refusal.request_body = body;
    begun.refusal.hold = begun.start.hold;
    door_.answered(static_cast<std::uint16_t>(begun.refusal.status), 0);
    return begun;
}

HttpAnswer HttpAnswerer::upload_answer(const UploadEnd& end, HttpConnection connection) {
    switch (end.refusal) {
    case UploadRefusal::none:
        return empty(end.created ? HttpStatus::created : HttpStatus::no_content, connection);
    case UploadRefusal::absent:
    case UploadRefusal::challenge:
        return empty(HttpStatus::not_found, connection);
    case UploadRefusal::too_large:
        return empty(HttpStatus::content_too_large, connection);
    case UploadRefusal::no_room:
        return empty(HttpStatus::insufficient_storage, connection);
    case UploadRefusal::wrong_offset:
        return empty(HttpStatus::range_not_satisfiable, connection);
    case UploadRefusal::failed:
        break;
    }
    return empty(HttpStatus::internal_error, connection);
}

HttpAnswer HttpAnswerer::refuse(const HttpRefusal& refusal, const HttpPeer& peer) {
    door_.refused(options_.transport, peer.address, refusal.why);
    auto out = empty(refusal.status, HttpConnection::close);
    out.request_body = HttpBody::leave;
    return out;
}

HttpAnswer HttpAnswerer::file_answer(const HttpRequestHead& head, const FileAnswer& found, HttpConnection connection) {
    if (found.state != FileAnswer::State::found) {
        HttpAnswer out;
        if (found.state == FileAnswer::State::challenge) {
            out.status = HttpStatus::unauthorized;
            out.connection = connection;
            out.made_head = protocol::http_challenge_head(found.challenge, connection);
        } else {
            out = empty(HttpStatus::not_found, connection);
        }
        out.ticket = found.ticket;
        out.hold = found.hold;
        return out;
    }
    const ReadyFile& file = **found.file;
    const protocol::HttpFileFacts facts{file.body.size(), file.entity_tag, file.media_type, file.modified};
    HttpAnswer out;
    out.connection = connection;
    out.file = found.file;
    out.ticket = found.ticket;
    out.hold = found.hold;
    if (head.conditions.any()) {
        const auto verdict = protocol::judge(head.conditions, file.entity_tag, file.modified, clock_.wall());
        if (verdict != protocol::HttpVerdict::send) {
            out.file = nullptr;
            if (verdict == protocol::HttpVerdict::failed) out.ticket.key_rotation = 0; // unchanged: it has it whole
            out.status =
                verdict == protocol::HttpVerdict::failed ? HttpStatus::precondition_failed : HttpStatus::not_modified;
            if (out.status == HttpStatus::not_modified)
                out.made_head = protocol::http_not_modified_head(facts, connection);
            else
                out.baked_head = baked_empty_head(out.status, connection);
            return out;
        }
    }
    out.baked_head = connection == HttpConnection::close ? file.http_head_close : file.http_head_keep_alive;
    out.body = file.body;
    // A range means something to GET alone: RFC 9110 section 14.2.
    if (head.range && head.method == HttpMethod::get &&
        protocol::range_counts(head.conditions, file.entity_tag, file.modified, clock_.wall())) {
        const auto range = protocol::read_http_range(head.range, file.body.size());
        if (range.kind == protocol::HttpRange::Kind::part) {
            out.status = HttpStatus::partial_content;
            out.ticket.key_rotation = 0; // not the whole file
            out.made_head = protocol::http_part_head(facts, range.first, range.bytes, connection);
            out.body = out.body.substr(range.first, range.bytes);
        } else if (range.kind == protocol::HttpRange::Kind::unsatisfiable) {
            out.status = HttpStatus::range_not_satisfiable;
            out.ticket.key_rotation = 0;
            out.made_head = protocol::http_range_refused_head(facts, connection);
            out.body = {};
        }
    }
    if (head.method == HttpMethod::head) out.body = {};
    return out;
}

HttpAnswer HttpAnswerer::empty(HttpStatus status, HttpConnection connection) {
    HttpAnswer out;
    out.status = status;
    out.connection = connection;
    out.baked_head = baked_empty_head(status, connection);
    return out;
}

} // namespace offhook::server
