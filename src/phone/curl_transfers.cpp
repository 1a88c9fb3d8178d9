#include "phone/curl_transfers.hpp"

#include "base/text.hpp"
#include "net/as_result.hpp"
#include "phone/certificate_judge.hpp"
#include "phone/received_body.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <optional>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// FTP paths are decoded by libcurl: what must arrive literally is encoded first.
std::string ftp_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (ascii_digit(c) || (byte | 0x20U) - 'a' < 26U || std::strchr("/-._~", c) != nullptr)
            out += c;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

bool is_ftp(const protocol::Url& url) { return url.scheme == Scheme::ftp; }

/// One transfer: its handle, what it received, and why it was ended by ourselves.
class CurlTransfer {
public:
    CurlTransfer(TransferRequest request, const CurlSettings& settings, CURLSH* connections)
        : request_(std::move(request)), easy_(curl_easy_init()) {
        if (!easy_) throw std::bad_alloc();
        set(CURLOPT_SHARE, connections);
        set(CURLOPT_ERRORBUFFER, reason_.data());
        set_destination();
        set_address();
        set(CURLOPT_USERAGENT, request_.user_agent.c_str());
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_PROTOCOLS_STR, "http,https,ftp");
        using Redirects = TransferRequest::Redirects;
        const bool in_clear = request_.redirects == Redirects::followed_in_clear;
        set(CURLOPT_REDIR_PROTOCOLS_STR, in_clear ? "http" : "http,https");
        set(CURLOPT_FOLLOWLOCATION, request_.redirects == Redirects::refused ? 0L : 1L);
        set(CURLOPT_MAXREDIRS, static_cast<long>(request_.redirects_max));
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_time.count()));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME,
            std::max(1L, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(settings.silence_time).count())));
        if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
        if (!settings.client_certificate.empty()) {
            set(CURLOPT_SSLCERT, settings.client_certificate.c_str());
            set(CURLOPT_SSLKEY, settings.client_key.c_str());
        }
        set_trust();
        set_credentials();
        set(CURLOPT_FTP_USE_EPSV, 0L);
        set(CURLOPT_FTP_SKIP_PASV_IP, 0L);
        set_headers();
        set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_bytes);
        set(CURLOPT_WRITEDATA, this);
        if (request_.direction == Direction::put && !request_.post) set_upload();
        if (request_.post) set_post(*request_.post);
        if (request_.keep == TransferRequest::Keep::size) set(CURLOPT_NOBODY, 1L);
    }

    [[nodiscard]] CURL* handle() { return easy_.get(); }
    [[nodiscard]] TransferAnswer answer(CURLcode code);

