/// `offhook resync MAC | --site S`: tell phones to fetch their files anew, and see whether they come.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <thread>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds ask_every{200};

struct ResyncArguments {
    std::string mac, site, event, address, transport = "udp", via = "notify", rule;
    unsigned at_once = 10, stagger_ms = 200, wait_s = 30;
};

std::atomic<bool> interrupted{false}; // by Ctrl-C
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::string_view resync_wipe = "\r\033[K";

/// One line at a terminal, which the next line of talk replaces.
class Counter {
public:
    void show(const json::value& view) {
        if (!is_terminal_) return;
        std::cerr << resync_wipe
                  << fmt::format("{} of {} phones asked, {} done …", text_of(view, "asked"), text_of(view, "phones"),
                                 text_of(view, "settled"))
                  << std::flush;
        shown_ = true;
    }
    void clear() {
        if (shown_) std::cerr << resync_wipe << std::flush;
        shown_ = false;
    }

private:
    const bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
    bool shown_ = false;
};

std::string arrival_text(const json::value& phone) {
    const std::string arrival = text_of(phone, "arrival");
    if (arrival == "came") {
        const auto after = to_number<std::uint64_t>(text_of(phone, "came_after_ms")).value_or(0);
        return fmt::format("after {}.{} s", after / 1'000, after % 1'000 / 100);
    }
    return arrival == "silent" ? "no" : "-";
}

/// How the fetch ended that it came for.
std::string fetch_text(const json::value& phone) {
    const std::string fetch = text_of(phone, "fetch");
    return fetch.empty() ? "-" : fetch == "nothing" ? "no file" : fetch;
}

bool is_success(const json::value& phone, unsigned wait_s) {
    return wait_s == 0 ? text_of(phone, "state") == "accepted"
                       : text_of(phone, "arrival") == "came" && text_of(phone, "fetch") != "failed";
}

/// "0004f2000001 at 192.0.2.7:5060: accepted, and it came after 0.8 s and got its files"
std::string line_of(const json::value& phone) {
    const std::string address = text_of(phone, "address");
    std::string out = text_of(phone, "mac") + (address.empty() ? "" : " at " + address) + ": ";
    const std::string text = text_of(phone, "text"), state = text_of(phone, "state");
    out += text.empty() ? state : text;
    const std::string arrival = text_of(phone, "arrival");
    if (arrival == "came") out += (state == "accepted" ? ", and it came " : ", but it came ") + arrival_text(phone);
    const std::string fetch = arrival == "came" ? text_of(phone, "fetch") : std::string();
    if (fetch == "fetched") out += " and got its files";
    if (fetch == "nothing") out += " and asked for no file";
    if (fetch == "failed")
        out += " and did not get all it needs: " + text_of(phone, "fetch_text") + ". `offhook explain " +
               text_of(phone, "mac") + "` says more";
    if (arrival == "silent" && state == "accepted") out += ", but it did not come";
    return out;
}

class Run {
public:
    Run(const Cli& cli, const ResyncArguments& arguments, std::string id)
        : cli_(cli), arguments_(arguments), id_(std::move(id)) {}

    int watch() {
        for (;;) {
            if (interrupted.exchange(false)) {
                (void)ApiClient(cli_).remove("/v1/resync/" + id_); // those who were asked are waited for
                counter_.clear();
                std::cerr << "Stopping: no further phone is asked.\n";
                std::signal(SIGINT, SIG_DFL);
            }
            const auto view = ApiClient(cli_).get("/v1/resync/" + id_ + "?from=" + std::to_string(seen_));
            if (!view) return counter_.clear(), failed(view.error());
            for (const auto& phone : array_of(*view, "page")) take(phone);
            if (text_of(*view, "done") == "true" && std::to_string(seen_) == text_of(*view, "phones")) break;
            counter_.show(*view);
            if (array_of(*view, "page").empty()) std::this_thread::sleep_for(ask_every);
        }
        return end();
    }

private:
    void take(const json::value& phone) {
        ++seen_;
        succeeded_ += is_success(phone, arguments_.wait_s) ? 1 : 0;
        counter_.clear();
        if (cli_.json)
            print_json(phone);
        else
            std::cerr << line_of(phone) << '\n';
        table_.add({text_of(phone, "mac"), text_of(phone, "model"), text_of(phone, "address"), text_of(phone, "event"),
                    text_of(phone, "state"), text_of(phone, "status") == "0" ? "-" : text_of(phone, "status"),
                    arrival_text(phone), fetch_text(phone)});
    }
    int end() {
        counter_.clear();
        if (!cli_.json) table_.print();
        std::cerr << fmt::format("{} of {} phones {}.\n", succeeded_, seen_,
                                 arguments_.wait_s == 0 ? "accepted" : "came and got their files");
        return succeeded_ == seen_ ? exit_done : exit_failed;
    }

