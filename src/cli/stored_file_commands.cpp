#include "cli/stored_file_commands.hpp"

#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

#include <iostream>

namespace offhook::cli {

int add_stored_file(const Cli& cli, std::string_view resource, const StoredFileArguments& arguments) {
    std::string target = "/v1/" + std::string(resource) + "?name=" + percent_encoded(arguments.name);
    const std::string models = join(arguments.models, ",");
    for (const auto& [option, value] : {std::pair("family", &arguments.family),
                                        std::pair("version", &arguments.version), std::pair("site", &arguments.site),
                                        std::pair("listed_by", &arguments.listed_by), std::pair("model", &models)})
        if (!value->empty()) target += std::string("&") + option + "=" + percent_encoded(*value);
    const auto stored = [&] {
        Progress progress("checks and writes");
        return ApiClient(cli).post_file(target, arguments.file,
                                        [&](std::uint64_t sent, std::uint64_t total) { progress.sent(sent, total); });
    }();
    if (!stored) return failed(stored.error());
    if (cli.json) {
        print_json(*stored);
        return exit_done;
    }
    const auto bytes = to_number<std::uint64_t>(text_of(*stored, "bytes")).value_or(0);
    std::cerr << "Stored " << text_of(*stored, "name") << " (" << bytes_text(bytes) << ") as number "
              << text_of(*stored, "id") << "; it is served from now on.\n";
    return exit_done;
}

int remove_stored_file(const Cli& cli, std::string_view resource, const StoredFileArguments& arguments) {
    const auto answer = ApiClient(cli).remove("/v1/" + std::string(resource) + "/" + std::to_string(arguments.id));
    if (!answer) return failed(answer.error());
    if (cli.json)
        print_json(*answer);
    else
        std::cerr << "Removed " << text_of(*answer, "name") << ", number " << arguments.id << ".\n";
    return exit_done;
}

} // namespace offhook::cli
