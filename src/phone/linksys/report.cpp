/// Provisioning's report: what is in force, sent once where Report_Rule says.
#include "config/seal/seal.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/provisioning.hpp"
#include "phone/linksys/running_profile.hpp"

#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
using End = Outcome::End;
using Effect = Outcome::Effect;

constexpr std::size_t salt_letters = 16;

} // namespace

asio::awaitable<Outcome> Provisioning::report() {
    const auto fail_with = [&](const std::string& why) {
        files_.problem("Report_Rule: " + why);
        return Outcome{End::failed, Effect::none, why};
    };
    const std::string text(in_force(flash_, "Report_Rule"));
    const auto expansion = config::expand_rule(text, macros(ResyncReason::asked), switches_.rules);
    const auto rule = config::parse_profile_rule(expansion, config::RuleForm::report, switches_.rules);
    if (!rule) co_return fail_with(rule.error().text());
    const auto* chosen = config::choose_alternative(*rule, running_version(flash_), switches_.rules);
    if (chosen == nullptr || !chosen->url) {
        decide("Report_Rule is empty: the phone reports nothing");
        co_return Outcome{};
    }
    const auto place = config::complete_url(*chosen, config::RuleForm::report, server_, switches_.rules);
    if (!place) co_return fail_with(place.error().message);
    auto url = protocol::parse_url(place->text());
    if (!url) co_return fail_with(url.error().message);
    std::string body = running_profile(
        flash_, around_.model.name,
        switches_.report_passwords == Switches::ReportPasswords::sent ? ShownPasswords::sent : ShownPasswords::blank);
    std::string type = switches_.report_type;
    if (chosen->options.key) {
        const auto* seal = config::find_seal(
            switches_.seal_digest == Switches::SealDigest::md5 ? "openssl-raw-256" : "openssl-raw-256-sha256");
        auto sealed = seal->seal(body, *chosen->options.key, links_.random.letters(salt_letters));
        if (!sealed) co_return fail_with(sealed.error().message);
        body = std::move(*sealed);
        type = "application/octet-stream";
    }
    const protocol::Url::Credentials account{place->user, place->password};
    const auto answer = co_await files_.report(place->path, std::move(*url), account, std::move(body), std::move(type));
    if (answer.outcome == FileOutcome::stored) co_return Outcome{End::succeeded, Effect::none, ""};
    co_return fail_with(fmt::format("{} was not taken ({}); the phone does not try again", place->path, answer.detail));
}

} // namespace offhook::phone::linksys
