#pragma once
/// @file  Door: where every listener hands in a request and gets its answer (design 2, "one door").
///
/// A listener knows its protocol and nothing about phones; delivery, which implements this, knows phones and nothing
/// about sockets. One Door per event loop: it is called on that loop only, never blocks, never throws for what a peer
/// sends.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

enum class Transport : std::uint8_t { http, https, tftp, ftp };
enum class Verb : std::uint8_t { get, head };

struct FileRequest {
    Transport transport = Transport::http;
    Verb verb = Verb::get;
    std::uint16_t listener = 0; ///< which listener took it; 0 is the first. Delivery maps it to a site
    std::uint16_t source_port = 0;
    IpAddress source;
    std::string_view path;       ///< the name asked for, decoded by the transport (percent signs undone, no query, no
                                 ///< origin), otherwise as sent: a key to look up, never a path to open
    std::string_view query;      ///< what stood behind '?', raw; empty for other transports
    std::string_view user_agent; ///< empty for transports that have none
};

/// A file as it goes out. Immutable and shared: the cache, and every transfer in flight, hold the same one.
struct ReadyFile {
    std::string body;
    std::string entity_tag;      ///< quoted, strong: "\"5f3c…\""
    std::string_view media_type; ///< static storage
    /// Absent for what is rendered: a change within a second, a stepped clock or another loop's clock would let a phone
    /// that asks by date alone keep old settings. The entity tag has none of that.
    std::optional<WallTime> modified;
    /// protocol::http_file_head(): everything but the Date line and the empty line, which the listener puts behind it,
    /// for an answer that keeps the connection open and for one that closes it. Made once, so that a hit costs no
    /// formatting.
    std::string http_head_keep_alive;
    std::string http_head_close;
};

/// What the timeline needs to say later that a transfer did not end well. Lifetime: `kind` is the pack's, which
/// outlives every transfer.
struct Ticket {
    MacAddress mac; ///< zero when nobody was identified
    IpAddress source;
    std::string_view kind; ///< of the document
};

struct FileAnswer {
    /// Null: not to be had. The listener answers exactly the same (404, error 1, 550) whether the name is unknown, the
    /// device is unknown or the asker may not have it: design 6.
    /// Lifetime: the pointed-to shared_ptr stays valid until the next call on this door; copy it to keep the file
    /// longer.
    const std::shared_ptr<const ReadyFile>* file = nullptr;
    Ticket ticket;
};

class Door {
public:
    virtual ~Door() = default;
    [[nodiscard]] virtual FileAnswer open(const FileRequest& request) = 0;
    /// How the request just opened is answered: the transport's status, and how much of the body is to be sent. Called
    /// before the next open(), while the request's texts are still there.
    virtual void answered(std::uint16_t status, std::uint64_t body_bytes) = 0;
    /// The peer went away, or was shut out, after `bytes_sent` of the body.
    virtual void broken_off(const Ticket& ticket, std::uint64_t bytes_sent) = 0;
    /// Something that never became a request (malformed, too large, too slow), for the timeline of sightings.
    virtual void refused(Transport transport, const IpAddress& source, std::string_view why) = 0;
};

} // namespace offhook::server
