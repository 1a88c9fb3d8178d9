#include "config/profile_rule/profile_rule.hpp"

#include "base/text.hpp"
#include "config/profile_rule/limits.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

using LaterOptions = RuleReading::LaterOptions;

bool is_letter(char c) {
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}
/// As the plain text form writes names too: Line_Enable[1], SIP_ToS/DiffServ_Value[1].
bool is_name_char(char c) {
    return is_letter(c) || ascii_digit(c) || std::string_view("_-[]/").find(c) != std::string_view::npos;
}
bool is_register(std::string_view text) { return text.size() == 1 && text[0] >= 'a' && text[0] <= 'p'; }
bool is_one_url(RuleForm form) { return form == RuleForm::upgrade_url || form == RuleForm::report; }
bool may_lack_path(RuleForm form) { return form == RuleForm::upgrade_url || form == RuleForm::resync_url; }

class Parser {
public:
    Parser(const Expansion& source, RuleForm form, const RuleReading& reading)
        : source_(source), form_(form), reading_(reading), cursor_(source) {}

    Result<ProfileRule> run() {
        if (source_.length == Expansion::Length::is_cut)
            return cursor_.wrong(
                "the rule is too long, as written or with its macros",
                fmt::format("at most {} bytes, {} with macros", limits::rule_bytes_max, limits::expanded_bytes_max), 0);
        cursor_.end_at(comment_offset(source_.text, reading_));
        cursor_.skip_blanks();
        if (cursor_.is_at_end() && !may_lack_path(form_)) return std::move(rule_);
        for (;;) {
            cursor_.skip_blanks();
            note_unreachable();
            auto alternative = parse_alternative();
            if (!alternative) return tl::unexpected(alternative.error());
            rule_.alternatives.push_back(std::move(*alternative));
            cursor_.skip_blanks();
            if (cursor_.is_at_end()) return std::move(rule_);
            if (is_one_url(form_) || !cursor_.take('|')) return cursor_.expected(end_expected());
            if (rule_.alternatives.size() >= limits::alternatives_max)
                return cursor_.wrong("there are too many alternatives",
                                     fmt::format("at most {}", limits::alternatives_max), cursor_.offset());
        }
    }

private:
    [[nodiscard]] std::string_view end_expected() const {
        return is_one_url(form_) ? "the end" : "the end, or '|' before another alternative";
    }

    void note_unreachable() {
        if (rule_.alternatives.empty() || rule_.alternatives.back().condition) return;
        rule_.notes.push_back(fmt::format("column {}: never reached, for the alternative before it has no condition",
                                          source_.column(cursor_.offset())));
    }

    Result<RuleAlternative> parse_alternative() {
        RuleAlternative out;
        cursor_.skip_blanks();
        const std::size_t begin = cursor_.offset();
        if (auto read = parse_parentheses(out); !read) return tl::unexpected(read.error());
        cursor_.skip_blanks();
        const std::size_t options = cursor_.offset();
        const bool has_options = cursor_.peek() == '[';
        if (has_options)
            if (auto read = parse_options(out.options); !read) return tl::unexpected(read.error());
        cursor_.skip_blanks();
        const bool has_parts = out.condition || !out.assignments.empty();
        if (cursor_.is_at_end() || cursor_.peek() == '|') {
            if (may_lack_path(form_)) {
                out.url = RuleUrl{};
            } else if (has_options) {
                return cursor_.wrong("options stand without a URL", "a URL behind them", options);
            } else if (!has_parts) {
                return cursor_.wrong("an alternative is empty", "a condition, assignments or a URL", begin);
            }
            return out;
        }
        auto url = parse_url();
        if (!url) return tl::unexpected(url.error());
        out.url = std::move(*url);
        return out;
    }

    /// "( ... )?" and "( ... )!", each at most once and in this order.
    Result<void> parse_parentheses(RuleAlternative& out) {
        while (cursor_.peek() == '(') {
            const std::size_t begin = cursor_.offset();
            if (is_one_url(form_)) return cursor_.expected("a URL: this rule has no conditions and no assignments");
            const char mark = mark_behind();
            if (mark == '?' && !out.condition && out.assignments.empty()) {
                if (auto read = parse_condition_into(out); !read) return read;
            } else if (mark == '!' && out.assignments.empty()) {
                if (auto read = parse_assignments(out.assignments); !read) return read;
            } else if (mark == '?') {
                return cursor_.wrong("a condition stands here", "one condition, before the assignments", begin);
            } else if (mark == '!') {
                return cursor_.wrong("a second list of assignments stands here", "all of them in one", begin);
            } else if (mark == '(') {
                return cursor_.wrong("a '(' has no end", "its ')'", begin);
            } else {
                return cursor_.wrong("nothing says what these parentheses are",
                                     "'?' behind a condition, '!' behind assignments", begin);
            }
            cursor_.skip_blanks();
        }
        return {};
    }

