/// `offhook certificate …`: the server's own authority, on the data directory, whether a server runs or not.
#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/family/loader.hpp"
#include "server/certificates/own_authority.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace offhook::cli {
namespace {

namespace certificates = server::certificates;

int export_authority(const Cli& cli, bool der) {
    const auto text = certificates::export_authority(cli.data_directory,
                                                     der ? certificates::Encoding::der : certificates::Encoding::pem);
    if (!text) return failed(text.error());
    std::cout << *text;
    return exit_done;
}

int show(const Cli& cli) {
    const auto shown = certificates::show(cli.data_directory);
    if (!shown) return failed(shown.error());
    Table table({"FILE", "KEY", "UNTIL", "NAMES"});
    for (const auto& one : *shown) {
        boost::json::array names;
        std::string text;
        for (const auto& name : one.names) {
            names.emplace_back(name);
            text += (text.empty() ? "" : " ") + name;
        }
        if (cli.json)
            print_json(boost::json::object{{"file", one.file.string()},
                                           {"key", one.key},
                                           {"valid_until", to_text(one.valid_until)},
                                           {"names", std::move(names)}});
        else
            table.add({one.file.filename().string(), one.key, to_text(one.valid_until).substr(0, 10), text});
    }
    table.print();
    return exit_done;
}

struct NamesArguments {
    std::vector<std::string> hosts, addresses;
};

int renew(const Cli& cli, const NamesArguments& arguments) {
    auto names = certificates::local_names();
    names.hosts.insert(names.hosts.begin(), arguments.hosts.begin(), arguments.hosts.end());
    for (const auto& text : arguments.addresses) {
        const auto address = IpAddress::from_text(text);
        if (!address) return failed({ErrorCode::invalid, "'" + text + "' is no IP address"}), exit_wrong_use;
        names.addresses.insert(names.addresses.begin(), *address);
    }
    const auto files = certificates::ensure(cli.data_directory, names, SystemClock(), certificates::Renewal::now);
    if (!files) return failed(files.error());
    std::cerr << "Renewed. A server that runs takes the new certificates within seconds.\n";
    return exit_done;
}

struct IssueArguments {
    std::string mac, family, model = "VIRTUAL", serial = "VIRTUAL0000", out = ".";
};

int issue(const Cli& cli, const IssueArguments& arguments) {
    const auto mac = MacAddress::from_text(arguments.mac);
    if (!mac) return failed({ErrorCode::invalid, "'" + arguments.mac + "' is no MAC address"}), exit_wrong_use;
    const auto families = config::load_families(cli.packs_directory);
    if (!families) {
        for (const auto& error : families.error()) failed(error);
        return exit_failed;
    }
    const auto* family = config::find_family(*families, arguments.family);
    if (family == nullptr)
        return failed({ErrorCode::not_found, "there is no family '" + arguments.family + "'"}), exit_wrong_use;
    if (family->certificate_forms().empty())
        return failed({ErrorCode::not_found, "phones of " + arguments.family + " have no device certificates"});
    std::vector<std::pair<std::string, std::string>> subject;
    for (const auto& [field, text] : family->certificate_forms().front().fill(*mac, arguments.model, arguments.serial))
        subject.emplace_back(config::to_text(field), text);
    const auto issued =
        certificates::issue_device(cli.data_directory, subject, arguments.out, mac->text(), SystemClock());
    if (!issued) return failed(issued.error());
    if (cli.json)
        print_json(boost::json::object{{"certificate", issued->certificate.string()}, {"key", issued->key.string()}});
    else
        std::cout << issued->certificate.string() << '\n' << issued->key.string() << '\n';
    return exit_done;
}

/// Disk and OpenSSL may fail under any of them.
std::function<int()> guarded(std::function<int()> run) {
    return [run = std::move(run)] {
        try {
            return run();
        } catch (const std::runtime_error& error) {
            return failed({ErrorCode::unavailable, error.what()});
        }
    };
}

} // namespace

void add_certificate(CLI::App& app, Cli& cli) {
    auto* command = app.add_subcommand("certificate", "The server's own certificate authority, and what it issues");
    command->require_subcommand(1);
    command->footer("Works on --data, whether a server runs or not. A server with certificates of its own in its "
                    "configuration does not use these.");

    auto der = std::make_shared<bool>(false);
    auto* out = command->add_subcommand("export", "Print the authority's certificate, which phones must trust");
    out->add_flag("--der", *der, "Binary instead of PEM");
    out->callback([&cli, der] { cli.run = guarded([&cli, der] { return export_authority(cli, *der); }); });

    auto* shown = command->add_subcommand("show", "What is served, until when, for which names");
    shown->callback([&cli] { cli.run = guarded([&cli] { return show(cli); }); });

    auto names = std::make_shared<NamesArguments>();
    auto* renewed = command->add_subcommand("renew", "Make new server certificates now; the authority stays");
    renewed->add_option("--host", names->hosts, "A name that phones use for this server; repeat for more");
    renewed->add_option("--address", names->addresses, "An address that phones use for this server; repeat for more");
    renewed->callback([&cli, names] { cli.run = guarded([&cli, names] { return renew(cli, *names); }); });

    auto arguments = std::make_shared<IssueArguments>();
    auto* issued = command->add_subcommand("issue", "Issue a device certificate, for labs and virtual phones");
    issued->add_option("--client", arguments->mac, "The phone's MAC address")->required()->type_name("MAC");
    issued->add_option("--family", arguments->family, "Whose form of a subject it has")->required();
    issued->add_option("--model", arguments->model, "Where the form holds the model")->capture_default_str();
    issued->add_option("--serial", arguments->serial, "Where the form holds the serial number")->capture_default_str();
    issued->add_option("--out", arguments->out, "Where to put it")->type_name("DIR")->capture_default_str();
    issued->callback([&cli, arguments] { cli.run = guarded([&cli, arguments] { return issue(cli, *arguments); }); });
}

} // namespace offhook::cli
