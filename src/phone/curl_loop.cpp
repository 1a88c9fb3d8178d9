#include "phone/curl_loop.hpp"

#include "net/as_result.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <new>
#include <unordered_map>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds poll_interval{2};

using Descriptor = asio::posix::stream_descriptor;

void start_curl_once() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
    });
}

/// A socket of curl's. We only wait on it: curl opens and closes.
struct Watch {
    explicit Watch(const asio::any_io_executor& executor, curl_socket_t socket) : descriptor(executor, socket) {}
    ~Watch() { descriptor.release(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    Descriptor descriptor;
    int wanted = CURL_POLL_NONE;
    bool is_reading = false, is_writing = false; ///< a wait is pending
};

/// Where a running transfer leaves its result; on the coroutine's frame.
struct Slot {
    explicit Slot(const asio::any_io_executor& executor) : done(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer done; ///< never expires: cancelled when the result is there
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    bool has_ended = false;
};

} // namespace

class CurlLoop::Impl {
public:
    explicit Impl(const asio::any_io_executor& executor) : executor_(executor), timer_(executor) {
        start_curl_once();
        multi_ = curl_multi_init();
        if (multi_ == nullptr) throw std::bad_alloc();
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    }
    ~Impl() {
        curl_multi_cleanup(multi_);
        *alive_ = false;
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<CURLcode> perform(CURL* easy) {
        Slot slot(executor_);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &slot);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK) co_return CURLE_FAILED_INIT;
        const Added added{multi_, easy};
        while (!slot.has_ended) {
            co_await slot.done.async_wait(net::as_result);
            const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
            if (cancelled != asio::cancellation_type::none) break;
        }
        co_return slot.code;
    }

    asio::awaitable<CURLcode> poll(CURL* easy) {
        const std::unique_ptr<CURLM, FreeMulti> multi(curl_multi_init());
        if (!multi) throw std::bad_alloc();
        if (curl_multi_add_handle(multi.get(), easy) != CURLM_OK) co_return CURLE_FAILED_INIT;
        const Added added{multi.get(), easy};
        asio::steady_timer timer(executor_);
        for (int running = 1;;) {
            curl_multi_perform(multi.get(), &running);
            if (running == 0) break;
            timer.expires_after(poll_interval);
            co_await timer.async_wait(net::as_result);
            const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
            if (cancelled != asio::cancellation_type::none) co_return CURLE_ABORTED_BY_CALLBACK;
        }
        int left = 0;
        const CURLMsg* message = curl_multi_info_read(multi.get(), &left);
        co_return message == nullptr ? CURLE_ABORTED_BY_CALLBACK : message->data.result;
    }

    [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

private:
    struct FreeMulti {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };
    struct Added {
        CURLM* multi;
        CURL* easy;
        ~Added() { curl_multi_remove_handle(multi, easy); }
    };

    static int on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*socket_data*/) {
        static_cast<Impl*>(self)->watch(socket, what);
        return 0;
    }
    static int on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
        static_cast<Impl*>(self)->arm(timeout_ms);
        return 0;
    }

    void watch(curl_socket_t socket, int what) {
        if (what == CURL_POLL_REMOVE) {
            watches_.erase(socket);
            return;
        }
        auto& entry = watches_[socket];
        if (!entry) entry = std::make_shared<Watch>(executor_, socket);
        entry->wanted = what;
        await_readiness(entry, socket);
    }

    void await_readiness(const std::shared_ptr<Watch>& entry, curl_socket_t socket) {
        if ((entry->wanted & CURL_POLL_IN) != 0 && !entry->is_reading) {
            entry->is_reading = true;
            wait_for(entry, socket, Descriptor::wait_read, CURL_CSELECT_IN);
        }
        if ((entry->wanted & CURL_POLL_OUT) != 0 && !entry->is_writing) {
            entry->is_writing = true;
            wait_for(entry, socket, Descriptor::wait_write, CURL_CSELECT_OUT);
        }
    }

    void wait_for(const std::shared_ptr<Watch>& entry, curl_socket_t socket, Descriptor::wait_type type, int ready) {
        entry->descriptor.async_wait(
            type, [this, alive = alive_, weak = std::weak_ptr(entry), socket, ready](boost::system::error_code error) {
                const auto watched = weak.lock();
                if (!*alive || !watched || error == asio::error::operation_aborted) return; // curl has let go of it
                (ready == CURL_CSELECT_IN ? watched->is_reading : watched->is_writing) = false;
                act(socket, error ? CURL_CSELECT_ERR : ready);
                const auto now = watches_.find(socket);
                if (*alive && now != watches_.end() && now->second == watched) await_readiness(watched, socket);
            });
    }

    void arm(long timeout_ms) {
        timer_.cancel();
        if (timeout_ms < 0) return;
        timer_.expires_after(std::chrono::milliseconds(timeout_ms));
        timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
            if (!error && *alive) act(CURL_SOCKET_TIMEOUT, 0);
        });
    }

    void act(curl_socket_t socket, int ready) {
        int running = 0;
        curl_multi_socket_action(multi_, socket, ready, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            Slot* slot = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
            slot->code = message->data.result;
            slot->has_ended = true;
            slot->done.cancel(); // the coroutine goes on from the loop, not from in here
        }
    }

    asio::any_io_executor executor_;
    CURLM* multi_ = nullptr; ///< of the transfers that are driven by events
    asio::steady_timer timer_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< read by handlers that come late
};

CurlLoop::CurlLoop(const asio::any_io_executor& executor) : impl_(std::make_unique<Impl>(executor)) {}
CurlLoop::~CurlLoop() = default;

asio::awaitable<CURLcode> CurlLoop::perform(CURL* easy, Drive drive) {
    return drive == Drive::events ? impl_->perform(easy) : impl_->poll(easy);
}
const asio::any_io_executor& CurlLoop::executor() const { return impl_->executor(); }

} // namespace offhook::phone