private:
    template <class T>
    void set(CURLoption option, T value) {
        curl_easy_setopt(easy_.get(), option, value);
    }
    [[nodiscard]] long number(CURLINFO what) const {
        long value = 0;
        curl_easy_getinfo(easy_.get(), what, &value);
        return value;
    }

    void set_destination() {
        const auto& url = request_.url;
        const bool has_odd_bytes =
            std::any_of(url.path.begin(), url.path.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f; });
        if (is_ftp(url)) {
            set(CURLOPT_URL, (url.origin() + ftp_path(url.path)).c_str());
            return;
        }
        set(CURLOPT_PATH_AS_IS, 1L);
        const bool is_old = request_.http_version == TransferRequest::HttpVersion::http_1_0;
        set(CURLOPT_HTTP_VERSION, static_cast<long>(is_old ? CURL_HTTP_VERSION_1_0 : CURL_HTTP_VERSION_1_1));
        if (!has_odd_bytes) {
            set(CURLOPT_URL, url.shown().c_str());
            return;
        }
        // libcurl takes no blank in a URL; the phone's own sent what it was told.
        set(CURLOPT_URL, (url.origin() + "/").c_str());
        set(CURLOPT_REQUEST_TARGET, url.path.c_str());
    }

    /// One address of a name that has several. The name still stands in Host and is what a certificate is held against.
    void set_address() {
        if (request_.ip == TransferRequest::Ip::ipv4) set(CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_V4));
        if (request_.address.empty()) return;
        const bool is_ipv6 = request_.address.find(':') != std::string::npos;
        const auto host = request_.url.host.find(':') != std::string::npos ? fmt::format("[{}]", request_.url.host)
                                                                           : request_.url.host;
        const auto to = is_ipv6 ? fmt::format("[{}]", request_.address) : request_.address;
        connect_to_.reset(curl_slist_append(nullptr, fmt::format("{}::{}:", host, to).c_str()));
        if (!connect_to_) throw std::bad_alloc();
        set(CURLOPT_CONNECT_TO, connect_to_.get());
    }

    void set_blob(CURLoption option, const std::string& text) {
        curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY}; // copied, never written
        set(option, &blob);
    }

    void set_trust() {
        using Verify = TlsTrust::Verify;
        const TlsTrust& tls = request_.tls;
        if (tls.verify == Verify::each) {
            set_checks();
        } else if (tls.verify != Verify::surroundings) {
            set(CURLOPT_SSL_VERIFYPEER, tls.verify == Verify::nothing ? 0L : 1L);
            set(CURLOPT_SSL_VERIFYHOST, tls.verify == Verify::chain_and_name ? 2L : 0L);
        }
        if (!tls.authorities.empty()) {
            set_blob(CURLOPT_CAINFO_BLOB, tls.authorities);
            set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
        if (!tls.certificate.empty()) set_blob(CURLOPT_SSLCERT_BLOB, tls.certificate);
        if (!tls.key.empty()) set_blob(CURLOPT_SSLKEY_BLOB, tls.key);
    }

    /// What libcurl has no words for is OpenSSL's to do. A connection that was judged otherwise serves nobody else.
    void set_checks() {
        using Check = TlsTrust::Checks::Check;
        set(CURLOPT_SSL_VERIFYPEER, 1L); // so that the judge below is asked, and heard
        set(CURLOPT_SSL_VERIFYHOST, request_.tls.checks.name == Check::on ? 2L : 0L);
        set(CURLOPT_SSL_CTX_FUNCTION, &CurlTransfer::on_tls_context);
        set(CURLOPT_SSL_CTX_DATA, &request_.tls);
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
    }
    static CURLcode on_tls_context(CURL*, void* context, void* trust) {
        return judge_by(static_cast<ssl_ctx_st*>(context), *static_cast<const TlsTrust*>(trust))
                   ? CURLE_OK
                   : CURLE_SSL_CACERT_BADFILE;
    }

    void set_credentials() {
        const auto& [user, password] = request_.credentials;
        if (user.empty() && password.empty()) return;
        set(CURLOPT_USERNAME, user.c_str());
        set(CURLOPT_PASSWORD, password.c_str());
        // With a choice of schemes libcurl waits for the challenge, as the phone does.
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
    }

    void set_headers() {
        headers_.reset(curl_slist_append(nullptr, "Pragma: no-cache"));
        if (!headers_) throw std::bad_alloc();
        if (const auto from = request_.content_from; from && request_.direction == Direction::put) {
            const std::uint64_t total = *from + request_.body.size();
            const auto range = fmt::format("Content-Range: bytes {}-{}/{}", *from, total - 1, total);
            if (curl_slist_append(headers_.get(), range.c_str()) == nullptr) throw std::bad_alloc();
        }
        if (request_.post && !request_.post_type.empty()) {
            const auto type = "Content-Type: " + request_.post_type;
            if (curl_slist_append(headers_.get(), type.c_str()) == nullptr) throw std::bad_alloc();
        }
        set(CURLOPT_HTTPHEADER, headers_.get());
    }

    void set_post(const std::string& body) { // which outlives the transfer
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_POSTFIELDS, body.c_str());
    }

    void set_upload() {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(CURLOPT_READFUNCTION, &CurlTransfer::on_read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_SEEKFUNCTION, &CurlTransfer::on_seek); // a challenge makes it start over
        set(CURLOPT_SEEKDATA, this);
        if (request_.upload != TransferRequest::Upload::append) return;
        set(CURLOPT_APPEND, 1L); // FTP's APPE; HTTP has none
        if (!asks_size_first()) return;
        // libcurl then asks for SIZE, and seeks to it in what it takes for a copy of the whole: on_seek() knows better.
        set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(-1));
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(-1));
    }

    [[nodiscard]] bool asks_size_first() const { return request_.append_below && is_ftp(request_.url); }

    static std::size_t on_bytes(char* bytes, std::size_t one, std::size_t count, void* self) {
        const std::size_t size = one * count;
        return static_cast<CurlTransfer*>(self)->take({bytes, size}) ? size : 0; // fewer: libcurl ends the transfer
    }
    static std::size_t on_read(char* into, std::size_t one, std::size_t count, void* self) {
        auto& transfer = *static_cast<CurlTransfer*>(self);
        const std::size_t size = std::min(one * count, transfer.request_.body.size() - transfer.sent_);
        std::memcpy(into, transfer.request_.body.data() + transfer.sent_, size);
        transfer.sent_ += size;
        return size;
    }
    static int on_seek(void* self, curl_off_t offset, int origin) {
        auto& transfer = *static_cast<CurlTransfer*>(self);
        if (transfer.asks_size_first()) {
            transfer.is_at_limit_ = static_cast<std::uint64_t>(offset) >= *transfer.request_.append_below;
            return transfer.is_at_limit_ ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
        }
        const bool fits = offset >= 0 && static_cast<std::uint64_t>(offset) <= transfer.request_.body.size();
        if (origin != SEEK_SET || !fits) return CURL_SEEKFUNC_FAIL;
        transfer.sent_ = static_cast<std::size_t>(offset);
        return CURL_SEEKFUNC_OK;
    }

    /// Whether more is wanted.
    bool take(std::string_view bytes) {
        const long status = number(CURLINFO_RESPONSE_CODE);
        if (!is_ftp(request_.url) && (status < 200 || status >= 300)) return true; // an error's page is not the file
        if (request_.direction == Direction::put) return true;
        return received_.take(bytes);
    }

    TransferRequest request_;
    std::unique_ptr<CURL, FreeEasy> easy_;
    std::unique_ptr<curl_slist, FreeList> headers_, connect_to_;
    std::array<char, CURL_ERROR_SIZE> reason_{};
    ReceivedBody received_{request_};
    std::size_t sent_ = 0;
    bool is_at_limit_ = false; ///< the server's file is as long as append_below allows

    /// Where a redirect led that this transfer may not follow; empty: nowhere.
    [[nodiscard]] std::string secure_url(CURLcode code) const {
        if (code != CURLE_UNSUPPORTED_PROTOCOL || number(CURLINFO_REDIRECT_COUNT) == 0) return {};
        const char* to = nullptr; // what it would ask next
        curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &to);
        const std::string url(to == nullptr ? "" : to);
        return url.starts_with("https://") ? url : std::string();
    }
    [[nodiscard]] FileOutcome outcome(CURLcode code, long status) const;
    [[nodiscard]] std::string detail(CURLcode code, long status) const;
};

