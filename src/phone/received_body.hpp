#pragma once
/// @file  ReceivedBody: what a transfer does with the bytes of a file that arrive: keep them, or count and digest them.
#include "phone/running_digest.hpp"
#include "phone/transfers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

class ReceivedBody {
public:
    /// `request` outlives this.
    explicit ReceivedBody(const TransferRequest& request) : request_(request) {}

    /// Whether more is wanted.
    [[nodiscard]] bool take(std::string_view bytes);
    /// All has arrived: an image shorter than a head is whole by now.
    void finish();
    /// Why no more is wanted: too_large or not_changed.
    [[nodiscard]] const std::optional<FileOutcome>& ended_by_us() const { return ended_by_us_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Body, digest. Once.
    void move_into(TransferAnswer& answer);

private:
    [[nodiscard]] bool take_image(std::string_view bytes);
    [[nodiscard]] bool start_digest();
    void digest(std::string_view bytes);

    const TransferRequest& request_;
    std::string body_;
    std::uint64_t bytes_ = 0;
    std::optional<RunningDigest> digest_;
    std::uint32_t byte_sum_ = 0;
    std::uint64_t to_skip_ = 0, to_digest_ = 0;
    std::optional<FileOutcome> ended_by_us_;
};

} // namespace offhook::phone
