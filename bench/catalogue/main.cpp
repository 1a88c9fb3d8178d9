/// @file  What a big catalogue costs: memory, start-up, one change, one lookup.
///
///   bench_catalogue [DEVICES] [DIR]     1,000,000 devices in a temporary folder unless told
#include "base/random.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/timeline/timeline.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <vector>

namespace offhook::catalogue {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t resident_bytes() {
    ::malloc_trim(0);
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0, resident = 0;
    statm >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

MacAddress mac_of(std::size_t number) { return MacAddress(0x0004'f200'0000ULL + number * 3); }

/// As a company's phones are: user, password, display name, and every other one a label.
DeviceDraft draft_of(std::size_t number) {
    DeviceDraft out;
    out.mac = mac_of(number);
    out.family = "polycom", out.model = number % 3 == 0 ? "SPIP335" : "SPIP650";
    const std::string user = fmt::format("{}", 100'000 + number);
    out.settings = {{"line.1.user", user},
                    {"line.1.password", fmt::format("pw{:014x}", number * 0x9e3779b9ULL)},
                    {"line.1.display_name", "Employee " + user}};
    if (number % 2 == 0) out.settings.push_back({"line.1.label", user});
    return out;
}

void fill(Store& store, std::size_t devices) {
    constexpr std::size_t batch = 50'000;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t first = 0; first < devices; first += batch) {
        std::vector<DeviceDraft> drafts;
        for (std::size_t i = first; i < std::min(devices, first + batch); ++i) drafts.push_back(draft_of(i));
        const auto done = store.add_devices(drafts);
        if (!done) throw std::runtime_error(done.error().text());
    }
    const double took = seconds_since(start);
    fmt::print("import in batches of {}       {:8.2f} s, {:.0f} devices/s\n", batch, took,
               static_cast<double>(devices) / took);
}

void time_lookups(const Snapshot& snapshot, std::size_t devices) {
    SeededRandom random(7);
    std::vector<MacAddress> wanted;
    for (int i = 0; i < 1'000'000; ++i) wanted.push_back(mac_of(random.below(devices)));
    std::size_t found = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const MacAddress mac : wanted) found += snapshot.find(mac)->revision != 0 ? 1 : 0;
    const double known = seconds_since(start) * 1e9 / static_cast<double>(wanted.size());
    const auto second = std::chrono::steady_clock::now();
    for (const MacAddress mac : wanted) found += snapshot.find(MacAddress(mac.bits() + 1)) != nullptr ? 1 : 0;
    const double unknown = seconds_since(second) * 1e9 / static_cast<double>(wanted.size());
    fmt::print("lookup among {:>9} devices   {:8.0f} ns known, {:.0f} ns unknown ({} found)\n", devices, known, unknown,
               found);
}

SnapshotPtr small_snapshot(std::size_t devices) {
    SnapshotBuilder builder;
    for (std::size_t i = 0; i < devices; ++i) {
        const DeviceDraft draft = draft_of(i);
        auto device = std::make_shared<Device>();
        device->mac = draft.mac, device->family = draft.family, device->model = draft.model, device->revision = 1;
        device->layer = *check(draft);
        builder.add(std::move(device));
    }
    return builder.build(1);
}

template <class Work>
double median_us(int rounds, Work&& work) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work(i);
        times.push_back(seconds_since(start) * 1e6);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

void time_changes(Catalogue& catalogue, std::size_t devices) {
    const SnapshotPtr before = catalogue.snapshot();
    const double memory_us = median_us(1'000, [&](int i) {
        ChangeSet change;
        change.revision = before->revision() + 1;
        auto device = std::make_shared<Device>(*before->find(mac_of(static_cast<std::size_t>(i) * 991 % devices)));
        device->note = "changed";
        change.devices.push_back(std::move(device));
        const SnapshotPtr after = before->advanced(change); // and freed again
    });
    const double disk_us = median_us(200, [&](int i) {
        DeviceChange change;
        change.set = {{"line.1.label", fmt::format("changed {}", i)}};
        const auto done = catalogue.store().change_device(mac_of(static_cast<std::size_t>(i) * 991 % devices), change);
        if (!done) throw std::runtime_error(done.error().text());
    });
    fmt::print("one change in memory            {:8.1f} us (new shard, node and root; the old ones freed)\n",
               memory_us);
    fmt::print("one change, committed           {:8.1f} us (synced, published)\n", disk_us);
}

void time_timeline(const std::filesystem::path& directory) {
    TimelineOptions options;
    options.directory = directory;
    Timeline timeline(options);
    TimelineEvent event;
    event.path = "0004f2abcdef.cfg", event.kind = "master", event.user_agent = "FileTransport PolycomSoundPointIP";
    constexpr int count = 4'000;
    double push_ns = 0, flush_us = 0;
    for (int round = 0; round < 20; ++round) {
        event.at = WallTime(std::chrono::hours(round + 1)); // no repeats: every event is a row
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < count; ++i) {
            event.mac = mac_of(static_cast<std::size_t>(i));
            (void)timeline.ring(0).push(event);
        }
        push_ns += seconds_since(start) * 1e9;
        start = std::chrono::steady_clock::now();
        timeline.flush();
        flush_us += seconds_since(start) * 1e6;
    }
    fmt::print("timeline, push                  {:8.0f} ns an event\n", push_ns / (20.0 * count));
    fmt::print("timeline, a row written         {:8.1f} us an event ({} dropped)\n", flush_us / (20.0 * count),
               timeline.dropped());
}

int run(std::size_t devices, const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    const SqliteOptions options{directory, {}, nullptr};
    if (!std::filesystem::exists(directory / "catalogue.db")) fill(*open_sqlite_store(options), devices);
    auto size = std::filesystem::file_size(directory / "catalogue.db");
    fmt::print("database                        {:8.1f} MB, {:.0f} bytes a device\n", static_cast<double>(size) / 1e6,
               static_cast<double>(size) / static_cast<double>(devices));
    auto store = open_sqlite_store(options);
    const std::size_t before = resident_bytes();
    const auto start = std::chrono::steady_clock::now();
    Catalogue catalogue(std::move(store));
    const double took = seconds_since(start);
    const std::size_t after = resident_bytes();
    fmt::print("start-up, load from SQLite      {:8.2f} s, {:.0f} devices/s\n", took,
               static_cast<double>(devices) / took);
    fmt::print("memory                          {:8.1f} MB, {:.0f} bytes a device (resident)\n",
               static_cast<double>(after - before) / 1e6,
               static_cast<double>(after - before) / static_cast<double>(devices));
    time_lookups(*small_snapshot(1'000), 1'000);
    time_lookups(*catalogue.snapshot(), devices);
    time_changes(catalogue, devices);
    time_timeline(directory);
    return 0;
}

} // namespace
} // namespace offhook::catalogue

int main(int argc, char** argv) {
    const std::size_t devices =
        argc > 1 ? offhook::to_number<std::size_t>(argv[1]).value_or(1'000'000) : std::size_t{1'000'000};
    std::string pattern = (std::filesystem::temp_directory_path() / "offhook-bench-XXXXXX").string();
    const std::filesystem::path directory = argc > 2 ? argv[2] : ::mkdtemp(pattern.data());
    const int code = offhook::catalogue::run(devices, directory);
    if (argc <= 2) std::filesystem::remove_all(directory);
    return code;
}
