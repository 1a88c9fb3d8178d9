/// @file  The DHCPv4 listener alone: over a store, and offers that are the same for every phone.
///
///   bench_dhcp_server DIRECTORY ADDRESS:PORT MODE [SUBNET FIRST LAST] [--any] [--probe MS] [--beside]
///
/// Also what a hand reaches for to try foreign clients in a namespace: it prints every note.
#include "base/text.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "net/loops.hpp"
#include "server/discovery/dhcp4_listener.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace offhook;
using namespace offhook::server;

class FixedOffers final : public OfferSource {
public:
    explicit FixedOffers(bool talks) : talks_(talks) {
        add(66, "http://10.99.0.1/boot");
        add(67, "{MODEL}.cfg");
        add(160, "http://10.99.0.1/boot/{MODEL}.cfg");
    }
    [[nodiscard]] Offer make(const Asker& asker) const override {
        Offer out = recognize(asker);
        out.state = Offer::State::offered;
        out.shown_url = "http://10.99.0.1/boot";
        for (const auto& rule : rules_) out.options.push_back({&rule, rule.value});
        return out;
    }
    [[nodiscard]] Offer recognize(const Asker&) const override {
        Offer out;
        out.device = &device_;
        return out;
    }
    void note(const Asker& asker, const Offer&, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told) override {
        if (!talks_) return;
        std::printf("%s [%s] %s: %s (%s)\n", asker.mac.value_or(MacAddress()).text().c_str(),
                    printable(asker.vendor_class).c_str(), std::string(asked).c_str(), printable(told).c_str(),
                    std::string(catalogue::outcome_text.to_text(outcome)).c_str());
        std::fflush(stdout);
    }
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress) const override { return std::nullopt; }

private:
    void add(std::uint16_t option, std::string value) {
        config::OfferRule rule;
        rule.method = config::OfferMethod::dhcp4;
        rule.option = option;
        rule.value = std::move(value);
        rules_.push_back(std::move(rule));
    }
    std::vector<config::OfferRule> rules_;
    catalogue::Device device_;
    bool talks_;
};

Dhcp4Mode mode_of(std::string_view text) {
    return text == "small_pool" ? Dhcp4Mode::small_pool
           : text == "observe"  ? Dhcp4Mode::observe
                                : Dhcp4Mode::options_only;
}

} // namespace

int main(int argc, char** argv) {
    const std::span<char*> given(argv, static_cast<std::size_t>(argc));
    if (given.size() < 4) {
        std::fprintf(stderr, "bench_dhcp_server DIRECTORY ADDRESS:PORT MODE [SUBNET FIRST LAST] [--quiet] ...\n");
        return 2;
    }
    Dhcp4Options options;
    options.answers_per_source_second = options.answers_per_second = 100'000'000; // one relay, as fast as it can
    options.mode = mode_of(given[3]);
    options.conflict_wait = std::chrono::milliseconds(0);
    bool talks = true;
    std::vector<std::string> words;
    for (std::size_t i = 4; i < given.size(); ++i) {
        const std::string_view word = given[i];
        if (word == "--quiet")
            talks = false;
        else if (word == "--beside")
            options.beside_others = true;
        else if (word == "--probe")
            options.conflict_wait = std::chrono::milliseconds(300);
        else
            words.emplace_back(word);
    }
    if (words.size() == 3) {
        Dhcp4Pool pool;
        pool.subnet = *Network::from_text(words[0]);
        pool.first = *IpAddress::from_text(words[1]), pool.last = *IpAddress::from_text(words[2]);
        pool.routers = pool.dns = {*IpAddress::from_text("10.97.0.1")};
        options.pools.push_back(pool);
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM), sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    const std::string at = given[2];
    const auto colon = at.find(':');
    const SystemClock clock;
    FixedOffers offers(talks);
    const auto store = catalogue::open_sqlite_store({given[1]});
    net::Loops loops(clock, 1);
    loops.start();
    auto listener = Dhcp4Listener::open(loops[0], offers, *store, 0,
                                        {boost::asio::ip::make_address(at.substr(0, colon)),
                                         static_cast<std::uint16_t>(std::stoi(at.substr(colon + 1)))},
                                        options);
    int result = 0;
    if (listener) {
        (*listener)->start();
        std::printf("serving at %s\n", (*listener)->address().c_str());
        std::fflush(stdout);
        int caught = 0;
        sigwait(&ends, &caught);
        (*listener)->stop();
    } else {
        std::fprintf(stderr, "%s\n", listener.error().text().c_str());
        result = 1;
    }
    loops.stop();
    return result;
}
