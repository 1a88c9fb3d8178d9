// A store that is killed amid leases: every acknowledged one is there, so no address is given to two clients.
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

constexpr std::uint32_t addresses = 32;

struct AcknowledgedLeases {
    std::uint32_t address;
    std::uint64_t number;
};

/// Made from its number alone, so that the parent can tell what it must be.
Lease lease_of(std::uint32_t address, std::uint64_t number) {
    Lease out;
    out.address = IpAddress::v4(0x0a000000U + address);
    out.mac = MacAddress(number);
    out.client_id = std::to_string(number);
    out.until = WallTime(std::chrono::milliseconds(number));
    return out;
}

[[noreturn]] void lease_until_killed(const std::filesystem::path& directory, int out, std::uint64_t round) {
    try {
        const auto store = open_sqlite_store({directory});
        for (std::uint64_t step = 0;; ++step) {
            std::array<std::promise<void>, addresses> told;
            for (std::uint32_t i = 0; i < addresses; ++i) {
                const std::uint64_t number = (round * 100'000 + step) * 100 + i;
                const bool taken = store->put_lease(lease_of(i, number), [&told, out, i, number](bool is_durable) {
                    const AcknowledgedLeases record{i, number};
                    if (!is_durable || ::write(out, &record, sizeof record) != sizeof record) ::_exit(4);
                    told[i].set_value();
                });
                if (!taken) ::_exit(5);
            }
            for (auto& each : told) each.get_future().wait();
        }
    } catch (...) {
        ::_exit(6);
    }
}

TEST(LeaseDurability, EveryAcknowledgedLeaseSurvivesAKill) {
    const TestDirectory home;
    constexpr std::uint64_t seed = 20261121;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    SeededRandom random(seed);
    open_sqlite_store({home.path()}).reset();
    std::map<std::uint32_t, std::uint64_t> acknowledged;
    for (std::uint64_t round = 1; round <= 6; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            lease_until_killed(home.path(), pipe[1], round);
        }
        ::close(pipe[1]);
        std::thread killer([child, wait = std::chrono::milliseconds(60 + random.below(200))] {
            std::this_thread::sleep_for(wait);
            ::kill(child, SIGKILL);
        });
        AcknowledgedLeases record{};
        while (::read(pipe[0], &record, sizeof record) == sizeof record) acknowledged[record.address] = record.number;
        ::close(pipe[0]);
        killer.join();
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);

        std::map<IpAddress, Lease> stored;
        for (const Lease& lease : open_sqlite_store({home.path()})->leases()) stored[lease.address] = lease;
        for (const auto& [address, number] : acknowledged) {
            const auto found = stored.find(lease_of(address, number).address);
            ASSERT_NE(found, stored.end()) << "round " << round;
            // The last may be committed without its acknowledgement having been written.
            EXPECT_GE(found->second.mac.bits(), number) << "round " << round;
            EXPECT_EQ(found->second, lease_of(address, found->second.mac.bits())) << "half a lease";
        }
    }
    EXPECT_EQ(acknowledged.size(), addresses);
}

} // namespace
} // namespace offhook::catalogue
