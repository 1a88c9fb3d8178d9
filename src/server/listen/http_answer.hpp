#pragma once
/// @file  HttpAnswerer: one request head in, one answer out, by the door. No socket.
///
/// A file that has to come from disk takes two steps, answer() and bring(); a PUT begins with begin_upload().
/// Threads  its loop's.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "protocol/http_head.hpp"
#include "protocol/http_target.hpp"
#include "server/door.hpp"
#include "server/listen/http_options.hpp"
#include "server/listen/http_request_head.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

struct HttpPeer {
    IpAddress address;
    std::uint16_t port = 0;
    IpAddress local; ///< our end
    std::uint16_t local_port = 0;
    const DeviceCertificate* certificate = nullptr; ///< Lifetime: the connection's
};

/// What becomes of the request's own body.
enum class HttpBody : std::uint8_t {
    none,
    drain, ///< as long as the head says; it is read and dropped before the next request
    leave  ///< nobody reads it: the connection cannot go on
};

/// Lifetime: of a file's head and body until the next call of the door, unless `file` is copied first.
struct HttpAnswer {
    protocol::HttpStatus status = protocol::HttpStatus::ok;
    protocol::HttpConnection connection = protocol::HttpConnection::close;
    HttpBody request_body = HttpBody::none;
    std::string_view baked_head; ///< static, or the file's own; empty when made_head is used
    std::string made_head;       ///< for what is too rare to keep ready: 206, 304, 401, 416
    std::string_view body;       ///< into the file
    const std::shared_ptr<const ReadyFile>* file = nullptr;
    Ticket ticket;
    std::chrono::milliseconds hold{0}; ///< wait so long before it goes out
    bool later = false;                ///< nothing to send yet: the file is on disk, ask bring()

    [[nodiscard]] std::string_view head() const { return made_head.empty() ? baked_head : std::string_view(made_head); }
};

class HttpAnswerer {
public:
    /// All outlive this.
    HttpAnswerer(Door& door, const Clock& clock, const HttpOptions& options);

    /// `connection` is what the listener can grant, at most: close when it stops or is full.
    [[nodiscard]] HttpAnswer answer(const HttpRequestHead& head, const HttpPeer& peer,
                                    protocol::HttpConnection granted);
    /// After an answer that is `later`: `done` is called on the loop, not from within, with what the door found.
    void bring(const HttpRequestHead& head, const HttpPeer& peer, std::function<void(const FileAnswer&)> done);
    /// The answer that bring() was for. `head` is the same request's, `found` what it brought.
    [[nodiscard]] HttpAnswer brought(const HttpRequestHead& head, const FileAnswer& found,
                                     protocol::HttpConnection granted);

    /// A PUT or a POST with a body: phones that report post, and mean the same. With start.upload the body may come in;
    /// otherwise `refusal` is the answer, and told to the door.
    struct UploadBegun {
        UploadStart start;
        HttpAnswer refusal;
    };
    [[nodiscard]] UploadBegun begin_upload(const HttpRequestHead& head, const HttpPeer& peer,
                                           protocol::HttpConnection granted);
    /// What ends an upload, after its commit or because of what stood in the way.
    [[nodiscard]] static HttpAnswer upload_answer(const UploadEnd& end, protocol::HttpConnection connection);

    /// For what never became a request; the connection ends. Tells the door why.
    [[nodiscard]] HttpAnswer refuse(const HttpRefusal& refusal, const HttpPeer& peer);

private:
    [[nodiscard]] HttpAnswer file_answer(const HttpRequestHead& head, const FileAnswer& found,
                                         protocol::HttpConnection connection);
    /// Nullopt: `refusal` says why. Lifetime: its texts are the head's and this object's, until the next call.
    [[nodiscard]] std::optional<FileRequest> file_request(const HttpRequestHead& head, const HttpPeer& peer,
                                                          HttpRefusal& refusal);
    [[nodiscard]] static HttpAnswer empty(protocol::HttpStatus status, protocol::HttpConnection connection);

    Door& door_;
    const Clock& clock_;
    const HttpOptions& options_;
    protocol::HttpTargetScratch scratch_;
};

} // namespace offhook::server
