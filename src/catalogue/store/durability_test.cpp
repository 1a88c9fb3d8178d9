// A store that is killed: every change that was acknowledged is there afterwards, whole.
#include "base/random.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

struct Acknowledged {
    std::uint64_t mac;
    std::uint64_t user;
};

/// In the child: adds and changes devices from two threads, and says so once each is acknowledged.
[[noreturn]] void write_until_killed(const std::filesystem::path& directory, int out, std::uint64_t seed) {
    try {
        const auto store = open_sqlite_store({directory, {}, nullptr});
        std::array<std::thread, 2> writers;
        for (std::uint64_t writer = 0; writer < writers.size(); ++writer)
            writers[writer] = std::thread([&, writer] {
                SeededRandom random(seed * 2 + writer);
                for (std::uint64_t count = 1;; ++count) {
                    // Each writer has its own addresses, so that of one address the order is known.
                    const std::uint64_t mac = 0x0004f2000000 + (writer << 16U) + random.below(40);
                    const std::uint64_t user = seed * 1'000'000 + count;
                    const std::string text = std::to_string(user);
                    DeviceChange change;
                    change.set = {{"line.1.user", text}, {"line.1.password", text}};
                    auto done = store->change_device(MacAddress(mac), change);
                    if (!done) {
                        DeviceDraft draft;
                        draft.mac = MacAddress(mac), draft.family = "polycom", draft.model = "SPIP650";
                        draft.settings = change.set;
                        done = store->add_device(draft);
                    }
                    if (!done) ::_exit(3);
                    const Acknowledged record{mac, user};
                    if (::write(out, &record, sizeof record) != sizeof record) ::_exit(4);
                }
            });
        for (auto& writer : writers) writer.join();
    } catch (...) {
        ::_exit(5);
    }
    ::_exit(6);
}

TEST(StoreDurability, EveryAcknowledgedChangeSurvivesAKill) {
    const TestDirectory home;
    constexpr std::uint64_t seed = 20260101; // the same kills every time, as far as a scheduler allows
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    SeededRandom random(seed);
    std::map<std::uint64_t, std::uint64_t> acknowledged;
    for (std::uint64_t round = 1; round <= 12; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            write_until_killed(home.path(), pipe[1], round);
        }
        ::close(pipe[1]);
        std::thread killer([&, wait = std::chrono::milliseconds(20 + random.below(200))] {
            std::this_thread::sleep_for(wait);
            ::kill(child, SIGKILL);
        });
        Acknowledged record{};
        while (::read(pipe[0], &record, sizeof record) == sizeof record) acknowledged[record.mac] = record.user;
        ::close(pipe[0]);
        killer.join();
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);

        const auto snapshot = open_sqlite_store({home.path(), {}, nullptr})->load();
        const auto user = *config::find_setting("line.1.user"), password = *config::find_setting("line.1.password");
        for (const auto& [mac, expected] : acknowledged) {
            const Device* device = snapshot->find(MacAddress(mac));
            ASSERT_NE(device, nullptr) << "round " << round;
            const std::string found(*device->layer.find(user));
            // The last change may have been committed without its acknowledgement having been written.
            EXPECT_GE(std::stoull(found), expected) << "round " << round;
            EXPECT_EQ(device->layer.find(password), found) << "half a change";
        }
    }
    EXPECT_GT(acknowledged.size(), 20U);
}

} // namespace
} // namespace offhook::catalogue
