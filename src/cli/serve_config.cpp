#include "cli/serve_config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <toml++/toml.h>

namespace offhook::cli {
namespace {

constexpr std::uintmax_t file_bytes_max = 1U << 20U;

class Reader {
public:
    Reader(std::string_view name, ServeConfig& out) : name_(name), out_(out) {}

    Result<void> read(const toml::table& root) {
        for (const auto& [key, value] : root) {
            Result<void> done{};
            if (key == "data")
                done = text(value, [&](const std::string& v) { out_.data_directory = v; });
            else if (key == "packs")
                done = text(value, [&](const std::string& v) { out_.packs_directory = v; });
            else if (key == "loops")
                done = number(value, 0, 256, [&](std::int64_t v) { out_.server.loops = static_cast<std::size_t>(v); });
            else if (key == "cache_mib")
                done = number(value, 1, 1 << 20, [&](std::int64_t v) {
                    out_.server.cache_bytes_max = static_cast<std::size_t>(v) << 20U;
                });
            else if (key == "listen")
                done = listeners(value);
            else
                done = unknown(key, "data, packs, loops, cache_mib, [listen.NAME]");
            if (!done) return done;
        }
        return {};
    }

private:
    tl::unexpected<Error> wrong(const toml::source_region& at, std::string message) const {
        return fail(ErrorCode::invalid, std::move(message), name_ + ":" + std::to_string(at.begin.line));
    }
    tl::unexpected<Error> unknown(const toml::key& key, std::string_view known) const {
        return wrong(key.source(), "no such key '" + std::string(key.str()) + "'; there is: " + std::string(known));
    }

    template <class Take>
    Result<void> text(const toml::node& node, Take take) const {
        const auto value = node.value_exact<std::string>();
        if (!value || value->empty()) return wrong(node.source(), "expected a text");
        take(*value);
        return {};
    }
    template <class Take>
    Result<void> number(const toml::node& node, std::int64_t least, std::int64_t most, Take take) const {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < least || *value > most)
            return wrong(node.source(),
                         "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        take(*value);
        return {};
    }

    Result<void> listeners(const toml::node& node) {
        const auto* table = node.as_table();
        if (table == nullptr) return wrong(node.source(), "expected tables such as [listen.http]");
        std::vector<std::pair<toml::source_index, server::ListenerOptions>> found;
        for (const auto& [name, value] : *table) {
            const auto* section = value.as_table();
            if (section == nullptr)
                return wrong(value.source(), "expected a table: [listen." + std::string(name.str()) + "]");
            server::ListenerOptions listener{std::string(name.str()), "", {}};
            for (const auto& [key, member] : *section) {
                Result<void> done{};
                if (key == "address")
                    done = text(member, [&](const std::string& v) { listener.address = v; });
                else if (key == "site")
                    done = text(member, [&](const std::string& v) { listener.site = v; });
                else
                    done = unknown(key, "address, site");
                if (!done) return done;
            }
            if (listener.address.empty()) return wrong(section->source(), "the listener has no address");
            if (const auto fits = server::check(listener); !fits) return wrong(section->source(), fits.error().text());
            found.emplace_back(name.source().begin.line, std::move(listener));
        }
        // toml++ walks a table by the alphabet; a listener's number follows the file.
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (auto& [line, listener] : found) out_.server.listeners.push_back(std::move(listener));
        return {};
    }

    std::string name_;
    ServeConfig& out_;
};

} // namespace

Result<ServeConfig> parse_serve_config(std::string_view text, std::string_view name) {
    ServeConfig out;
    toml::table root;
    try {
        root = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::invalid, std::string(error.description()),
                    std::string(name) + ":" + std::to_string(error.source().begin.line));
    }
    if (const auto read = Reader(name, out).read(root); !read) return tl::unexpected(read.error());
    return out;
}

Result<ServeConfig> read_serve_config(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code error;
    if (!file || !std::filesystem::is_regular_file(path, error))
        return fail(ErrorCode::not_found, "the file cannot be read", path.string());
    if (std::filesystem::file_size(path, error) > file_bytes_max)
        return fail(ErrorCode::too_large, "larger than 1 MiB", path.string());
    return parse_serve_config(std::string(std::istreambuf_iterator<char>(file), {}), path.string());
}

Result<server::ListenerOptions> parse_listener(std::string_view argument) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ErrorCode::invalid, "expected NAME=ADDRESS:PORT, as in http=127.0.0.1:8080", std::string(argument));
    server::ListenerOptions listener{
        std::string(argument.substr(0, equals)), std::string(argument.substr(equals + 1)), {}};
    if (const auto fits = server::check(listener); !fits) return tl::unexpected(fits.error());
    return listener;
}

} // namespace offhook::cli
