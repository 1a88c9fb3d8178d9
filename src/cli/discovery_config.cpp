#include "cli/discovery_config.hpp"

#include "base/text.hpp"

#include <array>
#include <fmt/format.h>

namespace offhook::cli {
namespace {

using config::Problems;
using config::TomlReader;

template <class E, std::size_t N>
E choice(TomlReader& from, std::string_view key, E otherwise,
         const std::array<std::pair<std::string_view, E>, N>& names) {
    if (!from.has(key)) return otherwise;
    const auto text = from.text(key, TomlReader::Need::required);
    std::vector<std::string> known;
    for (const auto& [name, value] : names) {
        if (name == text) return value;
        known.emplace_back(name);
    }
    from.problem_at(key, fmt::format("`{}` is one of {}, not '{}'", key, join(known, ", "), printable(text, 40)));
    return otherwise;
}

constexpr std::array<std::pair<std::string_view, server::OfferSecrets>, 3> secrets{
    {{"none", server::OfferSecrets::none},
     {"token", server::OfferSecrets::token},
     {"credentials", server::OfferSecrets::credentials}}};
constexpr std::array<std::pair<std::string_view, server::Dhcp4Mode>, 4> dhcp4_modes{
    {{"off", server::Dhcp4Mode::off},
     {"observe", server::Dhcp4Mode::observe},
     {"options_only", server::Dhcp4Mode::options_only},
     {"small_pool", server::Dhcp4Mode::small_pool}}};
constexpr std::array<std::pair<std::string_view, server::Dhcp6Mode>, 4> dhcp6_modes{
    {{"off", server::Dhcp6Mode::off},
     {"observe", server::Dhcp6Mode::observe},
     {"stateless", server::Dhcp6Mode::stateless},
     {"small_pool", server::Dhcp6Mode::small_pool}}};

std::vector<std::string> texts(TomlReader& from, std::string_view key) {
    std::vector<std::string> out;
    for (auto& [text, where] : from.texts(key)) out.push_back(std::move(text));
    return out;
}

void read_offer(TomlReader& from, server::OfferOptions& out) {
    out.url = from.text("url");
    out.secrets = choice(from, "offer_secrets", out.secrets, secrets);
    out.who.allow = texts(from, "allow");
    out.who.deny = texts(from, "deny");
    out.who.strangers = from.boolean("strangers", out.who.strangers);
}

void read_addresses(TomlReader& from, Problems& problems, std::string_view key, std::vector<IpAddress>& out) {
    for (const auto& [text, where] : from.texts(key)) {
        if (const auto address = IpAddress::from_text(text))
            out.push_back(*address);
        else
            problems.add(where, "'" + printable(text, 64) + "' is no IP address");
    }
}

/// What both kinds of pool have: subnet, range, dns, domain.
template <class Pool>
void read_pool(TomlReader& from, Problems& problems, Pool& pool) {
    const auto subnet = from.text("subnet", TomlReader::Need::required);
    if (const auto network = Network::from_text(subnet))
        pool.subnet = *network;
    else if (!subnet.empty())
        from.problem_at("subnet", "'" + printable(subnet, 64) + "' is no network, as 192.0.2.0/24 is");
    const auto range = from.text("range", TomlReader::Need::required);
    const auto dash = range.find('-');
    const auto first = IpAddress::from_text(range.substr(0, dash));
    const auto last = dash == std::string::npos ? std::nullopt : IpAddress::from_text(range.substr(dash + 1));
    if (first && last) {
        pool.first = *first;
        pool.last = *last;
    } else if (!range.empty()) {
        from.problem_at("range", "`range` is two addresses, as \"192.0.2.100-192.0.2.199\"");
    }
    read_addresses(from, problems, "dns", pool.dns);
    pool.domain = from.text("domain");
}

std::chrono::seconds read_lease(TomlReader& from, std::chrono::seconds otherwise) {
    return std::chrono::seconds(from.number("lease_seconds", 60, 31'536'000, otherwise.count()));
}

} // namespace

void read_pnp(TomlReader& from, Problems& problems, server::PnpOptions& out) {
    (void)problems;
    read_offer(from, out.offer);
    out.answer_port = static_cast<std::uint16_t>(from.number("answer_port", 0, 65'535, out.answer_port));
    out.answer_delay = std::chrono::milliseconds(from.number("answer_delay_ms", 0, 2'000, out.answer_delay.count()));
    out.same_link = from.boolean("same_link", out.same_link);
    out.legacy_notify = from.boolean("legacy_notify", out.legacy_notify);
    out.notify_user = from.text("notify_user");
    out.notify_password = from.text("notify_password");
    const auto count = [&](std::string_view key, std::int64_t max, std::size_t& value) {
        value = static_cast<std::size_t>(from.number(key, 1, max, static_cast<std::int64_t>(value)));
    };
    count("answers_per_source_second", 1'000'000, out.answers_per_source_second);
    count("answers_per_second", 10'000'000, out.answers_per_second);
    count("transactions_max", 1'000'000, out.transactions_max);
}

void read_dhcp4(TomlReader& from, Problems& problems, const std::string& file, server::Dhcp4Options& out) {
    read_offer(from, out.offer);
    out.mode = choice(from, "mode", out.mode, dhcp4_modes);
    out.lease_time = read_lease(from, out.lease_time);
    out.only_phones = from.boolean("only_phones", out.only_phones);
    out.beside_others = from.boolean("beside_others", out.beside_others);
    out.authoritative = from.boolean("authoritative", out.authoritative);
    out.conflict_wait = std::chrono::milliseconds(from.number("conflict_wait_ms", 0, 1'000, out.conflict_wait.count()));
    for (const auto& pair : from.pairs("options")) {
        const auto code = to_number<std::uint8_t>(pair.key);
        if (!code || *code == 0 || *code == 255 || pair.values.size() != 1)
            problems.add(pair.where, "an option is its number and one value, as \"132\" = \"100\"");
        else
            out.options.emplace_back(*code, pair.values.front());
    }
    for (const auto* table : from.tables("pool")) {
        TomlReader inner(problems, file, *table, "[[listen.dhcp4.pool]]");
        server::Dhcp4Pool pool;
        read_pool(inner, problems, pool);
        read_addresses(inner, problems, "routers", pool.routers);
        read_addresses(inner, problems, "ntp", pool.ntp);
        inner.finish_naming_keys();
        out.pools.push_back(std::move(pool));
    }
}

void read_dhcp6(TomlReader& from, Problems& problems, const std::string& file, server::Dhcp6Options& out) {
    read_offer(from, out.offer);
    out.mode = choice(from, "mode", out.mode, dhcp6_modes);
    out.lease_time = read_lease(from, out.lease_time);
    out.only_phones = from.boolean("only_phones", out.only_phones);
    for (const auto& [text, where] : from.texts("enterprises")) {
        if (const auto number = to_number<std::uint32_t>(text))
            out.enterprises.push_back(*number);
        else
            problems.add(where, "an enterprise number is digits, as \"258\"");
    }
    for (const auto* table : from.tables("pool")) {
        TomlReader inner(problems, file, *table, "[[listen.dhcp6.pool]]");
        server::Dhcp6Pool pool;
        read_pool(inner, problems, pool);
        read_addresses(inner, problems, "sntp", pool.sntp);
        inner.finish_naming_keys();
        out.pools.push_back(std::move(pool));
    }
}

} // namespace offhook::cli
