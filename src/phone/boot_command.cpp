#include "phone/boot_command.hpp"

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "net/task_group.hpp"
#include "phone/curl_transfers.hpp"
#include "phone/polycom/boot.hpp"
#include "phone/scheme_transfers.hpp"
#include "phone/tftp_transfers.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <stdexcept>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

constexpr int exit_ready = 0, exit_not_ready = 1, exit_wrong_use = 2;
constexpr std::string_view virtual_families = "polycom";

struct Subject {
    const config::Family* family;
    const config::Model* model;
    MacAddress mac;
};

Result<Subject> find_subject(const BootOptions& options, const config::Families& families) {
    const auto* family = config::find_family(families, options.family);
    if (family == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : families) names.emplace_back(known->name());
        return fail(ErrorCode::invalid, fmt::format("no such family; there are {}", join(names, ", ")), "--family");
    }
    if (family->name() != virtual_families)
        return fail(ErrorCode::invalid,
                    fmt::format("{} has no virtual phone yet; {} has", family->name(), virtual_families), "--family");
    const auto* model = family->find_model(options.model);
    if (model == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : family->models()) names.push_back(known.name);
        return fail(ErrorCode::invalid, fmt::format("no such model; there are {}", join(names, ", ")), "--model");
    }
    const auto mac = MacAddress::from_text(options.mac);
    if (!mac) return fail(ErrorCode::invalid, "expected twelve hexadecimal digits, as in 0004f2abcdef", "--mac");
    return Subject{family, model, *mac};
}

/// The flash that was left there, or one out of the box.
Result<Flash> open_flash(const BootOptions& options, const Subject& subject) {
    if (options.state_directory.empty()) return polycom::factory_flash(*subject.model, subject.mac);
    auto flash = load_flash(options.state_directory);
    if (!flash && flash.error().code == ErrorCode::not_found)
        return polycom::factory_flash(*subject.model, subject.mac);
    if (!flash) return flash;
    if (flash->mac != subject.mac || flash->model != subject.model->name || flash->family != subject.family->name())
        return fail(
            ErrorCode::conflict,
            fmt::format("this is the flash of another phone: {} {} {}", flash->family, flash->model, flash->mac.text()),
            options.state_directory);
    return flash;
}

/// What an installer does in the phone's menus before it boots.
Result<void> set_by_hand(const BootOptions& options, Flash& flash) {
    for (const auto& argument : options.flash) {
        const auto equals = argument.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(ErrorCode::invalid, "expected NAME=VALUE, as in device.prov.serverType=2", "--flash");
        flash.parameters[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
    if (!options.url.empty()) flash.parameters["device.prov.serverName"] = options.url;
    if (options.server_type) {
        const auto number = polycom::server_type_number(*options.server_type);
        if (!number) return fail(ErrorCode::invalid, "one of ftp, tftp, http, https", "--server-type");
        flash.parameters["device.prov.serverType"] = *number;
    }
    if (options.server_user) flash.parameters["device.prov.user"] = *options.server_user;
    if (options.server_password) flash.parameters["device.prov.password"] = *options.server_password;
    if (const auto address = polycom::read_server_address(flash); !address) {
        auto error = address.error();
        if (error.code == ErrorCode::not_found) error.message += "; give it with --url";
        return tl::unexpected(std::move(error));
    }
    return {};
}

asio::awaitable<void> boot_into(polycom::Surroundings surroundings, Flash& flash, std::string state_directory,
                                NotifyAction what, BootReport& report) {
    const auto keep_flash = [state_directory](const Flash& now) {
        if (state_directory.empty()) return;
        if (const auto saved = save_flash(now, state_directory); !saved) throw std::runtime_error(saved.error().text());
    };
    auto booting = what == NotifyAction::reboot ? polycom::boot(surroundings, flash, keep_flash)
                                                : polycom::check(surroundings, flash, keep_flash);
    report = co_await std::move(booting);
}

/// Or what else a phone does that runs already.
BootReport boot(const BootOptions& options, const Subject& subject, Flash& flash, BootObserver& observer,
                NotifyAction what) {
    asio::io_context context(1);
    CurlLoop curl(context.get_executor());
    CurlTransfers curl_transfers(curl, {std::min<std::chrono::milliseconds>(limits::connect_time, options.silence_time),
                                        options.silence_time, options.ca_file, options.client_certificate,
                                        options.client_key});
    TftpTransfers tftp_transfers(context.get_executor(), {options.silence_time});
    SchemeTransfers transfers(curl_transfers, tftp_transfers);
    const SystemClock clock;
    BootReport report;
    std::exception_ptr failure;
    net::TaskGroup tasks(context.get_executor(), [&](std::exception_ptr thrown) { failure = std::move(thrown); });
    tasks.spawn(boot_into({*subject.family, *subject.model, transfers, observer, clock, options.plain_port}, flash,
                          options.state_directory, what, report));
    context.run();
    if (failure) std::rethrow_exception(failure);
    return report;
}

} // namespace

BootRun run_boot(const BootOptions& options, const config::Families& families, std::ostream& out, std::ostream& err) {
    const auto wrong_use = [&](const Error& error) {
        err << "offhook: " << error.text() << '\n';
        return BootRun{exit_wrong_use, {}};
    };
    const auto subject = find_subject(options, families);
    if (!subject) return wrong_use(subject.error());
    auto flash = open_flash(options, *subject);
    if (!flash) return wrong_use(flash.error());
    if (const auto set = set_by_hand(options, *flash); !set) return wrong_use(set.error());

    std::signal(SIGPIPE, SIG_IGN); // a TLS server that goes away is an answer, not our end
    const bool is_json = options.output == BootOptions::Output::json;
    BootPrinter printer(is_json ? err : out, options.colours);
    const SystemClock clock;
    SystemRandom random;
    const auto boot_once = [&](NotifyAction what) {
        const auto started = clock.instant();
        BootReport report = boot(options, *subject, *flash, printer, what);
        if (is_json) {
            out << to_json(report, options.secrets) << std::endl;
        } else {
            const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock.instant() - started);
            printer.print_end(report, elapsed, options.secrets);
            out.flush();
        }
        return report;
    };
    BootReport report = boot_once(NotifyAction::reboot);
    if (options.stay.time) stay(options.stay, subject->family->name(), report, printer, clock, random, err, boot_once);
    return {report.state == PhoneState::ready ? exit_ready : exit_not_ready, report};
}

} // namespace offhook::phone
