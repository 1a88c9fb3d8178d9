// Leases of DHCP: rows and writes.
#include "base/hex.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

/// What clients send holds any bytes, NUL among them.
std::string hex(const std::string& bytes) { return to_hex(std::as_bytes(std::span(bytes))); }

std::string bytes_of(const std::string& hex_text) {
    const auto bytes = from_hex(hex_text);
    if (!bytes) throw StoreFailure("a lease holds a text that is not hexadecimal");
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

} // namespace

void SqlRows::put_lease(const Lease& lease) {
    const std::string address = lease.address.text(), state(lease_state_text.to_text(lease.state));
    const std::string client_id = hex(lease.client_id), host_name = hex(lease.host_name),
                      vendor_class = hex(lease.vendor_class);
    const auto mac = static_cast<long long>(lease.mac.bits());
    const long long since = lease.since.time_since_epoch().count(), until = lease.until.time_since_epoch().count();
    session_ << "INSERT INTO lease VALUES (:a, :m, :c, :h, :v, :s, :f, :u) ON CONFLICT (address) DO UPDATE SET mac = "
                "excluded.mac, client_id = excluded.client_id, host_name = excluded.host_name, vendor_class = "
                "excluded.vendor_class, state = excluded.state, since = excluded.since, until = excluded.until",
        use(address), use(mac), use(client_id), use(host_name), use(vendor_class), use(state), use(since), use(until);
}

std::vector<Lease> SqlRows::leases() {
    std::vector<Lease> out;
    std::string address, client_id, host_name, vendor_class, state;
    long long mac = 0, since = 0, until = 0;
    soci::statement found =
        (session_.prepare << "SELECT address, mac, client_id, host_name, vendor_class, state, since, until FROM lease "
                             "ORDER BY address",
         into(address), into(mac), into(client_id), into(host_name), into(vendor_class), into(state), into(since),
         into(until));
    found.execute();
    while (found.fetch()) {
        const auto at = IpAddress::from_text(address);
        const auto is = lease_state_text.from_text(state);
        if (!at || !is) throw StoreFailure(fmt::format("the lease of '{}' cannot be read", address));
        out.push_back({*at, MacAddress(static_cast<std::uint64_t>(mac)), bytes_of(client_id), bytes_of(host_name),
                       bytes_of(vendor_class), *is, WallTime(std::chrono::milliseconds(since)),
                       WallTime(std::chrono::milliseconds(until))});
    }
    return out;
}

WriteResult SqlWrites::put_lease(const Lease& lease) {
    if (lease.client_id.size() > limits::lease_client_id_bytes_max ||
        lease.host_name.size() > limits::lease_host_name_bytes_max ||
        lease.vendor_class.size() > limits::lease_vendor_class_bytes_max)
        return fail(ErrorCode::too_large, "a lease's text is too long");
    if (leases_at_most_ == 0 || leases_at_most_ >= limits::leases_max) {
        long long count = 0;
        rows_.session() << "SELECT COUNT(*) FROM lease", into(count);
        leases_at_most_ = static_cast<std::size_t>(count);
        const std::string address = lease.address.text();
        long long known = 0;
        rows_.session() << "SELECT COUNT(*) FROM lease WHERE address = :a", use(address), into(known);
        if (leases_at_most_ >= limits::leases_max && known == 0)
            return fail(ErrorCode::too_large, fmt::format("there are {} leases already", limits::leases_max));
    }
    ++leases_at_most_;
    rows_.put_lease(lease);
    return 0;
}

WriteResult SqlWrites::remove_lease(const IpAddress& address) {
    const std::string text = address.text();
    soci::statement gone = (rows_.session().prepare << "DELETE FROM lease WHERE address = :a", use(text));
    gone.execute(true);
    if (gone.get_affected_rows() == 0) return fail(ErrorCode::not_found, text + " has no lease");
    return 0;
}

} // namespace offhook::catalogue
