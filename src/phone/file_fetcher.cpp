#include "phone/file_fetcher.hpp"

#include "phone/few_notes.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {

namespace asio = boost::asio;

void FileFetcher::decide(std::string text) { around_.observer.on_event({BootEvent::Kind::decision, std::move(text)}); }

void FileFetcher::problem(std::string text) {
    if (std::find(report_.problems.begin(), report_.problems.end(), text) == report_.problems.end())
        report_.problems.push_back(text);
    around_.observer.on_event({BootEvent::Kind::problem, std::move(text)});
}

void FileFetcher::mark_not_usable(std::string_view reason) {
    if (report_.files.empty()) return;
    auto& file = report_.files.back();
    file.outcome = FileOutcome::not_usable;
    problem(fmt::format("{}: {}", file.name, reason));
}

void FileFetcher::judge(const std::string& name, const TransferRequest& request, const TransferAnswer& answer) {
    switch (answer.outcome) {
    case FileOutcome::fetched:
    case FileOutcome::not_changed:
    case FileOutcome::stored:
    case FileOutcome::absent:
        return;
    case FileOutcome::unreachable:
    case FileOutcome::timed_out:
        dead_.insert(request.url.origin());
        return problem(fmt::format("could not contact {} ({}), using existing configuration", request.url.origin(),
                                   answer.detail));
    case FileOutcome::denied:
        return problem(fmt::format("{}: the server does not take the phone's account ({})", name, answer.detail));
    default:
        return problem(fmt::format("{}: {}", name, answer.detail));
    }
}

TransferRequest FileFetcher::request_for(protocol::Url url, const protocol::Url::Credentials& account) const {
    TransferRequest request;
    request.user_agent = habits_.user_agent;
    using Redirects = TransferRequest::Redirects;
    const bool asks_first = habits_.before_tls != nullptr && url.scheme == protocol::Scheme::http;
    request.redirects =
        asks_first && habits_.redirects == Redirects::followed ? Redirects::followed_in_clear : habits_.redirects;
    request.redirects_max = habits_.redirects_max;
    request.tftp_name = habits_.tftp_name;
    request.http_version = habits_.http_version;
    request.tls = habits_.tls;
    request.post = habits_.post;
    request.post_type = habits_.post_type;
    request.credentials = url.credentials.value_or(account);
    url.credentials.reset();
    request.url = std::move(url);
    return request;
}

/// The account stays with the server that it is for: libcurl, too, takes it nowhere else.
asio::awaitable<TransferAnswer> FileFetcher::go_on_over_tls(TransferRequest request, std::string url) {
    auto to = protocol::parse_url(url);
    if (!to) {
        TransferAnswer answer;
        answer.outcome = FileOutcome::refused;
        answer.detail = to.error().message;
        co_return answer;
    }
    co_await habits_.before_tls();
    if (to->host != request.url.host) request.address.clear();
    to->credentials.reset();
    request.url = std::move(*to);
    request.credentials = {};
    request.tls = habits_.tls;
    request.redirects = TransferRequest::Redirects::followed;
    if (request.redirects_max > 0) --request.redirects_max;
    co_return co_await around_.transfers.run(std::move(request));
}

asio::awaitable<TransferAnswer> FileFetcher::run(std::string name, TransferRequest request, unsigned tries) {
    if (dead_.contains(request.url.origin())) co_return TransferAnswer{};
    TransferAnswer answer;
    unsigned attempts = 1;
    for (;; ++attempts) {
        answer = co_await around_.transfers.run(request);
        if (!answer.secure_url.empty()) {
            const std::string url = answer.secure_url;
            answer = co_await go_on_over_tls(request, url);
        }
        if (!is_network_failure(answer.outcome) || attempts >= tries) break;
        co_await around_.transfers.wait(habits_.pause);
    }
    if (answer.bytes == 0) answer.bytes = answer.body.size();
    FileRecord file{request.direction, name,     request.url.shown(), answer.outcome, answer.bytes,
                    answer.elapsed,    attempts, answer.detail};
    report_.files.push_back(file);
    around_.observer.on_event({BootEvent::Kind::file, name, std::move(file)});
    judge(name, request, answer);
    co_return answer;
}

asio::awaitable<TransferAnswer> FileFetcher::fetch(std::string name, protocol::Url url,
                                                   protocol::Url::Credentials account) {
    TransferRequest request = request_for(std::move(url), account);
    co_return co_await run(std::move(name), std::move(request), habits_.tries);
}

asio::awaitable<TransferAnswer> FileFetcher::report(std::string name, protocol::Url url,
                                                    protocol::Url::Credentials account, std::string body,
                                                    std::string type) {
    TransferRequest request = request_for(std::move(url), account);
    request.direction = Direction::put;
    if (request.url.scheme == protocol::Scheme::tftp) {
        request.post.reset();
        request.body = std::move(body);
    } else {
        request.post = std::move(body);
        request.post_type = std::move(type);
    }
    co_return co_await run(std::move(name), std::move(request), 1);
}

asio::awaitable<TransferAnswer> FileFetcher::fetch_image(std::string name, protocol::Url url,
                                                         protocol::Url::Credentials account,
                                                         std::function<HeadDecision(std::string_view head)> on_head) {
    TransferRequest request = request_for(std::move(url), account);
    request.keep = TransferRequest::Keep::head;
    request.bytes_max = limits::image_bytes_max;
    request.on_head = std::move(on_head);
    co_return co_await run(std::move(name), std::move(request), habits_.tries);
}

void FileFetcher::tell_notes(std::string_view name, const std::vector<config::SyntaxNote>& notes) {
    for (auto& sentence : few_notes(name, notes)) decide(std::move(sentence));
}

std::optional<std::vector<config::Parameter>> FileFetcher::read(const std::string& name, const std::string& body,
                                                                std::string_view syntax) {
    if (is_web_page(body)) {
        mark_not_usable(web_page_reason);
        return std::nullopt;
    }
    const auto* grammar = config::find_syntax(syntax);
    if (grammar == nullptr) {
        mark_not_usable(fmt::format("nothing here reads {}", syntax));
        return std::nullopt;
    }
    auto document = grammar->read(body);
    if (!document) {
        mark_not_usable(document.error().text());
        return std::nullopt;
    }
    tell_notes(name, document->notes);
    return std::move(document->parameters);
}

asio::awaitable<std::optional<std::vector<config::Parameter>>>
FileFetcher::fetch_parameters(std::string name, protocol::Url url, std::string_view syntax,
                              protocol::Url::Credentials account) {
    const TransferAnswer answer = co_await fetch(name, std::move(url), std::move(account));
    if (answer.outcome != FileOutcome::fetched) co_return std::nullopt;
    co_return read(name, answer.body, syntax);
}

} // namespace offhook::phone
