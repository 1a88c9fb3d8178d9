// discovery.toml: who asks in discovery, and what these phones can be told.
#include "config/family/discovery.hpp"
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view known_schemes[] = {"http", "https", "tftp", "ftp"};

/// Options of DHCPv4 that are the protocol's own, or that we never send.
bool is_protocols_own(OfferMethod method, std::int64_t option) {
    if (method == OfferMethod::dhcp4) return (option >= 50 && option <= 61) || option == 82;
    return option <= 16 || (option >= 18 && option <= 20) || option == 25 || option == 26;
}

/// How an option stands by its own definition; nullopt where that is the vendor's business.
std::optional<bool> holds_addresses(OfferMethod method, std::uint16_t option) {
    if (method == OfferMethod::dhcp6) {
        if (option == 59 || option == 60) return false; // RFC 5970
        return std::nullopt;
    }
    switch (option) {
    case 12: // RFC 2132
    case 15:
    case 66:
    case 67:
        return false;
    case 3:
    case 6:
    case 7:
    case 42:
    case 150: // RFC 5859
        return true;
    default:
        return std::nullopt;
    }
}

/// What there is room for: an option's length is one byte, and a block has a head.
std::int64_t room_of(const OfferRule& rule, std::size_t url_bytes_max) {
    if (rule.method != OfferMethod::dhcp4) return static_cast<std::int64_t>(url_bytes_max);
    constexpr std::int64_t option = 255, sub_option_head = 2, enterprise_head = 5;
    if (rule.option == 43) return option - sub_option_head;
    if (rule.option == 125) return option - enterprise_head - sub_option_head;
    return option;
}

class DiscoveryReader {
public:
    DiscoveryReader(const PackFile& file, PackContent& content)
        : file_(file), ouis_(content.ouis), out_(content.discovery),
          root_(file.problems, file.name, file.root, "discovery.toml") {}

    void run() {
        out_.schemes = read_schemes(root_, TomlReader::Need::required);
        out_.url_bytes_max = static_cast<std::size_t>(
            root_.number("url_bytes_max", 32, static_cast<std::int64_t>(pack_limits::offered_url_bytes_max), 255));
        read_shared_ouis();
        for (const toml::table* table : root_.tables("class")) read_class(*table);
        for (const toml::table* table : root_.tables("notify")) read_notify(*table);
        for (const toml::table* table : root_.tables("offer")) read_offer(*table);
        root_.finish();
    }

private:
    /// Where it was learned, read by people, and how far to trust it.
    static std::string read_source(TomlReader& row) {
        (void)row.text("source", TomlReader::Need::required);
        std::string mark = row.text("confidence", TomlReader::Need::required);
        if (!mark.empty() && !is_confidence_mark(mark))
            row.problem_at("confidence", "the marks are G (guide), C (code or capture), U (later documents), I "
                                         "(inferred), B (common knowledge)");
        return mark;
    }

    void read_shared_ouis() {
        for (const TextAt& text : root_.texts("shared_ouis")) {
            const auto oui = std::find_if(ouis_.begin(), ouis_.end(), [&](auto each) {
                return equal_ignoring_case(fmt::format("{:06x}", each), text.text);
            });
            if (oui == ouis_.end())
                file_.problems.add(text.where, "'" + printable(text.text, 40) + "' is none of `ouis` in family.toml");
            else
                out_.shared_ouis.push_back(*oui);
        }
    }

    std::vector<std::string> read_schemes(TomlReader& row, TomlReader::Need need) {
        std::vector<std::string> schemes;
        for (const TextAt& scheme : row.texts("schemes", need)) {
            if (std::find(std::begin(known_schemes), std::end(known_schemes), scheme.text) == std::end(known_schemes))
                file_.problems.add(scheme.where,
                                   "no scheme '" + printable(scheme.text, 40) + "'; there are http, https, tftp, ftp");
            else if (std::find(schemes.begin(), schemes.end(), scheme.text) != schemes.end())
                file_.problems.add(scheme.where, "scheme '" + scheme.text + "' stands twice");
            else
                schemes.push_back(scheme.text);
        }
        return schemes;
    }

