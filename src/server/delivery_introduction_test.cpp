// What brings a phone's key, where it is stored and not rendered.
#include "catalogue/catalogue.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "server/delivery.hpp"
#include "server/introduction.hpp"
#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

/// Of requests that are opened, and whose content nobody fetches.
class DeliveryIntroductionTest : public testing::Test {
protected:
    DeliveryIntroductionTest() : catalogue_(catalogue::open_sqlite_store({home_.path(), {}, &clock_})) {
        delivery_.use_storage({&catalogue_.store(), &pool_, [](auto) {}});
        catalogue_.set_publish([this](const catalogue::SnapshotPtr& snapshot) { delivery_.publish(snapshot); });
        for (const auto& [mac, family, model] :
             {std::tuple{anna, "polycom", "SPIP650"}, std::tuple{spa, "linksys-spa", "SPA942"}}) {
            catalogue::DeviceDraft draft;
            draft.mac = mac, draft.family = family, draft.model = model;
            EXPECT_TRUE(catalogue_.store().add_device(draft));
        }
    }
    ~DeliveryIntroductionTest() override {
        pool_.stop();
        catalogue_.set_publish({});
    }

    void store_asset(const char* family, const char* name) {
        auto& store = catalogue_.store();
        const auto draft = store.blobs().begin();
        draft->add("the profile");
        const auto hold = store.blobs().keep(*draft);
        catalogue::StoredFile file;
        file.family = family, file.name = name, file.role = catalogue::FileRole::asset;
        file.hash = hold->name();
        file.bytes = 11;
        EXPECT_TRUE(store.add_file(file));
    }
    void seal_files_of(MacAddress mac) {
        catalogue::DeviceChange change;
        change.set = {{"provisioning.sealed", "yes"}};
        ASSERT_TRUE(catalogue_.store().change_device(mac, change));
    }
    catalogue::Outcome ask(const char* path, catalogue::Privacy privacy,
                           const DeviceCertificate* certificate = nullptr) {
        FileRequest request;
        request.path = path;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.transport = privacy == catalogue::Privacy::tls ? Transport::https : Transport::http;
        request.privacy = privacy;
        request.certificate = certificate;
        const auto answer = delivery_.open(request);
        delivery_.answered(answer.state == FileAnswer::State::absent ? 404 : 200, 0);
        catalogue::TimelineEvent last;
        ring_.drain([&](const catalogue::TimelineEvent& event) { last = event; });
        return last.outcome;
    }

    const MacAddress spa{0x000e08aabbccULL};
    catalogue::TestDirectory home_;
    ManualClock clock_;
    catalogue::EventRing ring_{1024};
    Acquaintances acquaintances_;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, {{{"http", {}}}, 1 << 20}};
    catalogue::Catalogue catalogue_;
    net::BlockingPool pool_{1};
};

TEST_F(DeliveryIntroductionTest, ACompiledProfileIsWithheldLikeThePlainFileThatBringsAKey) {
    using catalogue::Outcome, catalogue::Privacy;
    constexpr const char* profile = "init/000e08aabbcc.spc";
    const DeviceCertificate hers{"linksys-spa", spa, ""}, anothers{"linksys-spa", MacAddress(0x000e08aabbcdULL), ""};
    store_asset("linksys-spa", profile);
    EXPECT_EQ(ask(profile, Privacy::clear), Outcome::served) << "nothing is sealed: as the site's policy says";
    seal_files_of(spa);
    EXPECT_EQ(ask(profile, Privacy::clear), Outcome::refused);
    EXPECT_EQ(ask(profile, Privacy::tls), Outcome::refused) << "TLS alone shows nobody";
    EXPECT_EQ(ask(profile, Privacy::tls, &anothers), Outcome::refused);
    EXPECT_EQ(ask(profile, Privacy::tls, &hers), Outcome::served);
    EXPECT_EQ(ask("init/000e08aabbcd.spc", Privacy::clear), Outcome::absent) << "nobody's";
}

TEST_F(DeliveryIntroductionTest, OtherFamiliesAssetsAreAsOpenAsTheyWere) {
    store_asset("polycom", "0004f2000001-license.cfg");
    seal_files_of(anna);
    EXPECT_EQ(ask("0004f2000001-license.cfg", catalogue::Privacy::clear), catalogue::Outcome::served);
}

} // namespace
} // namespace offhook::server