FileOutcome of_status(long status, Direction direction) {
    if (status >= 200 && status < 300) return direction == Direction::put ? FileOutcome::stored : FileOutcome::fetched;
    if (status == 404 || status == 410) return FileOutcome::absent;
    if (status == 401 || status == 403) return FileOutcome::denied;
    if (status >= 300 && status < 400) return FileOutcome::redirected;
    return FileOutcome::refused;
}

FileOutcome CurlTransfer::outcome(CURLcode code, long status) const {
    if (received_.ended_by_us()) return *received_.ended_by_us();
    if (is_at_limit_) return FileOutcome::too_large;
    switch (code) {
    case CURLE_OK:
        if (!is_ftp(request_.url)) return of_status(status, request_.direction);
        return request_.direction == Direction::put ? FileOutcome::stored : FileOutcome::fetched;
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_REMOTE_ACCESS_DENIED: // FTP: the directory cannot be entered
    case CURLE_FTP_COULDNT_RETR_FILE:
        return FileOutcome::absent;
    case CURLE_LOGIN_DENIED:
        return FileOutcome::denied;
    case CURLE_OPERATION_TIMEDOUT:
        return number(CURLINFO_NUM_CONNECTS) == 0 && received_.bytes() == 0 ? FileOutcome::unreachable
                                                                            : FileOutcome::timed_out;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
        return FileOutcome::cut_off;
    case CURLE_TOO_MANY_REDIRECTS:
        return FileOutcome::redirected;
    case CURLE_UPLOAD_FAILED:
    case CURLE_FTP_WEIRD_PASV_REPLY:
    case CURLE_FTP_WEIRD_227_FORMAT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return FileOutcome::refused;
    default:
        return FileOutcome::unreachable; // no address, no connection, no TLS
    }
}