    void read_class(const toml::table& table) {
        TomlReader row(file_.problems, file_.name, table, "[[class]]");
        const int kinds = int(row.has("option_60")) + int(row.has("enterprise")) + int(row.has("pnp_vendor"));
        if (kinds != 1) row.problem("a [[class]] says one of `option_60`, `enterprise`, `pnp_vendor`");
        if (row.has("option_60")) read_option_60(row);
        if (row.has("enterprise")) {
            const auto number = row.number("enterprise", 1, 0xffffffffLL, 0);
            if (number != 0 && out_.matches_enterprise(static_cast<std::uint32_t>(number)))
                row.problem_at("enterprise", fmt::format("enterprise {} stands twice", number));
            else if (number != 0)
                out_.enterprises.push_back(static_cast<std::uint32_t>(number));
        }
        for (const TextAt& vendor : row.texts("pnp_vendor")) {
            if (vendor.text.empty() || vendor.text.size() > pack_limits::pnp_vendor_bytes_max ||
                !is_printable_utf8(vendor.text))
                file_.problems.add(vendor.where, "a vendor is 1 to 64 printable characters");
            else if (out_.matches_vendor(vendor.text))
                file_.problems.add(vendor.where, "vendor '" + vendor.text + "' stands twice");
            else
                out_.pnp_vendors.push_back(vendor.text);
        }
        if (const auto doubt = doubt_of(read_source(row)); !doubt.empty() && !row.has("pnp_vendor"))
            out_.dhcp_doubts.push_back(
                (row.has("enterprise")
                     ? fmt::format("enterprise {}", out_.enterprises.empty() ? 0 : out_.enterprises.back())
                     : std::string("the text in option 60")) +
                ": " + doubt);
        row.finish();
    }

