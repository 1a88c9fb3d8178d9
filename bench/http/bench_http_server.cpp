/// @file  The HTTP listener alone, over a directory's files held in memory: the engine's own cost, without delivery.
///
///   bench_http_server DIRECTORY PORT      one loop; serves until SIGTERM or SIGINT
#include "base/text.hpp"
#include "net/loops.hpp"
#include "protocol/http_head.hpp"
#include "server/door.hpp"
#include "server/listen/http_listener.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unordered_map>

namespace {

using namespace offhook;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class DirectoryDoor final : public server::Door {
public:
    explicit DirectoryDoor(const std::filesystem::path& root) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            auto file = std::make_shared<server::ReadyFile>();
            file->body.assign(std::istreambuf_iterator<char>(in), {});
            file->entity_tag = "\"0123456789abcdef0123456789abcdef\"";
            file->media_type = "text/xml";
            file->modified = SystemClock().wall();
            const protocol::HttpFileFacts facts{file->body.size(), file->entity_tag, file->media_type, file->modified};
            file->http_head_keep_alive = protocol::http_file_head(facts, protocol::HttpConnection::keep_alive);
            file->http_head_close = protocol::http_file_head(facts, protocol::HttpConnection::close);
            files_.emplace(std::filesystem::relative(entry.path(), root).string(), std::move(file));
        }
    }
    server::FileAnswer open(const server::FileRequest& request) override {
        const auto found = files_.find(request.path);
        if (found == files_.end()) return {};
        return {&found->second, {}};
    }
    void answered(std::uint16_t, std::uint64_t) override {}
    void broken_off(const server::Ticket&, std::uint64_t) override {}
    void refused(server::Transport, const IpAddress&, std::string_view) override {}

private:
    std::unordered_map<std::string, std::shared_ptr<const server::ReadyFile>, TextHash, std::equal_to<>> files_;
};

} // namespace

int main(int argc, char** argv) {
    const auto port = argc == 3 ? to_number<std::uint16_t>(argv[2]) : std::nullopt;
    if (!port) {
        std::fprintf(stderr, "usage: bench_http_server DIRECTORY PORT\n");
        return 2;
    }
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

    const SystemClock clock;
    DirectoryDoor door(argv[1]);
    net::Loops loops(clock, 1);
    loops.start();
    server::HttpOptions options;
    options.requests_per_connection_max = 1'000'000'000; // as nginx is told in this comparison
    auto listener =
        server::HttpListener::open(loops, {&door}, {boost::asio::ip::make_address("127.0.0.1"), *port}, options);
    if (!listener) {
        std::fprintf(stderr, "%s\n", listener.error().text().c_str());
        return 1;
    }
    (*listener)->start();
    std::fprintf(stderr, "listening http 127.0.0.1:%u\n", static_cast<unsigned>((*listener)->bound().port()));
    int signal = 0;
    sigwait(&stop_signals, &signal);
    (*listener)->stop();
    loops.stop();
    return 0;
}
