// Images that are not offered to a device any more: rows and writes.
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

void SqlRows::put_image_hold(const ImageHold& hold) {
    const auto mac = static_cast<long long>(hold.mac.bits());
    const long long fetches = hold.fetches, first = hold.first.time_since_epoch().count(),
                    since = hold.since.time_since_epoch().count();
    session_ << "INSERT INTO image_hold (mac, hash, name, fetches, first, since) VALUES (:m, :h, :n, :c, :f, :s) ON "
                "CONFLICT (mac, hash, name) DO UPDATE SET fetches = excluded.fetches, first = excluded.first, "
                "since = excluded.since",
        use(mac), use(hold.hash), use(hold.name), use(fetches), use(first), use(since);
}

std::vector<ImageHold> SqlRows::image_holds() {
    std::vector<ImageHold> out;
    std::string hash, name;
    long long mac = 0, fetches = 0, first = 0, since = 0;
    soci::statement found =
        (session_.prepare << "SELECT mac, hash, name, fetches, first, since FROM image_hold ORDER BY mac, name, hash",
         into(mac), into(hash), into(name), into(fetches), into(first), into(since));
    found.execute();
    while (found.fetch())
        out.push_back({MacAddress(static_cast<std::uint64_t>(mac)), name, hash, static_cast<std::uint32_t>(fetches),
                       WallTime(std::chrono::milliseconds(first)), WallTime(std::chrono::milliseconds(since))});
    return out;
}

WriteResult SqlWrites::put_image_hold(const ImageHold& hold) {
    if (hold.hash.size() > limits::image_hold_hash_bytes_max || hold.name.size() > limits::image_hold_name_bytes_max)
        return fail(ErrorCode::too_large, "a held image's text is too long");
    long long count = 0;
    rows_.session() << "SELECT COUNT(*) FROM image_hold", into(count);
    if (static_cast<std::size_t>(count) >= limits::image_holds_max)
        return fail(ErrorCode::too_large, fmt::format("{} images are held already", limits::image_holds_max));
    rows_.put_image_hold(hold);
    return 0;
}

WriteResult SqlWrites::remove_image_holds(MacAddress mac, const std::string& hash, const std::string& name) {
    const auto bits = static_cast<long long>(mac.bits());
    const std::string which = hash.empty() ? "" : " AND hash = :h AND name = :n";
    soci::statement gone(rows_.session());
    gone.exchange(use(bits, "m"));
    if (!hash.empty()) {
        gone.exchange(use(hash, "h"));
        gone.exchange(use(name, "n"));
    }
    gone.alloc();
    gone.prepare("DELETE FROM image_hold WHERE mac = :m" + which);
    gone.define_and_bind();
    gone.execute(true);
    if (gone.get_affected_rows() == 0) return fail(ErrorCode::not_found, mac.text() + " has no held image");
    return 0;
}

} // namespace offhook::catalogue
