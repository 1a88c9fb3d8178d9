#pragma once
/// @file  FakeDoor: for the listeners' tests and benches, a door over a few files in memory.
///
/// What it lets happen is in Files; what it was told is in DoorLog, which all loops of a listener share.
#include "net/loop.hpp"
#include "protocol/http_head.hpp"
#include "server/door.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace offhook::server {

inline std::shared_ptr<const ReadyFile> make_file(std::string body) {
    auto file = std::make_shared<ReadyFile>();
    file->set_text(std::move(body));
    file->entity_tag = "\"tag-" + std::to_string(file->body.size()) + "\"";
    file->media_type = "text/xml";
    file->modified = WallTime{std::chrono::milliseconds{784'111'777'000}};
    const protocol::HttpFileFacts facts{file->body.size(), file->entity_tag, file->media_type, file->modified};
    file->http_head_keep_alive = protocol::http_file_head(facts, protocol::HttpConnection::keep_alive);
    file->http_head_close = protocol::http_file_head(facts, protocol::HttpConnection::close);
    return file;
}

/// What was told to any of the doors of a listener, and what was sent up to them.
struct DoorLog {
    std::mutex mutex;
    std::vector<std::string> opened;
    std::vector<std::string> locals;       ///< our end of each: "127.0.0.1 8080"
    std::vector<std::string> certificates; ///< "family/mac/transport/privacy" of requests that came with one
    std::vector<std::string> refused;
    std::vector<std::uint64_t> broken_off;
    std::map<std::string, std::string, std::less<>> uploads; ///< committed, by path
    std::vector<std::uint16_t> statuses;                     ///< of answered(), files and uploads
    unsigned abandoned_uploads = 0;                          ///< begun, never answered

    template <class F>
    auto read(F&& function) {
        const std::lock_guard lock(mutex);
        return function(*this);
    }
    /// Waits for what another thread is about to write.
    template <class F>
    bool soon(F&& condition) {
        for (int i = 0; i < 500; ++i) {
            if (read(condition)) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        return false;
    }
};

/// What a FakeDoor allows. Filled before the loops start.
struct FakeHouse {
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::shared_ptr<const ReadyFile>, TextHash, std::equal_to<>> files;
    std::map<std::string, std::string, std::less<>> accounts;   ///< password by user
    std::map<std::string, std::string, std::less<>> authorized; ///< by path: the Authorization value that it takes
    std::vector<std::string> later;                             ///< paths that come by bring() alone
    std::vector<std::string> uploads;                           ///< paths that may be sent up
    std::uint64_t upload_bytes_max = 1U << 20U;
    std::vector<IpAddress> shut_out;
    std::chrono::milliseconds hold{0}; ///< before every answer but found
    UploadRefusal commit_ends = UploadRefusal::none;
};

class FakeDoor final : public Door {
public:
    static constexpr std::string_view challenge_line =
        "WWW-Authenticate: Digest realm=\"boot\", qop=\"auth\", nonce=\"bm9uY2U\", algorithm=MD5\r\n";

    /// `log` may be null. `loop` is where bring() and commit() call back; null: neither is used.
    FakeDoor(const FakeHouse& house, DoorLog* log, net::Loop* loop = nullptr) : house_(house), log_(log), loop_(loop) {}

    Welcome admit(Transport, const IpAddress& source) override {
        return std::find(house_.shut_out.begin(), house_.shut_out.end(), source) == house_.shut_out.end()
                   ? Welcome::yes
                   : Welcome::shut_out;
    }
    FileAnswer open(const FileRequest& request) override {
        if (log_ != nullptr) {
            const std::lock_guard lock(log_->mutex);
            log_->opened.push_back(std::string(request.path) + "|" + std::string(request.query) + "|" +
                                   std::string(request.user_agent) + "|" + request.source.text());
            log_->locals.push_back(request.local.text() + " " + std::to_string(request.local_port));
            if (request.certificate != nullptr)
                log_->certificates.push_back(request.certificate->family + "/" + request.certificate->mac.text() +
                                             (request.transport == Transport::https ? "/https" : "/http") +
                                             (request.privacy == catalogue::Privacy::tls ? "/tls" : "/clear"));
        }
        if (listed(house_.later, request.path)) {
            FileAnswer answer;
            answer.state = FileAnswer::State::later;
            return answer;
        }
        return find(request);
    }
    void bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) override {
        const auto answer = find(request);
        auto file = answer.file == nullptr ? nullptr : *answer.file;
        boost::asio::post(loop_->executor(), [answer, file, done = std::move(done)] {
            auto now = answer;
            if (file) now.file = &file;
            done(now);
        });
    }
    void answered(std::uint16_t status, std::uint64_t) override {
        if (log_ == nullptr) return;
        const std::lock_guard lock(log_->mutex);
        log_->statuses.push_back(status);
    }
    void broken_off(const Ticket&, std::uint64_t bytes_sent) override {
        if (log_ == nullptr) return;
        const std::lock_guard lock(log_->mutex);
        log_->broken_off.push_back(bytes_sent);
    }
    void refused(Transport, const IpAddress&, std::string_view why) override {
        if (log_ == nullptr) return;
        const std::lock_guard lock(log_->mutex);
        log_->refused.emplace_back(why);
    }
    UploadStart begin_upload(const UploadRequest& request) override;
    LoginAnswer log_in(const LoginRequest& request) override {
        const auto account = house_.accounts.find(request.user);
        if (account == house_.accounts.end() || account->second != request.password) return {std::nullopt, house_.hold};
        Login login;
        login.user = request.user;
        return {login, {}};
    }
    std::vector<ListedFile> list(const FileRequest& directory) override {
        std::vector<ListedFile> out;
        std::string prefix(directory.path);
        if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
        for (const auto& [path, file] : house_.files)
            if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos)
                out.push_back({path.substr(prefix.size()), false, listed(house_.later, path) ? 0 : file->body.size(),
                               file->modified, listed(house_.later, path)});
        std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        return out;
    }

private:
    friend class FakeUpload;
    static bool listed(const std::vector<std::string>& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    FileAnswer find(const FileRequest& request) {
        FileAnswer answer;
        answer.hold = house_.hold;
        const auto wanted = house_.authorized.find(request.path);
        if (wanted != house_.authorized.end() && wanted->second != request.authorization) {
            answer.state = FileAnswer::State::challenge;
            answer.challenge = challenge_line;
            return answer;
        }
        const auto found = house_.files.find(request.path);
        if (found == house_.files.end()) return answer;
        last_ = found->second; // valid until the next call, and not a moment longer
        answer.state = FileAnswer::State::found;
        answer.file = &last_;
        answer.hold = std::chrono::milliseconds{0};
        return answer;
    }

    const FakeHouse& house_;
    DoorLog* log_;
    net::Loop* loop_;
    std::shared_ptr<const ReadyFile> last_;
};

class FakeUpload final : public Upload {
public:
    FakeUpload(FakeDoor& door, std::string path, UploadRequest::Mode mode)
        : door_(door), path_(std::move(path)), mode_(mode) {}
    ~FakeUpload() override {
        if (answered_ || door_.log_ == nullptr) return;
        const std::lock_guard lock(door_.log_->mutex);
        ++door_.log_->abandoned_uploads;
    }
    UploadRefusal write(std::string_view bytes) override {
        if (content_.size() + bytes.size() > door_.house_.upload_bytes_max) return UploadRefusal::too_large;
        content_ += bytes;
        return UploadRefusal::none;
    }
    void commit(std::function<void(UploadEnd)> done) override {
        boost::asio::post(door_.loop_->executor(), [this, done = std::move(done)] {
            UploadEnd end;
            end.refusal = door_.house_.commit_ends;
            if (end.refusal == UploadRefusal::none) {
                const std::lock_guard lock(door_.log_->mutex);
                auto& stored = door_.log_->uploads;
                end.created = stored.find(path_) == stored.end();
                if (mode_ == UploadRequest::Mode::replace) stored[path_].clear();
                stored[path_] += content_;
            }
            done(end);
        });
    }
    void answered(std::uint16_t status) override {
        answered_ = true;
        if (door_.log_ == nullptr) return;
        const std::lock_guard lock(door_.log_->mutex);
        door_.log_->statuses.push_back(status);
    }

private:
    FakeDoor& door_;
    std::string path_;
    UploadRequest::Mode mode_;
    std::string content_;
    bool answered_ = false;
};

inline UploadStart FakeDoor::begin_upload(const UploadRequest& request) {
    UploadStart start;
    start.hold = house_.hold;
    const auto wanted = house_.authorized.find(request.file.path);
    if (wanted != house_.authorized.end() && wanted->second != request.file.authorization) {
        start.refusal = UploadRefusal::challenge;
        start.challenge = challenge_line;
    } else if (!listed(house_.uploads, request.file.path)) {
        start.refusal = UploadRefusal::absent;
    } else if (request.bytes && *request.bytes > house_.upload_bytes_max) {
        start.refusal = UploadRefusal::too_large;
    } else if (request.offset && *request.offset != log_->read([&](const DoorLog& log) {
                   const auto stored = log.uploads.find(request.file.path);
                   return stored == log.uploads.end() ? std::size_t{0} : stored->second.size();
               })) {
        start.refusal = UploadRefusal::wrong_offset;
    } else {
        start.upload = std::make_unique<FakeUpload>(*this, std::string(request.file.path), request.mode);
        start.hold = std::chrono::milliseconds{0};
    }
    return start;
}

} // namespace offhook::server