std::string CurlTransfer::detail(CURLcode code, long status) const {
    if (received_.ended_by_us() == FileOutcome::too_large) return fmt::format("more than {} bytes", request_.bytes_max);
    if (received_.ended_by_us()) return "the rest is not needed";
    if (is_at_limit_) return fmt::format("the server's file has {} bytes or more", *request_.append_below);
    if (code == CURLE_FTP_WEIRD_PASV_REPLY || code == CURLE_FTP_WEIRD_227_FORMAT)
        return fmt::format("the server offers no passive transfer (PASV: {}), and the phone knows no active one",
                           printable(reason_.data(), 80));
    if (code != CURLE_OK) {
        const std::string_view told = reason_.data();
        return std::string(told.empty() ? curl_easy_strerror(code) : told);
    }
    if (is_ftp(request_.url)) return {};
    if (status >= 300 && status < 400) {
        const char* to = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &to);
        return fmt::format("HTTP {} to {}, and this program follows none", status,
                           to == nullptr ? "nowhere" : printable(to));
    }
    const long redirects = number(CURLINFO_REDIRECT_COUNT);
    if (redirects > 0) return fmt::format("HTTP {} after {} redirect{}", status, redirects, redirects == 1 ? "" : "s");
    return fmt::format("HTTP {}", status);
}

TransferAnswer CurlTransfer::answer(CURLcode code) {
    const long status = number(CURLINFO_RESPONSE_CODE);
    if (code == CURLE_OK) received_.finish();
    TransferAnswer answer;
    answer.outcome = outcome(code, status);
    answer.detail = detail(code, status);
    answer.secure_url = secure_url(code);
    if (!answer.secure_url.empty()) answer.outcome = FileOutcome::redirected;
    answer.bytes = request_.direction == Direction::put ? sent_ : received_.bytes();
    if (request_.direction == Direction::put && request_.post && answer.outcome == FileOutcome::stored)
        answer.bytes = request_.post->size();
    received_.move_into(answer);
    curl_off_t size = -1;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    const bool is_told = request_.keep == TransferRequest::Keep::size && answer.outcome == FileOutcome::fetched;
    if (is_told && size >= 0) answer.size = static_cast<std::uint64_t>(size);
    curl_off_t micros = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &micros);
    answer.elapsed = std::chrono::microseconds(micros);
    return answer;
}

TransferAnswer not_built_in(Scheme scheme) {
    TransferAnswer answer;
    answer.outcome = FileOutcome::not_built_in;
    answer.detail =
        fmt::format("{} is not built in; libcurl carries http, https and ftp here", protocol::to_text(scheme));
    return answer;
}

} // namespace

CurlTransfers::CurlTransfers(CurlLoop& loop, CurlSettings settings) : loop_(loop), settings_(std::move(settings)) {
    start_stage();
}
CurlTransfers::~CurlTransfers() = default;

void CurlTransfers::start_stage() {
    connections_.reset(curl_share_init());
    if (!connections_) throw std::bad_alloc();
    curl_share_setopt(connections_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
}

asio::awaitable<TransferAnswer> CurlTransfers::run(TransferRequest request) {
    const Scheme scheme = request.url.scheme.value_or(Scheme::ftp);
    if (scheme == Scheme::tftp || scheme == Scheme::ftps) co_return not_built_in(scheme);
    CurlTransfer transfer(std::move(request), settings_, connections_.get());
    const auto drive = scheme == Scheme::ftp ? CurlLoop::Drive::polling : CurlLoop::Drive::events;
    const CURLcode code = co_await loop_.perform(transfer.handle(), drive);
    co_return transfer.answer(code);
}

asio::awaitable<void> CurlTransfers::wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(loop_.executor(), time);
    co_await timer.async_wait(net::as_result);
}

} // namespace offhook::phone
