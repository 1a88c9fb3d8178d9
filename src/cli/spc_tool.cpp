#include "cli/spc_tool.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t output_bytes_max = 2U << 20U; ///< of the compiled file, and of the talk
constexpr std::size_t shown_bytes_max = 600;        ///< of the talk
constexpr const char *in_name = "in.txt", *out_name = "out.cfg", *talk_name = "talk.txt";
constexpr std::chrono::milliseconds look_every{10};

[[noreturn]] void world_failed(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// Mode 0700, as mkdtemp makes it: the profile holds passwords.
class OwnDirectory {
public:
    OwnDirectory() {
        std::string name = (fs::temp_directory_path() / "offhook-compile-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) world_failed("cannot make a temporary directory");
        path_ = name;
    }
    ~OwnDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    OwnDirectory(const OwnDirectory&) = delete;
    OwnDirectory& operator=(const OwnDirectory&) = delete;

    [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

volatile std::sig_atomic_t stop_signal = 0; ///< that came while the tool ran; 0: none

/// While it lives a signal that would end us is only noted. Then it is given its due: by that time the directory with
/// the plain profile is gone.
class StopSignals {
public:
    StopSignals() {
        stop_signal = 0;
        struct sigaction noting {};
        noting.sa_handler = [](int signal) { stop_signal = signal; };
        for (std::size_t i = 0; i < signals.size(); ++i) {
            (void)::sigaction(signals[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) (void)::sigaction(signals[i], &noting, nullptr); // else nohup's
        }
    }
    ~StopSignals() {
        for (std::size_t i = 0; i < signals.size(); ++i) (void)::sigaction(signals[i], &before_[i], nullptr);
        if (stop_signal != 0) (void)::raise(stop_signal);
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    [[nodiscard]] bool came() const { return stop_signal != 0; }

private:
    static constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, 3> before_{};
};

/// Nullopt: there is none, or it is longer than we take.
std::optional<std::string> text_of(const fs::path& path) {
    std::error_code error;
    if (fs::symlink_status(path, error).type() != fs::file_type::regular) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string out(output_bytes_max + 1, '\0');
    file.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(file.gcount()));
    return out.size() > output_bytes_max ? std::nullopt : std::optional(std::move(out));
}

/// In the child: only what is safe between fork and exec. A number of 127 says that there was no exec.
[[noreturn]] void become(const char* program, char** words, const char* directory, pid_t parent) {
    char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
    char* environment[] = {path, locale, nullptr};
    const rlimit file_size{output_bytes_max, output_bytes_max}, core{0, 0};
    (void)::setpgid(0, 0);
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127); // it ended before we had asked to hear of it
    (void)::setrlimit(RLIMIT_FSIZE, &file_size);
    (void)::setrlimit(RLIMIT_CORE, &core);
    if (::chdir(directory) != 0) ::_exit(127);
    const int nothing = ::open("/dev/null", O_RDONLY);
    const int talk = ::open(talk_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (nothing < 0 || talk < 0 || ::dup2(nothing, 0) < 0 || ::dup2(talk, 1) < 0 || ::dup2(talk, 2) < 0) ::_exit(127);
    for (int descriptor = 3; descriptor < 1024; ++descriptor) (void)::close(descriptor);
    ::execve(program, words, environment);
    ::_exit(127);
}

/// Nullopt: it took longer, or we are to end, and it is dead now.
std::optional<int> wait_for(pid_t child, std::chrono::milliseconds time_max, const StopSignals& signals) {
    int status = 0;
    for (std::chrono::milliseconds waited{0}; waited < time_max && !signals.came(); waited += look_every) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) return status;
        if (ended < 0 && errno != EINTR) world_failed("cannot wait for the profile compiler");
        std::this_thread::sleep_for(look_every);
    }
    (void)::kill(-child, SIGKILL);
    (void)::kill(child, SIGKILL); // where it has no group of its own yet
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return std::nullopt;
}

std::string talk_of(const OwnDirectory& directory) {
    const std::string talk(trim(text_of(directory / talk_name).value_or("")));
    if (talk.empty()) return "it said nothing";
    std::string lines;
    for (const std::string_view line : split(talk, '\n'))
        if (!trim(line).empty()) lines += (lines.empty() ? "" : " | ") + printable(trim(line), 200);
    return "it said: " + printable(lines, shown_bytes_max);
}

} // namespace

Result<std::string> SpcTool::run(const std::vector<std::string>& options, std::string_view source) const {
    if (::access(program_.c_str(), X_OK) != 0 || !fs::is_regular_file(program_))
        return fail(ErrorCode::not_found, "this is no program that can be run", program_.string());
    const StopSignals signals; // outlives the directory
    const OwnDirectory directory;
    std::ofstream in(directory / in_name, std::ios::binary);
    in << source;
    in.close();
    if (!in) world_failed("cannot write the profile's source");
    std::vector<std::string> words{program_.string()};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {in_name, out_name});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const std::string program = fs::absolute(program_).string(), folder = directory.path().string();
    const pid_t ourselves = ::getpid(), child = ::fork();
    if (child < 0) world_failed("cannot start the profile compiler");
    if (child == 0) become(program.c_str(), pointers.data(), folder.c_str(), ourselves);
    const auto status = wait_for(child, time_max_, signals);
    if (!status && signals.came()) return fail(ErrorCode::unavailable, "the profile compiler was ended, as we are");
    if (!status)
        return fail(ErrorCode::unavailable,
                    fmt::format("the profile compiler took longer than {} ms and was ended", time_max_.count()));
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0)
        return fail(ErrorCode::invalid,
                    fmt::format("the profile compiler ended with {} {}; {}", WIFEXITED(*status) ? "code" : "signal",
                                WIFEXITED(*status) ? WEXITSTATUS(*status) : WTERMSIG(*status), talk_of(directory)));
    auto out = text_of(directory / out_name);
    if (!out || out->empty())
        return fail(ErrorCode::invalid, "the profile compiler made no file, or too long a one; " + talk_of(directory));
    return std::move(*out);
}

} // namespace offhook::cli
