#pragma once
/// @file  What every Store must do with leases. Included by store_conformance.hpp's users.
#include "catalogue/store/store_conformance.hpp"

#include <future>

namespace offhook::catalogue {

class StoreLeasesConformance : public StoreConformance {
protected:
    bool put(const Lease& lease) {
        std::promise<bool> told;
        if (!store().put_lease(lease, [&](bool is_durable) { told.set_value(is_durable); })) return false;
        return told.get_future().get();
    }
    static Lease lease(std::string_view address) {
        using namespace std::chrono_literals;
        Lease out;
        out.address = *IpAddress::from_text(address);
        out.mac = mac(1);
        out.client_id = std::string("\x01\0\xff'", 4);
        out.host_name = "SEP1", out.vendor_class = std::string("\0\0\x36\x3d", 4);
        out.since = WallTime(1'767'225'600'123ms), out.until = out.since + 1h;
        return out;
    }
};

TEST_P(StoreLeasesConformance, ComeBackAsTheyWerePut) {
    std::vector<Lease> put_leases{lease("10.0.0.9"), lease("10.0.0.10"), lease("2001:db8::1")};
    put_leases[1].state = LeaseState::declined, put_leases[1].mac = MacAddress();
    put_leases[2].state = LeaseState::released, put_leases[2].client_id.clear();
    const Revision before = snapshot()->revision();
    for (const Lease& each : put_leases) EXPECT_TRUE(put(each));
    EXPECT_THAT(store().leases(), testing::UnorderedElementsAreArray(put_leases));
    EXPECT_EQ(snapshot()->revision(), before);
    open();
    EXPECT_THAT(store().leases(), testing::UnorderedElementsAreArray(put_leases));
}

TEST_P(StoreLeasesConformance, AnAddressHasOne) {
    EXPECT_TRUE(put(lease("10.0.0.9")));
    Lease next = lease("10.0.0.9");
    next.mac = mac(2), next.client_id = "other", next.host_name.clear(), next.vendor_class.clear();
    next.state = LeaseState::released, next.until += std::chrono::hours(1), next.since += std::chrono::hours(1);
    EXPECT_TRUE(put(next));
    EXPECT_EQ(store().leases(), std::vector<Lease>{next});
}

TEST_P(StoreLeasesConformance, AreRemovedByAddress) {
    EXPECT_TRUE(put(lease("10.0.0.9")));
    EXPECT_EQ(code_of(store().remove_lease(*IpAddress::from_text("10.0.0.8"))), ErrorCode::not_found);
    EXPECT_TRUE(store().remove_lease(*IpAddress::from_text("10.0.0.9")));
    EXPECT_TRUE(store().leases().empty());
}

TEST_P(StoreLeasesConformance, RefuseWhatIsTooLong) {
    for (const auto& [member, most] : {std::pair{&Lease::client_id, limits::lease_client_id_bytes_max},
                                       std::pair{&Lease::host_name, limits::lease_host_name_bytes_max},
                                       std::pair{&Lease::vendor_class, limits::lease_vendor_class_bytes_max}}) {
        Lease long_one = lease("10.0.0.9");
        long_one.*member = std::string(most + 1, 'x');
        EXPECT_FALSE(put(long_one));
        EXPECT_TRUE(store().leases().empty());
        (long_one.*member).pop_back();
        EXPECT_TRUE(put(long_one));
        EXPECT_TRUE(store().remove_lease(long_one.address));
    }
}

} // namespace offhook::catalogue
