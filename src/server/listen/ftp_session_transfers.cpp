/// Transfers: files out, files in, listings.
#include "server/listen/ftp_session.hpp"

#include "base/limits.hpp"
#include "protocol/ftp/ftp_ascii.hpp"
#include "protocol/ftp/ftp_reply.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::FtpVerb;

namespace {

constexpr std::size_t send_bytes_max = 64 * 1024; // of one write: the loop has other sessions
constexpr int sends_at_once_max = 16;
constexpr std::size_t buffer_bytes = 32 * 1024;

std::uint16_t status_of(UploadRefusal refusal) {
    switch (refusal) {
    case UploadRefusal::none:
        return 226;
    case UploadRefusal::too_large:
    case UploadRefusal::no_room:
        return 552;
    case UploadRefusal::wrong_offset:
        return 554;
    case UploadRefusal::failed:
        return 451;
    case UploadRefusal::absent:
    case UploadRefusal::challenge:
        break;
    }
    return 550;
}

std::string_view text_of(UploadRefusal refusal) {
    switch (refusal) {
    case UploadRefusal::none:
        return "Stored.";
    case UploadRefusal::too_large:
        return "Too large.";
    case UploadRefusal::no_room:
        return "No room.";
    case UploadRefusal::wrong_offset:
        return "The stored file does not end there.";
    case UploadRefusal::failed:
        return "It could not be stored.";
    case UploadRefusal::absent:
    case UploadRefusal::challenge:
        break;
    }
    return "Not to be had.";
}

} // namespace

/// The file for one command, in found_; the door has been told how it is answered. False: not to be had, and replied.
asio::awaitable<void> FtpSession::ask(std::string_view path, FtpVerb verb) {
    const auto request = request_for(path, verb == FtpVerb::retr ? Verb::get : Verb::head);
    const auto answer = share_.door.open(request);
    if (answer.state != FileAnswer::State::later) {
        found_ = judge(answer, verb);
    } else {
        found_.reset();
        share_.door.bring(request, [this, verb](const FileAnswer& brought) {
            found_ = judge(brought, verb);
            wake();
        });
        while (!found_) co_await woken();
    }
}

asio::awaitable<bool> FtpSession::look_up(std::string_view path, FtpVerb verb) {
    co_await ask(path, verb);
    if (found_->hold.count() > 0) co_await hold(found_->hold);
    if (found_->status < 300) co_return true;
    reply(found_->status, found_->status == 554 ? "REST does not go with that." : "Not to be had.");
    co_return false;
}

FtpSession::Found FtpSession::judge(const FileAnswer& answer, FtpVerb verb) {
    Found out;
    out.ticket = answer.ticket;
    out.hold = answer.hold;
    if (answer.state == FileAnswer::State::found) {
        out.file = *answer.file;
        out.status = verb == FtpVerb::mlst ? 250 : verb == FtpVerb::retr ? 226 : 213;
        if (verb == FtpVerb::mdtm && !out.file->modified) out.status = 550;
        // To count the line ends of firmware takes too long, and nobody asks for it in TYPE A.
        if (verb == FtpVerb::size && form_ == Form::ascii && out.file->body.size() > limits::document_bytes_max)
            out.status = 550;
        // In TYPE A an offset would count translated bytes, which nobody does alike.
        if (verb == FtpVerb::retr && restart_at_ != 0 && (form_ == Form::ascii || restart_at_ > out.file->body.size()))
            out.status = 554;
    }
    const auto bytes = out.status == 226 ? out.file->body.size() - restart_at_ : 0;
    share_.door.answered(out.status, bytes);
    return out;
}

asio::awaitable<void> FtpSession::retr(std::string argument) {
    if (!ready_for_data()) co_return;
    const auto path = resolved(argument);
    if (!path) co_return;
    const bool found = co_await look_up(*path, FtpVerb::retr);
    const auto begin = std::exchange(restart_at_, 0);
    announced_bytes_.reset();
    if (!found) co_return drop_data_setup();
    const auto file = found_->file;
    const auto ticket = found_->ticket;
    found_.reset();
    const auto end = co_await send_out(file->body.substr(begin), form_);
    if (end != TransferEnd::done)
        share_.door.broken_off(ticket, moved_);
    else if (begin == 0 && ticket.key_rotation != 0)
        share_.door.went_out(ticket);
    reply_to_transfer(end);
    co_await close_data(end);
}

asio::awaitable<FtpSession::TransferEnd> FtpSession::send_out(std::string_view body, Form form) {
    moved_ = 0;
    cut_ = false;
    const auto opened = co_await open_data("Here it comes.");
    if (opened != TransferEnd::done) co_return opened;
    const auto ended = co_await send_on(body, form);
    co_return ended;
}

