// Uploads, firmware and assets through the one door, with a real store and a pool behind it.
#include "catalogue/catalogue.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "config/seal/seal.hpp"
#include "config/syntax/directory_syntax.hpp"
#include "server/delivery.hpp"
#include "server/event_texts.hpp"
#include "server/test_house.hpp"

#include <condition_variable>
#include <deque>
#include <gtest/gtest.h>
#include <mutex>

namespace offhook::server {
namespace {

using catalogue::Outcome;

/// The loop's part: what other threads post runs in the test's own.
class Turns {
public:
    void post(std::function<void()> function) {
        {
            const std::scoped_lock guard(lock_);
            waiting_.push_back(std::move(function));
        }
        arrived_.notify_one();
    }
    template <class Condition>
    void until(Condition condition) {
        while (!condition()) {
            std::function<void()> next;
            {
                std::unique_lock guard(lock_);
                if (!arrived_.wait_for(guard, std::chrono::seconds(20), [&] { return !waiting_.empty(); })) {
                    ADD_FAILURE() << "nothing came";
                    return;
                }
                next = std::move(waiting_.front());
                waiting_.pop_front();
            }
            next();
        }
    }

private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::deque<std::function<void()>> waiting_;
};

class DeliveryFilesTest : public testing::Test {
protected:
    explicit DeliveryFilesTest(catalogue::UploadQuota quota = {})
        : catalogue_(catalogue::open_sqlite_store({home_.path(), {}, &clock_, quota})) {
        delivery_.use_storage(
            {&catalogue_.store(), &pool_, [this](auto function) { turns_.post(std::move(function)); }});
        catalogue_.set_publish([this](const catalogue::SnapshotPtr& snapshot) {
            const std::scoped_lock guard(one_at_a_time_);
            delivery_.publish(snapshot);
        });
        for (const MacAddress mac : {anna, bert}) {
            catalogue::DeviceDraft draft;
            draft.mac = mac, draft.family = "polycom", draft.model = "SPIP650";
            EXPECT_TRUE(catalogue_.store().add_device(draft));
        }
    }
    ~DeliveryFilesTest() override {
        pool_.stop();
        catalogue_.set_publish({});
    }

    static FileRequest request_for(std::string_view path, Verb verb = Verb::get) {
        FileRequest request;
        request.path = path;
        request.verb = verb;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.user_agent = "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047";
        return request;
    }
    /// Null: absent.
    std::shared_ptr<const ReadyFile> get(std::string_view path, Verb verb = Verb::get) {
        const FileRequest request = request_for(path, verb);
        FileAnswer answer;
        {
            const std::scoped_lock guard(one_at_a_time_);
            answer = delivery_.open(request);
            came_later_ = answer.state == FileAnswer::State::later;
            if (!came_later_) return finish(answer);
        }
        bool told = false;
        std::shared_ptr<const ReadyFile> file;
        delivery_.bring(request, [&](const FileAnswer& brought) {
            told = true;
            file = finish(brought);
        });
        EXPECT_FALSE(told) << "never from within";
        turns_.until([&] { return told; });
        return file;
    }
    std::string text(std::string_view path) {
        const auto file = get(path);
        return file == nullptr ? "(nothing)" : std::string(file->body);
    }

