/// `offhook serve`: the boot server, until SIGINT or SIGTERM.
#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/serve_config.hpp"
#include "cli/version.hpp"
#include "config/family/loader.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <sys/resource.h>

namespace offhook::cli {
namespace {

struct ServeArguments {
    std::string config;
    std::vector<std::string> listen;
    unsigned loops = 0;
    bool quiet = false;
};

/// With any --listen only those named run; a section of the file still says which site a named one belongs to.
Result<void> take_listeners(const std::vector<std::string>& arguments, server::BootServerOptions& options) {
    if (arguments.empty()) {
        if (options.listeners.empty())
            for (const auto* one : {"http=0.0.0.0:80", "https=0.0.0.0:443", "tftp=0.0.0.0:69", "ftp=0.0.0.0:21"})
                options.listeners.push_back(*parse_listener(one));
        return {};
    }
    std::vector<server::ListenerOptions> wanted;
    for (const std::string& argument : arguments) {
        auto listener = parse_listener(argument);
        if (!listener) return tl::unexpected(listener.error());
        for (const auto& configured : options.listeners) {
            if (configured.name != listener->name) continue;
            auto address = std::move(listener->address);
            *listener = configured;
            listener->address = std::move(address);
        }
        wanted.push_back(std::move(*listener));
    }
    options.listeners = std::move(wanted);
    return {};
}

int failed_packs(const std::vector<Error>& errors) {
    for (const Error& error : errors) std::cerr << "offhook: " << error.text() << '\n';
    return exit_failed;
}

/// Every phone that is connected takes a descriptor; shells hand out 1,024 of the many thousand that are allowed.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

int serve(const Cli& cli, const ServeArguments& arguments, bool data_stated, bool packs_stated) {
    ServeConfig config;
    if (!arguments.config.empty()) {
        auto read = read_serve_config(arguments.config);
        if (!read) return failed_packs(read.error());
        config = std::move(*read);
    }
    if (const auto taken = take_listeners(arguments.listen, config.server); !taken)
        return failed(taken.error()), exit_wrong_use;
    if (arguments.loops != 0) config.server.loops = arguments.loops;
    config.server.data_directory = data_stated || config.data_directory.empty()
                                       ? std::filesystem::path(cli.data_directory)
                                       : config.data_directory;
    config.server.version = version;
    if (arguments.quiet) log::set_level(log::Level::warning);

    auto families = config::load_families(packs_stated || config.packs_directory.empty()
                                              ? std::filesystem::path(cli.packs_directory)
                                              : config.packs_directory);
    if (!families) return failed_packs(families.error());

    // Blocked before any thread starts, so that only sigwait() below sees them.
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    const SystemClock clock;
    server::BootServer server(std::move(config.server), std::move(*families), clock,
                              [](const std::string& name, const std::string& address) {
                                  std::cerr << "listening " << name << ' ' << address
                                            << std::endl; // NOLINT(performance-avoid-endl): scripts wait for it
                              });
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) server.reload_certificates();
    std::cerr << "stopping\n";
    return exit_done;
}

} // namespace

void add_serve(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<ServeArguments>();
    auto* command = app.add_subcommand("serve", "Run the boot server");
    command->add_option("--config", arguments->config, "Configuration file; packaging/offhook.toml shows every key")
        ->type_name("FILE");
    command
        ->add_option(
            "--listen", arguments->listen,
            "Listen there; repeat for more. With any --listen only those named run. "
            "Kinds: http https https_legacy tftp ftp pnp dhcp4 dhcp6 syslog. Default: http, https, tftp and ftp on "
            "all addresses, at "
            "ports 80, 443, 69 and 21")
        ->type_name("NAME=ADDR:PORT")
        ->allow_extra_args(false);
    command->add_option("--loops", arguments->loops, "Event loops; 0: one per processor this process may use")
        ->check(CLI::Range(0, 256));
    command->add_flag("--quiet", arguments->quiet, "Log warnings and errors only");
    command->callback([&app, &cli, arguments] {
        const bool data_stated = app.get_option("--data")->count() != 0;
        const bool packs_stated = app.get_option("--packs")->count() != 0;
        cli.run = [&cli, arguments, data_stated, packs_stated] {
            return serve(cli, *arguments, data_stated, packs_stated);
        };
    });
}

} // namespace offhook::cli
