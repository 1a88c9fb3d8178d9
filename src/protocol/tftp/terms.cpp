#include "protocol/tftp/terms.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::protocol::tftp {
namespace {

std::uint32_t window_within(std::uint32_t wanted, std::uint32_t block_bytes, std::uint32_t blocks_max) {
    const auto by_bytes = std::max(1U, limits::window_bytes_max / block_bytes);
    return std::min({wanted, blocks_max, by_bytes});
}

/// What the options ask for, the usable ones.
Wishes read_wishes(const OptionList& options) {
    Wishes out;
    for (const auto& [name, value] : options.all()) {
        const auto number = to_number<std::uint64_t>(value);
        if (!number) continue;
        if (equal_ignoring_case(name, "blksize")) {
            if (!out.block_bytes && *number >= limits::block_bytes_min)
                out.block_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(*number, limits::block_bytes_max));
        } else if (equal_ignoring_case(name, "tsize")) {
            if (!out.transfer_bytes) out.transfer_bytes = *number;
        } else if (equal_ignoring_case(name, "timeout")) {
            if (!out.timeout && *number >= 1 && *number <= 255) out.timeout = std::chrono::seconds(*number);
        } else if (equal_ignoring_case(name, "windowsize")) {
            if (!out.window_blocks && *number >= 1 && *number <= 65535)
                out.window_blocks = static_cast<std::uint32_t>(*number);
        }
    }
    return out;
}

/// Texts of an OACK or a request, whose numbers live as long as this.
class OptionWriter {
public:
    void add(std::string_view name, std::uint64_t value) {
        values_[count_] = std::to_string(value);
        options_[count_] = {name, values_[count_]};
        ++count_;
    }
    [[nodiscard]] std::span<const Option> all() const { return {options_.data(), count_}; }

private:
    std::array<std::string, 4> values_;
    std::array<Option, 4> options_;
    std::size_t count_ = 0;
};

} // namespace

Negotiation negotiate(const Request& request, std::optional<std::uint64_t> file_bytes,
                      const NegotiationLimits& bounds) {
    Negotiation out;
    if (request.options.count == 0) return out;
    const auto wishes = read_wishes(request.options);
    OptionWriter answer;
    if (wishes.block_bytes) {
        auto granted = *wishes.block_bytes;
        if (granted > limits::block_bytes_ethernet && bounds.path_block_bytes)
            granted = std::min(granted, std::max(bounds.path_block_bytes(), limits::block_bytes_default));
        out.terms.block_bytes = granted;
        answer.add("blksize", granted);
    }
    if (wishes.window_blocks) {
        out.terms.window_blocks = window_within(*wishes.window_blocks, out.terms.block_bytes, bounds.window_blocks_max);
        answer.add("windowsize", out.terms.window_blocks);
    }
    if (wishes.timeout) {
        out.terms.timeout = wishes.timeout;
        answer.add("timeout", static_cast<std::uint64_t>(wishes.timeout->count()));
    }
    if (wishes.transfer_bytes) {
        if (request.opcode == Opcode::write_request) {
            out.announced_bytes = wishes.transfer_bytes;
            answer.add("tsize", *wishes.transfer_bytes);
        } else if (file_bytes && *file_bytes > 0 && request.mode == Mode::octet) {
            // Of an empty file nothing is said: curl takes a size of 0 for a broken answer.
            answer.add("tsize", *file_bytes);
        }
    }
    if (!answer.all().empty()) out.option_ack = option_ack_packet(answer.all());
    return out;
}

std::string request_packet(Opcode opcode, std::string_view file_name, Mode mode, const Wishes& wishes) {
    OptionWriter options;
    if (wishes.transfer_bytes) options.add("tsize", *wishes.transfer_bytes);
    if (wishes.block_bytes) options.add("blksize", *wishes.block_bytes);
    if (wishes.timeout) options.add("timeout", static_cast<std::uint64_t>(wishes.timeout->count()));
    if (wishes.window_blocks) options.add("windowsize", *wishes.window_blocks);
    return request_packet(opcode, file_name, mode, options.all());
}

std::optional<Agreement> agree(const Wishes& wishes, const OptionList& granted) {
    Agreement out;
    for (const auto& [name, value] : granted.all()) {
        const auto number = to_number<std::uint64_t>(value);
        if (!number) return std::nullopt;
        if (equal_ignoring_case(name, "blksize")) {
            if (!wishes.block_bytes || *number < limits::block_bytes_min || *number > *wishes.block_bytes)
                return std::nullopt;
            out.terms.block_bytes = static_cast<std::uint32_t>(*number);
        } else if (equal_ignoring_case(name, "windowsize")) {
            if (!wishes.window_blocks || *number < 1 || *number > *wishes.window_blocks) return std::nullopt;
            out.terms.window_blocks = static_cast<std::uint32_t>(*number);
        } else if (equal_ignoring_case(name, "timeout")) {
            if (!wishes.timeout || *number != static_cast<std::uint64_t>(wishes.timeout->count())) return std::nullopt;
            out.terms.timeout = wishes.timeout;
        } else if (equal_ignoring_case(name, "tsize")) {
            if (!wishes.transfer_bytes) return std::nullopt;
            out.transfer_bytes = *number;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

} // namespace offhook::protocol::tftp
