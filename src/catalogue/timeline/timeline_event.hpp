#pragma once
/// @file  TimelineEvent: one contact of a phone, small enough to be copied on the hot path.
///
/// Shape   256 bytes, trivially copyable. Texts are cut to their field, at a character's boundary, never refused.
#include "base/clock.hpp"
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace offhook::catalogue {

/// Text of at most N bytes, without allocation.
template <std::size_t N>
class CutText {
public:
    constexpr CutText() = default;
    /// From anything that is text, silently: what a stranger sends is cut, never a reason to fail.
    template <class Text>
    requires std::is_convertible_v<const Text&, std::string_view>
    CutText(const Text& from) { // NOLINT(google-explicit-constructor)
        const std::string_view text = from;
        std::size_t size = text.size();
        if (size > N) {
            size = N;
            while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
        }
        if (size != 0) std::memcpy(bytes_.data(), text.data(), size);
        size_ = static_cast<std::uint8_t>(size);
    }
    [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
    friend bool operator==(const CutText& a, const CutText& b) { return a.view() == b.view(); }

private:
    static_assert(N < 256);
    std::uint8_t size_ = 0;
    std::array<char, N> bytes_; // left as it is behind size_: 150 bytes need no zeroing per request
};

/// `held` is there, and not offered to that device any more: it went round in circles with it.
enum class Outcome : std::uint8_t {
    served,
    not_modified,
    absent,
    refused,
    broken_off,
    malformed,
    failed,
    challenged,
    held
};

inline constexpr EnumText<Outcome, 9> outcome_text{{{{Outcome::served, "served"},
                                                     {Outcome::not_modified, "not_modified"},
                                                     {Outcome::absent, "absent"},
                                                     {Outcome::refused, "refused"},
                                                     {Outcome::broken_off, "broken_off"},
                                                     {Outcome::malformed, "malformed"},
                                                     {Outcome::failed, "failed"},
                                                     {Outcome::challenged, "challenged"},
                                                     {Outcome::held, "held"}}}};

/// `notify` is the one that a phone does not begin: it was told something there, and `path` says what.
enum class EventTransport : std::uint8_t { http, https, tftp, ftp, pnp, dhcp4, dhcp6, syslog, notify };

inline constexpr EnumText<EventTransport, 9> event_transport_text{{{{EventTransport::http, "http"},
                                                                    {EventTransport::https, "https"},
                                                                    {EventTransport::tftp, "tftp"},
                                                                    {EventTransport::ftp, "ftp"},
                                                                    {EventTransport::pnp, "pnp"},
                                                                    {EventTransport::dhcp4, "dhcp4"},
                                                                    {EventTransport::dhcp6, "dhcp6"},
                                                                    {EventTransport::syslog, "syslog"},
                                                                    {EventTransport::notify, "notify"}}}};

enum class EventVerb : std::uint8_t { get, head, put, other };

inline constexpr EnumText<EventVerb, 4> event_verb_text{
    {{{EventVerb::get, "get"}, {EventVerb::head, "head"}, {EventVerb::put, "put"}, {EventVerb::other, "other"}}}};

/// Whether the catalogue knew the MAC when it asked.
enum class Acquaintance : std::uint8_t { device, stranger };

struct TimelineEvent {
    WallTime at{};
    MacAddress mac; ///< zero: nobody was identified; such events are kept under that MAC
    IpAddress source;
    std::uint64_t bytes = 0;   ///< of the body sent
    std::uint32_t count = 1;   ///< repeats folded into this one; `at` is the first, `last_at` the last
    std::uint32_t span_ms = 0; ///< from `at` to the last repeat
    std::uint16_t status = 0;  ///< the transport's own code: HTTP 200, FTP 226, TFTP error 1
    std::uint16_t listener = 0;
    EventTransport transport = EventTransport::http;
    EventVerb verb = EventVerb::get;
    Outcome outcome = Outcome::served;
    Acquaintance acquaintance = Acquaintance::device;
    CutText<15> family; ///< who it looks like
    CutText<23> kind;   ///< of the document or other file: "master"; empty: no name we know
    CutText<63> path;
    CutText<95> user_agent;
};

static_assert(sizeof(TimelineEvent) <= 256);
static_assert(std::is_trivially_copyable_v<TimelineEvent>);

} // namespace offhook::catalogue
