#pragma once
/// @file  For tests: a coroutine run to its end on a loop of its own, and observers that remember.
#include "phone/boot_observer.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::phone {

template <class T>
T awaited(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    T out{};
    boost::asio::co_spawn(context, std::move(work), [&out](std::exception_ptr failure, T result) {
        if (failure) std::rethrow_exception(failure);
        out = std::move(result);
    });
    context.run();
    return out;
}

class Recorder final : public BootObserver {
public:
    void on_event(const BootEvent& event) override { events.push_back(event); }
    [[nodiscard]] bool told(BootEvent::Kind kind, std::string_view part) const {
        return std::any_of(events.begin(), events.end(), [&](const BootEvent& event) {
            return event.kind == kind && event.text.find(part) != std::string::npos;
        });
    }
    std::vector<BootEvent> events;
};

} // namespace offhook::phone
