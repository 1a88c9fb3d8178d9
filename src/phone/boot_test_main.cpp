/// @file  offhook-boot-test: `offhook boot` alone, so that scenarios of the phone need not build the server.
#include "config/family/loader.hpp"
#include "phone/boot_command.hpp"

#include <iostream>
#include <map>

int main(int argc, char** argv) {
    using namespace offhook;
    phone::BootOptions options;
    options.family = "polycom";
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const std::string value = i + 1 < argc ? argv[i + 1] : "";
        const std::map<std::string, std::string*> texts{
            {"--family", &options.family}, {"--model", &options.model},           {"--mac", &options.mac},
            {"--url", &options.url},       {"--state", &options.state_directory}, {"--ca-file", &options.ca_file}};
        const std::map<std::string, std::optional<std::string>*> menu{{"--server-type", &options.server_type},
                                                                      {"--server-user", &options.server_user},
                                                                      {"--server-password", &options.server_password}};
        if (word == "boot") continue;
        if (word == "--json") {
            options.output = phone::BootOptions::Output::json;
        } else if (word == "--show-secrets") {
            options.secrets = phone::Secrets::shown;
        } else if (const auto text = texts.find(word); text != texts.end()) {
            *text->second = value, ++i;
        } else if (const auto item = menu.find(word); item != menu.end()) {
            *item->second = value, ++i;
        } else if (word == "--flash") {
            options.flash.push_back(value), ++i;
        } else if (word == "--timeout") {
            options.silence_time = std::chrono::seconds(std::stoi(value)), ++i;
        } else {
            std::cerr << "offhook-boot-test: what is " << word << "?\n";
            return 2;
        }
    }
    const auto families = config::load_families(OFFHOOK_SOURCE_DIR "/families");
    if (!families) {
        for (const auto& error : families.error()) std::cerr << error.text() << '\n';
        return 2;
    }
    return phone::run_boot(options, *families, std::cout, std::cerr).exit_code;
}