/// Small files over a connection that stands already go out here at once, without a turn of the loop.
asio::awaitable<FtpSession::TransferEnd> FtpSession::send_on(std::string_view body, Form form) {
    if (form == Form::image && !data_->under_tls()) {
        const int fd = data_->socket().native_handle();
        for (int i = 0; i < sends_at_once_max && !body.empty(); ++i) {
            const auto sent =
                ::send(fd, body.data(), std::min(body.size(), send_bytes_max), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0) break;
            moved_ += static_cast<std::uint64_t>(sent);
            body.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (body.empty()) co_return TransferEnd::done;
    }
    begin_watch();
    if (cut_) co_return TransferEnd::aborted;
    protocol::FtpAsciiEncoder encoder;
    std::string translated;
    while (!body.empty()) {
        auto piece = body.substr(0, form == Form::ascii ? buffer_bytes : send_bytes_max);
        body.remove_prefix(piece.size());
        if (form == Form::ascii) {
            translated.clear();
            encoder.encode(piece, translated);
            piece = translated;
        }
        while (!piece.empty()) {
            const auto buffer = asio::buffer(piece.data(), piece.size());
            const std::span<const asio::const_buffer> pieces(&buffer, 1);
            const auto put = co_await data_->write_some(pieces);
            if (put.error) co_return why_ended();
            moved_ += put.bytes;
            piece.remove_prefix(put.bytes);
        }
    }
    co_return TransferEnd::done;
}

asio::awaitable<void> FtpSession::stor(std::string argument) {
    co_await store(std::move(argument), UploadRequest::Mode::replace);
}

asio::awaitable<void> FtpSession::appe(std::string argument) {
    co_await store(std::move(argument), UploadRequest::Mode::append);
}

asio::awaitable<void> FtpSession::store(std::string argument, UploadRequest::Mode mode) {
    const auto begin = std::exchange(restart_at_, 0);
    const auto announced = std::exchange(announced_bytes_, std::nullopt);
    if (!ready_for_data()) co_return;
    const auto path = resolved(argument);
    if (!path) co_return drop_data_setup();
    if (begin != 0 && (mode == UploadRequest::Mode::append || form_ == Form::ascii)) {
        reply(554, "REST does not go with that.");
        co_return drop_data_setup();
    }
    UploadRequest request;
    request.file = request_for(*path, Verb::put);
    // STOR after REST goes on where an upload before it ended: an append that holds only at the file's present end.
    request.mode = begin != 0 ? UploadRequest::Mode::append : mode;
    if (begin != 0) request.offset = begin;
    if (form_ == Form::image) request.bytes = announced;
    auto start = share_.door.begin_upload(request);
    if (!start.upload) {
        share_.door.answered(status_of(start.refusal), 0);
        drop_data_setup();
        co_await hold(start.hold);
        reply(status_of(start.refusal), text_of(start.refusal));
        co_return;
    }
    moved_ = 0;
    cut_ = false;
    auto refusal = UploadRefusal::none;
    auto end = co_await open_data("Send it.");
    if (end == TransferEnd::done) end = co_await take_in(*start.upload, refusal);
    if (end == TransferEnd::done && refusal == UploadRefusal::none) {
        const bool stands = co_await control_stands();
        if (!stands) end = TransferEnd::aborted;
    }
    phase_ = Phase::busy;
    if (end == TransferEnd::done && request.bytes && moved_ < *request.bytes) end = TransferEnd::broken;
    if (end == TransferEnd::done && refusal == UploadRefusal::none) {
        const auto committed = co_await commit(*start.upload);
        refusal = committed.refusal;
    }
    if (end != TransferEnd::done) {
        reply_to_transfer(end);
    } else {
        start.upload->answered(status_of(refusal));
        reply(status_of(refusal), text_of(refusal));
    }
    start.upload.reset();
    co_await close_data(end);
}

asio::awaitable<FtpSession::TransferEnd> FtpSession::take_in(Upload& upload, UploadRefusal& refusal) {
    begin_watch();
    if (cut_) co_return TransferEnd::aborted;
    std::vector<char> buffer(buffer_bytes);
    protocol::FtpAsciiDecoder decoder;
    std::string translated;
    for (;;) {
        const auto got = co_await data_->read_some(asio::buffer(buffer));
        // Only a clean end is one: under TLS a connection that ends without close_notify was cut by somebody.
        if (got.error && (got.error != asio::error::eof || cut_)) co_return why_ended();
        std::string_view bytes(buffer.data(), got.error ? 0 : got.bytes);
        moved_ += bytes.size();
        if (form_ == Form::ascii) {
            translated.clear();
            decoder.decode(bytes, translated);
            if (got.error) decoder.finish(translated);
            bytes = translated;
        }
        if (!bytes.empty()) refusal = upload.write(bytes);
        if (got.error || refusal != UploadRefusal::none) co_return TransferEnd::done;
    }
}

asio::awaitable<UploadEnd> FtpSession::commit(Upload& upload) {
    // Whatever becomes of the connection meanwhile, the upload has to stay until this is over.
    std::optional<UploadEnd> ended;
    upload.commit([this, &ended](UploadEnd end) {
        ended = end;
        wake();
    });
    while (!ended) co_await woken();
    co_return *ended;
}

asio::awaitable<void> FtpSession::size(std::string argument) {
    const auto path = resolved(argument);
    if (!path) co_return;
    const bool found = co_await look_up(*path, FtpVerb::size);
    if (!found) co_return;
    const auto body = found_->file->body;
    reply(213, std::to_string(form_ == Form::ascii ? protocol::ftp_ascii_bytes(body) : body.size()));
    found_.reset();
}

asio::awaitable<void> FtpSession::mdtm(std::string argument) {
    const auto path = resolved(argument);
    if (!path) co_return;
    const bool found = co_await look_up(*path, FtpVerb::mdtm);
    if (!found) co_return;
    reply(213, protocol::ftp_time(*found_->file->modified));
    found_.reset();
}

/// The files of `path`; of the directory above, if its last part is no directory but a pattern or a file's name.
std::vector<ListedFile> FtpSession::listed(std::string_view path, std::string& pattern) {
    pattern.clear();
    const auto slash = path.rfind('/');
    const auto last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (last.find_first_of("*?") == std::string_view::npos) {
        auto files = share_.door.list(request_for(path, Verb::get));
        if (!files.empty() || path.empty()) return files;
    }
    pattern = last;
    auto files = share_.door.list(request_for(path.substr(0, slash == std::string_view::npos ? 0 : slash), Verb::get));
    files.erase(std::remove_if(files.begin(), files.end(),
                               [&](const ListedFile& file) { return !protocol::ftp_glob_matches(last, file.name); }),
                files.end());
    return files;
}

asio::awaitable<void> FtpSession::find_sizes(std::string_view path, std::string_view pattern,
                                             std::vector<ListedFile>& files) {
    if (!pattern.empty()) path = path.substr(0, path.size() - std::min(path.size(), pattern.size() + 1));
    for (ListedFile& file : files) {
        if (!file.is_size_open) continue;
        std::string name(path);
        if (!name.empty()) name += '/';
        name += file.name;
        co_await ask(name, FtpVerb::size);
        if (found_->file != nullptr) file.bytes = found_->file->body.size();
        found_.reset();
    }
}

asio::awaitable<void> FtpSession::list(std::string argument) {
    if (!ready_for_data()) co_return;
    const auto path = resolved(protocol::without_list_options(argument));
    if (!path) co_return;
    std::string text;
    std::string pattern;
    const auto now = share_.loop.clock().wall();
    auto files = listed(*path, pattern);
    co_await find_sizes(*path, pattern, files);
    for (const auto& file : files) {
        const auto kind = file.is_directory ? protocol::FtpEntryKind::directory : protocol::FtpEntryKind::file;
        protocol::append_ftp_list_line(text, {file.name, kind, file.bytes, file.modified}, now);
    }
    co_await send_listing(std::move(text));
}

asio::awaitable<void> FtpSession::nlst(std::string argument) {
    if (!ready_for_data()) co_return;
    const auto wanted = protocol::without_list_options(argument);
    const auto path = resolved(wanted);
    if (!path) co_return;
    std::string text;
    std::string pattern;
    const auto files = listed(*path, pattern);
    // What fits a pattern is named as "ls DIR/*" would; what is in a directory by its name alone.
    std::string_view prefix;
    if (!pattern.empty()) prefix = wanted.substr(0, wanted.find_last_of("/\\") + 1);
    for (const auto& file : files) {
        text += prefix;
        text += file.name;
        text += "\r\n";
    }
    co_await send_listing(std::move(text));
}

asio::awaitable<void> FtpSession::mlsd(std::string argument) {
    if (!ready_for_data()) co_return;
    const auto path = resolved(argument);
    if (!path) co_return;
    std::string text;
    std::string pattern;
    auto files = listed(*path, pattern);
    co_await find_sizes(*path, pattern, files);
    for (const auto& file : files) {
        const auto kind = file.is_directory ? protocol::FtpEntryKind::directory : protocol::FtpEntryKind::file;
        protocol::append_ftp_facts(text, {file.name, kind, file.bytes, file.modified}, facts_);
        text += "\r\n";
    }
    if (!pattern.empty() && !text.empty()) {
        reply(501, "MLSD is for directories.");
        co_return drop_data_setup();
    }
    co_await send_listing(std::move(text));
}

asio::awaitable<void> FtpSession::send_listing(std::string text) {
    restart_at_ = 0;
    const auto end = co_await send_out(text, Form::image); // its lines end with CRLF already
    reply_to_transfer(end);
    co_await close_data(end);
}

asio::awaitable<void> FtpSession::mlst(std::string argument) {
    const auto path = resolved(argument);
    if (!path) co_return;
    const std::string shown = "/" + *path;
    std::string line;
    if (path->empty() || *path == directory_) {
        protocol::append_ftp_facts(line, {shown, protocol::FtpEntryKind::directory, 0, std::nullopt}, facts_);
    } else {
        const bool found = co_await look_up(*path, FtpVerb::mlst);
        if (!found) co_return;
        const auto& file = *found_->file;
        protocol::append_ftp_facts(line, {shown, protocol::FtpEntryKind::file, file.body.size(), file.modified},
                                   facts_);
        found_.reset();
    }
    const std::array<std::string_view, 1> lines{line};
    protocol::append_ftp_reply(out_, 250, "Facts:", lines, "End");
}

} // namespace offhook::server
