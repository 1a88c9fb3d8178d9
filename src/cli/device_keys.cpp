#include "cli/device_keys.hpp"

#include "cli/api_client.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <boost/json/object.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct KeyArguments {
    std::string mac, site;
};

/// What is done with keys, and what people are told of it.
struct KeyVerb {
    std::string_view path, done_json, done_one, done_many;
};
constexpr KeyVerb rotate_verb{"rotate", "rotated",
                              "gets a new file key with its next fetch; until then its files open with the one it has.",
                              "get a new file key"};
constexpr KeyVerb make_verb{"make", "made", "has a file key now. It learns it from its plain file.",
                            "have a file key now"};

Result<json::value> change_key(const Cli& cli, const KeyVerb& verb, const std::string& mac) {
    return ApiClient(cli).post("/v1/devices/" + percent_encoded(mac) + "/file-key/" + std::string(verb.path),
                               json::object());
}

/// All of them, a page at a time. Those with which it cannot be done, and why, are told.
int change_site(const Cli& cli, const KeyVerb& verb, const std::string& site) {
    json::array changed, left;
    std::string after, warning; // which is the site's, and so the same for all
    do {
        const auto page =
            ApiClient(cli).get("/v1/devices?limit=1000&after=" + after + "&site=" + percent_encoded(site));
        if (!page) return failed(page.error());
        for (const json::value& device : array_of(*page, "devices")) {
            const std::string mac = text_of(device, "mac");
            const auto done = change_key(cli, verb, mac);
            if (!done && done.error().code != ErrorCode::conflict) return failed(done.error());
            if (done) {
                changed.emplace_back(mac);
                if (warning.empty()) warning = text_of(*done, "warning");
            } else
                left.push_back({{"mac", mac}, {"why", done.error().message}});
        }
        after = text_of(*page, "next");
    } while (!after.empty());
    if (cli.json) {
        json::object out{{verb.done_json, changed}, {"left", left}};
        if (!warning.empty()) out["warning"] = warning;
        print_json(out);
        return exit_done;
    }
    for (const auto& one : left) std::cerr << "note: " << text_of(one, "mac") << ": " << text_of(one, "why") << '\n';
    if (!warning.empty()) std::cerr << "warning: " << warning << '\n';
    std::cerr << changed.size() << " phones " << verb.done_many << ", " << left.size() << " do not.\n";
    return exit_done;
}

int run(const Cli& cli, const KeyVerb& verb, const KeyArguments& arguments) {
    if (arguments.mac.empty() == arguments.site.empty()) {
        std::cerr << "offhook: say which phone, or --site NAME\n";
        return exit_wrong_use;
    }
    if (!arguments.site.empty()) return change_site(cli, verb, arguments.site);
    const auto done = change_key(cli, verb, arguments.mac);
    if (!done) return failed(done.error());
    if (cli.json)
        print_json(*done);
    else
        std::cerr << text_of(*done, "mac") << ' ' << verb.done_one << '\n';
    if (const auto warning = text_of(*done, "warning"); !cli.json && !warning.empty())
        std::cerr << "warning: " << warning << '\n';
    return exit_done;
}

} // namespace

void add_device_keys(CLI::App& device, Cli& cli) {
    auto arguments = std::make_shared<KeyArguments>();
    auto* rotated =
        device.add_subcommand("rotate-key", "Make a new key for a phone's sealed files; the phone learns it "
                                            "from a file sealed with the old one, which ends that one");
    check_mac(*rotated->add_option("MAC", arguments->mac, "MAC address, in any spelling"));
    rotated->add_option("--site", arguments->site, "All phones of this site that have sealed files")->type_name("NAME");
    rotated->callback([&cli, arguments] { cli.run = [&cli, arguments] { return run(cli, rotate_verb, *arguments); }; });

    auto first = std::make_shared<KeyArguments>();
    auto* made = device.add_subcommand("make-key", "Make a random file key for a phone that has none");
    check_mac(*made->add_option("MAC", first->mac, "MAC address, in any spelling"));
    made->add_option("--site", first->site, "All phones of this site that have none")->type_name("NAME");
    made->callback([&cli, first] { cli.run = [&cli, first] { return run(cli, make_verb, *first); }; });
}

} // namespace offhook::cli
