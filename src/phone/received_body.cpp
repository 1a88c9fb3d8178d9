#include "phone/received_body.hpp"

#include <algorithm>
#include <utility>

namespace offhook::phone {

using Keep = TransferRequest::Keep;

bool ReceivedBody::take(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > request_.bytes_max) {
        ended_by_us_ = FileOutcome::too_large;
        return false;
    }
    if (request_.keep == Keep::whole) {
        body_ += bytes;
        return true;
    }
    return take_image(bytes);
}

bool ReceivedBody::take_image(std::string_view bytes) {
    if (!digest_) {
        const std::size_t missing = limits::image_head_bytes - body_.size();
        const std::size_t size = std::min(missing, bytes.size());
        body_ += bytes.substr(0, size);
        bytes.remove_prefix(size);
        if (body_.size() < limits::image_head_bytes) return true;
        if (!start_digest()) return false;
    }
    digest(bytes);
    return true;
}

void ReceivedBody::digest(std::string_view bytes) {
    const auto skipped = std::min<std::uint64_t>(to_skip_, bytes.size());
    to_skip_ -= skipped;
    bytes = bytes.substr(skipped, std::min<std::uint64_t>(to_digest_, bytes.size() - skipped));
    to_digest_ -= bytes.size();
    digest_->add(bytes);
    for (const char c : bytes) byte_sum_ += static_cast<unsigned char>(c);
}

/// Asks on_head. Whether the rest is wanted.
bool ReceivedBody::start_digest() {
    digest_.emplace();
    HeadDecision decision;
    if (request_.on_head) decision = request_.on_head(body_);
    if (decision.rest == HeadDecision::Rest::not_wanted) {
        ended_by_us_ = FileOutcome::not_changed;
        return false;
    }
    to_skip_ = decision.digest_from;
    to_digest_ = decision.digest_bytes;
    digest(body_);
    return true;
}

void ReceivedBody::finish() {
    if (request_.keep == Keep::head && !digest_ && bytes_ > 0) (void)start_digest();
}

void ReceivedBody::move_into(TransferAnswer& answer) {
    answer.body = std::move(body_);
    answer.byte_sum = byte_sum_;
    if (digest_) answer.digest = digest_->finish();
}

} // namespace offhook::phone
