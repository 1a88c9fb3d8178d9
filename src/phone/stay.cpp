#include "phone/stay.hpp"

#include "phone/notify/notify_answerer.hpp"
#include "phone/notify/notify_listener.hpp"
#include "protocol/sip/notify_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

/// Waits for the name service; the phone has nothing else to do.
std::vector<IpAddress> addresses_of(const std::vector<std::string>& hosts) {
    std::vector<IpAddress> out;
    asio::io_context context(1);
    asio::ip::tcp::resolver resolver(context);
    for (const std::string& host : hosts) {
        if (const auto address = IpAddress::from_text(host)) {
            out.push_back(*address);
            continue;
        }
        boost::system::error_code error;
        for (const auto& entry : resolver.resolve(host, "5060", error))
            if (const auto address = IpAddress::from_text(entry.endpoint().address().to_string()))
                out.push_back(*address);
    }
    return out;
}

/// Names are looked up only where somebody is filtered by them.
void take_rules(const StayOptions& options, std::string_view family, const BootReport& report,
                NotifyAnswerer& answerer) {
    NotifyRules rules = notify_rules(family, report);
    bool filters = false;
    for (NotifyEvent& event : rules.events) {
        if (options.source == NotifySource::registrars) event.source = NotifySource::registrars;
        filters = filters || event.source == NotifySource::registrars;
    }
    std::vector<IpAddress> registrars;
    if (filters) registrars = addresses_of(rules.registrars);
    answerer.set_rules(std::move(rules), std::move(registrars));
}

} // namespace

void stay(const StayOptions& options, std::string_view family, BootReport& report, BootObserver& observer,
          const Clock& clock, Random& random, std::ostream& err, const DoAgain& again, const LeaseEnds& lease_ends) {
    const auto tell = [&](const std::string& line) { observer.on_event({BootEvent::Kind::decision, line}); };
    NotifyAnswerer answerer(clock, random);
    take_rules(options, family, report, answerer);
    NotifyListener listener(answerer, clock, tell);
    listener.open(options.sip_address, options.sip_port);
    const NotifyPeer local = listener.local();
    err << "listening sip " << protocol::sip::host_and_port(local.address.text(), local.port) << std::endl;
    std::optional<Instant> until;
    if (options.time && options.time->count() > 0) until = clock.instant() + *options.time;
    std::optional<Instant> past_end; // of a lease that nobody has renewed at the boot since
    for (;;) {
        auto end = lease_ends();
        if (end == past_end) end.reset();
        const bool ends_first = end && (!until || *end < *until);
        NotifyAction action = NotifyAction::check;
        const auto waited = listener.wait(ends_first ? end : until, action);
        const bool has_ended = waited == NotifyListener::End::time_over && ends_first;
        if (waited != NotifyListener::End::told && !has_ended) return;
        if (has_ended) {
            past_end = end;
            tell("the lease of the phone's address has ended: it boots again");
        }
        if (!has_ended && action == NotifyAction::report) { // fetching would be something else
            tell("reports are not uploaded yet");
            continue;
        }
        listener.take_signals(NotifyListener::Signals::end_the_process);
        const bool boots = has_ended || action == NotifyAction::reboot;
        if (boots) listener.free_udp();
        report = again(has_ended ? std::nullopt : std::optional(action));
        listener.take_signals(NotifyListener::Signals::end_the_wait);
        take_rules(options, family, report, answerer);
        if (!boots) continue;
        listener.deaf(); // to streams that came meanwhile
        listener.take_udp();
    }
}

} // namespace offhook::phone
