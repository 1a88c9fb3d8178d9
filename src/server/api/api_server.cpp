#include "server/api/api_server.hpp"

#include "base/log.hpp"
#include "catalogue/store/store.hpp"
#include "net/as_result.hpp"
#include "net/blocking_pool.hpp"
#include "net/deadline.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;

constexpr std::uint64_t request_bytes_max = 1ULL << 20U;
constexpr std::uint64_t import_bytes_max = 512ULL << 20U; // a CSV file of a million devices
constexpr std::uint32_t header_bytes_max = 16U << 10U;
constexpr std::size_t connections_max = 64;
constexpr std::size_t handler_threads = 2;
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

using Exchanged = boost::system::error_code;

asio::awaitable<Exchanged> read_request(Socket& socket, boost::beast::flat_buffer& buffer,
                                        http::request_parser<http::string_body>& parser) {
    const auto [head_error, head_bytes] = co_await http::async_read_header(socket, buffer, parser, net::as_result);
    if (head_error) co_return head_error;
    // Beast judges a Content-Length against the limit that stands while it reads the head, so the larger one stands
    // first.
    if (!std::string_view(parser.get().target()).starts_with("/v1/import")) {
        if (parser.content_length().value_or(0) > request_bytes_max) co_return http::error::body_limit;
        parser.body_limit(request_bytes_max);
    }
    const auto [error, bytes] = co_await http::async_read(socket, buffer, parser, net::as_result);
    co_return error;
}

asio::awaitable<Exchanged> write_answer(Socket& socket, http::response<http::string_body>& answer) {
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
            parser.body_limit(import_bytes_max);
            parser.header_limit(header_bytes_max);
            const auto read = co_await net::with_deadline(read_request(socket, buffer, parser), read_time_max);
            if (read && *read == http::error::body_limit) co_await refuse_body(socket);
            if (!read || *read) co_return;
            auto request = parser.release();
            ApiRequest call{std::string(request.method_string()), std::string(request.target()),
                            std::move(request.body())};
            http::response<http::string_body> answer;
            co_await fill(std::move(call), answer);
            answer.keep_alive(request.keep_alive() && !stopping_);
            answer.prepare_payload();
            const auto written = co_await net::with_deadline(write_answer(socket, answer),
                                                             stopping_ ? last_write_time_max : write_time_max);
            if (!written || *written || !request.keep_alive() || stopping_) co_return;
        }
    }

    asio::awaitable<void> refuse_body(Socket& socket) {
        const ApiAnswer made = error_answer({ErrorCode::too_large, "a request is at most 1 MiB, an import 512 MiB"});
        http::response<http::string_body> answer;
        answer.result(made.status);
        answer.set(http::field::content_type, "application/json");
        answer.keep_alive(false);
        answer.body() = boost::json::serialize(made.body);
        answer.prepare_payload();
        (void)co_await net::with_deadline(write_answer(socket, answer), last_write_time_max);
    }

    asio::awaitable<void> fill(ApiRequest call, http::response<http::string_body>& answer) {
        // Named, not a temporary in the co_await expression: g++ 12 would destroy it twice.
        Job job(context_, std::move(call));
        auto running = pool_.run(std::move(job));
        const auto done = co_await std::move(running);
        const ApiAnswer made = done ? *done : error_answer(done.error());
        answer.result(made.status);
        answer.set(http::field::content_type, "application/json");
        answer.set(http::field::cache_control, "no-store");
        answer.body() = boost::json::serialize(made.body);
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
