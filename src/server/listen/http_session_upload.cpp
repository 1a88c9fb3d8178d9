/// HttpSession's uploads: a PUT's body from the wire to the door, and the answer once it is durable.
#include "net/wake_up.hpp"
#include "protocol/http_chunks.hpp"
#include "server/listen/http_session.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <optional>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::HttpChunkReader;
using protocol::HttpConnection;
using protocol::HttpStatus;

/// An upload's body on its way in.
struct HttpSession::Receiving {
    std::unique_ptr<Upload> upload;
    std::uint64_t bytes_left = 0;          ///< of a body whose length was said
    std::optional<HttpChunkReader> chunks; ///< or its chunks
    UploadRefusal refusal = UploadRefusal::none;

    /// Takes what it can from the front of `bytes`; how much that was, and whether the body goes on.
    Body take(std::string_view bytes, std::size_t& used, bool& more) {
        more = true;
        if (!chunks) {
            used = static_cast<std::size_t>(std::min<std::uint64_t>(bytes_left, bytes.size()));
            bytes_left -= used;
            more = bytes_left != 0;
            return write(bytes.substr(0, used));
        }
        for (used = 0;;) {
            const auto step = chunks->read(bytes.substr(used));
            used += step.used;
            if (step.state == HttpChunkReader::State::broken) return Body::broken;
            if (step.state == HttpChunkReader::State::needs_more) return Body::whole;
            if (step.state == HttpChunkReader::State::done) {
                more = false;
                return Body::whole;
            }
            if (write(step.data) == Body::refused) return Body::refused;
        }
    }

private:
    Body write(std::string_view bytes) {
        if (!bytes.empty()) refusal = upload->write(bytes);
        return refusal == UploadRefusal::none ? Body::whole : Body::refused;
    }
};

asio::awaitable<HttpSession::Next> HttpSession::receive_upload() {
    const auto& head = share_.reader.head(); // read just now, without a pause in between
    const auto wanted = granted() == HttpConnection::close ? HttpConnection::close : head.connection;
    const bool invite = head.expects_continue && begin_ + head.bytes == end_;
    auto begun = share_.answerer.begin_upload(head, peer_, granted());
    if (!begun.start.upload) co_return send(begun.refusal, head.bytes, head.body_bytes);

    Receiving receiving;
    receiving.upload = std::move(begun.start.upload);
    receiving.bytes_left = head.body_bytes;
    if (head.framing == HttpFraming::chunked) receiving.chunks.emplace();
    begin_ += head.bytes; // from here on `head` is another's
    if (invite) {
        const asio::const_buffer line(protocol::http_continue.data(), protocol::http_continue.size());
        const auto sent = co_await stream_.write_all(line);
        if (sent.error) co_return Next::close;
    }
    const auto body = co_await receive_body(receiving);
    if (body == Body::cut) co_return Next::close; // nothing of it is kept
    auto answer = share_.answerer.upload_answer({receiving.refusal, false}, HttpConnection::close);
    if (body == Body::broken) {
        const HttpRefusal why{HttpStatus::bad_request, "a chunked body that cannot be read"};
        answer = share_.answerer.refuse(why, peer_);
    } else if (body == Body::whole) {
        phase_ = Phase::waiting;
        deadline_.disarm();
        net::WakeUp committed(stream_.socket().get_executor());
        UploadEnd end;
        const std::function<void(UploadEnd)> take = [&](UploadEnd result) {
            end = result;
            committed.wake();
        };
        receiving.upload->commit(take);
        co_await committed.wait();
        answer = share_.answerer.upload_answer(end, wanted);
    }
    if (body != Body::whole) answer.request_body = HttpBody::leave;
    receiving.upload->answered(static_cast<std::uint16_t>(answer.status));
    co_return finish_upload(answer);
}

asio::awaitable<HttpSession::Body> HttpSession::receive_body(Receiving& receiving) {
    phase_ = Phase::uploading;
    send_begun_ = now_ = share_.timers.now();
    received_ = 0;
    set_deadline(share_.options.receive_window);
    for (;;) {
        std::size_t used = 0;
        bool more = true;
        const auto taken = receiving.take(buffered(), used, more);
        begin_ += used;
        if (taken != Body::whole || !more) co_return taken;
        make_room();
        if (buffer_.size() < upload_buffer_bytes) buffer_.resize(upload_buffer_bytes);
        const auto got = co_await stream_.read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_));
        if (got.error) co_return Body::cut;
        end_ += got.bytes;
        received_ += got.bytes;
    }
}

HttpSession::Next HttpSession::finish_upload(const HttpAnswer& answer) {
    now_ = share_.timers.now();
    return send(answer, 0, 0);
}

void HttpSession::check_receive_rate() {
    const auto window = std::chrono::duration_cast<std::chrono::duration<double>>(share_.options.receive_window);
    const auto least = static_cast<double>(share_.options.receive_bytes_per_second_min) * window.count();
    if (static_cast<double>(received_) < least || now_ - send_begun_ > share_.options.receive_time_max) return abort();
    received_ = 0;
    set_deadline(share_.options.receive_window);
}

} // namespace offhook::server
