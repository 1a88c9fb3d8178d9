#include "phone/boot_command.hpp"

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "net/task_group.hpp"
#include "phone/curl_transfers.hpp"
#include "phone/discovery/address_lease.hpp"
#include "phone/family_boot.hpp"
#include "phone/network/phone_network.hpp"
#include "phone/resolver.hpp"
#include "phone/scheme_transfers.hpp"
#include "phone/sntp_client.hpp"
#include "phone/switch_names.hpp"
#include "phone/tftp_transfers.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <stdexcept>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

constexpr int exit_ready = 0, exit_not_ready = 1, exit_wrong_use = 2;

struct Subject {
    const config::Family* family;
    const config::Model* model;
    const FamilyBoot* boot;
    MacAddress mac;
    std::string spelled_model; ///< "KX-HDV130N"; "": as the model's row
};

/// A region's letters behind the model's name, as the phone itself writes them; an alias is none of the phone's names.
std::string regional_name(const config::Model& model, std::string_view typed) {
    if (typed.size() <= model.name.size() || !starts_with_ignoring_case(typed, model.name)) return {};
    std::string name = model.name;
    for (const char c : typed.substr(model.name.size())) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return name;
}

/// Where the phone stands: on an interface of its own, or on the host's addresses.
struct Place {
    std::unique_ptr<PhoneNetwork> network;
    DiscoveryRequest request;
};

Result<Subject> find_subject(const BootOptions& options, const config::Families& families) {
    const auto* family = config::find_family(families, options.family);
    if (family == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : families) names.emplace_back(known->name());
        return fail(ErrorCode::invalid, fmt::format("no such family; there are {}", join(names, ", ")), "--family");
    }
    const auto* boot = find_family_boot(family->name());
    if (boot == nullptr)
        return fail(ErrorCode::invalid,
                    fmt::format("{} has no virtual phone yet; {} have", family->name(), booting_families()),
                    "--family");
    const auto* model = family->find_model(options.model);
    if (model == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : family->models()) names.push_back(known.name);
        return fail(ErrorCode::invalid, fmt::format("no such model; there are {}", join(names, ", ")), "--model");
    }
    const auto mac = MacAddress::from_text(options.mac);
    if (!mac) return fail(ErrorCode::invalid, "expected twelve hexadecimal digits, as in 0004f2abcdef", "--mac");
    return Subject{family, model, boot, *mac, regional_name(*model, options.model)};
}

/// The flash that was left there, or one out of the box.
Result<Flash> open_flash(const BootOptions& options, const Subject& subject) {
    if (options.state_directory.empty()) return subject.boot->factory_flash(*subject.model, subject.mac);
    auto flash = load_flash(options.state_directory);
    if (!flash && flash.error().code == ErrorCode::not_found)
        return subject.boot->factory_flash(*subject.model, subject.mac);
    if (!flash) return flash;
    if (flash->mac != subject.mac || flash->model != subject.model->name || flash->family != subject.family->name())
        return fail(
            ErrorCode::conflict,
            fmt::format("this is the flash of another phone: {} {} {}", flash->family, flash->model, flash->mac.text()),
            options.state_directory);
    return flash;
}

std::string_view flag_of(DiscoveryChoice choice) {
    switch (choice) {
    case DiscoveryChoice::pnp:
        return "--pnp";
    case DiscoveryChoice::dhcp4:
        return "--dhcp4";
    case DiscoveryChoice::dhcp6:
        return "--dhcp6";
    case DiscoveryChoice::all:
        return "--auto";
    case DiscoveryChoice::none:
        break;
    }
    return "";
}

/// The mode that was asked for, or one in which the phone can look as it is told to.
Result<void> set_ip_mode(const BootOptions& options, const Subject& subject, Flash& flash) {
    const bool wants_ipv6 = options.discovery == DiscoveryChoice::dhcp6;
    if (!options.ip_mode.empty()) {
        const auto mode = ip_mode_text.from_text(options.ip_mode);
        if (!mode) return fail(ErrorCode::invalid, "one of ipv4, ipv6, dual", "--ip-mode");
        if (auto set = subject.boot->set_ip_mode(*mode, flash); !set) return set;
    } else if (wants_ipv6 && subject.boot->ip_mode(flash) == IpMode::ipv4) {
        if (auto set = subject.boot->set_ip_mode(IpMode::ipv6, flash); !set) return set;
    }
    const auto mode = subject.boot->ip_mode(flash);
    const bool wants_ipv4 = options.discovery == DiscoveryChoice::pnp || options.discovery == DiscoveryChoice::dhcp4;
    if ((wants_ipv6 && mode == IpMode::ipv4) || (wants_ipv4 && mode == IpMode::ipv6))
        return fail(ErrorCode::invalid,
                    fmt::format("a phone in {} mode does not look that way", ip_mode_text.to_text(mode)),
                    std::string(flag_of(options.discovery)));
    return {};
}

