#include "cli/serve_config.hpp"

#include "base/text.hpp"
#include "cli/discovery_config.hpp"
#include "config/family/toml_reader.hpp"

#include <fstream>
#include <iterator>
#include <limits>

namespace offhook::cli {
namespace {

using config::TomlReader;
constexpr std::uintmax_t config_bytes_max = 1U << 20U;

/// One part of the file after the other; problems are collected.
class Reader {
public:
    Reader(config::Problems& problems, const std::string& file, ServeConfig& out)
        : problems_(problems), file_(file), out_(out) {}

    void read(const toml::table& root) {
        TomlReader top(problems_, file_, root, "the configuration");
        const auto directory = [&](const char* key, std::filesystem::path& place) {
            if (top.has(key)) place = top.text(key, TomlReader::Need::required);
        };
        directory("data", out_.data_directory);
        directory("packs", out_.packs_directory);
        out_.server.loops = number(top, "loops", 0, 256, out_.server.loops);
        out_.server.cache_bytes_max = number(top, "cache_mib", 1, 1 << 20, out_.server.cache_bytes_max >> 20U) << 20U;
        if (const auto* table = top.table("access")) access(*table);
        if (const auto* table = top.table("guard")) guard(*table);
        if (const auto* table = top.table("uploads")) uploads(*table);
        if (const auto* table = top.table("history")) history(*table);
        if (const auto* table = top.table("client_ca")) client_authorities(*table);
        if (const auto* table = top.table("compile")) compile(*table);
        if (const auto* table = top.table("listen")) listeners(*table);
        top.finish_naming_keys();
    }

private:
    template <class T>
    T number(TomlReader& from, const char* key, std::int64_t least, std::int64_t most, T otherwise) {
        return static_cast<T>(from.number(key, least, most, static_cast<std::int64_t>(otherwise)));
    }
    template <class Duration>
    void time(TomlReader& from, const char* key, std::int64_t least, std::int64_t most, Duration& place) {
        place = Duration(number(from, key, least, most, place.count()));
    }
    void networks(TomlReader& from, const char* key, std::vector<Network>& place) {
        for (const auto& [text, where] : from.texts(key)) {
            if (const auto network = Network::from_text(text))
                place.push_back(*network);
            else
                problems_.add(where, "'" + printable(text, 64) + "' is no network, as 192.0.2.0/24 is");
        }
    }
    void ports(TomlReader& from, const char* key, std::uint16_t& first, std::uint16_t& last) {
        if (!from.has(key)) return;
        const auto text = from.text(key, TomlReader::Need::required);
        const auto dash = text.find('-');
        const auto low = to_number<std::uint16_t>(text.substr(0, dash));
        const auto high = dash == std::string::npos ? low : to_number<std::uint16_t>(text.substr(dash + 1));
        if (!low || !high || *low == 0 || *high < *low)
            return from.problem_at(key, "`" + std::string(key) + "` must be a range of ports, as \"30000-30999\"");
        first = *low;
        last = *high;
    }

    void compile(const toml::table& table) {
        TomlReader from(problems_, file_, table, "[compile]");
        if (from.has("spc")) out_.spc_tool = from.text("spc", TomlReader::Need::required);
        if (from.has("spc") && !out_.spc_tool.is_absolute())
            from.problem_at("spc", "`spc` is the absolute path of a program");
        from.finish_naming_keys();
    }

    void access(const toml::table& table) {
        TomlReader from(problems_, file_, table, "[access]");
        auto& access = out_.server.access;
        if (from.has("realm")) access.realm = from.text("realm", TomlReader::Need::required);
        if (access.realm.find_first_of("\"\\\r\n") != std::string::npos || access.realm.size() > 64)
            from.problem_at("realm", "`realm` is 1 to 64 characters without quotes and backslashes");
        access.digest_sha256 = from.boolean("digest_sha256", access.digest_sha256);
        access.digest_without_qop = from.boolean("digest_without_qop", access.digest_without_qop);
        access.digest_repeats = from.boolean("digest_repeats", access.digest_repeats);
        access.basic_in_clear = from.boolean("basic_in_clear", access.basic_in_clear);
        from.finish_naming_keys();
    }

