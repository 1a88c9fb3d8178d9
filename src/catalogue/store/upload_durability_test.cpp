// A store that is killed amid uploads: every acknowledged one is there, byte for byte, and nothing is half there.
#include "base/random.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <map>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

constexpr std::uint64_t phones = 24;

struct AcknowledgedUploads {
    std::uint64_t phone, content;
};

/// Made from its number alone, so that the parent can tell what it must be. Some are rows, some are blobs.
std::string content_of(std::uint64_t number) {
    SeededRandom random(number);
    std::string out(number % 3 == 0 ? 65'537 + random.below(200'000) : random.below(9'000), '\0');
    for (char& c : out) c = static_cast<char>(random.below(256));
    return out + std::to_string(number);
}

UploadDraft upload_of(BlobStore& blobs, std::uint64_t phone, std::uint64_t number) {
    UploadDraft out;
    out.mac = MacAddress(phone + 1);
    out.kind = "boot log";
    std::string content = content_of(number);
    if (content.size() > 65'536) {
        const auto file = blobs.begin();
        file->add(content);
        out.blob = blobs.keep(*file);
        out.bytes = content.size();
    } else {
        out.content = std::move(content);
    }
    return out;
}

[[noreturn]] void upload_until_killed(const std::filesystem::path& directory, int out, std::uint64_t round) {
    try {
        const auto store = open_sqlite_store({directory});
        for (std::uint64_t step = 0;; ++step) {
            std::array<std::promise<void>, phones> told;
            for (std::uint64_t phone = 0; phone < phones; ++phone) {
                const std::uint64_t number = (round * 100'000 + step) * 100 + phone;
                const bool taken = store->put_upload(upload_of(store->blobs(), phone, number),
                                                     [&told, out, phone, number](const UploadOutcome& outcome) {
                                                         if (outcome.state != UploadOutcome::State::stored) ::_exit(3);
                                                         const AcknowledgedUploads record{phone, number};
                                                         if (::write(out, &record, sizeof record) != sizeof record)
                                                             ::_exit(4);
                                                         told[phone].set_value();
                                                     });
                if (!taken) ::_exit(5);
            }
            for (auto& each : told) each.get_future().wait();
        }
    } catch (...) {
        ::_exit(6);
    }
}

TEST(UploadDurability, EveryAcknowledgedUploadSurvivesAKillWhole) {
    const TestDirectory home;
    constexpr std::uint64_t seed = 20260202;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    SeededRandom random(seed);
    {
        const auto store = open_sqlite_store({home.path()});
        for (std::uint64_t phone = 0; phone < phones; ++phone) {
            DeviceDraft draft;
            draft.mac = MacAddress(phone + 1), draft.family = "polycom", draft.model = "SPIP650";
            ASSERT_TRUE(store->add_device(draft));
        }
    }
    std::map<std::uint64_t, std::uint64_t> acknowledged;
    for (std::uint64_t round = 1; round <= 8; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            upload_until_killed(home.path(), pipe[1], round);
        }
        ::close(pipe[1]);
        std::thread killer([child, wait = std::chrono::milliseconds(60 + random.below(250))] {
            std::this_thread::sleep_for(wait);
            ::kill(child, SIGKILL);
        });
        AcknowledgedUploads record{};
        while (::read(pipe[0], &record, sizeof record) == sizeof record) acknowledged[record.phone] = record.content;
        ::close(pipe[0]);
        killer.join();
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);

        const auto store = open_sqlite_store({home.path()});
        const auto snapshot = store->load();
        for (const auto& [phone, number] : acknowledged) {
            const auto* mark = snapshot->upload(MacAddress(phone + 1), "boot log");
            ASSERT_NE(mark, nullptr) << "round " << round;
            const auto stored = store->read_upload(mark->id);
            ASSERT_TRUE(stored);
            const std::string text(stored->bytes());
            EXPECT_EQ(blob_name(sha256(text)), stored->record.hash) << "half an upload";
            // The last may be committed without its acknowledgement having been written.
            const std::string name = std::to_string(number);
            const std::uint64_t found = std::stoull(text.substr(text.size() - name.size()));
            EXPECT_GE(found, number) << "round " << round;
            EXPECT_EQ(text, content_of(found)) << "round " << round;
        }
    }
    EXPECT_EQ(acknowledged.size(), phones);
}

} // namespace
} // namespace offhook::catalogue
