#pragma once
/// @file  Listener: what every listener is to the server that starts and stops it.
///
/// A listener is made by its own open(), which binds; it accepts from start() on.
/// Threads  any but the loops'.
#include <cstddef>
#include <string>

namespace offhook::server {

class Listener {
public:
    virtual ~Listener() = default;
    virtual void start() = 0;
    /// Takes nothing new, gives what is under way its grace, and returns when all has ended. Once.
    virtual void stop() = 0;
    [[nodiscard]] virtual std::string address() const = 0;     ///< "127.0.0.1:8080", as bound
    [[nodiscard]] virtual std::size_t connections() const = 0; ///< held open now; TFTP: transfers under way
};

} // namespace offhook::server
