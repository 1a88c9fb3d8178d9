#include "phone/polycom/redundant_servers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

unsigned number_or(std::string_view text, unsigned otherwise, unsigned most) {
    return std::min(to_number<unsigned>(text).value_or(otherwise), most);
}

} // namespace

Tries read_tries(const Flash& flash, const Release& release, const Switches& switches) {
    Tries tries;
    tries.attempts = std::max(1U, number_or(flash.parameter("device.prov.redunAttemptLimit"), 3, limits::attempts_max));
    tries.pause = std::chrono::seconds(number_or(flash.parameter("device.prov.redunInterAttemptDelay"), 1,
                                                 static_cast<unsigned>(limits::retry_wait_max.count())));
    tries.servers =
        std::max(1U, number_or(flash.parameter("device.prov.maxRedunServers"), release.servers, limits::servers_max));
    tries.nesting = switches.nesting;
    return tries;
}

void RedundantServers::start_stage(Tries tries) {
    tries_ = tries;
    known_.clear();
    silent_.clear();
}

asio::awaitable<std::vector<std::string>> RedundantServers::addresses_of(std::string host) {
    if (const auto found = known_.find(host); found != known_.end()) co_return found->second;
    std::vector<std::string> addresses;
    if (resolver_ != nullptr) addresses = co_await resolver_->resolve(host);
    if (addresses.size() > tries_.servers) addresses.resize(tries_.servers);
    if (addresses.empty()) addresses.emplace_back(); // whoever connects looks the name up, and says why there is none
    known_[host] = addresses;
    co_return addresses;
}

/// Which address is asked in which attempt, in order.
std::vector<RedundantServers::Turn> RedundantServers::turns(const std::vector<std::string>& addresses) const {
    const bool some_speak = std::any_of(addresses.begin(), addresses.end(),
                                        [&](const std::string& address) { return !silent_.contains(address); });
    std::vector<Turn> turns;
    for (unsigned address = 0; address < addresses.size(); ++address) {
        if (some_speak && silent_.contains(addresses[address])) continue;
        for (unsigned attempt = 0; attempt < tries_.attempts; ++attempt) turns.push_back({attempt, address});
    }
    if (tries_.nesting == Switches::Nesting::attempts)
        std::stable_sort(turns.begin(), turns.end(), [](Turn a, Turn b) { return a.attempt < b.attempt; });
    return turns;
}

asio::awaitable<Tried> RedundantServers::try_addresses(TransferRequest request, std::vector<std::string> addresses) {
    Tried tried;
    tried.addresses = static_cast<unsigned>(addresses.size());
    std::vector<std::string> failed;
    unsigned last_attempt = 0;
    const auto order = turns(addresses);
    for (const Turn turn : order) {
        if (turn.attempt > 0 && turn.attempt != last_attempt) co_await transfers_.wait(tries_.pause);
        last_attempt = turn.attempt;
        request.address = addresses[turn.address];
        tried.attempts = turn.attempt + 1;
        tried.address = turn.address + 1;
        tried.place = addresses.size() > 1 ? request.address : std::string();
        tried.answer = co_await transfers_.run(request);
        const auto outcome = tried.answer.outcome;
        if (outcome == FileOutcome::unreachable || outcome == FileOutcome::timed_out) failed.push_back(request.address);
        if (is_network_failure(outcome)) continue;
        for (const auto& silent : failed)
            if (silent != request.address) silent_.insert(silent);
        break;
    }
    co_return tried;
}

asio::awaitable<Tried> RedundantServers::run(TransferRequest request) {
    auto addresses = co_await addresses_of(request.url.host);
    co_return co_await try_addresses(std::move(request), std::move(addresses));
}

asio::awaitable<Tried> RedundantServers::run_at(TransferRequest request, std::string address) {
    const auto addresses = co_await addresses_of(request.url.host);
    const auto at = std::find(addresses.begin(), addresses.end(), address);
    std::vector<std::string> one{address};
    Tried tried = co_await try_addresses(std::move(request), std::move(one));
    tried.address = static_cast<unsigned>(at - addresses.begin()) + 1;
    tried.addresses = static_cast<unsigned>(addresses.size());
    if (addresses.size() > 1) tried.place = std::move(address);
    co_return tried;
}

asio::awaitable<std::vector<Tried>> RedundantServers::run_everywhere(TransferRequest request) {
    const auto addresses = co_await addresses_of(request.url.host);
    std::vector<Tried> all;
    for (const auto& address : addresses) {
        if (addresses.size() > 1 && silent_.contains(address)) continue;
        all.push_back(co_await run_at(request, address));
    }
    co_return all;
}

} // namespace offhook::phone::polycom