/// A switch that its family does not have would decide nothing, and nobody would see that.
Result<void> check_switch(std::string_view name, std::string_view family) {
    if (!name.starts_with(switch_prefix)) return {};
    const auto known = switch_names(family);
    if (std::find(known.begin(), known.end(), name) != known.end()) return {};
    return fail(
        ErrorCode::invalid,
        fmt::format("{} phones have no switch '{}'; there are {}", family, printable(name, 64), fmt::join(known, ", ")),
        "--flash");
}

/// An address that was typed in is known to who typed it by that word, not by the flash's parameter.
Result<void> typed_wrong(const BootOptions& options, Error error) {
    if (!options.url.empty() && !error.where.starts_with("--")) error.where = "--url";
    return tl::unexpected(std::move(error));
}

/// What an installer does in the phone's menus before it boots.
Result<void> set_by_hand(const BootOptions& options, const Subject& subject, Flash& flash) {
    for (const auto& argument : options.flash) {
        const auto equals = argument.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(ErrorCode::invalid, "expected NAME=VALUE, as in device.prov.serverType=2", "--flash");
        if (auto fits = check_switch(argument.substr(0, equals), subject.family->name()); !fits) return fits;
        flash.parameters[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
    if (auto set = subject.boot->type_in(
            {options.url, options.server_type, options.server_user, options.server_password}, flash);
        !set)
        return typed_wrong(options, set.error());
    if (auto set = set_ip_mode(options, subject, flash); !set) return set;
    if (options.discovery != DiscoveryChoice::none) return {};
    const auto checked = subject.boot->check_address(flash);
    return checked ? checked : typed_wrong(options, checked.error());
}

/// Whether the words fit together, before anything is made.
Result<void> check_words(const BootOptions& options, const FamilyBoot& boot) {
    const auto flag = std::string(flag_of(options.discovery));
    const bool looks = options.discovery != DiscoveryChoice::none;
    if (looks && !options.url.empty())
        return fail(ErrorCode::invalid, "the server is either typed in with --url or looked for", flag);
    if (looks && options.discovery != DiscoveryChoice::all && !boot.discovers_by(options.discovery))
        return fail(ErrorCode::invalid, fmt::format("{} phones do not look for a server this way", boot.family()),
                    flag);
    if (looks && options.discovery != DiscoveryChoice::pnp && options.interface.empty())
        return fail(ErrorCode::invalid,
                    "DHCP needs a network of the phone's own, for the host's addresses are not touched: name an "
                    "interface with --interface",
                    flag);
    for (const auto& [name, value] : {std::pair("--address", &options.address), {"--gateway", &options.gateway}})
        if (!value->empty() && options.interface.empty())
            return fail(ErrorCode::invalid, "it is given to a phone with a network of its own: --interface", name);
    const bool can_use_from = options.discovery == DiscoveryChoice::pnp && options.interface.empty();
    if (!options.from.empty() && !can_use_from)
        return fail(ErrorCode::invalid, "it belongs to --pnp on the host's own addresses, without --interface",
                    "--from");
    if (options.stay.web_port && !boot.has_web_pages())
        return fail(
            ErrorCode::invalid,
            fmt::format("{} phones have no web pages here; {} phones have", boot.family(), families_with_pages()),
            "--web-port");
    if (const auto hosts = read_fixed_hosts(options.resolve); !hosts) return tl::unexpected(hosts.error());
    return {};
}

Result<std::unique_ptr<PhoneNetwork>> enter_network(const BootOptions& options, const Subject& subject,
                                                    const Flash& flash, DiscoveryRequest& request) {
    NetworkOptions network;
    network.interface = options.interface;
    network.mac = subject.mac;
    if (!options.address.empty()) {
        const auto address = interface_address_from_text(options.address);
        if (!address) return fail(ErrorCode::invalid, address.error().message, "--address");
        network.address = *address;
        (address->address.is_v4() ? request.ipv4 : request.ipv6) = DiscoveryRequest::Address::by_hand;
    }
    if (!options.gateway.empty()) {
        network.gateway = IpAddress::from_text(options.gateway);
        if (!network.gateway) return fail(ErrorCode::invalid, "expected an IP address", "--gateway");
    }
    const bool is_ipv4 = subject.boot->ip_mode(flash) == IpMode::ipv4;
    network.ipv6 = is_ipv4 ? NetworkOptions::Ipv6::off : NetworkOptions::Ipv6::on;
    auto entered = PhoneNetwork::enter(network);
    if (!entered && entered.error().where.empty()) entered.error().where = "--interface";
    return entered;
}

Result<Place> find_place(const BootOptions& options, const Subject& subject, const Flash& flash) {
    Place place;
    place.request.choice = options.discovery;
    if (!options.interface.empty()) {
        auto network = enter_network(options, subject, flash, place.request);
        if (!network) return tl::unexpected(network.error());
        place.network = std::move(*network);
    } else if (options.discovery == DiscoveryChoice::pnp) {
        place.request.ipv4 = DiscoveryRequest::Address::by_hand;
        asio::io_context context(1); // tried once, so that a wrong --from is said at once
        const SystemClock clock;
        SystemRandom random;
        if (const auto tried = make_host_clients(context.get_executor(), options.from, subject.mac, clock, random);
            !tried)
            return tl::unexpected(tried.error());
    }
    return place;
}

/// Null: the phone looks for nothing.
Result<std::unique_ptr<DiscoveryClients>> clients_at(Place& place, const BootOptions& options, const Subject& subject,
                                                     const asio::any_io_executor& executor, const Clock& clock,
                                                     Random& random) {
    if (place.network) return make_clients(executor, *place.network, clock, random);
    if (options.discovery == DiscoveryChoice::pnp)
        return make_host_clients(executor, options.from, subject.mac, clock, random);
    return std::unique_ptr<DiscoveryClients>();
}

std::function<void(const Flash&)> keeper(std::string state_directory) {
    return [state_directory](const Flash& now) {
        if (state_directory.empty()) return;
        if (const auto saved = save_flash(now, state_directory); !saved) throw std::runtime_error(saved.error().text());
    };
}

/// What makes a phone fetch: power, a NOTIFY, or its own clock.
struct Occasion {
    std::optional<PhoneOrder> told = {}; ///< nullopt: power
    BootSurroundings::Cause cause = BootSurroundings::Cause::power;
    FoundServer found_before = {}; ///< where the boot before went
    UserChanges changes = {};      ///< by its user, once it has booted
    Instant busy_until = {};       ///< a running phone is in use as long

    [[nodiscard]] bool is_boot() const { return !told || told->action == NotifyAction::reboot; }
};

/// What its user does after the boot. `changed`: whether these phones let one.
asio::awaitable<void> change_after(const FamilyBoot& family, BootSurroundings surroundings, Flash& flash,
                                   UserChanges changes, BootReport& report, Result<void>& changed) {
    const FoundServer found = report.discovery;
    surroundings.found_before = &found;
    changed = co_await family.change(surroundings, flash, std::move(changes), report);
}

asio::awaitable<void> boot_into(const FamilyBoot& family, BootSurroundings surroundings, Place& place, Flash& flash,
                                std::string state_directory, Occasion occasion, BootReport& report,
                                Result<void>& changed) {
    const auto keep_flash = keeper(std::move(state_directory));
    const bool lacks_address =
        surroundings.found_before == nullptr && place.network && place.request.choice == DiscoveryChoice::none &&
        place.request.ipv4 == DiscoveryRequest::Address::none && place.request.ipv6 == DiscoveryRequest::Address::none;
    if (lacks_address) co_await lease_address(*surroundings.clients, family.ip_mode(flash), surroundings.observer);
    const bool is_once = occasion.told && (occasion.told->once || occasion.told->action == NotifyAction::upgrade);
    auto booting = surroundings.found_before == nullptr ? family.boot(surroundings, flash, keep_flash)
                   : is_once                            ? family.follow(surroundings, flash, *occasion.told, keep_flash)
                                                        : family.check(surroundings, flash, keep_flash);
    report = co_await std::move(booting);
    if (occasion.changes.empty()) co_return;
    co_await change_after(family, surroundings, flash, std::move(occasion.changes), report, changed);
    keep_flash(flash);
}

/// A server on the host cannot be reached from a phone on the host's own interface: better said than guessed.
void tell_unreachable(const PhoneNetwork& network, const std::string& address, BootReport& report) {
    const auto url = protocol::parse_url(address);
    const auto ip = url ? IpAddress::from_text(url->host) : std::nullopt;
    if (!ip) return;
    if (const auto why = network.why_unreachable(*ip)) report.problems.push_back(*why);
}

/// The phone's address: its network's, else the host's towards the server, where an address names that.
std::string own_address(const Place& place, const std::string& typed) {
    if (place.network) return place.network->address() ? place.network->address()->address.text() : std::string();
    auto url = protocol::parse_url(typed.find("://") == std::string::npos ? "tftp://" + typed : typed);
    boost::system::error_code failure;
    const auto server = asio::ip::make_address(url ? url->host : std::string(), failure);
    if (failure) return {};
    asio::io_context context(1);
    asio::ip::udp::socket socket(context);
    socket.connect({server, 9}, failure); // sends nothing
    if (failure) return {};
    const auto own = socket.local_endpoint(failure);
    return failure ? std::string() : own.address().to_string();
}

/// Runs what `work` makes of the phone's surroundings, on a loop of its own. Throws what it throws.
using Work = std::function<asio::awaitable<void>(BootSurroundings)>;
Result<void> run_in_surroundings(const BootOptions& options, const Subject& subject, Place& place,
                                 BootObserver& observer, const Work& work) {
    asio::io_context context(1);
    const SystemClock clock;
    SystemRandom random;
    auto clients = clients_at(place, options, subject, context.get_executor(), clock, random);
    if (!clients) return tl::unexpected(clients.error());
    CurlLoop curl(context.get_executor());
    CurlTransfers curl_transfers(curl, {std::min<std::chrono::milliseconds>(limits::connect_time, options.silence_time),
                                        options.silence_time, options.ca_file, options.client_certificate,
                                        options.client_key});
    TftpTransfers tftp_transfers(context.get_executor(), {options.silence_time});
    auto hosts = read_fixed_hosts(options.resolve);
    if (!hosts) return tl::unexpected(hosts.error());
    SchemeTransfers transfers(curl_transfers, tftp_transfers, *hosts);
    SystemResolver resolver(context.get_executor(), std::move(*hosts));
    BootSurroundings surroundings{*subject.family, *subject.model,     transfers,      observer,
                                  clock,           options.plain_port, clients->get(), place.request};
    surroundings.resolver = &resolver;
    SntpClient time_source(context.get_executor(), resolver, clock, random);
    surroundings.time_source = &time_source;
    surroundings.spelled_model = subject.spelled_model;
    surroundings.time_speed = options.stay.time_speed;
    if (!options.client_certificate.empty()) surroundings.own_certificate = BootSurroundings::OwnCertificate::installed;
    surroundings.own_address = [&] { return own_address(place, options.url); };
    std::exception_ptr failure;
    net::TaskGroup tasks(context.get_executor(), [&](std::exception_ptr thrown) { failure = std::move(thrown); });
    tasks.spawn(work(surroundings));
    context.run();
    if (failure) std::rethrow_exception(failure);
    return {};
}

/// Errors: of the network, or of what its user may not change.
Result<BootReport> boot(const BootOptions& options, const Subject& subject, Place& place, Flash& flash,
                        BootObserver& observer, const Occasion& occasion, Result<void>& changed) {
    if (place.network)
        for (const auto& remark : place.network->remarks()) observer.on_event({BootEvent::Kind::discovery, remark});
    BootReport report;
    const auto work = [&](BootSurroundings surroundings) {
        if (!occasion.is_boot()) {
            surroundings.found_before = &occasion.found_before;
            surroundings.is_busy = [&clock = surroundings.clock, until = occasion.busy_until] {
                return clock.instant() < until;
            };
        }
        surroundings.cause = occasion.cause;
        return boot_into(*subject.boot, surroundings, place, flash, options.state_directory, occasion, report, changed);
    };
    if (const auto ran = run_in_surroundings(options, subject, place, observer, work); !ran)
        return tl::unexpected(ran.error());
    if (place.network && report.state != PhoneState::ready)
        tell_unreachable(*place.network, options.url.empty() ? report.discovery.address : options.url, report);
    return report;
}

/// Files of it go behind those of the last boot.
void send_logs(const BootOptions& options, const Subject& subject, Place& place, Flash& flash, BootObserver& observer,
               BootReport& report) {
    const FoundServer found = report.discovery;
    const auto work = [&](BootSurroundings surroundings) {
        surroundings.found_before = &found;
        return subject.boot->send_logs(surroundings, flash, report);
    };
    if (const auto ran = run_in_surroundings(options, subject, place, observer, work); !ran)
        throw std::runtime_error(ran.error().text());
    keeper(options.state_directory)(flash);
}

void send_report(const BootOptions& options, const Subject& subject, Place& place, Flash& flash, BootObserver& observer,
                 BootReport& report) {
    const FoundServer found = report.discovery;
    const auto work = [&](BootSurroundings surroundings) {
        surroundings.found_before = &found;
        return subject.boot->send_report(surroundings, flash, report);
    };
    if (const auto ran = run_in_surroundings(options, subject, place, observer, work); !ran)
        throw std::runtime_error(ran.error().text());
}

Result<UserChanges> read_changes(const BootOptions& options) {
    UserChanges changes;
    for (const auto& argument : options.changes) {
        const auto equals = argument.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(ErrorCode::invalid, "expected NAME=VALUE, as in up.headsetMode=1", "--change");
        changes.parameters.push_back({argument.substr(0, equals), argument.substr(equals + 1)});
    }
    for (const auto& argument : options.contacts) {
        const auto pieces = split(argument, ',');
        const auto place = pieces.size() == 4 ? to_number<unsigned>(trim(pieces[3])) : std::optional(0U);
        if (pieces.size() < 3 || pieces.size() > 4 || trim(pieces[2]).empty() || !place || *place > 9999)
            return fail(ErrorCode::invalid, "expected LAST,FIRST,NUMBER[,SPEED DIAL], as in Muster,Eva,1003,3",
                        "--contact");
        config::Contact contact;
        contact.last_name = trim(pieces[0]), contact.first_name = trim(pieces[1]), contact.number = trim(pieces[2]);
        contact.speed_dial = *place;
        changes.contacts.push_back(std::move(contact));
    }
    return changes;
}

} // namespace

BootRun run_boot(const BootOptions& options, const config::Families& families, std::ostream& out, std::ostream& err) {
    const auto wrong_use = [&](const Error& error) {
        err << "offhook: " << error.text() << '\n';
        return BootRun{exit_wrong_use, {}};
    };
    const auto subject = find_subject(options, families);
    if (!subject) return wrong_use(subject.error());
    if (const auto fits = check_words(options, *subject->boot); !fits) return wrong_use(fits.error());
    auto changes = read_changes(options);
    if (!changes) return wrong_use(changes.error());
    auto flash = open_flash(options, *subject);
    if (!flash) return wrong_use(flash.error());
    if (const auto set = set_by_hand(options, *subject, *flash); !set) return wrong_use(set.error());
    if (!changes->empty())
        if (const auto fits = subject->boot->check_changes(*changes, *subject->family); !fits)
            return wrong_use(fits.error());

    std::signal(SIGPIPE, SIG_IGN); // a TLS server that goes away is an answer, not our end
    const bool is_json = options.output == BootOptions::Output::json;
    BootPrinter printer(is_json ? err : out, options.colours);
    const SystemClock clock;
    // Before anything else starts: only threads that start in the phone's network are in it.
    auto place = find_place(options, *subject, *flash);
    if (!place) return wrong_use(place.error());
    SystemRandom random;
    Occasion occasion;
    occasion.changes = std::move(*changes);
    Result<void> changed;
    const auto boot_once = [&] {
        const auto started = clock.instant();
        auto done = boot(options, *subject, *place, *flash, printer, occasion, changed);
        if (!done) throw std::runtime_error(done.error().text());
        if (is_json) {
            out << to_json(*done, options.secrets) << std::endl;
        } else {
            const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock.instant() - started);
            printer.print_end(*done, elapsed, options.secrets);
            out.flush();
        }
        occasion.found_before = done->discovery;
        occasion.changes = {};
        return std::move(*done);
    };
    BootReport report = boot_once();
    if (!changed) return wrong_use(changed.error());
    const auto again = [&](std::optional<PhoneOrder> what, BootSurroundings::Cause cause) {
        occasion.told = std::move(what);
        occasion.cause = cause;
        return boot_once();
    };
    const auto lease_ends = [&] { return place->network ? place->network->lease_ends() : std::nullopt; };
    OwnLife own;
    own.actions = [&](const BootReport& last, WallTime now) {
        return subject->boot->own_actions(last, *flash, now, random);
    };
    own.send_logs = [&](BootReport& last) { send_logs(options, *subject, *place, *flash, printer, last); };
    own.send_report = [&](BootReport& last) { send_report(options, *subject, *place, *flash, printer, last); };
    std::unique_ptr<WebPages> pages;
    if (options.stay.web_port || !options.interface.empty())
        pages = subject->boot->web_pages(*flash, *subject->model, clock, random);
    own.pages = pages.get();
    occasion.busy_until = clock.instant() + options.stay.busy;
    if (options.stay.time)
        stay(options.stay, subject->family->name(), report, printer, clock, random, err, again, lease_ends, own);
    return {report.state == PhoneState::ready ? exit_ready : exit_not_ready, report};
}

} // namespace offhook::phone