    void guard(const toml::table& table) {
        TomlReader from(problems_, file_, table, "[guard]");
        auto& guard = out_.server.access.guard;
        guard.is_on = from.boolean("on", guard.is_on);
        guard.slow_from_macs = number(from, "slow_from_macs", 1, 10'000, guard.slow_from_macs);
        guard.shut_out_from_macs = number(from, "shut_out_from_macs", 1, 10'000, guard.shut_out_from_macs);
        guard.slow_from_logins = number(from, "slow_from_logins", 1, 2'000, guard.slow_from_logins);
        guard.shut_out_from_logins = number(from, "shut_out_from_logins", 1, 2'000, guard.shut_out_from_logins);
        time(from, "window_minutes", 1, 1440, guard.window);
        time(from, "shut_out_minutes", 1, 1440, guard.shut_out);
        networks(from, "exempt", guard.exempt);
        if (guard.shut_out_from_macs <= guard.slow_from_macs || guard.shut_out_from_logins <= guard.slow_from_logins)
            from.problem("who is shut out is slowed before: shut_out_from_… must be more than slow_from_…");
        from.finish_naming_keys();
    }

    void client_authorities(const toml::table& table) {
        TomlReader all(problems_, file_, table, "[client_ca]");
        for (const auto& [family, inner, where] : all.named_tables()) {
            TomlReader from(problems_, file_, *inner, "[client_ca." + family + "]");
            net::TlsClientAuthorities authorities;
            authorities.label = family;
            authorities.file = from.text("bundle", TomlReader::Need::required);
            if (from.boolean("accept_expired", false)) authorities.expired = net::TlsExpired::accepted;
            if (from.boolean("accept_old_algorithms", false))
                authorities.old_algorithms = net::TlsOldAlgorithms::accepted;
            from.finish_naming_keys();
            out_.server.client_authorities.push_back(std::move(authorities));
        }
    }

    void uploads(const toml::table& table) {
        TomlReader from(problems_, file_, table, "[uploads]");
        auto& uploads = out_.server.uploads;
        uploads.versions = number(from, "versions", 1, 1000, uploads.versions);
        uploads.device_bytes = number(from, "device_mib", 1, 1 << 20, uploads.device_bytes >> 20U) << 20U;
        uploads.site_bytes = number(from, "site_mib", 1, 1 << 24, uploads.site_bytes >> 20U) << 20U;
        from.finish_naming_keys();
    }

    void history(const toml::table& table) {
        TomlReader from(problems_, file_, table, "[history]");
        auto& journal = out_.server.journal;
        journal.changes = number(from, "changes", 1, 100'000, journal.changes);
        journal.age = std::chrono::hours(24) * number(from, "days", 1, 36'500, journal.age.count() / 24);
        from.finish_naming_keys();
    }

    void listeners(const toml::table& table) {
        TomlReader all(problems_, file_, table, "[listen]");
        for (const auto& [name, inner, where] : all.named_tables()) {
            TomlReader from(problems_, file_, *inner, "[listen." + name + "]");
            server::ListenerOptions listener;
            listener.name = name;
            listener.address = from.text("address", TomlReader::Need::required);
            if (from.has("site")) listener.site = from.text("site", TomlReader::Need::required);
            const auto kind = server::kind_of(name);
            if (kind == "https" || kind == "https_legacy" || kind == "ftp") certificates(from, listener);
            if (kind == "ftp") ftp(from, listener.ftp);
            if (kind == "tftp") tftp(from, listener.tftp);
            if (kind == "http" || kind.starts_with("https")) http(from, listener.http);
            if (kind == "syslog") syslog(from, listener.syslog);
            if (kind == "pnp") read_pnp(from, problems_, listener.pnp);
            if (kind == "dhcp4") read_dhcp4(from, problems_, file_, listener.dhcp4);
            if (kind == "dhcp6") read_dhcp6(from, problems_, file_, listener.dhcp6);
            from.finish_naming_keys();
            if (const auto fits = server::check(listener); !fits && !listener.address.empty())
                problems_.add(where, fits.error().text());
            out_.server.listeners.push_back(std::move(listener));
        }
    }

    /// `certificate = ["rsa.pem", "ecdsa.pem"]` and the others in the same order.
    void certificates(TomlReader& from, server::ListenerOptions& listener) {
        const auto certificates = from.texts("certificate"), keys = from.texts("key"), staples = from.texts("ocsp");
        if (certificates.size() != keys.size())
            from.problem("as many `key` as `certificate`: there are " + std::to_string(keys.size()) + " and " +
                         std::to_string(certificates.size()));
        else if (staples.size() > certificates.size())
            from.problem_at("ocsp", "more `ocsp` answers than certificates");
        else
            for (std::size_t i = 0; i < certificates.size(); ++i)
                listener.certificates.push_back(
                    {certificates[i].text, keys[i].text, {}, i < staples.size() ? staples[i].text : std::string()});
        listener.ciphers = from.text("ciphers");
    }

    void http(TomlReader& from, server::HttpOptions& http) {
        http.connections_max = number(from, "connections", 1, 1'000'000, http.connections_max);
        http.connections_per_source_max =
            number(from, "connections_per_source", 1, 1'000'000, http.connections_per_source_max);
    }

    void ftp(TomlReader& from, server::FtpOptions& ftp) {
        ports(from, "passive_ports", ftp.passive_port_first, ftp.passive_port_last);
        if (from.has("public_address")) {
            ftp.public_address = IpAddress::from_text(from.text("public_address"));
            if (!ftp.public_address)
                from.problem_at("public_address", "`public_address` must be an IPv4 address, as \"203.0.113.5\"");
        }
        networks(from, "local_networks", ftp.local_networks);
        if (from.boolean("require_tls", false)) ftp.tls_use = server::FtpTlsUse::required;
        if (from.boolean("require_tls_reuse", false)) ftp.tls_reuse = server::FtpTlsReuse::required;
        if (from.boolean("active_mode", false)) ftp.active_mode = server::FtpActiveMode::to_the_peer_alone;
        ftp.sessions_max = number(from, "connections", 1, 1'000'000, ftp.sessions_max);
        ftp.sessions_per_source_max = number(from, "connections_per_source", 1, 1'000'000, ftp.sessions_per_source_max);
    }

    void tftp(TomlReader& from, server::TftpOptions& tftp) {
        ports(from, "transfer_ports", tftp.port_first, tftp.port_last);
        if (from.boolean("single_port", false)) tftp.ports = server::TftpOptions::Ports::the_listeners;
        tftp.transfers_max = number(from, "transfers", 1, 1'000'000, tftp.transfers_max);
        tftp.transfers_per_source_max =
            number(from, "transfers_per_source", 1, 1'000'000, tftp.transfers_per_source_max);
    }

    void syslog(TomlReader& from, server::SyslogOptions& syslog) {
        syslog.lines_per_source_second = number(from, "lines_per_source", 1, 100'000, syslog.lines_per_source_second);
        syslog.lines_per_second = number(from, "lines", 1, 1'000'000, syslog.lines_per_second);
    }

    config::Problems& problems_;
    const std::string& file_;
    ServeConfig& out_;
};

} // namespace

config::Checked<ServeConfig> parse_serve_config(std::string_view text, const std::string& name) {
    ServeConfig out;
    config::Problems problems;
    try {
        const toml::table root = toml::parse(text, name);
        Reader(problems, name, out).read(root);
    } catch (const toml::parse_error& error) {
        problems.add(name + ":" + std::to_string(error.source().begin.line), std::string(error.description()));
    }
    if (!problems.empty()) return tl::unexpected(problems.take());
    return out;
}

config::Checked<ServeConfig> read_serve_config(const std::filesystem::path& path) {
    const auto failed = [&](ErrorCode code, std::string message) {
        config::Problems problems;
        problems.add(path.string(), std::move(message), code);
        return tl::unexpected(problems.take());
    };
    std::ifstream file(path, std::ios::binary);
    std::error_code error;
    if (!file || !std::filesystem::is_regular_file(path, error))
        return failed(ErrorCode::not_found, "the file cannot be read");
    if (std::filesystem::file_size(path, error) > config_bytes_max)
        return failed(ErrorCode::too_large, "larger than 1 MiB");
    return parse_serve_config(std::string(std::istreambuf_iterator<char>(file), {}), path.string());
}

Result<server::ListenerOptions> parse_listener(std::string_view argument) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ErrorCode::invalid, "expected NAME=ADDRESS:PORT, as in http=127.0.0.1:8080", std::string(argument));
    server::ListenerOptions listener;
    listener.name = std::string(argument.substr(0, equals));
    listener.address = std::string(argument.substr(equals + 1));
    if (const auto fits = server::check(listener); !fits) return tl::unexpected(fits.error());
    return listener;
}

} // namespace offhook::cli
