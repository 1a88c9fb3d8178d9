#pragma once
/// @file  EnumText: one table that spells an enumeration in JSON, SQL, packs and logs alike.
///
///   inline constexpr EnumText<Transport, 2> transport_text{{{Transport::tcp, "tcp"}, {Transport::udp, "udp"}}};
///   transport_text.to_text(Transport::tcp)    "tcp"
///   transport_text.from_text("udp")           Transport::udp
#include "base/assert.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace offhook {

template <class E, std::size_t N>
struct EnumText {
    std::array<std::pair<E, std::string_view>, N> rows;

    [[nodiscard]] constexpr std::string_view to_text(E value) const {
        for (const auto& [key, text] : rows)
            if (key == value) return text;
        OFFHOOK_ASSERT(false);
        return {};
    }

    [[nodiscard]] constexpr std::optional<E> from_text(std::string_view text) const {
        for (const auto& [key, name] : rows)
            if (name == text) return key;
        return std::nullopt;
    }

    /// "tcp, udp": for error messages that say what would have been right.
    [[nodiscard]] std::string choices() const {
        std::string out;
        for (const auto& row : rows) {
            if (!out.empty()) out += ", ";
            out += row.second;
        }
        return out;
    }
};

} // namespace offhook