    /// What stands behind the ')' of the '(' that stands next: '?', '!', or '\0'; '(' where there is no ')'.
    [[nodiscard]] char mark_behind() const {
        const auto text = cursor_.rest();
        unsigned depth = 0;
        bool is_quoted = false;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] == '"') is_quoted = !is_quoted;
            if (is_quoted) continue;
            if (text[at] == '(') ++depth;
            if (text[at] != ')' || --depth > 0) continue;
            const auto behind = trim(text.substr(at + 1));
            const char mark = behind.empty() ? '\0' : behind.front();
            return mark == '?' || mark == '!' ? mark : '\0';
        }
        return '(';
    }

    Result<void> parse_condition_into(RuleAlternative& out) {
        cursor_.advance();
        auto condition = parse_condition(cursor_);
        if (!condition) return tl::unexpected(condition.error());
        out.condition = std::move(*condition);
        if (!cursor_.take(')')) return cursor_.expected("')'");
        cursor_.skip_blanks();
        cursor_.advance(); // the '?' that mark_behind() has seen
        return {};
    }

    Result<void> parse_assignments(std::vector<Assignment>& out) {
        cursor_.advance();
        for (;;) {
            cursor_.skip_blanks();
            if (!out.empty() && cursor_.take(')')) break;
            auto assignment = parse_assignment();
            if (!assignment) return tl::unexpected(assignment.error());
            if (out.size() >= limits::assignments_max)
                return cursor_.wrong("there are too many assignments",
                                     fmt::format("at most {}", limits::assignments_max), cursor_.offset());
            out.push_back(std::move(*assignment));
        }
        cursor_.skip_blanks();
        if (!cursor_.take('!')) return cursor_.expected("'!' behind assignments");
        return {};
    }

    Result<Assignment> parse_assignment() {
        Assignment out;
        while (is_name_char(cursor_.peek())) {
            out.name += cursor_.peek();
            cursor_.advance();
        }
        if (out.name.empty() || out.name.size() > offhook::limits::name_bytes_max)
            return cursor_.expected("the name of a parameter");
        if (is_register(out.name)) out.name = register_name(out.name[0]);
        cursor_.skip_blanks();
        if (!cursor_.take('=')) return cursor_.expected("'='");
        cursor_.skip_blanks();
        if (cursor_.peek() != '"') return cursor_.expected("a value in quotes");
        const auto value = cursor_.take_quoted();
        if (!value) return tl::unexpected(value.error());
        out.value = *value;
        cursor_.skip_blanks();
        if (!cursor_.take(';')) return cursor_.expected("';'");
        return out;
    }

    Result<void> parse_options(RuleOptions& out) {
        if (form_ == RuleForm::upgrade || form_ == RuleForm::upgrade_url)
            return cursor_.expected("a URL: an upgrade has no options");
        cursor_.advance();
        for (;;) {
            cursor_.skip_blanks();
            if (cursor_.take(']')) return {};
            if (auto read = parse_option(out); !read) return read;
        }
    }

    [[nodiscard]] std::string_view option_names() const {
        const bool later = reading_.later_options == LaterOptions::taken;
        if (form_ == RuleForm::report) return later ? "--key, --delta or ']'" : "--key or ']'";
        return later ? "--key, --post, --alias, --uid, --pwd or ']'" : "--key, --post, --alias or ']'";
    }

    Result<void> parse_option(RuleOptions& out) {
        const std::size_t begin = cursor_.offset();
        if (!cursor_.rest().starts_with("--")) return cursor_.expected(option_names());
        const auto name = cursor_.take_word("]\"");
        const bool is_report = form_ == RuleForm::report;
        if (name == "--key") return parse_text(out.key, begin);
        if (!is_report && name == "--post") return parse_register(out.post, begin);
        if (!is_report && name == "--alias") return parse_register(out.alias, begin);
        const bool is_login = !is_report && (name == "--uid" || name == "--pwd");
        if (!is_login && !(is_report && name == "--delta"))
            return cursor_.wrong("there is no such option here", option_names(), begin);
        if (reading_.later_options == LaterOptions::refused)
            return cursor_.wrong("only later members of the family have this option", option_names(), begin);
        if (is_login) return parse_text(name == "--uid" ? out.user : out.password, begin);
        out.delta = RuleOptions::Delta::changes_only;
        return {};
    }

    Result<void> parse_text(std::optional<std::string>& out, std::size_t begin) {
        if (out) return cursor_.wrong("an option stands twice", "it once", begin);
        cursor_.skip_blanks();
        if (cursor_.peek() == '"') {
            const auto text = cursor_.take_quoted();
            if (!text) return tl::unexpected(text.error());
            out = *text; // may be empty: a register that holds nothing yet, in an alternative that is not chosen (I)
            return {};
        }
        out = cursor_.take_word("]|");
        if (out->empty()) return cursor_.wrong("the option's word is empty", "a word, or a text in quotes", begin);
        return {};
    }

    Result<void> parse_register(std::optional<char>& out, std::size_t begin) {
        if (out) return cursor_.wrong("an option stands twice", "it once", begin);
        cursor_.skip_blanks();
        const std::size_t at = cursor_.offset();
        const auto word = cursor_.take_word("]\"|");
        if (!is_register(word))
            return cursor_.wrong("no register stands here", "a letter from a to p, of GPP_A to GPP_P", at);
        out = word[0];
        return {};
    }

    Result<RuleUrl> parse_url() {
        RuleUrl out;
        const std::size_t begin = cursor_.offset();
        const auto text = cursor_.take_word("|");
        auto rest = text;
        const auto at = [&] { return begin + text.size() - rest.size(); };
        if (const auto mark = text.find("://"); mark < text.find_first_of("/?")) {
            out.scheme = scheme_of(text.substr(0, mark));
            if (!out.scheme) return cursor_.wrong("the phone has no such scheme", "tftp, http or https", begin);
            rest.remove_prefix(mark + 3);
        }
        const auto slash = std::min(rest.find('/'), rest.size());
        if (auto read = parse_host(rest.substr(0, slash), at(), out); !read) return tl::unexpected(read.error());
        rest.remove_prefix(slash);
        if (rest.empty() && !may_lack_path(form_))
            return cursor_.wrong("the URL has no path", "a path that begins with '/'", at());
        if (rest.size() > offhook::limits::path_bytes_max)
            return cursor_.wrong("the path is too long", fmt::format("{} bytes", offhook::limits::path_bytes_max),
                                 at());
        const auto control = std::find_if(rest.begin(), rest.end(), [](char c) { return c >= 0 && c < ' '; });
        if (control != rest.end())
            return cursor_.wrong("a control character stands in the URL", "none",
                                 at() + static_cast<std::size_t>(control - rest.begin()));
        out.path = rest;
        return out;
    }

    [[nodiscard]] static std::optional<RuleScheme> scheme_of(std::string_view text) {
        if (equal_ignoring_case(text, "tftp")) return RuleScheme::tftp;
        if (equal_ignoring_case(text, "http")) return RuleScheme::http;
        if (equal_ignoring_case(text, "https")) return RuleScheme::https;
        return std::nullopt;
    }

    /// "host", "host:port", "[2001:db8::1]:port", "".
    Result<void> parse_host(std::string_view text, std::size_t begin, RuleUrl& out) {
        if (const auto sign = text.rfind('@'); sign != std::string_view::npos) {
            if (reading_.user_in_url == RuleReading::UserInUrl::refused)
                return cursor_.wrong("a user stands in the URL, which these phones do not read", "a host", begin);
            const auto colon = std::min(text.find(':'), sign);
            out.user = text.substr(0, colon);
            if (colon < sign) out.password = text.substr(colon + 1, sign - colon - 1);
            text.remove_prefix(sign + 1), begin += sign + 1;
        }
        if (text.starts_with('[')) {
            const auto close = text.find(']');
            if (close == std::string_view::npos) return cursor_.wrong("an address has no end", "its ']'", begin);
            out.host = text.substr(1, close - 1);
            text.remove_prefix(close + 1), begin += close + 1;
        } else {
            const auto colon = std::min(text.find(':'), text.size());
            out.host = text.substr(0, colon);
            text.remove_prefix(colon), begin += colon;
        }
        const bool is_strange = std::any_of(out.host.begin(), out.host.end(), [](char c) {
            return static_cast<unsigned char>(c) <= ' ' ||
                   std::string_view("()[]\"?!#").find(c) != std::string_view::npos;
        });
        if (is_strange || out.host.size() > 255) return cursor_.wrong("this is no host", "a name or an address", begin);
        if (text.empty()) return {};
        const auto port = to_number<std::uint16_t>(text.substr(1));
        if (text[0] != ':' || !port || *port == 0)
            return cursor_.wrong("this is no port", "':' and a number of 1..65535", begin);
        out.port = *port;
        return {};
    }

    const Expansion& source_;
    const RuleForm form_;
    const RuleReading& reading_;
    RuleCursor cursor_;
    ProfileRule rule_;
};

} // namespace

Result<ProfileRule> parse_profile_rule(const Expansion& rule, RuleForm form, const RuleReading& reading) {
    return Parser(rule, form, reading).run();
}

const RuleAlternative* choose_alternative(const ProfileRule& rule, std::string_view version,
                                          const RuleReading& reading) {
    for (const auto& alternative : rule.alternatives)
        if (!alternative.condition || holds(*alternative.condition, version, reading)) return &alternative;
    return nullptr;
}

std::string register_name(char letter) { return fmt::format("GPP_{}", static_cast<char>(letter - 'a' + 'A')); }

} // namespace offhook::config
