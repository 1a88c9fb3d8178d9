#pragma once
/// @file  BlockSource: a body cut into blocks: as views of it, or, in netascii, of the part that is under way.
#include "protocol/tftp/packet.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol::tftp {

class BlockSource {
public:
    /// `body` outlives this.
    BlockSource(std::string_view body, Mode mode, std::uint32_t block_bytes);

    /// Blocks count from 1. Whether there is one of that number; makes it ready in netascii.
    [[nodiscard]] bool has(std::uint64_t block);
    /// Requires has(block), and not released. Lifetime: octet, the body's; netascii, until the next has() or release().
    [[nodiscard]] std::string_view block(std::uint64_t number) const;
    /// Blocks up to this one are not asked for again.
    void release(std::uint64_t block);
    [[nodiscard]] Mode mode() const { return mode_; }
    /// Of the body, up to the end of that block; in netascii what has been encoded by now.
    [[nodiscard]] std::uint64_t body_bytes_until(std::uint64_t block) const;

private:
    std::string_view body_;
    Mode mode_;
    std::uint64_t block_bytes_;
    std::optional<std::uint64_t> last_block_; ///< netascii: unknown until the end is encoded
    std::string encoded_;
    std::uint64_t released_ = 0;   ///< encoded_ begins behind this block
    std::size_t body_encoded_ = 0; ///< of body_
};

} // namespace offhook::protocol::tftp
