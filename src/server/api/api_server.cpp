#include "server/api/api_server.hpp"

#include "base/log.hpp"
#include "catalogue/store/store.hpp"
#include "net/as_result.hpp"
#include "net/blocking_pool.hpp"
#include "net/deadline.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <span>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;

constexpr std::uint64_t request_bytes_max = 1ULL << 20U;
constexpr std::uint64_t diff_bytes_max = 4ULL << 20U;     // a file of 1 MiB as JSON has it
constexpr std::uint64_t import_bytes_max = 512ULL << 20U; // a CSV file of a million devices
constexpr std::uint32_t header_bytes_max = 16U << 10U;
constexpr std::size_t connections_max = 64;
constexpr std::size_t handler_threads = 2;
constexpr std::size_t piece_bytes = 256U << 10U;
constexpr std::chrono::seconds read_time_max{60}, write_time_max{60}, last_write_time_max{2};

bool is_administrator(Socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == 0 || peer.uid == ::geteuid();
}

ApiAnswer answer_of(const ApiContext& context, const ApiRequest& request) {
    try {
        return handle(context, request);
    } catch (const catalogue::StoreFailure& failure) {
        log::error("API_STORE_FAILED", "{} {}: {}", request.method, request.target, failure.what());
        return {500, boost::json::object{{"error", failure.what()}, {"code", "unavailable"}}};
    } catch (const std::exception& failure) {
        log::error("API_CALL_FAILED", "{} {}: {}", request.method, request.target, failure.what());
        return {500, boost::json::object{{"error", "the server failed; its log says why"}, {"code", "unavailable"}}};
    }
}

std::uint64_t body_bytes_max(std::string_view target) {
    if (target.starts_with("/v1/import")) return import_bytes_max;
    const std::string_view path = target.substr(0, target.find('?'));
    return path.starts_with("/v1/devices/") && path.ends_with("/diff") ? diff_bytes_max : request_bytes_max;
}

using Exchanged = boost::system::error_code;

asio::awaitable<Exchanged> read_request(Socket& socket, boost::beast::flat_buffer& buffer,
                                        http::request_parser<http::string_body>& parser) {
    const auto [head_error, head_bytes] = co_await http::async_read_header(socket, buffer, parser, net::as_result);
    if (head_error) co_return head_error;
    if (takes_file(std::string_view(parser.get().method_string()), std::string_view(parser.get().target())))
        co_return Exchanged(); // its body goes elsewhere
    // Beast judges a Content-Length against the limit that stands while it reads the head, so the larger one stands
    // first.
    const std::uint64_t most = body_bytes_max(std::string_view(parser.get().target()));
    if (parser.content_length().value_or(0) > most) co_return http::error::body_limit;
    parser.body_limit(most);
    const auto [error, bytes] = co_await http::async_read(socket, buffer, parser, net::as_result);
    co_return error;
}

/// The next piece of a body, into `piece`; `bytes` is how much of it was filled.
asio::awaitable<Exchanged> read_piece(Socket& socket, boost::beast::flat_buffer& buffer,
                                      http::request_parser<http::buffer_body>& parser, std::span<char> piece,
                                      std::size_t& bytes) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    const auto [error, read] = co_await http::async_read(socket, buffer, parser, net::as_result);
    bytes = piece.size() - parser.get().body().size;
    co_return error == http::error::need_buffer ? Exchanged() : error;
}

template <class Answer>
asio::awaitable<Exchanged> write_answer(Socket& socket, Answer& answer) {
    const auto [error, bytes] = co_await http::async_write(socket, answer, net::as_result);
    co_return error;
}

} // namespace

class ApiServer::Sessions {
public:
    Sessions(std::filesystem::path path, ApiContext context)
        : path_(std::move(path)), context_(std::move(context)), loop_(0, context_.clock), pool_(handler_threads),
          acceptor_(loop_.context()), tasks_(loop_.executor()) {
        ::unlink(path_.c_str()); // the data directory's lock says that nobody else listens there
        boost::system::error_code error;
        acceptor_.open(asio::local::stream_protocol(), error);
        if (!error) acceptor_.bind(asio::local::stream_protocol::endpoint(path_.string()), error);
        // Nobody can connect before listen(), so the mode is right in time; umask would be the whole process's.
        if (!error && ::chmod(path_.c_str(), 0600) != 0) error.assign(errno, boost::system::system_category());
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (error) throw std::runtime_error("cannot listen on " + path_.string() + ": " + error.message());
        tasks_.spawn(accept());
        loop_.start();
    }

