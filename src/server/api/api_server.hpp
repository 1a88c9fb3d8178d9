#pragma once
/// @file  ApiServer: the REST API over the unix socket DIR/offhook.sock, for the command line on this machine.
///
/// Who may: root and the user that the server runs as, by the kernel's word (SO_PEERCRED), and the socket is mode 0600.
/// Limits   requests of 1 MiB (an import: 512 MiB), 64 connections at a time, deadlines for reading and writing.
/// Threads  a loop of its own for sockets, a small pool for the handlers, which wait for disks. The phones' loops never
///          wait for either.
/// Errors   the constructor throws std::runtime_error when the socket cannot be made.
#include "server/api/api.hpp"

#include <filesystem>
#include <memory>

namespace offhook::server {

class ApiServer {
public:
    /// Accepts from now on. `context` is copied; what it refers to outlives this.
    ApiServer(std::filesystem::path socket_path, ApiContext context);
    /// Answers what it has begun, then closes and removes the socket.
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

private:
    class Sessions;
    std::unique_ptr<Sessions> sessions_;
};

} // namespace offhook::server