    UploadRequest put_request(std::string_view path) {
        UploadRequest request;
        request.file = request_for(path, Verb::put);
        return request;
    }
    UploadStart begin(const UploadRequest& request) {
        const std::scoped_lock guard(one_at_a_time_);
        auto start = delivery_.begin_upload(request);
        if (start.upload == nullptr) delivery_.answered(404, 0);
        return start;
    }
    UploadEnd commit(Upload& upload) {
        std::optional<UploadEnd> end;
        upload.commit([&](UploadEnd told) { end = told; });
        EXPECT_FALSE(end) << "never from within";
        turns_.until([&] { return end.has_value(); });
        upload.answered(end->refusal == UploadRefusal::none ? 201 : 500);
        return *end;
    }
    UploadEnd put(const UploadRequest& request, std::string_view content) {
        const auto start = begin(request);
        if (start.upload == nullptr) return {start.refusal};
        for (std::size_t at = 0; at < content.size(); at += 10'000)
            if (const auto refusal = start.upload->write(content.substr(at, 10'000)); refusal != UploadRefusal::none) {
                start.upload->answered(413);
                return {refusal};
            }
        return commit(*start.upload);
    }
    UploadEnd put(std::string_view path, std::string_view content) { return put(put_request(path), content); }

    std::int64_t store_file(std::string_view content, catalogue::StoredFile file) {
        auto& store = catalogue_.store();
        const auto draft = store.blobs().begin();
        draft->add(content);
        const auto hold = store.blobs().keep(*draft);
        file.hash = hold->name();
        file.bytes = content.size();
        const auto id = store.add_file(file);
        EXPECT_TRUE(id) << id.error().text();
        return id.value_or(0);
    }
    static catalogue::StoredFile image_of(std::string family, std::string name, std::string version) {
        auto out = image(std::move(name), std::move(version));
        out.family = std::move(family);
        return out;
    }
    static catalogue::StoredFile image(std::string name, std::string version = "1") {
        catalogue::StoredFile out;
        out.family = "polycom", out.name = std::move(name), out.version = std::move(version);
        return out;
    }
    DeliveryOptions options() {
        DeliveryOptions out{{{"http", {}}}, 1 << 20, {}, loop_guard_};
        out.on_boot_loop = [this](const BootLoop& loop) { boot_loops_.push_back(loop); };
        return out;
    }
    catalogue::TimelineEvent last_event() {
        catalogue::TimelineEvent last;
        ring_.drain([&](const catalogue::TimelineEvent& event) { last = event; });
        return last;
    }

    catalogue::TestDirectory home_;
    ManualClock clock_;
    std::mutex one_at_a_time_; // what the loop would be
    Turns turns_;
    catalogue::EventRing ring_{1024};
    Acquaintances acquaintances_;
    std::shared_ptr<LoopGuard> loop_guard_ = std::make_shared<LoopGuard>();
    std::vector<BootLoop> boot_loops_;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, options()};
    catalogue::Catalogue catalogue_;
    net::BlockingPool pool_{2};
    bool came_later_ = false;

private:
    std::shared_ptr<const ReadyFile> finish(const FileAnswer& answer) {
        delivery_.answered(answer.file == nullptr ? 404 : 200,
                           answer.file == nullptr ? 0 : (*answer.file)->body.size());
        return answer.file == nullptr ? nullptr : *answer.file;
    }
};

std::string pattern_of(std::size_t bytes) {
    std::string out(bytes, '\0');
    std::uint32_t state = 7;
    for (char& c : out) c = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
    return out;
}

TEST_F(DeliveryFilesTest, WhatWasUploadedIsServedBackByteForByte) {
    for (const std::size_t bytes : {0U, 1U, 511U, 512U, 513U, 65'535U, 65'536U, 65'537U, 3'000'000U}) {
        const std::string content = pattern_of(bytes);
        const auto end = put("0004f2000001-phone.cfg", content);
        ASSERT_EQ(end.refusal, UploadRefusal::none) << bytes;
        EXPECT_EQ(end.created, bytes == 0);
        const auto event = last_event();
        EXPECT_EQ(event.outcome, Outcome::served);
        EXPECT_EQ(event.verb, catalogue::EventVerb::put);
        EXPECT_EQ(event.kind.view(), "overrides");
        EXPECT_EQ(event.bytes, bytes);
        EXPECT_EQ(text("0004F2000001-PHONE.cfg"), content) << bytes;
    }
}

TEST_F(DeliveryFilesTest, ASecondLookNeedsNoDiskAndAChangeIsSeen) {
    (void)put("0004f2000001-phone.cfg", "one");
    const auto first = get("0004f2000001-phone.cfg");
    EXPECT_TRUE(came_later_);
    EXPECT_EQ(get("0004f2000001-phone.cfg"), first);
    EXPECT_FALSE(came_later_);
    EXPECT_EQ(first->modified, clock_.wall());
    EXPECT_EQ(first->media_type, "text/xml");
    EXPECT_EQ(first->entity_tag, '"' + content_name("one") + '"');
    EXPECT_NE(first->http_head_close.find("Content-Length: 3\r\n"), std::string::npos);
    (void)put("0004f2000001-phone.cfg", "two");
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "two");
    EXPECT_EQ(first->body, "one") << "a transfer keeps what it began with";
    ASSERT_TRUE(catalogue_.store().remove_upload(anna, "overrides"));
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "(nothing)");
}

TEST_F(DeliveryFilesTest, AnUploadIsItsDevicesAlone) {
    (void)put("0004f2000001-phone.cfg", "annas");
    EXPECT_EQ(text("0004f2000002-phone.cfg"), "(nothing)");
    UploadRequest from_outside = put_request("0004f2000001-phone.cfg");
    from_outside.file.source = *IpAddress::from_text("198.51.100.7");
    EXPECT_EQ(put(from_outside, "x").refusal, UploadRefusal::absent);
    EXPECT_EQ(last_event().outcome, Outcome::refused);
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "annas");
}

TEST_F(DeliveryFilesTest, NothingElseMayBeSent) {
    for (const char* path : {"", "sip.ld", "site.cfg", "0004f2000001.cfg", "0004f2000001-settings.cfg",
                             "0004f2000001-other.cfg", "0004f20000ff-phone.cfg", "000000000000-directory.xml",
                             "0004f2000001-license.cfg", "../0004f2000001", "etc/passwd"}) {
        EXPECT_EQ(put(path, "x").refusal, UploadRefusal::absent) << path;
        EXPECT_EQ(last_event().outcome, Outcome::absent) << path;
    }
    EXPECT_EQ(put("logs/0004f2000001-boot.log", "x").refusal, UploadRefusal::none);
}

TEST_F(DeliveryFilesTest, ALogGrowsAndTheDirectoryInFrontIsNoPartOfItsName) {
    EXPECT_TRUE(put("0004f2000001-app.log", "one ").created);
    EXPECT_FALSE(put("logs/0004f2000001-app.log", "two ").created);
    EXPECT_EQ(get("0004f2000001-app.log", Verb::head)->body.size(), 8U);
    EXPECT_EQ(get("0004f2000001-app.log"), nullptr) << "a log is for its size only";
    UploadRequest append = put_request("0004f2000001-app.log");
    append.mode = UploadRequest::Mode::append;
    append.offset = 8;
    EXPECT_EQ(put(append, "three").refusal, UploadRefusal::none);
    EXPECT_EQ(put(append, "three").refusal, UploadRefusal::wrong_offset);
    append.offset.reset();
    EXPECT_EQ(put(append, " four").refusal, UploadRefusal::none);
    EXPECT_EQ(get("x/0004f2000001-app.log", Verb::head)->body, "one two three four");
    UploadRequest store = put_request("0004f2000001-app.log");
    store.file.transport = Transport::tftp; // a WRQ is the whole file
    EXPECT_EQ(put(store, "anew").refusal, UploadRefusal::none);
    EXPECT_EQ(get("0004f2000001-app.log", Verb::head)->body, "anew");
}

TEST_F(DeliveryFilesTest, ALargePieceOfALogIsAppendedToo) {
    const std::string start = pattern_of(1'000), more = pattern_of(100'000);
    (void)put("0004f2000001-app.log", start);
    EXPECT_EQ(put("0004f2000001-app.log", more).refusal, UploadRefusal::none);
    EXPECT_EQ(get("0004f2000001-app.log", Verb::head)->body, start + more);
}

TEST_F(DeliveryFilesTest, OverridesAreAlwaysSentWhole) {
    UploadRequest append = put_request("0004f2000001-phone.cfg");
    append.mode = UploadRequest::Mode::append;
    EXPECT_EQ(put(append, "x").refusal, UploadRefusal::wrong_offset);
    append.offset = 0; // a Content-Range that is all of it
    EXPECT_EQ(put(append, "x").refusal, UploadRefusal::none);
    append.offset = 1;
    EXPECT_EQ(put(append, "y").refusal, UploadRefusal::wrong_offset);
    (void)put("0004f2000001-phone.cfg", "z");
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "z");
}

TEST_F(DeliveryFilesTest, WhatIsTooLargeIsRefusedBeforeOrWhileItComes) {
    UploadRequest request = put_request("0004f2000001-boot.log");
    request.bytes = 524'289;
    EXPECT_EQ(begin(request).refusal, UploadRefusal::too_large);
    EXPECT_EQ(put("0004f2000001-boot.log", pattern_of(524'289)).refusal, UploadRefusal::too_large);
    EXPECT_EQ(last_event().outcome, Outcome::failed);
    EXPECT_EQ(get("0004f2000001-boot.log", Verb::head), nullptr);
    EXPECT_EQ(put("0004f2000001-boot.log", pattern_of(524'288)).refusal, UploadRefusal::none);
}

TEST_F(DeliveryFilesTest, AnUploadThatIsBrokenOffLeavesNothing) {
    {
        const auto start = begin(put_request("0004f2000001-phone.cfg"));
        ASSERT_NE(start.upload, nullptr);
        EXPECT_EQ(start.upload->write(pattern_of(100'000)), UploadRefusal::none);
    }
    EXPECT_EQ(last_event().outcome, Outcome::broken_off);
    EXPECT_EQ(last_event().bytes, 0U);
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "(nothing)");
    for (const auto& left : std::filesystem::recursive_directory_iterator(home_.path() / "blobs"))
        EXPECT_TRUE(left.is_directory()) << left.path();
}

TEST_F(DeliveryFilesTest, TwoAtOnceToOneNameAreBothWholeAndTheLaterStands) {
    const auto first = begin(put_request("0004f2000001-phone.cfg"));
    const auto second = begin(put_request("0004f2000001-phone.cfg"));
    (void)first.upload->write("first ");
    (void)second.upload->write("second");
    (void)first.upload->write("of two");
    EXPECT_EQ(commit(*second.upload).refusal, UploadRefusal::none);
    EXPECT_EQ(commit(*first.upload).refusal, UploadRefusal::none);
    EXPECT_EQ(text("0004f2000001-phone.cfg"), "first of two");
    EXPECT_EQ(catalogue_.store().uploads(anna)->size(), 2U);
}

TEST_F(DeliveryFilesTest, OneDeviceHasOnlySoManyUnderWay) {
    std::vector<UploadStart> under_way;
    auto late = begin(put_request("0004f2000001-boot.log")), empty = begin(put_request("0004f2000001-boot.log"));
    for (std::size_t i = 0; i < Uploads::count_per_device_max; ++i) {
        under_way.push_back(begin(put_request("0004f2000001-phone.cfg")));
        ASSERT_NE(under_way.back().upload, nullptr);
        EXPECT_EQ(under_way.back().upload->write("x"), UploadRefusal::none);
    }
    EXPECT_EQ(late.upload->write("x"), UploadRefusal::failed);
    EXPECT_EQ(commit(*late.upload).refusal, UploadRefusal::failed);
    EXPECT_EQ(commit(*empty.upload).refusal, UploadRefusal::none);
    EXPECT_EQ(begin(put_request("0004f2000001-boot.log")).refusal, UploadRefusal::failed);
    EXPECT_NE(begin(put_request("0004f2000002-boot.log")).upload, nullptr);
    under_way.pop_back();
    EXPECT_NE(begin(put_request("0004f2000001-boot.log")).upload, nullptr);
}

TEST_F(DeliveryFilesTest, RequestsThatNothingFollowsTakeNoPlaceOfTheDevice) {
    std::vector<UploadStart> silent;
    for (std::size_t i = 0; i < 3 * Uploads::count_per_device_max; ++i)
        silent.push_back(begin(put_request("0004f2000001-phone.cfg")));
    ASSERT_NE(silent.back().upload, nullptr);
    EXPECT_EQ(put("0004f2000001-boot.log", "whole").refusal, UploadRefusal::none);
}

TEST_F(DeliveryFilesTest, AnAnswerComesBackAlsoWhenMemoryIsShort) {
    int tries = 0, ran = 0;
    StorageParts parts;
    parts.post_to_loop = [&](const std::function<void()>& work) {
        if (++tries < 3) throw std::bad_alloc();
        work();
    };
    parts.bring_back([&] { ++ran; });
    EXPECT_EQ(tries, 3);
    EXPECT_EQ(ran, 1);
}

class SmallQuotaTest : public DeliveryFilesTest {
protected:
    SmallQuotaTest() : DeliveryFilesTest({10, 1'000, 10'000}) {}
};

TEST_F(SmallQuotaTest, BeyondTheQuotaThereIsNoRoom) {
    EXPECT_EQ(put("0004f2000001-phone.cfg", pattern_of(1'001)).refusal, UploadRefusal::no_room);
    EXPECT_EQ(last_event().outcome, Outcome::failed);
    EXPECT_EQ(put("0004f2000001-phone.cfg", pattern_of(900)).refusal, UploadRefusal::none);
    EXPECT_EQ(put("0004f2000001-web.cfg", pattern_of(101)).refusal, UploadRefusal::no_room);
    EXPECT_EQ(text("0004f2000001-phone.cfg"), pattern_of(900));
}

TEST_F(DeliveryFilesTest, AnImageIsMappedAndServed) {
    const std::string content = pattern_of(33U << 20U);
    (void)store_file(content, image("sip.ld"));
    const auto file = get("sip.ld");
    ASSERT_NE(file, nullptr);
    EXPECT_TRUE(came_later_);
    EXPECT_EQ(file->text, "");
    EXPECT_TRUE(file->body == content);
    EXPECT_EQ(file->media_type, "application/octet-stream");
    EXPECT_EQ(file->entity_tag, '"' + content_name(content) + '"');
    EXPECT_EQ(get("spip/SIP.ld"), file);
    EXPECT_FALSE(came_later_);
    EXPECT_EQ(last_event().kind.view(), "application image");
}

TEST_F(DeliveryFilesTest, WhatOnlyAVersionFileNamesIsServedToo) {
    EXPECT_EQ(text("kernel.img"), "(nothing)");
    (void)store_file("the kernel", image_of("genband-ip88", "kernel.img", "2"));
    (void)store_file("of a day", image_of("genband-ip88", "202611211200.bin", "2")); // twelve digits, and no MAC
    (void)store_file("no list names it", image_of("polycom", "other.img", "2"));
    EXPECT_EQ(text("kernel.img"), "the kernel");
    EXPECT_EQ(text("202611211200.bin"), "of a day");
    EXPECT_EQ(text("lg/kernel.img"), "(nothing)");
    EXPECT_EQ(text("other.img"), "(nothing)");
}

TEST_F(DeliveryFilesTest, AVersionFileOfOurOwnIsMadeOnlyWhereItIsAskedFor) {
    (void)store_file(std::string(300, '\xff'), image_of("genband-ip88", "ip8830_3.bin", "3"));
    (void)store_file("another version", image_of("genband-ip88", "ip8830_4.bin", "4"));
    const auto state = [&](const char* name, const char* value) {
        const std::vector<catalogue::SettingText> set{{name, value}};
        EXPECT_TRUE(catalogue_.store().change_layer({config::LayerKind::fleet, {}, {}}, set, {}));
    };
    state("firmware.version", "3");
    EXPECT_EQ(text("IP_8830_VER_SIP2"), "(nothing)");
    state("firmware.compose_version_file", "yes");
    const std::string made = "# composed by Offhook for virtual phones\nversion 3\napp_img ip8830_3.bin 00012ad4\n";
    EXPECT_EQ(text("IP_8830_VER_SIP2"), made);
    state("firmware.path", "ip8830_4.bin");
    EXPECT_NE(text("IP_8830_VER_SIP2").find("ip8830_4.bin"), std::string::npos);
    (void)store_file("version 9\nx.bin\n", image_of("genband-ip88", "IP_8830_VER_SIP2", "9"));
    EXPECT_EQ(text("IP_8830_VER_SIP2"), "version 9\nx.bin\n") << "the vendor's goes before ours";
}

TEST_F(DeliveryFilesTest, AReplacedImageIsTheNewOneAndATransferKeepsTheOld) {
    const auto old_id = store_file("the old image", image("sip.ld"));
    const auto old_file = get("sip.ld");
    const auto new_id = store_file("the new image", image("sip.ld", "2"));
    EXPECT_EQ(text("sip.ld"), "the new image");
    ASSERT_TRUE(catalogue_.store().remove_file(old_id));
    EXPECT_EQ(old_file->body, "the old image");
    ASSERT_TRUE(catalogue_.store().remove_file(new_id));
    EXPECT_EQ(text("sip.ld"), "(nothing)");
    EXPECT_EQ(last_event().outcome, Outcome::absent);
}

TEST_F(DeliveryFilesTest, AnAssetWithAMacIsThatDevicesAlone) {
    catalogue::StoredFile licence = image("0004f2000001-license.cfg", "");
    licence.role = catalogue::FileRole::asset;
    (void)store_file("licence", licence);
    EXPECT_EQ(text("0004f2000001-license.cfg"), "licence");
    EXPECT_EQ(text("0004f2000002-license.cfg"), "(nothing)");
}

TEST_F(DeliveryFilesTest, AFolderDoesNotMakeAnothersFileOnesOwn) {
    for (const char* name : {"0004f20000ff-license.cfg", "0004f2000002-license.cfg"}) {
        catalogue::StoredFile licence = image(name, "");
        licence.role = catalogue::FileRole::asset;
        (void)store_file(name, licence);
    }
    for (const std::string folder : {"", "0004f2000001/", "000000000000/", "0004f2000001/0004f2000002/", "x/"}) {
        EXPECT_EQ(text(folder + "0004f20000ff-license.cfg"), "(nothing)") << folder; // nobody's yet
        EXPECT_EQ(text(folder + "0004f2000002-license.cfg"), "0004f2000002-license.cfg") << folder;
        EXPECT_EQ(last_event().mac, bert) << folder; // judged as his
    }
}

TEST_F(DeliveryFilesTest, BringWithoutAnOpenBeforeItAnswersAllTheSame) {
    (void)put("0004f2000001-phone.cfg", "mine");
    for (const char* path : {"0004f2000001-phone.cfg", "0004f2000001-phone.cfg", "nosuch", "0004f2000001.cfg"}) {
        std::optional<FileAnswer::State> state;
        delivery_.bring(request_for(path), [&](const FileAnswer& answer) { state = answer.state; });
        EXPECT_FALSE(state);
        turns_.until([&] { return state.has_value(); });
        EXPECT_EQ(*state, std::string_view(path) == "nosuch" ? FileAnswer::State::absent : FileAnswer::State::found);
    }
}

TEST_F(DeliveryFilesTest, AListingShowsWhatThatLoginMayFetch) {
    (void)store_file("image", image("sip.ld"));
    (void)put("0004f2000001-phone.cfg", "mine");
    (void)put("0004f2000002-web.cfg", "berts");
    Login login;
    login.kind = Login::Kind::device;
    login.mac = anna;
    FileRequest request = request_for("");
    request.login = &login;
    const auto names = [&] {
        std::string out;
        for (const auto& line : delivery_.list(request)) out += line.name + (line.is_directory ? "/ " : " ");
        return out;
    };
    EXPECT_EQ(names(), "000000000000.cfg 0004f2000001-phone.cfg 0004f2000001-settings.cfg 0004f2000001-site.cfg "
                       "0004f2000001.cfg sip.ld site.cfg ");
    login.kind = Login::Kind::factory;
    EXPECT_EQ(names(), "000000000000.cfg ConfigCommon.cfg sip.ld site.cfg yealink-common.cfg ");
}

TEST_F(DeliveryFilesTest, AListingShowsNoOthersMacAndCountsForNothing) {
    for (unsigned i = 0; i < 100; ++i) {
        catalogue::StoredFile licence = image(MacAddress(0x0004f2100000ULL + i).text() + "-license.cfg", "");
        licence.role = catalogue::FileRole::asset;
        (void)store_file("licence", licence);
    }
    for (const MacAddress mac : {anna, bert}) {
        catalogue::StoredFile licence = image(mac.text() + "-license.cfg", "");
        licence.role = catalogue::FileRole::asset;
        (void)store_file("licence", licence);
    }
    Login login;
    login.kind = Login::Kind::device;
    login.mac = anna;
    FileRequest request = request_for("");
    request.transport = Transport::ftp;
    request.login = &login;
    const auto licences = [&] {
        std::string out;
        for (const auto& line : delivery_.list(request))
            if (line.name.ends_with("-license.cfg")) out += line.name;
        return out;
    };
    EXPECT_EQ(licences(), "0004f2000001-license.cfg");
    login.kind = Login::Kind::factory;
    EXPECT_EQ(licences(), "");
    EXPECT_EQ(delivery_.admit(Transport::ftp, request.source), Door::Welcome::yes);
    EXPECT_EQ(delivery_.open(request_for("0004f20000ff.cfg")).hold.count(), 0);
}

config::ParsedDirectory read_directory(std::string_view text) {
    const auto read = config::find_directory_syntax("polycom-directory")->read(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(config::ParsedDirectory{});
}
std::string numbers_of(std::string_view text) {
    std::string out;
    for (const config::Contact& contact : read_directory(text).contacts) out += contact.number + " ";
    return out;
}
std::string directory_of(std::string_view number) {
    config::Contact contact;
    contact.first_name = "Own", contact.number = number;
    return config::find_directory_syntax("polycom-directory")->write(std::span(&contact, 1)).text;
}

TEST_F(DeliveryFilesTest, ADirectoryIsAbsentUntilThereIsSomethingInIt) {
    constexpr std::string_view names[] = {"0004f2000001-directory.xml", "contacts/0004F2000001-directory.xml",
                                          "000000000000-directory.xml"};
    for (const auto name : names) EXPECT_EQ(get(name), nullptr) << name;
    EXPECT_EQ(last_event().outcome, Outcome::absent);
    const auto id = catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""});
    ASSERT_TRUE(id);
    for (const auto name : names) {
        EXPECT_EQ(numbers_of(text(name)), "1003 ") << name;
        EXPECT_FALSE(came_later_) << name;
        EXPECT_EQ(get(name, Verb::head)->body, get(name)->body) << name;
    }
    EXPECT_EQ(last_event().kind.view(), "seed contacts");
    ASSERT_TRUE(catalogue_.store().add_entry({0, "default", "Ada", "Lovelace", "1004", "", ""}));
    EXPECT_EQ(numbers_of(text(names[0])), "1004 1003 ");
    EXPECT_EQ(numbers_of(text(names[2])), "1004 1003 ");
    ASSERT_TRUE(catalogue_.store().remove_entry(static_cast<std::int64_t>(*id)));
    EXPECT_EQ(numbers_of(text(names[0])), "1004 ");
}

TEST_F(DeliveryFilesTest, ADirectoryThatWasSentIsServedBehindOurs) {
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""}));
    EXPECT_EQ(numbers_of(text("0004f2000001-directory.xml")), "1003 ");
    EXPECT_TRUE(put("0004f2000001-directory.xml", directory_of("555")).created);
    EXPECT_EQ(last_event().kind.view(), "directory");
    EXPECT_EQ(numbers_of(text("0004f2000001-directory.xml")), "1003 555 ");
    EXPECT_TRUE(came_later_);
    EXPECT_EQ(last_event().kind.view(), "contacts");
    EXPECT_EQ(numbers_of(text("0004f2000001-directory.xml")), "1003 555 ");
    EXPECT_FALSE(came_later_) << "it is in the cache";
    EXPECT_EQ(numbers_of(text("0004f2000002-directory.xml")), "1003 ") << "the other phone";
    EXPECT_FALSE(put("0004f2000001-directory.xml", directory_of("556")).created);
    EXPECT_EQ(numbers_of(get("0004f2000001-directory.xml", Verb::head)->body), "1003 556 ");
    EXPECT_TRUE(came_later_);
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Ada", "Lovelace", "1004", "", ""}));
    EXPECT_EQ(numbers_of(text("0004f2000001-directory.xml")), "1004 1003 556 ");
    EXPECT_FALSE(came_later_) << "what was sent is still there";
    EXPECT_EQ(get("000000000000-directory.xml"), nullptr) << "two phones ask from there, so nobody knows who this is";
    clock_.advance(std::chrono::minutes(2));
    EXPECT_EQ(numbers_of(text("0004f2000001-directory.xml")), "1004 1003 556 ");
    EXPECT_EQ(numbers_of(text("000000000000-directory.xml")), "1004 1003 ");
}

TEST_F(DeliveryFilesTest, APhonebookIsNotForStrangers) {
    constexpr std::string_view seed = "000000000000-directory.xml";
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""}));
    EXPECT_EQ(get(seed), nullptr) << "nobody asked from there";
    EXPECT_EQ(last_event().outcome, Outcome::absent);
    EXPECT_EQ(get("0004f20000ff.cfg"), nullptr);
    EXPECT_EQ(get(seed), nullptr) << "a MAC that is nobody's";
    clock_.advance(std::chrono::minutes(2));
    ASSERT_NE(get("0004f2000001.cfg"), nullptr);
    EXPECT_EQ(numbers_of(text(seed)), "1003 ") << "a phone of the site asked from there just now";
    clock_.advance(std::chrono::minutes(2));
    EXPECT_EQ(get(seed), nullptr) << "that was long ago";
    ASSERT_NE(get("0004f2000001.cfg"), nullptr);
    ASSERT_TRUE(catalogue_.store().add_site("lab", {}));
    catalogue::DeviceChange moved;
    moved.site = "lab";
    ASSERT_TRUE(catalogue_.store().change_device(anna, moved));
    EXPECT_EQ(get(seed), nullptr) << "a phone of another site";
    Login login;
    login.kind = Login::Kind::device;
    login.mac = bert;
    FileRequest request = request_for(seed);
    request.transport = Transport::ftp;
    request.login = &login;
    const std::scoped_lock guard(one_at_a_time_);
    EXPECT_EQ(delivery_.open(request).state, FileAnswer::State::found) << "it has logged in";
    delivery_.answered(226, 0);
}

TEST_F(DeliveryFilesTest, ALargeDirectoryIsComposedByThePoolAndThenKept) {
    for (unsigned i = 0; i < 201; ++i)
        ASSERT_TRUE(
            catalogue_.store().add_entry({0, "", "Name", std::to_string(i), std::to_string(10'000 + i), "", ""}));
    const auto count = [&](std::string_view name) { return read_directory(text(name)).contacts.size(); };
    for (const std::string_view name : {"0004f2000001-directory.xml", "000000000000-directory.xml"}) {
        EXPECT_EQ(count(name), 201U) << name;
        EXPECT_TRUE(came_later_) << name;
        EXPECT_EQ(last_event().outcome, Outcome::served);
        EXPECT_EQ(count(name), 201U) << name;
        EXPECT_FALSE(came_later_) << name;
    }
    EXPECT_TRUE(put("0004f2000001-directory.xml", directory_of("555")).created);
    EXPECT_EQ(count("0004f2000001-directory.xml"), 202U);
    EXPECT_TRUE(came_later_);
    EXPECT_EQ(count("0004f2000001-directory.xml"), 202U);
    EXPECT_FALSE(came_later_);
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "One", "More", "9", "", ""}));
    EXPECT_EQ(count("0004f2000001-directory.xml"), 203U);
    EXPECT_TRUE(came_later_);
    pool_.stop();
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "And", "Another", "8", "", ""}));
    EXPECT_EQ(count("0004f2000001-directory.xml"), 204U) << "by the loop, where the pool takes no more";
}

TEST_F(DeliveryFilesTest, AListingDoesNotGuessHowLongADirectoryIs) {
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""}));
    EXPECT_TRUE(put("0004f2000001-directory.xml", directory_of("555")).created);
    Login login;
    login.kind = Login::Kind::device;
    login.mac = anna;
    FileRequest request = request_for("");
    request.transport = Transport::ftp;
    request.login = &login;
    const auto listed = [&]() -> ListedFile {
        for (auto& line : delivery_.list(request))
            if (line.name == "0004f2000001-directory.xml") return line;
        ADD_FAILURE() << "it is not listed";
        return {};
    };
    EXPECT_TRUE(listed().is_size_open);
    const auto file = get("0004f2000001-directory.xml", Verb::head);
    ASSERT_NE(file, nullptr);
    EXPECT_FALSE(listed().is_size_open);
    EXPECT_EQ(listed().bytes, file->body.size());
}

