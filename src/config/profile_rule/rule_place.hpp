#pragma once
/// @file  RulePlace: a rule's URL, completed by what the phone knows.
///
/// Without a scheme TFTP; without a host the server that was found (of a one-shot from the phone's page: who asked),
/// and where the URL is a path alone, that server's scheme, port and directory too.
/// Errors  not_found where no server is known; invalid for a scheme that the form or an option does not have.
/// Source  reference: Linksys 5.4, 3.2 (the default paths), 5.5 (--post), 13 (schemes of upgrades).
#include "config/profile_rule/profile_rule.hpp"

namespace offhook::config {

/// What completes a URL.
struct RuleServer {
    std::optional<RuleScheme> scheme; ///< of a found server that is a URL
    std::string host;                 ///< "": none is known
    std::optional<std::uint16_t> port;
    std::string directory;    ///< before a path that stands alone: "/base"; no '/' at its end
    std::string default_path; ///< where the form lets a path lack: "/spa.bin", the expanded default rule
};

struct RulePlace {
    RuleScheme scheme = RuleScheme::tftp;
    std::string host;
    std::optional<std::uint16_t> stated_port;
    std::string path;
    std::string user, password;

    [[nodiscard]] std::uint16_t port() const;
    /// "http://192.0.2.1:8080/x", the port only where it is stated; no user.
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] std::string_view to_text(RuleScheme scheme);
[[nodiscard]] std::uint16_t default_port(RuleScheme scheme);

[[nodiscard]] Result<RulePlace> complete_url(const RuleAlternative& alternative, RuleForm form,
                                             const RuleServer& server, const RuleReading& reading = {});

} // namespace offhook::config
