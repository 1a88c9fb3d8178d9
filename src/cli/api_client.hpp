#pragma once
/// @file  ApiClient: the command line's way to a running server - its REST API over the unix socket DIR/offhook.sock.
///
/// Errors   unavailable when no server answers there; otherwise the server's own error, code and text.
/// Threads  one at a time; every call is one connection.
#include "base/result.hpp"
#include "cli/command.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace offhook::cli {

class ApiClient {
public:
    explicit ApiClient(const Cli& cli) : socket_path_(cli.data_directory + "/offhook.sock") {}

    [[nodiscard]] Result<boost::json::value> get(const std::string& target) const;
    [[nodiscard]] Result<boost::json::value> post(const std::string& target, const boost::json::value& body) const;
    [[nodiscard]] Result<boost::json::value> patch(const std::string& target, const boost::json::value& body) const;
    [[nodiscard]] Result<boost::json::value> remove(const std::string& target) const;
    /// How many bytes of the body are sent, of how many; called as they go.
    using Sent = std::function<void(std::uint64_t bytes, std::uint64_t total)>;
    /// A body that is no JSON, such as a CSV file.
    [[nodiscard]] Result<boost::json::value> post_text(const std::string& target, std::string text,
                                                       const Sent& sent = {}) const;
    /// Streams a file as the body. Errors: not_found where it cannot be read; those of the server.
    [[nodiscard]] Result<boost::json::value> post_file(const std::string& target, const std::string& path,
                                                       const Sent& sent = {}) const;
    /// An answer that is no JSON, as it is.
    [[nodiscard]] Result<std::string> get_bytes(const std::string& target) const;

private:
    [[nodiscard]] Result<boost::json::value> call(std::string_view method, const std::string& target, std::string body,
                                                  std::string_view media_type, const Sent& sent = {}) const;

    std::string socket_path_;
};

/// For one segment of a path or a query's value: everything but letters, digits and -._~ as %NN.
[[nodiscard]] std::string percent_encoded(std::string_view text);

} // namespace offhook::cli
