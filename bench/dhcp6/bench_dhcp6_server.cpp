/// @file  The DHCPv6 listener alone: one offer for everybody, leases in a file that is synced for each.
///
///   bench_dhcp6_server ADDRESS PORT stateless|small_pool|observe DIRECTORY      one loop; serves until SIGTERM or
///   SIGINT
///
/// ADDRESS "::" or one of an interface. small_pool gives 2001:db8::1000 to ffff. Tells what it notes on stderr with
/// OFFHOOK_NOTES set.
#include "base/text.hpp"
#include "net/loop.hpp"
#include "server/discovery/dhcp6_duid.hpp"
#include "server/discovery/dhcp6_listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace offhook;

/// The same for everybody, as Panasonic's pack says it.
class OneOffer final : public server::OfferSource {
public:
    OneOffer() {
        vendor_.method = boot_.method = config::OfferMethod::dhcp6;
        vendor_.option = 17;
        vendor_.enterprise = 258;
        vendor_.sub_option = 1;
        boot_.option = 59;
    }
    [[nodiscard]] server::Offer make(const server::Asker& /*asker*/) const override {
        server::Offer out;
        out.state = server::Offer::State::offered;
        out.device = &device_;
        out.shown_url = out.url = "http://[2001:db8::1]/prov";
        out.options = {{&vendor_, "http://[2001:db8::1]/prov/{MODEL}.cfg"}, {&boot_, "http://[2001:db8::1]/prov/boot"}};
        return out;
    }
    [[nodiscard]] server::Offer recognize(const server::Asker& asker) const override { return make(asker); }
    void note(const server::Asker& asker, const server::Offer& /*offer*/, catalogue::Outcome outcome,
              std::string_view asked, std::string_view told) override {
        if (!speaks_) return;
        const std::string line = catalogue::outcome_text.to_text(outcome).data() + std::string(" ") +
                                 asker.mac.value_or(MacAddress()).text() + ": " + std::string(asked) + " -> " +
                                 std::string(told) + "\n";
        std::fputs(line.c_str(), stderr);
    }
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress /*mac*/) const override { return std::nullopt; }

private:
    catalogue::Device device_;
    config::OfferRule vendor_, boot_;
    bool speaks_ = std::getenv("OFFHOOK_NOTES") != nullptr;
};

class FileJournal final : public server::LeaseJournal {
public:
    explicit FileJournal(const std::string& path) : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
    ~FileJournal() override { ::close(fd_); }
    bool put(const catalogue::Lease& lease, catalogue::LeaseDone done) override {
        const auto line = lease.address.text() + " " + lease.mac.text() + "\n";
        done(::write(fd_, line.data(), line.size()) > 0 && ::fdatasync(fd_) == 0);
        return true;
    }

private:
    int fd_;
};

} // namespace

int main(int argc, char** argv) {
    const auto port = argc == 5 ? to_number<std::uint16_t>(argv[2]) : std::nullopt;
    const std::string mode = argc == 5 ? argv[3] : "";
    if (!port || (mode != "stateless" && mode != "small_pool" && mode != "observe")) {
        std::fprintf(stderr, "usage: bench_dhcp6_server ADDRESS PORT stateless|small_pool|observe DIRECTORY\n");
        return 2;
    }
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

    server::Dhcp6Options options;
    options.answers_per_source_second = options.answers_per_second = 100'000'000; // one address, as fast as it can
    options.mode = mode == "stateless"    ? server::Dhcp6Mode::stateless
                   : mode == "small_pool" ? server::Dhcp6Mode::small_pool
                                          : server::Dhcp6Mode::observe;
    server::Dhcp6Pool pool;
    pool.subnet = *Network::from_text("2001:db8::/64");
    pool.first = *IpAddress::from_text("2001:db8::1000");
    pool.last = *IpAddress::from_text("2001:db8::ffff");
    pool.dns = {*IpAddress::from_text("2001:db8::53")};
    pool.domain = "example.net";
    options.pools = {pool};

    const SystemClock clock;
    SystemRandom random;
    OneOffer offers;
    FileJournal journal(std::string(argv[4]) + "/leases");
    net::Loop loop(0, clock);
    loop.start();
    int status = 1;
    {
        const boost::asio::ip::udp::endpoint at(boost::asio::ip::make_address(argv[1]), *port);
        auto listener = server::Dhcp6Listener::open({loop, offers, journal}, server::load_or_make_duid(argv[4], random),
                                                    {}, 0, at, options);
        if (listener) {
            (*listener)->start();
            std::fprintf(stderr, "listening dhcp6 %s\n", (*listener)->address().c_str());
            int signal = 0;
            sigwait(&stop_signals, &signal);
            (*listener)->stop();
            status = 0;
        } else {
            std::fprintf(stderr, "%s\n", listener.error().text().c_str());
        }
    }
    loop.finish();
    loop.join();
    return status;
}
