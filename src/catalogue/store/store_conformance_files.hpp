#pragma once
/// @file  What every Store must do with uploads, firmware and assets. Included by store_conformance.hpp's users.
#include "catalogue/store/store_conformance.hpp"

#include "base/random.hpp"

#include <future>

namespace offhook::catalogue {

class StoreFilesConformance : public StoreConformance {
protected:
    using State = UploadOutcome::State;

    StoreFilesConformance() { EXPECT_TRUE(store().add_device(draft(1))); }

    UploadOutcome put(UploadDraft upload) {
        std::promise<UploadOutcome> told;
        if (!store().put_upload(std::move(upload), [&](UploadOutcome outcome) { told.set_value(outcome); })) return {};
        return told.get_future().get();
    }
    static UploadDraft sent(std::string content, std::string kind = "boot log") {
        UploadDraft out;
        out.mac = mac(1);
        out.kind = std::move(kind);
        out.content = std::move(content);
        out.transport = "http";
        out.source = "192.0.2.7";
        return out;
    }
    static UploadDraft appended(std::string content, std::optional<std::uint64_t> offset = {}) {
        UploadDraft out = sent(std::move(content));
        out.mode = UploadDraft::Mode::append;
        out.offset = offset;
        return out;
    }
    UploadDraft large(std::string_view content) {
        UploadDraft out = sent({}, "overrides");
        const auto file = store().blobs().begin();
        file->add(content);
        out.blob = store().blobs().keep(*file);
        out.bytes = content.size();
        return out;
    }
    /// As a phone would get it back.
    std::string current(std::string_view kind = "boot log") {
        const UploadMark* mark = snapshot()->upload(mac(1), kind);
        if (mark == nullptr) return "(none)";
        const auto content = store().read_upload(mark->id);
        if (!content) return "(lost)";
        EXPECT_EQ(content->bytes().size(), mark->bytes);
        EXPECT_EQ(content->record.hash, blob_name(sha256(content->bytes())));
        return std::string(content->bytes());
    }
    void expect_marks_are_what_is_stored() {
        const auto disk = store().load();
        for (const char* kind : {"boot log", "overrides"}) {
            const UploadMark *a = snapshot()->upload(mac(1), kind), *b = disk->upload(mac(1), kind);
            ASSERT_EQ(a == nullptr, b == nullptr) << kind;
            if (a != nullptr) {
                EXPECT_EQ(*a, *b) << kind;
            }
        }
        EXPECT_EQ(snapshot()->files().size(), disk->files().size());
    }
    StoredFile image(std::string_view content, std::string version = "2.2.0") {
        const auto file = store().blobs().begin();
        file->add(content);
        hold_ = store().blobs().keep(*file);
        StoredFile out;
        out.family = "polycom";
        out.name = "sip.ld";
        out.version = std::move(version);
        out.hash = hold_->name();
        out.bytes = content.size();
        return out;
    }
    std::shared_ptr<BlobHold> hold_;
};

TEST_P(StoreFilesConformance, AnUploadIsStoredSeenAndReadBackWhateverIsInIt) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    for (const std::string& content : {std::string(), std::string("x"), all, std::string(65'536, '\0')}) {
        ASSERT_EQ(put(sent(content)).state, State::stored);
        EXPECT_EQ(current(), content);
    }
    expect_marks_are_what_is_stored();
    open();
    EXPECT_EQ(current(), std::string(65'536, '\0'));
}

TEST_P(StoreFilesConformance, ALargeUploadIsABlobThatGoesWithItsRow) {
    const std::string content(200'000, 'b');
    ASSERT_EQ(put(large(content)).state, State::stored);
    EXPECT_EQ(current("overrides"), content);
    const BlobName name = blob_name(sha256(content));
    ASSERT_NE(store().blobs().map(name), nullptr);
    const auto mapped = store().blobs().map(name);
    ASSERT_TRUE(store().remove_upload(mac(1), "overrides"));
    EXPECT_EQ(store().blobs().map(name), nullptr);
    EXPECT_EQ(mapped->bytes(), content) << "what is being read stays";
    EXPECT_EQ(current("overrides"), "(none)");
}

TEST_P(StoreFilesConformance, FirstIsCreatedLaterIsNot) {
    EXPECT_TRUE(put(sent("a")).created);
    EXPECT_FALSE(put(sent("b")).created);
    EXPECT_TRUE(put(sent("c", "overrides")).created);
}

TEST_P(StoreFilesConformance, TheLastVersionsAreKept) {
    for (int i = 1; i <= 13; ++i) ASSERT_EQ(put(sent(std::to_string(i))).state, State::stored);
    const auto versions = store().uploads(mac(1));
    ASSERT_TRUE(versions);
    ASSERT_EQ(versions->size(), 10U);
    EXPECT_EQ(versions->front().version, 13U);
    EXPECT_TRUE(versions->front().current);
    EXPECT_EQ(versions->back().version, 4U);
    EXPECT_FALSE(versions->back().current);
    EXPECT_EQ(store().read_upload(versions->back().id)->text, "4");
}

TEST_P(StoreFilesConformance, TheSameAgainMakesNoVersionAndChangesNothing) {
    ASSERT_EQ(put(sent("same")).state, State::stored);
    const Revision before = snapshot()->revision();
    const UploadOutcome again = put(sent("same"));
    EXPECT_EQ(again.state, State::stored);
    EXPECT_FALSE(again.created);
    EXPECT_EQ(store().uploads(mac(1))->size(), 1U);
    EXPECT_EQ(snapshot()->revision(), before);
    EXPECT_EQ(put(large("same")).state, State::stored);
    EXPECT_EQ(put(large("same")).state, State::stored);
    EXPECT_EQ(current("overrides"), "same");
}

TEST_P(StoreFilesConformance, ABlobThatIsRefusedIsGoneAtOnce) {
    UploadDraft upload = large("nobody's");
    upload.mac = mac(99);
    EXPECT_EQ(put(std::move(upload)).state, State::unknown);
    EXPECT_EQ(store().blobs().map(blob_name(sha256(std::string_view("nobody's")))), nullptr);
}

TEST_P(StoreFilesConformance, AnAppendLengthensAndMakesNoVersion) {
    EXPECT_EQ(put(appended("one ")).state, State::stored);
    EXPECT_EQ(put(appended("two ")).state, State::stored);
    const auto before = snapshot()->upload(mac(1), "boot log")->id;
    EXPECT_EQ(put(appended("three", 8)).state, State::stored);
    EXPECT_EQ(current(), "one two three");
    EXPECT_NE(snapshot()->upload(mac(1), "boot log")->id, before);
    EXPECT_EQ(store().uploads(mac(1))->size(), 1U);
    expect_marks_are_what_is_stored();
}

TEST_P(StoreFilesConformance, ManyAppendsAreOneContentAndGoWithIt) {
    SeededRandom random(7);
    std::string whole(3'000, 'w');
    ASSERT_EQ(put(sent(whole)).state, State::stored);
    for (int i = 0; i < 300; ++i) {
        std::string piece(random.below(10) == 0 ? random.below(5'000) : random.below(80), '\0');
        for (char& c : piece) c = static_cast<char>(random.below(256));
        ASSERT_EQ(put(appended(piece, whole.size())).state, State::stored) << i;
        whole += piece;
        if (i % 50 == 0) {
            ASSERT_EQ(current(), whole) << i;
        }
    }
    open();
    EXPECT_EQ(current(), whole);
    ASSERT_EQ(put(sent("anew")).state, State::stored);
    ASSERT_EQ(put(appended(" and on")).state, State::stored);
    EXPECT_EQ(current(), "anew and on");
    const auto versions = store().uploads(mac(1));
    ASSERT_EQ(versions->size(), 2U);
    EXPECT_EQ(store().read_upload(versions->back().id)->bytes(), whole);
    expect_marks_are_what_is_stored();
}

TEST_P(StoreFilesConformance, AnAppendToAContentThatIsLostIsNotAcknowledged) {
    UploadDraft first = large(std::string(70'000, 'a'));
    first.kind = "boot log";
    const BlobName name = first.blob->name();
    ASSERT_EQ(put(first).state, State::stored);
    first.blob.reset();
    store().blobs().remove(name);
    EXPECT_EQ(put(appended("end")).state, State::failed);
    EXPECT_EQ(snapshot()->upload(mac(1), "boot log")->bytes, 70'000U);
    EXPECT_EQ(put(sent("another")).state, State::stored);
    EXPECT_EQ(current(), "another");
}

TEST_P(StoreFilesConformance, AnAppendElsewhereThanAtTheEndIsRefused) {
    EXPECT_EQ(put(appended("x", 1)).state, State::wrong_offset);
    EXPECT_EQ(put(appended("abc", 0)).state, State::stored);
    for (const std::uint64_t offset : {0U, 2U, 4U}) EXPECT_EQ(put(appended("x", offset)).state, State::wrong_offset);
    EXPECT_EQ(current(), "abc");
}

TEST_P(StoreFilesConformance, AnAppendThatGrowsTooLongBeginsAnewAndKeepsTheOld) {
    UploadDraft first = appended(std::string(90, 'a')), second = appended("bb"), third = appended(std::string(20, 'c'));
    first.bytes_max = second.bytes_max = third.bytes_max = 100;
    (void)put(first), (void)put(second), (void)put(third);
    EXPECT_EQ(current(), std::string(20, 'c'));
    const auto versions = store().uploads(mac(1));
    ASSERT_EQ(versions->size(), 2U);
    EXPECT_EQ(versions->back().bytes, 92U);
}

TEST_P(StoreFilesConformance, AnAppendToABlobIsOneContent) {
    UploadDraft first = large(std::string(70'000, 'a'));
    first.kind = "boot log";
    ASSERT_EQ(put(first).state, State::stored);
    ASSERT_EQ(put(appended("end", 70'000)).state, State::stored);
    EXPECT_EQ(current(), std::string(70'000, 'a') + "end");
    first.blob.reset();
}

TEST_P(StoreFilesConformance, OnlyDevicesHaveUploads) {
    UploadDraft upload = sent("x");
    upload.mac = mac(99);
    EXPECT_EQ(put(upload).state, State::unknown);
    EXPECT_FALSE(store().uploads(mac(99)));
    EXPECT_FALSE(store().remove_upload(mac(1), "boot log"));
}

TEST_P(StoreFilesConformance, AReplacementPhoneTakesUploadsOverAndARemovedOneTakesThemAway) {
    ASSERT_EQ(put(sent("kept", "overrides")).state, State::stored);
    ASSERT_TRUE(store().replace_device({mac(1), mac(2)}));
    EXPECT_EQ(snapshot()->upload(mac(1), "overrides"), nullptr);
    ASSERT_NE(snapshot()->upload(mac(2), "overrides"), nullptr);
    EXPECT_EQ(*snapshot()->upload(mac(2), "overrides"), *store().load()->upload(mac(2), "overrides"));
    ASSERT_TRUE(store().remove_device(mac(2)));
    EXPECT_EQ(snapshot()->upload(mac(2), "overrides"), nullptr);
    ASSERT_TRUE(store().add_device(draft(2)));
    EXPECT_EQ(snapshot()->upload(mac(2), "overrides"), nullptr);
}

TEST_P(StoreFilesConformance, ManyAtOnceShareCommitsAndAllAreStored) {
    constexpr int many = 1'000;
    std::atomic<int> stored{0};
    std::promise<void> all;
    for (int i = 0; i < many; ++i)
        ASSERT_TRUE(store().put_upload(sent(std::to_string(i), "kind " + std::to_string(i % 50)),
                                       [&](const UploadOutcome& outcome) {
                                           EXPECT_EQ(outcome.state, State::stored);
                                           if (++stored == many) all.set_value();
                                       }));
    all.get_future().wait();
    EXPECT_EQ(current("kind 49"), "999");
}

TEST_P(StoreFilesConformance, FirmwareIsListedReplacedAndRemoved) {
    const auto first = store().add_file(image("old", "1"));
    const auto second = store().add_file(image("new", "2"));
    ASSERT_TRUE(first && second) << first.error().text();
    const auto named = snapshot()->files_named("SIP.LD");
    ASSERT_EQ(named.size(), 2U);
    EXPECT_EQ(named[0]->version, "2") << "what was added last stands first";
    EXPECT_EQ(named[0]->hash, blob_name(sha256(std::string_view("new"))));
    const auto again = store().add_file(image("newer", "2"));
    EXPECT_EQ(snapshot()->files_named("sip.ld").size(), 2U);
    EXPECT_EQ(store().blobs().map(blob_name(sha256(std::string_view("new")))), nullptr);
    expect_marks_are_what_is_stored();
    ASSERT_TRUE(store().remove_file(*again));
    EXPECT_EQ(snapshot()->files_named("sip.ld").front()->version, "1");
    EXPECT_FALSE(store().remove_file(*again));
}

TEST_P(StoreFilesConformance, ABlobStaysAsLongAsOneRowRefersToIt) {
    StoredFile a = image("same", "1"), b = a;
    b.name = "bootrom.ld";
    const auto first = store().add_file(a), second = store().add_file(b);
    hold_.reset();
    ASSERT_TRUE(store().remove_file(*first));
    EXPECT_NE(store().blobs().map(a.hash), nullptr);
    ASSERT_TRUE(store().remove_file(*second));
    EXPECT_EQ(store().blobs().map(a.hash), nullptr);
}

TEST_P(StoreFilesConformance, NamesThatAreNoFileNamesAreRefused) {
    for (const char* name : {"", "/", "/etc/passwd", "a//b", "../x", "a/../b", ".", "a\\b", "a/"}) {
        StoredFile file = image("x");
        file.name = name;
        EXPECT_FALSE(store().add_file(file)) << name;
    }
    StoredFile file = image("x");
    file.family = "";
    EXPECT_FALSE(store().add_file(file));
    file = image("x");
    file.site = SiteId(77);
    EXPECT_EQ(store().add_file(file).error().code, ErrorCode::not_found);
}

TEST_P(StoreFilesConformance, ASiteWithAssetsStays) {
    ASSERT_TRUE(store().add_site("lab", {}));
    StoredFile file = image("x");
    file.role = FileRole::asset;
    file.site = snapshot()->site("lab")->id;
    const auto id = store().add_file(file);
    EXPECT_EQ(store().remove_site("lab").error().code, ErrorCode::conflict);
    ASSERT_TRUE(store().remove_file(*id));
    EXPECT_TRUE(store().remove_site("lab"));
}

TEST_P(StoreFilesConformance, WhatNoRowRefersToIsSweptAtTheNextStart) {
    const auto kept = image("kept");
    ASSERT_TRUE(store().add_file(kept));
    const auto lost = image("never committed");
    hold_.reset();
    EXPECT_NE(store().blobs().map(lost.hash), nullptr);
    open();
    EXPECT_EQ(store().blobs().map(lost.hash), nullptr);
    EXPECT_NE(store().blobs().map(kept.hash), nullptr);
}

} // namespace offhook::catalogue
