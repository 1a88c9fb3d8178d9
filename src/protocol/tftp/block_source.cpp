#include "protocol/tftp/block_source.hpp"

#include "base/assert.hpp"
#include "protocol/tftp/netascii.hpp"

#include <algorithm>

namespace offhook::protocol::tftp {

namespace {
constexpr std::size_t encoded_step_bytes = 512; // at most doubled by encoding
}

BlockSource::BlockSource(std::string_view body, Mode mode, std::uint32_t block_bytes)
    : body_(body), mode_(mode), block_bytes_(block_bytes) {
    if (mode == Mode::octet) last_block_ = body.size() / block_bytes_ + 1;
}

bool BlockSource::has(std::uint64_t block) {
    if (last_block_) return block <= *last_block_;
    const auto wanted = (block - released_) * block_bytes_;
    while (encoded_.size() < wanted && body_encoded_ < body_.size()) {
        const auto piece = body_.substr(body_encoded_, encoded_step_bytes);
        append_netascii(encoded_, piece);
        body_encoded_ += piece.size();
    }
    if (encoded_.size() < wanted || (body_encoded_ == body_.size() && encoded_.size() == wanted))
        last_block_ = released_ + encoded_.size() / block_bytes_ + 1;
    return !last_block_ || block <= *last_block_;
}

std::string_view BlockSource::block(std::uint64_t number) const {
    OFFHOOK_ASSERT(number > released_);
    if (mode_ == Mode::octet) return body_.substr((number - 1) * block_bytes_, block_bytes_);
    return std::string_view(encoded_).substr((number - 1 - released_) * block_bytes_, block_bytes_);
}

void BlockSource::release(std::uint64_t block) {
    if (mode_ == Mode::octet || block <= released_) return;
    encoded_.erase(0, (block - released_) * block_bytes_);
    released_ = block;
}

std::uint64_t BlockSource::body_bytes_until(std::uint64_t block) const {
    if (mode_ == Mode::netascii) return std::min<std::uint64_t>(body_encoded_, block * block_bytes_);
    return std::min<std::uint64_t>(body_.size(), block * block_bytes_);
}

} // namespace offhook::protocol::tftp