    const Cli& cli_;
    const ResyncArguments& arguments_;
    std::string id_;
    std::size_t seen_ = 0, succeeded_ = 0;
    Counter counter_;
    Table table_{{"MAC", "MODEL", "ADDRESS", "EVENT", "ANSWER", "STATUS", "CAME", "FETCH"}};
};

int resync(const Cli& cli, const ResyncArguments& arguments) {
    if (arguments.mac.empty() == arguments.site.empty()) {
        std::cerr << "offhook: say either one phone or --site\n";
        return exit_wrong_use;
    }
    json::object body{{"transport", arguments.transport},
                      {"at_once", arguments.at_once},
                      {"stagger_ms", arguments.stagger_ms},
                      {"wait_s", arguments.wait_s}};
    if (arguments.via != "notify") body["via"] = arguments.via;
    const std::pair<const char*, const std::string*> texts[] = {{"mac", &arguments.mac},
                                                                {"site", &arguments.site},
                                                                {"event", &arguments.event},
                                                                {"address", &arguments.address},
                                                                {"rule", &arguments.rule}};
    for (const auto& [name, value] : texts)
        if (!value->empty()) body[name] = *value;
    const auto started = ApiClient(cli).post("/v1/resync", body);
    if (!started)
        return failed(started.error()), started.error().code == ErrorCode::invalid ? exit_wrong_use : exit_failed;
    std::signal(SIGINT, [](int) { interrupted = true; });
    return Run(cli, arguments, text_of(*started, "id")).watch();
}

constexpr const char* resync_footer =
    "A phone is told by a SIP NOTIFY, at the address where it last got a file, and with its line's password where it\n"
    "asks for one. Whether it came is whether it was heard of after that: see `offhook timeline MAC`.\n"
    "How its fetch ended is known once it has its own settings, or is quiet for two seconds.\n"
    "Exit codes: 0 every phone came and got its files (with --wait 0: accepted), 1 not, 2 wrong use.\n"
    "\n"
    "  offhook resync 0004f2aabbcc\n"
    "  offhook resync 0004f2aabbcc --event 'check-sync;reboot=true' --address 192.0.2.44\n"
    "  offhook resync 000e08aabbcc --via url --rule http://192.0.2.10/$MA.xml\n"
    "  offhook resync --site berlin --at-once 5 --stagger 1000";

} // namespace

void add_resync(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<ResyncArguments>();
    auto* command = app.add_subcommand("resync", "Tell phones to fetch their files anew, and see whether they come");
    auto* mac = add_mac(*command, "MAC", arguments->mac, "The phone")->required(false);
    auto* site = command->add_option("--site", arguments->site, "Every phone of this site")->excludes(mac);
    command->add_option("--event", arguments->event,
                        "What the phone is told: check-sync, check-sync;reboot=true, check-sync;reboot=false, resync, "
                        "reboot, report; default: what the phone's family takes");
    command
        ->add_option("--address", arguments->address,
                     "Where the phone is; default: where it last got a file, port 5060. Needed for a rule with --key")
        ->type_name("HOST[:PORT]")
        ->excludes(site);
    command->add_option("--transport", arguments->transport, "udp or tcp")
        ->check(CLI::IsMember({"udp", "tcp"}))
        ->capture_default_str();
    command
        ->add_option("--via", arguments->via,
                     "notify: a SIP NOTIFY; url: the phone's own page, with web.admin_password, at web.port: --event "
                     "resync, reboot or upgrade")
        ->check(CLI::IsMember({"notify", "url"}))
        ->capture_default_str();
    command->add_option("--rule", arguments->rule,
                        "With --via url: the rule that the phone follows this once, or the URL of an upgrade; default: "
                        "the phone's own idea, most often its default file by TFTP from this server");
    command->add_option("--wait", arguments->wait_s, "Seconds for the phone to come after it accepted; 0: do not wait")
        ->check(CLI::Range(0U, 3'600U))
        ->capture_default_str()
        ->type_name("SECONDS");
    command->add_option("--at-once", arguments->at_once, "How many phones are being asked at a time")
        ->check(CLI::Range(1U, 100U))
        ->capture_default_str();
    command->add_option("--stagger", arguments->stagger_ms, "Milliseconds from one phone to the next")
        ->check(CLI::Range(0U, 60'000U))
        ->capture_default_str()
        ->type_name("MS");
    command->footer(resync_footer);
    command->callback([&cli, arguments] { cli.run = [&cli, arguments] { return resync(cli, *arguments); }; });
}

} // namespace offhook::cli
