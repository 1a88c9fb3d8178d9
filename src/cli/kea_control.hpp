#pragma once
/// @file  KeaControl: commands to a running Kea over its unix control socket.
///
/// One command a connection: it is written, our side is closed, and the answer is read to its end.
/// Limits  limits below; an answer beyond them is too_large.
/// Errors  unavailable where nobody answers there, or not in time; invalid where the answer is not Kea's; what Kea
///         itself refuses keeps its words: invalid (result 1), unavailable (2, a command that it has not), not_found
///         (3).
/// Threads one at a time; blocks.
/// Source  reference: protocols 3.7, measured against Kea 2.2; Kea's manual, "Control Channel".
#include "base/result.hpp"
#include "net/owned_fd.hpp"

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>

namespace offhook::cli {

inline constexpr std::size_t kea_answer_bytes_max = 64U << 20U; ///< thousands of reservations fit
inline constexpr std::size_t kea_answer_depth_max = 64;
inline constexpr std::chrono::seconds kea_answer_time{30};

class KeaControl {
public:
    explicit KeaControl(std::string socket_path) : socket_path_(std::move(socket_path)) {}

    struct Reply {
        std::string text; ///< what Kea says to it; may be empty
        boost::json::object arguments;
    };
    [[nodiscard]] Result<Reply> call(std::string_view command) const;
    [[nodiscard]] Result<Reply> call(std::string_view command, boost::json::object arguments) const;

private:
    [[nodiscard]] Result<std::string> exchange(const std::string& request) const;

    std::string socket_path_;
};

/// The answer to `command`, as Kea sends it. For tests.
[[nodiscard]] Result<KeaControl::Reply> read_kea_reply(std::string_view command, std::string_view text);

} // namespace offhook::cli
