#include "phone/polycom/log_upload.hpp"

#include "phone/discovery/told_text.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;
using Upload = TransferRequest::Upload;

bool appends_by_range(Session& session) {
    const auto told = session.flash().parameter("phone.log.http_append");
    if (!told.empty()) return told == "range";
    return session.release().log_append == Release::LogAppend::ranged;
}

/// Server Type's numbers.
unsigned protocol_number(std::optional<Scheme> scheme) {
    switch (scheme.value_or(Scheme::ftp)) {
    case Scheme::tftp:
        return 1;
    case Scheme::http:
        return 2;
    case Scheme::https:
        return 3;
    default:
        return 0;
    }
}

asio::awaitable<TransferAnswer> append_over_ftp(Session& session, std::string name, std::string piece,
                                                std::uint64_t bytes_max) {
    Sending sending;
    sending.body = std::move(piece);
    sending.upload = Upload::append;
    sending.append_below = bytes_max;
    co_return co_await session.send(std::move(name), std::move(sending));
}

asio::awaitable<TransferAnswer> append_over_http(Session& session, std::string name, std::string piece,
                                                 std::uint64_t bytes_max) {
    Sending sending;
    sending.body = std::move(piece);
    const SizeAsked asked = co_await session.ask_size(name);
    if (!asked.size) {
        session.log("curl", 4,
                    "Could not set the custom header Content-Range: Head request failed to get "
                    "content-length of server file");
    } else if (*asked.size >= bytes_max) {
        TransferAnswer full;
        full.outcome = FileOutcome::too_large;
        co_return full;
    } else {
        sending.content_from = *asked.size;
        sending.only_at = asked.place; // its copy is so long, and perhaps no other
    }
    co_return co_await session.send(std::move(name), std::move(sending));
}

asio::awaitable<TransferAnswer> replace(Session& session, std::string name, std::string whole) {
    Sending sending;
    sending.body = std::move(whole);
    co_return co_await session.send(std::move(name), std::move(sending));
}

/// too_large: nothing was sent, for the server's file is full and the phone does not start it over.
asio::awaitable<TransferAnswer> send_log(Session& session, std::string name, std::string body, LogRules rules) {
    const auto scheme = session.scheme_of(name);
    const bool is_ftp = scheme == Scheme::ftp || scheme == Scheme::ftps;
    const bool is_ranged = !is_ftp && scheme != Scheme::tftp && appends_by_range(session);
    TransferAnswer answer;
    if (rules.upload == LogRules::Upload::overwrite || (!is_ftp && !is_ranged))
        co_return co_await replace(session, std::move(name), std::move(body));
    if (is_ftp)
        answer = co_await append_over_ftp(session, name, body, rules.append_bytes_max);
    else
        answer = co_await append_over_http(session, name, body, rules.append_bytes_max);
    if (answer.outcome != FileOutcome::too_large) co_return answer;
    session.decide(fmt::format("{} has {} KB on the server, its limit: {}", shown_address(name),
                               rules.append_bytes_max / 1024,
                               rules.at_limit == LogRules::AtLimit::stop ? "no more is sent" : "it is started over"));
    if (rules.at_limit == LogRules::AtLimit::stop) co_return answer;
    co_return co_await replace(session, std::move(name), std::move(body));
}

void tell_failure(Session& session, const std::string& name, const TransferAnswer& answer) {
    if (answer.outcome == FileOutcome::stored || answer.outcome == FileOutcome::too_large) return;
    session.log("log", 4,
                fmt::format("UtilLogServerC::uploadFifoLog: upload error. protocol {} result = {}",
                            protocol_number(session.scheme_of(name)), static_cast<unsigned>(answer.outcome)));
}

std::string log_name(Session& session, const std::string& directory, std::string_view ending) {
    return join_path(directory, fmt::format("{}-{}", session.flash().mac.text(), ending));
}

} // namespace

bool uploads_log_at_boot(const Flash& flash, const LogRules& rules) {
    return flash.parameter("phone.log.at_boot") != "0" || flash.log.size() >= rules.file_bytes;
}

asio::awaitable<void> upload_boot_log(Session& session, std::string directory) {
    const std::string name = log_name(session, directory, "boot.log");
    LogRules rules = bootrom_log_rules();
    const bool is_ftp = session.scheme_of(name) == Scheme::ftp;
    if (!is_ftp) rules.upload = LogRules::Upload::overwrite; // no HEAD was ever seen of a bootROM
    const TransferAnswer answer = co_await send_log(session, name, session.boot_log(), rules);
    tell_failure(session, name, answer);
}

asio::awaitable<void> upload_application_log(Session& session, std::string directory) {
    auto& flash = session.flash();
    if (flash.log.empty()) co_return;
    const std::string name = log_name(session, directory, "app.log");
    const LogRules rules = session.log_rules();
    const bool is_full = flash.log.size() >= rules.file_bytes;
    const bool overwrites = rules.upload == LogRules::Upload::overwrite || session.scheme_of(name) == Scheme::tftp;
    const TransferAnswer answer = co_await send_log(session, name, flash.log, rules);
    const bool is_sent = answer.outcome == FileOutcome::stored;
    if (is_full || (is_sent && !overwrites)) flash.log.clear();
    tell_failure(session, name, answer);
}

} // namespace offhook::phone::polycom
