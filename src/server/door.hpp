#pragma once
/// @file  Door: where every listener hands in a request and gets its answer (design 2, "one door").
///
/// A listener knows its protocol and nothing about phones; delivery, which implements this, knows phones and nothing
/// about sockets. One Door per event loop: it is called on that loop only, never blocks, never throws for what a peer
/// sends. What needs a disk answers later, by a callback on the same loop.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "catalogue/revision.hpp"
#include "catalogue/site.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

enum class Transport : std::uint8_t { http, https, tftp, ftp };
enum class Verb : std::uint8_t { get, head, put };

/// Who a client certificate says its holder is: verified against the operator's bundle of that family, and read by the
/// pack's subject patterns.
struct DeviceCertificate {
    std::string family;
    MacAddress mac;
    std::string serial = {}; ///< where the vendor writes one
};

/// Who logged in (FTP). Given by log_in(), handed back with each request of the session.
struct Login {
    enum class Kind : std::uint8_t {
        factory, ///< a family's factory account: counts as the MAC alone
        site,    ///< a site's account: counts as the site's token
        device   ///< a device's own credentials
    } kind = Kind::factory;
    catalogue::SiteId site{}; ///< Kind::site
    MacAddress mac;           ///< Kind::device
    std::string user;         ///< as typed, for the log
};

struct FileRequest {
    Transport transport = Transport::http;
    Verb verb = Verb::get;
    catalogue::Privacy privacy = catalogue::Privacy::clear; ///< TLS of the past (https_legacy) counts as clear
    std::uint16_t listener = 0; ///< which listener took it; 0 is the first. Delivery maps it to a site
    std::uint16_t source_port = 0;
    IpAddress source;
    IpAddress local; ///< of ours, that it came to; :: where the transport does not know
    std::uint16_t local_port = 0;
    std::string_view path;  ///< the name asked for, decoded by the transport (percent signs undone, no query, no
                            ///< origin, no leading slash), otherwise as sent: a key to look up, never a path to open
    std::string_view query; ///< what stood behind '?', raw; empty for other transports
    std::string_view user_agent; ///< empty for transports that have none

    // What shows who asks.
    std::string_view authorization;                 ///< HTTP: the field's value; empty: none
    std::string_view target;                        ///< HTTP: as it stood in the request line; Digest signs it
    const Login* login = nullptr;                   ///< FTP
    const DeviceCertificate* certificate = nullptr; ///< TLS
};

/// A file as it goes out. Immutable and shared: the cache, and every transfer in flight, hold the same one.
struct ReadyFile {
    ReadyFile() = default;
    ReadyFile(const ReadyFile&) = delete;
    ReadyFile& operator=(const ReadyFile&) = delete;
    void set_text(std::string content) {
        text = std::move(content);
        body = text;
    }

    std::string text;                    ///< holds the body of what is rendered or small
    std::shared_ptr<const void> mapping; ///< holds the body of what is mapped from disk: firmware, assets
    std::string_view body;               ///< into one of the two
    std::string entity_tag;              ///< quoted, strong: "\"5f3c…\""
    std::string_view media_type;         ///< static storage
    /// Absent for what is rendered: a change within a second, a stepped clock or another loop's clock would let a phone
    /// that asks by date alone keep old settings. The entity tag has none of that.
    std::optional<WallTime> modified;
    /// protocol::http_file_head(): everything but the Date line and the empty line, which the listener puts behind it,
    /// for an answer that keeps the connection open and for one that closes it. Made once, so that a hit costs no
    /// formatting.
    std::string http_head_keep_alive;
    std::string http_head_close;
    bool ends_key_rotation = false; ///< config::Rendered's
    bool is_introduction = false;   ///< config::Rendered's
};

/// What is needed to say later how a transfer ended. Lifetime: `kind` is the pack's, which
/// outlives every transfer.
struct Ticket {
    MacAddress mac; ///< zero when nobody was identified
    IpAddress source;
    std::string_view kind; ///< of the document
    Transport transport = Transport::http;
    /// Not zero: a file that ends the rotation of its device's file key, and the device's revision that it is of.
    /// went_out() is waited for.
    std::uint64_t key_rotation = 0;
    std::int64_t image = 0; ///< the stored file that it is, where its fetches are counted; 0: they are not
};

struct FileAnswer {
    enum class State : std::uint8_t {
        found,
        absent,    ///< not to be had. Answered exactly the same (404, error 1, 550) whether the name is unknown, the
                   ///< device is unknown or the asker may not have it: design 6
        challenge, ///< HTTP: 401 with `challenge`. Transports that cannot ask for credentials answer as for absent
        later      ///< there, but on disk: call bring() and answer then
    } state = State::absent;
    /// Set when found. Lifetime: the pointed-to shared_ptr stays valid until the next call on this door; copy it to
    /// keep the file longer.
    const std::shared_ptr<const ReadyFile>* file = nullptr;
    /// Whole WWW-Authenticate lines, each with its CRLF. Lifetime: until the next call on this door.
    std::string_view challenge;
    /// Not zero: wait so long before this answer goes out. The source is guessing MACs or passwords.
    std::chrono::milliseconds hold{0};
    Ticket ticket;
};

