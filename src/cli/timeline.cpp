/// `offhook timeline MAC` and `offhook explain MAC`: what a phone asked, and what became of it.
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <thread>

namespace offhook::cli {
namespace {

constexpr unsigned follow_limit = 2000;

struct TimelineArguments {
    std::string mac;
    unsigned limit = 100;
    unsigned boots = 1;
    bool follow = false;
};

void print_event(const boost::json::value& event) {
    const std::string count = text_of(event, "count");
    std::cout << fmt::format("{}  {:<5} {:<15}  {:<12} {:>9}  {}{}", text_of(event, "time"),
                             text_of(event, "transport"), text_of(event, "source"), text_of(event, "outcome"),
                             text_of(event, "bytes"), text_of(event, "path"),
                             count.empty() || count == "1" ? "" : "  x" + count);
    if (!text_of(event, "document").empty()) std::cout << "  (" << text_of(event, "document") << ')';
    if (!text_of(event, "former_mac").empty())
        std::cout << "  [" << text_of(event, "former_mac") << ", replaced since]";
    std::cout << std::endl; // NOLINT(performance-avoid-endl): --follow is watched
}

int timeline(const Cli& cli, const TimelineArguments& arguments) {
    std::string since;
    std::size_t shown = 0;
    unsigned limit = arguments.limit; // of what there is already; of what comes, all
    for (;;) {
        const auto answer = ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) +
                                               "/timeline?limit=" + std::to_string(limit) + "&since=" + since);
        if (!answer) return failed(answer.error());
        for (const auto& event : array_of(*answer, "events")) {
            ++shown;
            if (cli.json)
                print_json(event);
            else
                print_event(event);
        }
        since = text_of(*answer, "next");
        if (!arguments.follow) break;
        limit = follow_limit;
        std::cout.flush();
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    if (shown == 0) std::cerr << "Nothing was heard from " << arguments.mac << " yet.\n";
    return exit_done;
}

int explain_address(const Cli& cli, const std::string& address) {
    const auto answer = ApiClient(cli).get("/v1/explain?address=" + percent_encoded(address));
    if (!answer) return failed(answer.error());
    if (cli.json) return print_json(*answer), exit_done;
    for (const auto& sentence : array_of(*answer, "sentences"))
        std::cout << "  " << std::string_view(sentence.as_string()) << '\n';
    for (const auto& sentence : array_of(*answer, "conclusion"))
        std::cout << std::string_view(sentence.as_string()) << '\n';
    return exit_done;
}

int explain(const Cli& cli, const TimelineArguments& arguments) {
    if (IpAddress::from_text(arguments.mac)) return explain_address(cli, arguments.mac);
    const auto answer = ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) +
                                           "/explain?boots=" + std::to_string(arguments.boots));
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    for (const auto& boot : array_of(*answer, "boots")) {
        std::cout << text_of(boot, "title") << '\n';
        for (const auto& sentence : array_of(boot, "sentences"))
            std::cout << "  " << std::string_view(sentence.as_string()) << '\n';
    }
    for (const auto& sentence : array_of(*answer, "conclusion"))
        std::cout << std::string_view(sentence.as_string()) << '\n';
    return exit_done;
}

} // namespace

void add_timeline(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<TimelineArguments>();
    auto* command = app.add_subcommand("timeline", "Show every contact of a phone, oldest first");
    add_mac(*command, "MAC", arguments->mac, "The phone, known or not");
    command->add_option("--limit", arguments->limit, "How many of the newest events")
        ->capture_default_str()
        ->check(CLI::Range(1, 2000));
    command->add_flag("--follow", arguments->follow, "Go on and show new ones as they come, until Ctrl-C");
    command->callback([&cli, arguments] { cli.run = [&cli, arguments] { return timeline(cli, *arguments); }; });
}

void add_explain(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<TimelineArguments>();
    auto* command = app.add_subcommand(
        "explain", "Tell a phone's last boots in sentences: what it asked, what it got, what is missing");
    command->add_option("MAC", arguments->mac, "The phone, known or not; or an IP address, where no MAC is known")
        ->required()
        ->check([](const std::string& text) {
            return MacAddress::from_text(text) || IpAddress::from_text(text)
                       ? std::string()
                       : "'" + printable(text, 40) + "' is neither a MAC address nor an IP address";
        });
    command->add_option("--boots", arguments->boots, "How many of the last boots")
        ->capture_default_str()
        ->check(CLI::Range(1, 20));
    command->callback([&cli, arguments] { cli.run = [&cli, arguments] { return explain(cli, *arguments); }; });
}

} // namespace offhook::cli
