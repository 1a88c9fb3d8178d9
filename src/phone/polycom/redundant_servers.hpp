#pragma once
/// @file  RedundantServers: one transfer to a boot server whose name has several addresses.
///
/// Attempts times addresses, with the phone's Retry Wait between attempts; what a server answers is final, only a
/// network that fails is tried again. An address that failed while another answered is not asked again in this stage,
/// nor are any where all failed (I: no phone would boot in finite time otherwise).
/// Limits  limits::attempts_max attempts, limits::servers_max addresses.
/// Source  reference: Polycom 2.4. Not known: how attempts and addresses nest, and where uploads go: switches.hpp.
/// Threads the loop's own.
#include "phone/polycom/switches.hpp"
#include "phone/resolver.hpp"
#include "phone/transfers.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace offhook::phone::polycom {

/// How often, how long between, at how many addresses: device.prov.redunAttemptLimit, .redunInterAttemptDelay,
/// .maxRedunServers.
struct Tries {
    unsigned attempts = 3;
    std::chrono::seconds pause{1};
    unsigned servers = 1;
    Switches::Nesting nesting = Switches::Nesting::attempts;
};

[[nodiscard]] Tries read_tries(const Flash& flash, const Release& release, const Switches& switches);

/// One answer, and where it came from.
struct Tried {
    TransferAnswer answer;
    unsigned attempts = 1;
    unsigned address = 1, addresses = 1; ///< "addr 2 of 2"
    std::string place;                   ///< the address, where there are several; else ""
};

class RedundantServers {
public:
    /// `resolver` may be null. Both outlive this.
    RedundantServers(Transfers& transfers, Resolver* resolver) : transfers_(transfers), resolver_(resolver) {}

    /// The phone's program changes: names are looked up anew, and no address is known to be silent.
    void start_stage(Tries tries);

    /// To the first address that answers.
    [[nodiscard]] boost::asio::awaitable<Tried> run(TransferRequest request);
    /// To this one of its addresses alone.
    [[nodiscard]] boost::asio::awaitable<Tried> run_at(TransferRequest request, std::string address);
    /// To every address, as if each were the only one; in order.
    [[nodiscard]] boost::asio::awaitable<std::vector<Tried>> run_everywhere(TransferRequest request);

private:
    struct Turn {
        unsigned attempt, address; ///< from 0
    };

    [[nodiscard]] boost::asio::awaitable<std::vector<std::string>> addresses_of(std::string host);
    [[nodiscard]] std::vector<Turn> turns(const std::vector<std::string>& addresses) const;
    [[nodiscard]] boost::asio::awaitable<Tried> try_addresses(TransferRequest request,
                                                              std::vector<std::string> addresses);

    Transfers& transfers_;
    Resolver* resolver_;
    Tries tries_;
    std::map<std::string, std::vector<std::string>> known_; ///< by host; at most as many as a master file can name
    std::set<std::string> silent_;                          ///< addresses that failed while another answered
};

} // namespace offhook::phone::polycom
