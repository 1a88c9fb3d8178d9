#include "cli/kea_push.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/kea_control.hpp"
#include "config/dhcp_config/json_text.hpp"
#include "config/dhcp_config/line_diff.hpp"

#include <boost/json/parse.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace json = boost::json;

std::string_view key_of(config::DhcpVersion version) { return version == config::DhcpVersion::v4 ? "Dhcp4" : "Dhcp6"; }

std::string text_of_config(const json::object& server, config::DhcpVersion version) {
    return config::json_text(json::object{{key_of(version), server}}) + '\n';
}

/// Kea adds a hash to what config-get gives, which config-set refuses: the server's own part alone is kept.
Result<json::object> server_part(const json::object& arguments, config::DhcpVersion version, const std::string& where) {
    const auto* server = arguments.if_contains(key_of(version));
    if (server == nullptr || !server->is_object())
        return fail(ErrorCode::invalid,
                    fmt::format("there is no {} in it; {}", key_of(version),
                                version == config::DhcpVersion::v4 ? "a DHCPv6 server is told with --v6"
                                                                   : "a DHCPv4 server is told without --v6"),
                    where);
    return server->get_object();
}

Result<json::object> present(const KeaControl& kea, config::DhcpVersion version) {
    const auto reply = kea.call("config-get");
    if (!reply) return tl::unexpected(reply.error());
    return server_part(reply->arguments, version, "Kea's configuration");
}

/// Where a push that has not succeeded yet keeps what was there: the point to roll back to stays until then.
std::filesystem::path beside(const KeaPush& push) { return push.former.string() + ".new"; }

/// Synced, and for its owner alone: a configuration may hold a database's password.
Result<void> keep(const std::filesystem::path& path, const std::string& text) {
    const auto failed_with = [&](const char* what) {
        return fail(ErrorCode::unavailable, fmt::format("{}: {}", what, std::system_category().message(errno)),
                    path.string());
    };
    ::unlink(path.c_str());
    net::OwnedFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return failed_with("the former configuration cannot be kept");
    for (std::string_view rest = text; !rest.empty();) {
        const auto written = ::write(fd.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed_with("the former configuration cannot be kept");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd.get()) != 0) return failed_with("the former configuration cannot be kept");
    return {};
}

Result<json::object> read_former(const KeaPush& push) {
    std::ifstream file(push.former, std::ios::binary);
    if (!file)
        return fail(ErrorCode::not_found, "no former configuration is kept here; a push keeps one",
                    push.former.string());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    json::error_code error;
    json::parse_options options;
    options.max_depth = kea_answer_depth_max;
    const auto value = json::parse(text, error, {}, options);
    if (error || !value.is_object())
        return fail(ErrorCode::invalid, "this is not a configuration that a push has kept", push.former.string());
    return server_part(value.get_object(), push.version, push.former.string());
}

/// Errors: forbidden where nobody can be asked, or who was asked says no.
Result<void> confirm(const KeaPush& push) {
    if (push.confirmation == Confirmation::given) return {};
    if (::isatty(STDIN_FILENO) != 1)
        return fail(ErrorCode::forbidden, "nobody is at a terminal to confirm this; scripts say --yes");
    std::cerr << "Set this configuration, and write it to Kea's file (comments there are lost)? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "Y" || answer == "yes") return {};
    return fail(ErrorCode::forbidden, "nothing was changed");
}

/// `before` and `after` as people may see them.
void show_difference(const KeaPush& push, const json::object& before, const json::object& after) {
    const auto difference =
        config::unified_diff(text_of_config(config::without_passwords(before), push.version),
                             text_of_config(config::without_passwords(after), push.version), "Kea, now", "Kea, then");
    std::cerr << (difference.empty() ? "The difference is a password, which is not shown.\n" : difference);
}

/// A set whose answer got lost may have been made: what was there before is not thrown away.
int set_failed(const KeaPush& push, const Error& error) {
    std::cerr << "The configuration that was in force is in " << beside(push).string()
              << " (--rollback --former puts it back); the point to roll back to is what it was.\n";
    return failed(error);
}

/// Makes what was kept the point to roll back to. False: it is where it was, and that has been said.
bool take_over(const KeaPush& push) {
    std::error_code error;
    std::filesystem::rename(beside(push), push.former, error);
    if (error)
        std::cerr << "Set, but the former configuration stays in " << beside(push).string() << ": " << error.message()
                  << ". --rollback --former puts it back.\n";
    else
        std::cerr << "Set. The former configuration is in " << push.former.string() << "; --rollback puts it back.\n";
    return !error;
}

/// Everything from the difference on. `reply` of config-write is what the operator is told last.
int put(const KeaControl& kea, const KeaPush& push, const json::object& before, const json::object& after) {
    if (before == after) {
        std::cerr << "Kea says this already: nothing to change.\n";
        return exit_done;
    }
    show_difference(push, before, after);
    const json::object arguments{{key_of(push.version), after}};
    if (const auto tested = kea.call("config-test", arguments); !tested) return failed(tested.error());
    std::cerr << "Kea has tested it: it would load.\n";
    if (const auto confirmed = confirm(push); !confirmed) return failed(confirmed.error());
    // What somebody else has set while the difference was read must not be lost.
    const auto again = present(kea, push.version);
    if (!again) return failed(again.error());
    if (*again != before)
        return failed(Error{ErrorCode::conflict, "Kea's configuration has changed meanwhile: try again"});
    if (const auto kept = keep(beside(push), text_of_config(before, push.version)); !kept) return failed(kept.error());
    if (const auto set = kea.call("config-set", arguments); !set) return set_failed(push, set.error());
    const bool is_kept = take_over(push);
    const auto written = kea.call("config-write");
    if (!written) {
        std::cerr << "It is in force but NOT written: Kea forgets it when it restarts. It must be allowed to write its "
                     "file (permissions, AppArmor).\n";
        return failed(written.error());
    }
    std::cerr << written->text << '\n';
    return is_kept ? exit_done : exit_failed;
}

} // namespace

int push_to_kea(const KeaPush& push, const config::KeaParts& parts) {
    const KeaControl kea(push.socket_path);
    const auto before = present(kea, push.version);
    if (!before) return failed(before.error());
    const auto after = config::with_kea_parts(*before, parts);
    if (!after) return failed(after.error());
    return put(kea, push, *before, *after);
}

int roll_kea_back(const KeaPush& push) {
    auto former = read_former(push);
    if (!former) return failed(former.error());
    const KeaControl kea(push.socket_path);
    const auto before = present(kea, push.version);
    if (!before) return failed(before.error());
    // Without it Kea would close the way we talk to it.
    former->erase("control-socket");
    if (const auto* socket = before->if_contains("control-socket")) (*former)["control-socket"] = *socket;
    return put(kea, push, *before, *former);
}

} // namespace offhook::cli