TEST_F(DeliveryFilesTest, ADirectoryThatNothingReadsIsServedBackAsItCame) {
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""}));
    const std::string content = pattern_of(70'000);
    EXPECT_EQ(put("0004f2000001-directory.xml", content).refusal, UploadRefusal::none);
    EXPECT_EQ(text("0004f2000001-directory.xml"), content);
    EXPECT_EQ(put("0004f2000001-directory.xml", pattern_of(300'000)).refusal, UploadRefusal::too_large);
}

TEST_F(DeliveryFilesTest, AnOperatorsSeedDirectoryGoesBeforeThePhonebooks) {
    ASSERT_TRUE(catalogue_.store().add_entry({0, "", "Eva", "Muster", "1003", "", ""}));
    EXPECT_EQ(get("000000000000-directory.xml"), nullptr);
    ASSERT_NE(get("0004f2000001.cfg"), nullptr);
    EXPECT_EQ(numbers_of(text("000000000000-directory.xml")), "1003 ");
    auto file = image("000000000000-directory.xml");
    file.role = catalogue::FileRole::asset;
    const auto id = store_file("the operator's own", file);
    EXPECT_EQ(text("000000000000-directory.xml"), "the operator's own");
    ASSERT_TRUE(catalogue_.store().remove_file(id));
    EXPECT_EQ(numbers_of(text("000000000000-directory.xml")), "1003 ");
}

TEST_F(DeliveryFilesTest, KeysAreInTheDirectoryOfTheirPhoneAlone) {
    const catalogue::SettingText settings[] = {{"key.1.type", "blf"}, {"key.1.value", "1004"}};
    catalogue::DeviceChange change;
    change.set.assign(std::begin(settings), std::end(settings));
    ASSERT_TRUE(catalogue_.store().change_device(anna, change));
    const auto contacts = read_directory(text("0004f2000001-directory.xml")).contacts;
    ASSERT_EQ(contacts.size(), 1U);
    EXPECT_EQ(contacts[0].speed_dial, 1U);
    EXPECT_EQ(contacts[0].watch, config::Contact::Watch::on);
    EXPECT_EQ(get("0004f2000002-directory.xml"), nullptr);
    catalogue::DeviceChange newer;
    newer.set = {{"firmware.version", "3.2.1"}};
    ASSERT_TRUE(catalogue_.store().change_device(anna, newer));
    EXPECT_EQ(get("0004f2000001-directory.xml"), nullptr) << "attendant.resourceList has it";
}

unsigned images_max() { return config::find_family(house_families(), "polycom")->loop_limits().images; }

TEST_F(DeliveryFilesTest, AnImageThatIsFetchedAgainAndAgainIsNotOfferedAnyMore) {
    (void)store_file("an image", image("sip.ld"));
    for (unsigned i = 0; i < images_max(); ++i) {
        ASSERT_NE(get("0004f2000001.cfg"), nullptr) << "so that we know who asks";
        EXPECT_EQ(text("sip.ld"), "an image") << i;
        EXPECT_EQ(last_event().outcome, Outcome::served);
    }
    EXPECT_EQ(get("2345-12600-001.sip.ld"), nullptr);
    const auto event = last_event();
    EXPECT_EQ(event.outcome, Outcome::held);
    EXPECT_EQ(event.mac, anna);
    EXPECT_EQ(get("sip.ld", Verb::head), nullptr);
    ASSERT_EQ(loop_guard_->holds_of(anna).size(), 1U);
    EXPECT_NE(get("0004f2000001-settings.cfg"), nullptr) << "its settings are never withheld";
    EXPECT_EQ(text("sip.ld"), "(nothing)");
    (void)store_file("a mended image", image("sip.ld", "2"));
    EXPECT_EQ(text("sip.ld"), "a mended image");
    EXPECT_EQ(loop_guard_->held_count(), 0U);
}

TEST_F(DeliveryFilesTest, AnImageMayBeAskedForBeforeWhoAsksSaysWhoHeIs) {
    (void)store_file("an image", image("sip.ld"));
    const auto boot = [&] {
        clock_.advance(std::chrono::minutes(3));
        const auto got = get("sip.ld");
        const auto event = last_event();
        EXPECT_NE(get("0004f2000001.cfg"), nullptr);
        return std::pair(got != nullptr, event.mac);
    };
    EXPECT_EQ(boot(), std::pair(true, MacAddress())) << "nobody has come from there yet";
    for (unsigned i = 0; i < images_max(); ++i) EXPECT_EQ(boot(), std::pair(true, anna)) << i;
    EXPECT_EQ(boot(), std::pair(false, anna));
}

TEST_F(DeliveryFilesTest, ABootRomsHeadIsNoFetch) {
    (void)store_file("a boot ROM", image("bootrom.ld"));
    for (unsigned i = 0; i < 2 * images_max() + 2; ++i) (void)get("0004f2000001.cfg"), (void)get("bootrom.ld");
    EXPECT_EQ(text("bootrom.ld"), "a boot ROM");
    EXPECT_EQ(loop_guard_->held_count(), 0U);
}

TEST_F(DeliveryFilesTest, AnImageThatNeverCameWholeOrHadNotChangedIsNotCounted) {
    (void)store_file("an image", image("sip.ld"));
    (void)get("0004f2000001.cfg");
    (void)get("sip.ld");
    for (unsigned i = 0; i < 3 * images_max(); ++i) {
        const auto answer = delivery_.open(request_for("sip.ld"));
        ASSERT_EQ(answer.state, FileAnswer::State::found) << i;
        delivery_.answered(i % 3 == 0 ? 304 : i % 3 == 1 ? 206 : 200, i % 3 == 2 ? 8 : 0);
        if (i % 3 == 2) delivery_.broken_off(answer.ticket, 4);
    }
    EXPECT_EQ(loop_guard_->held_count(), 0U);
}

TEST_F(DeliveryFilesTest, WhereTwoPhonesAskFromNobodyIsHeldForAnImageThatNamesNobody) {
    (void)store_file("an image", image("sip.ld"));
    (void)get("0004f2000002.cfg");
    clock_.advance(std::chrono::minutes(30));
    for (unsigned i = 0; i < 2 * images_max(); ++i) {
        ASSERT_NE(get("0004f2000001.cfg"), nullptr);
        EXPECT_EQ(text("sip.ld"), "an image") << i;
    }
    for (unsigned i = 0; i < 2 * images_max(); ++i) { // nor a device that is none of ours
        clock_.advance(std::chrono::hours(2));
        (void)get("0004f20000ff.cfg");
        EXPECT_EQ(text("sip.ld"), "an image");
    }
    EXPECT_EQ(loop_guard_->held_count(), 0U);
}

TEST_F(DeliveryFilesTest, OneThatTakesTheSameSettingsAgainAndAgainIsToldOfAndServed) {
    const auto alarms = [&](int boots) {
        int out = 0;
        for (int i = 0; i < boots; ++i) {
            EXPECT_NE(get("0004f2000001-settings.cfg"), nullptr);
            clock_.advance(std::chrono::minutes(2));
        }
        ring_.drain([&](const catalogue::TimelineEvent& event) {
            if (event.path.view() == boot_loop && event.mac == anna) ++out;
        });
        return out;
    };
    const int most = static_cast<int>(config::find_family(house_families(), "polycom")->loop_limits().boots);
    EXPECT_EQ(alarms(most), 0);
    EXPECT_EQ(alarms(3), 1);
    catalogue::DeviceChange change;
    change.set = {{"provisioning.interval", "120"}};
    ASSERT_TRUE(catalogue_.store().change_device(anna, change));
    EXPECT_EQ(alarms(most + 3), 0) << "it was told to come so often";
    EXPECT_TRUE(boot_loops_.size() == 1 && boot_loops_[0].mac == anna && boot_loops_[0].boots == most + 1U);
}

TEST_F(DeliveryFilesTest, WhatThePhoneSealedWithAnotherKeyIsKeptFromItAndKept) {
    constexpr auto key = "00112233445566778899aabbccddeeff", other = "ffeeddccbbaa99887766554433221100";
    const auto* seal = config::find_seal("polycom-project");
    const auto sealed = seal->seal("<PHONE_CONFIG/>", other, "s").value();
    constexpr std::string_view name = "0004f2000001-phone.cfg";
    EXPECT_EQ(put(name, sealed).refusal, UploadRefusal::none);
    EXPECT_EQ(text(name), sealed) << "no key is stated: nobody knows";
    const auto state = [&](const char* setting, const char* value) {
        catalogue::DeviceChange change;
        change.set = {{setting, value}};
        EXPECT_TRUE(catalogue_.store().change_device(anna, change));
    };
    state("provisioning.file_key", key);
    EXPECT_EQ(text(name), "(nothing)");
    EXPECT_EQ(text(name), "(nothing)") << "from the cache as well";
    state("provisioning.previous_file_key", other);
    EXPECT_EQ(text(name), sealed) << "the phone may have that one still";
    EXPECT_EQ(catalogue_.store().uploads(anna)->size(), 1U);
}

} // namespace
} // namespace offhook::server
