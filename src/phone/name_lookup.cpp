#include "phone/name_lookup.hpp"

#include "net/as_result.hpp"
#include "phone/limits.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

std::atomic<unsigned> lookups_running{0};

/// What the waiting coroutine and the thread share; whoever is last frees it.
struct Lookup {
    std::mutex lock;
    std::vector<IpAddress> found; ///< under the lock
    std::function<void()> wake;   ///< under the lock; empty: nobody waits any more
};

/// Takes the waiting side out of it, however its coroutine ends.
class Waiting {
public:
    explicit Waiting(std::shared_ptr<Lookup> lookup) : lookup_(std::move(lookup)) {}
    ~Waiting() {
        const std::scoped_lock held(lookup_->lock);
        lookup_->wake = nullptr;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    std::shared_ptr<Lookup> lookup_;
};

void run(const std::shared_ptr<Lookup>& lookup, const std::string& host, const AskNames& ask) {
    auto found = ask(host);
    lookups_running.fetch_sub(1);
    const std::scoped_lock held(lookup->lock);
    lookup->found = std::move(found);
    if (lookup->wake) lookup->wake();
}

/// False: there are too many already, or no thread to be had.
bool start(std::shared_ptr<Lookup> lookup, std::string host, AskNames ask) {
    if (lookups_running.fetch_add(1) >= limits::lookups_left_max) {
        lookups_running.fetch_sub(1);
        return false;
    }
    try {
        std::thread([lookup = std::move(lookup), host = std::move(host), ask = std::move(ask)] {
            run(lookup, host, ask);
        }).detach(); // what it waits for cannot be called back, and nobody may wait with it
        return true;
    } catch (const std::system_error&) {
        lookups_running.fetch_sub(1);
        return false;
    }
}

asio::awaitable<void> collect(std::vector<std::string> hosts, AskNames ask, std::chrono::milliseconds time,
                              const Clock& clock, std::vector<IpAddress>& out) {
    const Instant end = clock.instant() + time;
    std::set<std::string> asked;
    for (auto& host : hosts) {
        if (!asked.insert(host).second) continue;
        if (const auto address = IpAddress::from_text(host)) {
            out.push_back(*address);
            continue;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock.instant());
        if (left.count() <= 0) continue; // literals behind it count all the same
        const auto found = co_await look_up(host, ask, left);
        out.insert(out.end(), found.begin(), found.end());
    }
}

} // namespace

AskNames ask_system(IpKind kind) {
    return [kind](const std::string& host) {
        using Tcp = asio::ip::tcp;
        asio::io_context context(1);
        Tcp::resolver resolver(context);
        boost::system::error_code error;
        const auto entries =
            kind == IpKind::v4 ? resolver.resolve(Tcp::v4(), host, "", error) : resolver.resolve(host, "", error);
        std::vector<IpAddress> out;
        for (const auto& entry : entries) {
            const auto address = IpAddress::from_text(entry.endpoint().address().to_string());
            if (address && std::find(out.begin(), out.end(), *address) == out.end()) out.push_back(*address);
        }
        return out;
    };
}

asio::awaitable<std::vector<IpAddress>> look_up(std::string host, AskNames ask, std::chrono::milliseconds time) {
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, time);
    const auto lookup = std::make_shared<Lookup>();
    lookup->wake = [executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); };
    const Waiting waiting(lookup);
    if (!start(lookup, std::move(host), std::move(ask))) co_return std::vector<IpAddress>();
    auto until = timer->async_wait(net::as_result);
    [[maybe_unused]] const auto ended = co_await std::move(until);
    const std::scoped_lock held(lookup->lock);
    co_return lookup->found;
}

std::vector<IpAddress> addresses_of(const std::vector<std::string>& hosts, const AskNames& ask,
                                    std::chrono::milliseconds time, const Clock& clock) {
    std::vector<IpAddress> out;
    asio::io_context context(1);
    asio::co_spawn(context, collect(hosts, ask, time, clock, out), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
    return out;
}

} // namespace offhook::phone