    /// Patterns, and what other DHCP servers can compare: beginnings, in which letter case counts there.
    void read_option_60(TomlReader& row) {
        std::vector<std::string> beginnings;
        for (const TextAt& text : row.texts("option_60")) {
            auto pattern = Pattern::compile(text.text);
            if (!pattern) {
                file_.problems.add(text.where, pattern.error().message);
                continue;
            }
            const auto begins = text.text.substr(0, text.text.find('{'));
            if (begins.empty()) {
                file_.problems.add(text.where, "a class begins with a text: other DHCP servers compare only that");
                continue;
            }
            const auto samples = pattern->samples();
            if (std::all_of(samples.begin(), samples.end(),
                            [&](const std::string& sample) { return out_.matches_class(sample); })) {
                file_.problems.add(text.where, "pattern '" + text.text + "' is shadowed by an earlier one");
                continue;
            }
            beginnings.push_back(begins);
            out_.dhcp_classes.push_back(std::move(*pattern));
        }
        for (const TextAt& other : row.texts("also_begins")) {
            const bool same = std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& text) {
                return text != other.text && equal_ignoring_case(text, other.text);
            });
            if (same)
                out_.dhcp_class_prefixes.push_back(other.text);
            else
                file_.problems.add(other.where, "`also_begins` spells the beginning of `option_60` in other letter "
                                                "case, '" +
                                                    printable(other.text, 40) + "' does not");
        }
        out_.dhcp_class_prefixes.insert(out_.dhcp_class_prefixes.end(), beginnings.begin(), beginnings.end());
        auto& all = out_.dhcp_class_prefixes; // what begins with another one needs no entry
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end(),
                              [](const auto& shorter, const auto& longer) { return longer.starts_with(shorter); }),
                  all.end());
    }

    void read_notify(const toml::table& table) {
        TomlReader row(file_.problems, file_.name, table, "[[notify]]");
        std::string event = row.text("event", TomlReader::Need::required);
        const bool plain = !event.empty() && event.size() <= pack_limits::notify_event_bytes_max &&
                           std::all_of(event.begin(), event.end(), [](char c) { return c > ' ' && c <= '~'; });
        if (!plain)
            row.problem_at("event", "an event is 1 to 64 printable characters without a blank");
        else if (std::find(out_.notify_events.begin(), out_.notify_events.end(), event) != out_.notify_events.end())
            row.problem_at("event", "event '" + event + "' stands twice");
        else
            out_.notify_events.push_back(std::move(event));
        (void)read_source(row);
        row.finish();
    }

    void read_offer(const toml::table& table) {
        TomlReader row(file_.problems, file_.name, table, "[[offer]]");
        OfferRule rule;
        const auto method = row.text("method", TomlReader::Need::required);
        if (const auto known = offer_method_text.from_text(method))
            rule.method = *known;
        else if (!method.empty())
            row.problem_at("method", "`method` is one of " + offer_method_text.choices() + ", not '" +
                                         printable(method, 40) + "'");
        read_place(row, rule);
        const auto form = row.text("form");
        if (const auto known = offer_form_text.from_text(form.empty() ? "text" : form))
            rule.form = *known;
        else
            row.problem_at("form",
                           "`form` is one of " + offer_form_text.choices() + ", not '" + printable(form, 40) + "'");
        rule.value = row.text("value", TomlReader::Need::required);
        rule.schemes = read_schemes(row, TomlReader::Need::optional);
        for (const std::string& scheme : rule.schemes)
            if (!out_.fetches_by(scheme)) row.problem_at("schemes", "these phones do not fetch by '" + scheme + "'");
        const auto room = room_of(rule, out_.url_bytes_max);
        rule.bytes_max = static_cast<std::size_t>(row.number("bytes_max", 1, room, room));
        rule.summary = row.text("summary", TomlReader::Need::required);
        rule.confidence = read_source(row);
        row.finish();
        check_value(row, rule);
        check_alone(row, rule);
        out_.offers.push_back(std::move(rule));
    }

    static void read_place(TomlReader& row, OfferRule& rule) {
        if (rule.method == OfferMethod::pnp) {
            for (const char* key : {"option", "sub_option", "enterprise", "form"})
                if (row.has(key)) row.problem_at(key, "`" + std::string(key) + "` is of DHCP, not of pnp");
            return;
        }
        const bool four = rule.method == OfferMethod::dhcp4;
        if (!row.has("option")) return row.problem("[[offer]] needs `option`");
        const auto option = row.number("option", 1, four ? 254 : 65535, 0);
        if (option != 0 && is_protocols_own(rule.method, option))
            row.problem_at("option", fmt::format("option {} is the protocol's own", option));
        rule.option = static_cast<std::uint16_t>(option);
        const bool of_enterprise = (four && option == 125) || (!four && option == 17);
        if (of_enterprise || (four && option == 43)) {
            if (!row.has("sub_option")) row.problem_at("option", fmt::format("option {} needs `sub_option`", option));
            rule.sub_option = static_cast<std::uint16_t>(row.number("sub_option", 1, four ? 254 : 65535, 0));
        } else if (row.has("sub_option")) {
            row.problem_at("sub_option", fmt::format("option {} has no sub-options", option));
        }
        if (of_enterprise) {
            if (!row.has("enterprise"))
                row.problem_at("option", fmt::format("option {} needs `enterprise`, for who says none", option));
            rule.enterprise = static_cast<std::uint32_t>(row.number("enterprise", 1, 0xffffffffLL, 0));
        } else if (row.has("enterprise")) {
            row.problem_at("enterprise", fmt::format("option {} is of no enterprise", option));
        }
    }

    static void check_value(const TomlReader& row, const OfferRule& rule) {
        if (rule.value.empty()) return; // said already
        const auto pieces = offer_pieces(rule.value);
        if (!pieces) return row.problem_at("value", pieces.error().message);
        if (rule.form == OfferForm::addresses && rule.value != "<address>")
            row.problem_at("value", "with form \"addresses\" the value is \"<address>\"");
        std::size_t literal_bytes = 0;
        for (const OfferPiece& piece : *pieces) literal_bytes += piece.literal.size();
        if (literal_bytes > rule.bytes_max)
            row.problem_at("value",
                           fmt::format("its own text has {} bytes, the phone takes {}", literal_bytes, rule.bytes_max));
        if (rule.method == OfferMethod::pnp || (rule.option == 0)) return;
        const auto addresses = holds_addresses(rule.method, rule.option);
        if (addresses && *addresses != (rule.form == OfferForm::addresses))
            row.problem_at("option",
                           fmt::format("option {} holds {} by its definition", rule.option,
                                       *addresses ? "addresses: form is \"addresses\"" : "a text, not addresses"));
    }

    /// Two rules for one place are one too many, unless each has schemes of its own.
    void check_alone(const TomlReader& row, const OfferRule& rule) const {
        for (const OfferRule& other : out_.offers) {
            if (other.method != rule.method || other.option != rule.option || other.sub_option != rule.sub_option ||
                other.enterprise != rule.enterprise)
                continue;
            const bool meet =
                rule.schemes.empty() || other.schemes.empty() ||
                std::any_of(rule.schemes.begin(), rule.schemes.end(), [&](const std::string& scheme) {
                    return std::find(other.schemes.begin(), other.schemes.end(), scheme) != other.schemes.end();
                });
            if (meet) return row.problem("an earlier [[offer]] says the same place for the same schemes");
        }
    }

    const PackFile& file_;
    const std::vector<std::uint32_t>& ouis_; ///< of family.toml, which is read before
    Discovery& out_;
    TomlReader root_;
};

} // namespace

void read_discovery(const PackFile& file, PackContent& content) { DiscoveryReader(file, content).run(); }

} // namespace offhook::config
