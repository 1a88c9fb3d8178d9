#pragma once
/// @file  SyslogLines: what phones say by syslog, as contacts of theirs in the timeline.
///
/// A line counts where a pack's [[log_line]] knows it, so that debug output, and other programs' lines, leave nothing
/// behind. Whose it is: the MAC in it, else, of lines without one, the device that has just fetched something from that
/// address. The first is as good as any sender cares to make it, so a line opens nothing, makes nobody an acquaintance
/// and ends no first contact: it is told, not believed.
/// Shape   of the event: `path` what is said, `user_agent` who says so (what stands before " -- "), `kind` the meaning.
/// Threads one loop's, publish() included.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/event_ring.hpp"
#include "config/family/family.hpp"
#include "server/acquaintances.hpp"
#include "server/discovery/answer_rate.hpp"
#include "server/syslog/syslog_options.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace offhook::server {

class SyslogLines {
public:
    /// All references outlive it.
    SyslogLines(const config::Families& families, catalogue::EventRing& ring, const Acquaintances& acquaintances,
                const Clock& clock, Random& random, const SyslogOptions& options = {});

    void publish(std::shared_ptr<const catalogue::Snapshot> snapshot);
    /// One datagram.
    void received(std::uint16_t listener, const IpAddress& source, std::string_view payload);

private:
    struct Speaker {
        MacAddress mac;
        const catalogue::Device* device = nullptr; ///< null: a stranger
        const config::Family* family = nullptr;
    };
    [[nodiscard]] std::optional<Speaker> speaker_of(const IpAddress& source, std::string_view text) const;

    const config::Families& families_;
    catalogue::EventRing& ring_;
    const Acquaintances& acquaintances_;
    const Clock& clock_;
    AnswerRate rate_;
    std::shared_ptr<const catalogue::Snapshot> snapshot_;
};

/// The first MAC address of a line: six pairs with ':' or '-' between them, or twelve digits that stand alone.
[[nodiscard]] std::optional<MacAddress> mac_in_line(std::string_view text);

} // namespace offhook::server
