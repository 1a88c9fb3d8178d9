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

Result<json::value> rotate(const Cli& cli, const std::string& mac) {
    return ApiClient(cli).post("/v1/devices/" + percent_encoded(mac) + "/file-key/rotate", json::object());
}

/// All of them, a page at a time. Those without a key, without sealed files or with a rotation under way are told.
int rotate_site(const Cli& cli, const std::string& site) {
    json::array rotated, left;
    std::string after;
    do {
        const auto page =
            ApiClient(cli).get("/v1/devices?limit=1000&after=" + after + "&site=" + percent_encoded(site));
        if (!page) return failed(page.error());
        for (const json::value& device : array_of(*page, "devices")) {
            const std::string mac = text_of(device, "mac");
            const auto done = rotate(cli, mac);
            if (!done && done.error().code != ErrorCode::conflict) return failed(done.error());
            if (done)
                rotated.emplace_back(mac);
            else
                left.push_back({{"mac", mac}, {"why", done.error().message}});
        }
        after = text_of(*page, "next");
    } while (!after.empty());
    if (cli.json) {
        print_json(json::object{{"rotated", rotated}, {"left", left}});
        return exit_done;
    }
    for (const auto& one : left) std::cerr << "note: " << text_of(one, "mac") << ": " << text_of(one, "why") << '\n';
    std::cerr << rotated.size() << " phones get a new file key, " << left.size() << " do not.\n";
    return exit_done;
}

int run(const Cli& cli, const KeyArguments& arguments) {
    if (arguments.mac.empty() == arguments.site.empty()) {
        std::cerr << "offhook: say which phone, or --site NAME\n";
        return exit_wrong_use;
    }
    if (!arguments.site.empty()) return rotate_site(cli, arguments.site);
    const auto done = rotate(cli, arguments.mac);
    if (!done) return failed(done.error());
    if (cli.json)
        print_json(*done);
    else
        std::cerr << text_of(*done, "mac")
                  << " gets a new file key with its next fetch; until then its files open with the one it has.\n";
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
    rotated->callback([&cli, arguments] { cli.run = [&cli, arguments] { return run(cli, *arguments); }; });
}

} // namespace offhook::cli