    ~Sessions() {
        auto stopped = asio::co_spawn(loop_.executor(), stop(), asio::use_future);
        stopped.wait();
        pool_.stop();
        loop_.finish();
        loop_.join();
        ::unlink(path_.c_str());
    }

private:
    asio::awaitable<void> stop() {
        stopping_ = true; // a call under way is done and answered all the same: it may have changed something
        tasks_.close();
        tasks_.cancel();
        co_await tasks_.join();
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(net::as_result);
            if (error == asio::error::operation_aborted) co_return;
            if (error) { // out of descriptors, most likely: it would be the same at once
                log::warning("API_ACCEPT_FAILED", "{}; trying again in a second", error.message());
                asio::steady_timer pause(loop_.context(), std::chrono::seconds(1));
                const auto [stopped] = co_await pause.async_wait(net::as_result);
                if (stopped) co_return;
                continue;
            }
            if (tasks_.size() > connections_max || !is_administrator(socket)) continue; // closed unheard
            tasks_.spawn(session(std::move(socket)));
        }
    }

    asio::awaitable<void> session(Socket socket) {
        // What was begun is answered: a stop while a handler runs is seen when its answer is out.
        co_await asio::this_coro::throw_if_cancelled(false);
        boost::beast::flat_buffer buffer;
        for (;;) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(std::max(import_bytes_max, context_.file_bytes_max));
            parser.header_limit(header_bytes_max);
            const auto read = co_await net::with_deadline(read_request(socket, buffer, parser), read_time_max);
            if (read && *read == http::error::body_limit) co_await refuse_body(socket);
            if (!read || *read) co_return;
            ApiRequest call{std::string(parser.get().method_string()), std::string(parser.get().target()), {}};
            bool keep_alive = parser.get().keep_alive();
            if (takes_file(call.method, call.target)) {
                if (parser.content_length().value_or(0) > context_.file_bytes_max) {
                    co_await refuse_body(socket);
                    co_return;
                }
                keep_alive = false;
                auto received = co_await receive_file(socket, buffer, parser);
                if (received == nullptr) co_return; // broken off; nothing of it is left
                call.file = std::move(received);
            } else {
                call.body = std::move(parser.get().body());
            }
            const bool written = co_await answer_call(socket, std::move(call), keep_alive);
            if (!written || !keep_alive || stopping_) co_return;
        }
    }

    /// Streams a body to the disk. Null: the peer went away, sent too much, or the disk failed.
    asio::awaitable<std::shared_ptr<catalogue::BlobDraft>>
    receive_file(Socket& socket, boost::beast::flat_buffer& buffer, http::request_parser<http::string_body>& head) {
        http::request_parser<http::buffer_body> parser(std::move(head));
        parser.body_limit(context_.file_bytes_max);
        std::shared_ptr<catalogue::BlobDraft> file;
        try {
            file = context_.catalogue.store().blobs().begin();
        } catch (const catalogue::StoreFailure& failure) {
            log::error("API_STORE_FAILED", "{}", failure.what());
            co_return nullptr;
        }
        std::vector<char> piece(piece_bytes);
        const std::span<char> room(piece);
        while (!parser.is_done()) {
            std::size_t bytes = 0;
            const auto read =
                co_await net::with_deadline(read_piece(socket, buffer, parser, room, bytes), read_time_max);
            if (!read || *read) co_return nullptr;
            try {
                file->add({piece.data(), bytes});
            } catch (const catalogue::StoreFailure& failure) {
                log::error("API_STORE_FAILED", "{}", failure.what());
                co_return nullptr;
            }
        }
        co_return file;
    }

    /// Whether it is written.
    asio::awaitable<bool> answer_call(Socket& socket, ApiRequest call, bool keep_alive) {
        // Named, not a temporary in the co_await expression: g++ 12 would destroy it twice.
        Job job(context_, std::move(call));
        auto running = pool_.run(std::move(job));
        const auto done = co_await std::move(running);
        const ApiAnswer made = done ? *done : error_answer(done.error());
        const auto most = stopping_ ? last_write_time_max : write_time_max;
        const auto finish = [&](auto& answer, std::string_view media_type) {
            answer.result(made.status);
            answer.set(http::field::content_type, media_type);
            answer.set(http::field::cache_control, "no-store");
            answer.keep_alive(keep_alive && !stopping_);
            answer.prepare_payload();
        };
        if (made.content) {
            http::response<http::span_body<const char>> answer;
            answer.body() = {made.content->bytes.data(), made.content->bytes.size()};
            finish(answer, made.content->media_type);
            const auto written = co_await net::with_deadline(write_answer(socket, answer), most);
            co_return written && !*written;
        }
        http::response<http::string_body> answer;
        answer.body() = boost::json::serialize(made.body);
        finish(answer, "application/json");
        const auto written = co_await net::with_deadline(write_answer(socket, answer), most);
        co_return written && !*written;
    }

    asio::awaitable<void> refuse_body(Socket& socket) {
        const ApiAnswer made =
            error_answer({ErrorCode::too_large, "a request is at most 1 MiB, a comparison 4 MiB, an import 512 MiB, a "
                                                "file what the server is told (1 GiB)"});
        http::response<http::string_body> answer;
        answer.result(made.status);
        answer.set(http::field::content_type, "application/json");
        answer.keep_alive(false);
        answer.body() = boost::json::serialize(made.body);
        answer.prepare_payload();
        (void)co_await net::with_deadline(write_answer(socket, answer), last_write_time_max);
    }

    class Job {
    public:
        Job(const ApiContext& context, ApiRequest request) : context_(&context), request_(std::move(request)) {}
        ApiAnswer operator()() const { return answer_of(*context_, request_); }

    private:
        const ApiContext* context_;
        ApiRequest request_;
    };

    std::filesystem::path path_;
    ApiContext context_;
    net::Loop loop_;
    net::BlockingPool pool_;
    asio::local::stream_protocol::acceptor acceptor_;
    bool stopping_ = false; ///< the loop's thread
    net::TaskGroup tasks_;
};

ApiServer::ApiServer(std::filesystem::path socket_path, ApiContext context)
    : sessions_(std::make_unique<Sessions>(std::move(socket_path), std::move(context))) {}

ApiServer::~ApiServer() = default;

} // namespace offhook::server