enum class UploadRefusal : std::uint8_t {
    none,
    absent,       ///< no name that this phone may send, or not by this asker: 404, 550, error 2. All look alike
    challenge,    ///< as for a file
    too_large,    ///< 413, 552, error 3
    no_room,      ///< the device's or site's quota, or the disk: 507, 552, error 3
    wrong_offset, ///< HTTP Content-Range that is not at the stored file's end: 416
    failed        ///< could not be made durable: 500, 451, error 0
};

struct UploadRequest {
    FileRequest file; ///< verb put
    enum class Mode : std::uint8_t { replace, append } mode = Mode::replace;
    std::optional<std::uint64_t> bytes;  ///< as announced (Content-Length, tsize, ALLO)
    std::optional<std::uint64_t> offset; ///< Mode::append by Content-Range: where the first byte belongs
};

struct UploadEnd {
    UploadRefusal refusal = UploadRefusal::none; ///< none: on disk, and every loop will serve it
    bool created = false;                        ///< the name had no file before (HTTP 201 instead of 204)
};

/// An upload under way. Destroyed without commit() it leaves nothing.
class Upload {
public:
    virtual ~Upload() = default;
    /// none, too_large, no_room or failed. After anything but none it takes no more.
    [[nodiscard]] virtual UploadRefusal write(std::string_view bytes) = 0;
    /// Makes it durable; calls `done` once, on this loop, never from within. The caller keeps the Upload until then.
    virtual void commit(std::function<void(UploadEnd)> done) = 0;
    /// What the listener told the peer, for the timeline. Called at most once; without it the upload was broken off.
    virtual void answered(std::uint16_t status) = 0;
};

struct UploadStart {
    std::unique_ptr<Upload> upload; ///< null: refused
    UploadRefusal refusal = UploadRefusal::none;
    std::string_view challenge; ///< as of a FileAnswer
    std::chrono::milliseconds hold{0};
};

struct LoginRequest {
    catalogue::Privacy privacy = catalogue::Privacy::clear;
    std::uint16_t listener = 0;
    IpAddress source;
    std::string_view user;
    std::string_view password;
};

struct LoginAnswer {
    std::optional<Login> login; ///< nullopt: wrong, whatever is wrong about it
    std::chrono::milliseconds hold{0};
};

/// A line of a directory listing.
struct ListedFile {
    std::string name; ///< within the directory that was listed
    bool is_directory = false;
    std::uint64_t bytes = 0;
    std::optional<WallTime> modified;
    bool is_size_open = false; ///< it has to be made first: HEAD, by open() and bring(), says how long it is
};

class Door {
public:
    enum class Welcome : std::uint8_t { yes, shut_out };

    virtual ~Door() = default;
    /// Asked for each new connection, and by TFTP for each request. Shut out: close, or stay silent.
    [[nodiscard]] virtual Welcome admit(Transport transport, const IpAddress& source) = 0;

    [[nodiscard]] virtual FileAnswer open(const FileRequest& request) = 0;
    /// After State::later: fetches from disk and calls `done` once on this loop, never from within, with any state but
    /// later. `request` and its texts are needed only during the call. answered() is for done's answer then.
    virtual void bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) = 0;
    /// How the request just opened (or refused by begin_upload) is answered: the transport's status, and how much of
    /// the body is to be sent. Called before the next call on this door, while the request's texts are still there.
    virtual void answered(std::uint16_t status, std::uint64_t body_bytes) = 0;
    /// The peer went away, or was shut out, after `bytes_sent` of the body.
    virtual void broken_off(const Ticket& ticket, std::uint64_t bytes_sent) = 0;
    /// The whole file is with the peer, as far as its transport can tell. Only for a ticket with a key rotation.
    virtual void went_out(const Ticket& /*ticket*/) {}
    /// Something that never became a request (malformed, too large, too slow), for the timeline of sightings.
    virtual void refused(Transport transport, const IpAddress& source, std::string_view why) = 0;

    /// Judged before a byte of it is read.
    [[nodiscard]] virtual UploadStart begin_upload(const UploadRequest& request) = 0;

    /// FTP: who is that? Takes the same time whether the user exists or not.
    [[nodiscard]] virtual LoginAnswer log_in(const LoginRequest& request) = 0;
    /// FTP: what of the directory `path` ("" or "logs") that login may fetch, by name.
    [[nodiscard]] virtual std::vector<ListedFile> list(const FileRequest& directory) = 0;
};

} // namespace offhook::server
