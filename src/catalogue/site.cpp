#include "catalogue/site.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {
namespace {

constexpr std::array<std::string_view, 3> sources{"loopback", "private", "public"};
constexpr std::array<std::string_view, 2> privacies{"clear", "tls"};

} // namespace

std::string to_text(const SitePolicy& policy) {
    std::string out;
    for (std::size_t source = 0; source < sources.size(); ++source)
        for (std::size_t over = 0; over < privacies.size(); ++over)
            out += fmt::format("{}{}.{}={}", out.empty() ? "" : " ", sources[source], privacies[over],
                               proof_text.to_text(policy.least[source][over]));
    return out;
}

Result<SitePolicy> policy_from_text(std::string_view text, const SitePolicy& base) {
    if (text.empty()) return SitePolicy();
    SitePolicy out = base;
    for (const std::string_view word : split(text, ' ')) {
        if (word.empty()) continue;
        const std::size_t equals = word.find('=');
        const auto proof =
            equals == std::string_view::npos ? std::nullopt : proof_text.from_text(word.substr(equals + 1));
        bool placed = false;
        for (std::size_t source = 0; source < sources.size(); ++source)
            for (std::size_t over = 0; over < privacies.size(); ++over) {
                if (!proof || word.substr(0, equals) != fmt::format("{}.{}", sources[source], privacies[over]))
                    continue;
                out.least[source][over] = *proof;
                placed = true;
            }
        if (!placed)
            return fail(
                ErrorCode::invalid,
                fmt::format("'{}' is not SOURCE.TRANSPORT=PROOF with loopback, private or public; clear or tls; "
                            "and one of {}",
                            printable(word), proof_text.choices()),
                "policy");
    }
    return out;
}

} // namespace offhook::catalogue
