#include "config/compile/spc_source.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/compile/limits.hpp"
#include "config/syntax/limits.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace offhook::config {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_digit(c) ||
           std::string_view("_[]()/-.").find(c) != std::string_view::npos;
}

/// All files of one profile.
class Reading {
public:
    explicit Reading(const SourceLoader& load) : load_(load) {}

    Result<void> file(const std::string& path, const std::string& from) {
        if (std::find(open_.begin(), open_.end(), path) != open_.end())
            return fail(ErrorCode::invalid, fmt::format("{} imports itself", printable(path)), from);
        if (open_.size() >= limits::import_depth_max)
            return fail(ErrorCode::too_large, fmt::format("imports nest deeper than {}", limits::import_depth_max),
                        from);
        if (++files_ > limits::source_files_max)
            return fail(ErrorCode::too_large, fmt::format("more than {} files", limits::source_files_max), from);
        auto text = load_(path);
        if (!text) {
            Error error = text.error();
            if (!from.empty()) error.where = error.where.empty() ? from : from + ": " + error.where;
            return tl::unexpected(std::move(error));
        }
        bytes_ += text->size();
        if (bytes_ > limits::source_bytes_max)
            return fail(ErrorCode::too_large,
                        fmt::format("the files have more than {} bytes together", limits::source_bytes_max), from);
        open_.push_back(path);
        auto done = statements(*text, path);
        open_.pop_back();
        return done;
    }

    [[nodiscard]] Profile take() { return std::move(profile_); }

private:
    /// Where the reading of one file stands.
    struct Cursor {
        std::string_view text;
        const std::string& path;
        std::size_t at = 0;
        std::size_t line = 1;

        [[nodiscard]] bool ended() const { return at >= text.size(); }
        [[nodiscard]] char now() const { return text[at]; }
        void step() {
            if (text[at++] == '\n') ++line;
        }
        [[nodiscard]] std::string where() const { return fmt::format("{}:{}", path, line); }
        [[nodiscard]] std::string_view rest_of_line() const {
            return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
        }
        [[nodiscard]] bool at_line_start() const { return at == 0 || text[at - 1] == '\n'; }
        /// Past blanks and comments.
        void skip() {
            while (!ended()) {
                if (now() == '#')
                    at += rest_of_line().size();
                else if (ascii_blank(now()))
                    step();
                else
                    break;
            }
        }
    };

    Result<void> statements(std::string_view text, const std::string& path) {
        constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
        if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
        Cursor cursor{text, path};
        for (cursor.skip(); !cursor.ended(); cursor.skip()) {
            const auto done = is_import(cursor) ? import(cursor) : statement(cursor);
            if (!done) return tl::unexpected(done.error());
        }
        return {};
    }

    static bool is_import(const Cursor& cursor) {
        constexpr std::string_view word = "import";
        const std::string_view line = cursor.rest_of_line();
        return cursor.at_line_start() && line.starts_with(word) && line.size() > word.size() &&
               (line[word.size()] == ' ' || line[word.size()] == '\t');
    }

    Result<void> import(Cursor& cursor) {
        std::string_view line = cursor.rest_of_line();
        const std::string where = cursor.where();
        cursor.at += line.size();
        line = trim(line.substr(std::string_view("import").size()));
        line = trim(line.substr(0, line.find('#')));
        if (line.empty() || line.size() > limits::path_bytes_max || line.find('\0') != std::string_view::npos)
            return fail(ErrorCode::invalid, "`import` names no file", where);
        const auto folder = std::filesystem::path(cursor.path).parent_path();
        return file((folder / std::filesystem::path(line)).lexically_normal().string(), where);
    }

    Result<void> statement(Cursor& cursor) {
        ProfileEntry entry;
        entry.where = cursor.where();
        const std::size_t begin = cursor.at;
        while (!cursor.ended() && is_name_character(cursor.now())) cursor.step();
        entry.name = cursor.text.substr(begin, cursor.at - begin);
        if (entry.name.empty())
            return fail(ErrorCode::invalid,
                        fmt::format("a parameter's name is expected, not '{}'", printable(cursor.rest_of_line(), 20)),
                        entry.where);
        if (entry.name.size() > limits::name_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a name has at most {} bytes", limits::name_bytes_max),
                        entry.where);
        cursor.skip();
        entry.access = UserAccess::none;
        if (!cursor.ended() && (cursor.now() == '!' || cursor.now() == '?')) {
            entry.access = cursor.now() == '!' ? UserAccess::read_write : UserAccess::read_only;
            cursor.step();
            cursor.skip();
        }
        if (!cursor.ended() && cursor.now() == '"') {
            auto quoted = value(cursor);
            if (!quoted) return tl::unexpected(quoted.error());
            entry.value = std::move(*quoted);
            cursor.skip();
        }
        if (cursor.ended() || cursor.now() != ';')
            return fail(ErrorCode::invalid, fmt::format("';' is missing behind {}", entry.name), entry.where);
        cursor.step();
        if (profile_.entries.size() >= limits::document_parameters_max)
            return fail(ErrorCode::too_large, fmt::format("more than {} statements", limits::document_parameters_max),
                        entry.where);
        profile_.entries.push_back(std::move(entry));
        return {};
    }

    static Result<std::string> value(Cursor& cursor) {
        cursor.step();
        const std::string_view line = cursor.rest_of_line();
        const auto end = line.find('"');
        if (end == std::string_view::npos)
            return fail(ErrorCode::invalid, "a value's closing quote is missing in its line", cursor.where());
        if (end > limits::value_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                        cursor.where());
        cursor.at += end + 1;
        return std::string(line.substr(0, end));
    }

    const SourceLoader& load_;
    Profile profile_;
    std::vector<std::string> open_; ///< the file being read, and those that import it
    std::size_t files_ = 0, bytes_ = 0;
};

} // namespace

Result<Profile> read_spc_source(const std::string& path, const SourceLoader& load) {
    Reading reading(load);
    if (const auto done = reading.file(path, ""); !done) return tl::unexpected(done.error());
    return reading.take();
}

} // namespace offhook::config
