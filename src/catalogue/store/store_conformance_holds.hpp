#pragma once
/// @file  What every Store must do with images that are not offered any more. Included by store_conformance.hpp's
/// users.
#include "catalogue/store/store_conformance.hpp"

namespace offhook::catalogue {

class StoreHoldsConformance : public StoreConformance {
protected:
    static ImageHold hold(unsigned device, std::string name, std::string hash) {
        using namespace std::chrono_literals;
        const WallTime first(1'767'225'600'123ms);
        return {mac(device), std::move(name), std::move(hash), 4, first, first + 20min};
    }
};

TEST_P(StoreHoldsConformance, ComeBackAsTheyWerePutAfterARestart) {
    const std::vector<ImageHold> holds{hold(1, "bootrom.ld", "bb"), hold(1, "dir/sip.ld", "aa"),
                                       hold(2, "sip.ld", "aa")};
    const Revision before = snapshot()->revision();
    for (const ImageHold& each : holds) EXPECT_TRUE(store().put_image_hold(each));
    EXPECT_EQ(store().image_holds(), holds);
    EXPECT_EQ(snapshot()->revision(), before);
    open();
    EXPECT_EQ(store().image_holds(), holds);
}

TEST_P(StoreHoldsConformance, ADeviceHasOneOfANameAndADigest) {
    EXPECT_TRUE(store().put_image_hold(hold(1, "sip.ld", "aa")));
    const ImageHold alike = hold(1, "alike.ld", "aa"); // as the files of a bundle may be
    EXPECT_TRUE(store().put_image_hold(alike));
    ImageHold next = hold(1, "sip.ld", "aa");
    next.fetches = 0, next.first += std::chrono::hours(1), next.since += std::chrono::hours(2);
    EXPECT_TRUE(store().put_image_hold(next));
    EXPECT_EQ(store().image_holds(), (std::vector<ImageHold>{alike, next}));
}

TEST_P(StoreHoldsConformance, AreRemovedByDigestOrAllOfADevice) {
    for (const ImageHold& each : {hold(1, "a", "aa"), hold(1, "b", "bb"), hold(1, "c", "cc"), hold(2, "a", "aa")})
        EXPECT_TRUE(store().put_image_hold(each));
    EXPECT_EQ(code_of(store().remove_image_holds(mac(1), "dd", "a")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_image_holds(mac(3), "", "")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_image_holds(mac(1), "aa", "b")), ErrorCode::not_found);
    EXPECT_TRUE(store().remove_image_holds(mac(1), "aa", "a"));
    EXPECT_EQ(store().image_holds().size(), 3U);
    EXPECT_TRUE(store().remove_image_holds(mac(1), "", ""));
    EXPECT_EQ(store().image_holds(), std::vector<ImageHold>{hold(2, "a", "aa")});
}

TEST_P(StoreHoldsConformance, RefuseWhatIsTooLong) {
    EXPECT_EQ(code_of(store().put_image_hold(hold(1, std::string(201, 'x'), "aa"))), ErrorCode::too_large);
    EXPECT_EQ(code_of(store().put_image_hold(hold(1, "sip.ld", std::string(65, 'a')))), ErrorCode::too_large);
    EXPECT_TRUE(store().put_image_hold(hold(1, std::string(200, 'x'), std::string(64, 'a'))));
}

} // namespace offhook::catalogue
