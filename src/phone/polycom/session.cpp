#include "phone/polycom/session.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/few_notes.hpp"
#include "phone/polycom/complaint.hpp"
#include "phone/polycom/discovery.hpp"
#include "phone/polycom/flash_files.hpp"
#include "phone/polycom/sealed_file.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace offhook::phone::polycom {

namespace asio = boost::asio;

namespace {

const Release& release_in(const Flash& flash) {
    return release_of(flash.application ? flash.application->version : "");
}

/// Nobody is there, as far as this phone can tell.
bool is_dead(FileOutcome outcome) {
    return outcome == FileOutcome::unreachable || outcome == FileOutcome::timed_out ||
           outcome == FileOutcome::not_built_in;
}

/// Of an upload to several addresses, what says most: that it is stored, then what a server answered.
unsigned weight(FileOutcome outcome) {
    if (outcome == FileOutcome::stored) return 2;
    return is_dead(outcome) || is_network_failure(outcome) ? 0 : 1;
}

} // namespace

Session::Session(const Surroundings& surroundings, Flash& flash)
    : around_(surroundings), flash_(flash), release_(&release_in(flash)),
      part_number_(around_.model.part_numbers.empty() ? "" : around_.model.part_numbers.front()),
      tls_(speaks_tls(around_.model) ? Tls::spoken : Tls::unknown), servers_(around_.transfers, around_.resolver),
      switches_(read_switches(flash, *release_)) {}

const Release& Session::application_release() const { return release_in(flash_); }

std::string Session::version_told() const {
    const StoredImage* image = stage_ == Stage::bootrom ? &flash_.bootrom
                               : flash_.application     ? &*flash_.application
                                                        : nullptr;
    if (image != nullptr && !image->version.empty()) return image->version;
    return std::string(stage_ == Stage::bootrom ? release_->bootrom_version : release_->application_version);
}

asio::awaitable<void> Session::look_for_server() {
    if (around_.found_before != nullptr) {
        report_.discovery.address = around_.found_before->address;
        report_.discovery.how = around_.found_before->how;
    }
    if (!around_.looks_for_server()) co_return;
    if (stage_ == Stage::bootrom) report_.discovery = {};
    FoundServer found =
        co_await discover(*around_.clients, flash_, around_.model, stage_, around_.discovery, around_.observer);
    auto& known = report_.discovery;
    for (const auto& step : found.steps) log("cfg", 3, step);
    std::move(found.steps.begin(), found.steps.end(), std::back_inserter(known.steps));
    if (found.address.empty()) co_return;
    known.address = std::move(found.address);
    known.how = std::move(found.how);
}

asio::awaitable<void> Session::enter(Stage stage) {
    stage_ = stage;
    release_ = &release_in(flash_);
    switches_ = read_switches(flash_, *release_);
    dead_.clear();
    servers_.start_stage(read_tries(flash_, *release_, switches_));
    const bool boots = stage == Stage::bootrom;
    if (boots) log_.clear();
    log_rules_ = boots ? bootrom_log_rules() : read_log_rules({});
    begun_ = around_.clock.instant();
    around_.transfers.start_stage();
    around_.observer.on_event(
        {BootEvent::Kind::stage, boots ? "bootROM " + version_told() : "application " + version_told()});
    if (boots)
        for (const auto& remark : switches_.remarks) problem(remark);
    log("so", 3, fmt::format("Platform: Model={}, Assembly={}", around_.model.name, part_number_));
    co_await look_for_server();
    take_server();
}

void Session::take_server() {
    const bool boots = stage_ == Stage::bootrom;
    const auto& found = report_.discovery;
    auto server = found.address.empty() ? read_server_address(flash_) : read_server_address(flash_, found.address);
    if (!server) {
        server_.reset();
        if (boots) problem(server.error().text());
        return;
    }
    server_ = std::move(*server);
    server_->plain_port = around_.plain_port;
    server_->paths = switches_.paths;
    const auto shown = in_stage(server_->directory, *server_, stage_, tls_);
    std::string text =
        shown.shown() + (server_->master_name.empty() ? "" : " and the master file " + server_->master_name);
    if (shown.scheme != server_->directory.scheme)
        text += fmt::format(" (the {} speaks no TLS)", boots ? "bootROM" : "model");
    else if (!found.how.empty())
        text += fmt::format(" ({})", found.how);
    else if (boots && !server_->remark.empty())
        text += fmt::format(" ({})", server_->remark);
    around_.observer.on_event({BootEvent::Kind::address, std::move(text)});
}

void Session::log(std::string_view component, unsigned severity, std::string_view text) {
    if (!log_rules_.takes(component, severity)) return;
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(around_.clock.instant() - begun_);
    const auto line = log_line(log_rules_, {component, severity, text, around_.clock.wall(), since});
    keep_in_log(stage_ == Stage::bootrom ? log_ : flash_.log, line);
}

std::string_view Session::parameter(std::string_view name) const {
    const auto found = report_.parameters.find(name);
    return found == report_.parameters.end() ? std::string_view{} : std::string_view(found->second);
}

void Session::decide(std::string text) {
    log("cfg", 3, text);
    around_.observer.on_event({BootEvent::Kind::decision, std::move(text)});
}

void Session::problem(std::string text) {
    log("cfg", 4, text);
    if (std::find(report_.problems.begin(), report_.problems.end(), text) == report_.problems.end())
        report_.problems.push_back(text);
    around_.observer.on_event({BootEvent::Kind::problem, std::move(text)});
}

void Session::remark(std::string text) {
    log("cfg", 4, text);
    around_.observer.on_event({BootEvent::Kind::decision, std::move(text)});
}

void Session::mark_not_usable(const std::string& reason) {
    if (report_.files.empty()) return;
    auto& file = report_.files.back();
    file.outcome = FileOutcome::not_usable;
    problem(fmt::format("{}: {}", file.name, reason));
}

void Session::mark_undecryptable(const std::string& reason) {
    if (report_.files.empty()) return;
    log("cfg", 5, fmt::format("Error decrypting file '{}': {}", report_.files.back().name, reason));
    mark_not_usable(reason);
}

void Session::mark_malformed(std::string_view reason, std::string_view expected) {
    if (report_.files.empty()) return;
    log("cfg", 5, fmt::format("Error parsing file '{}': {}", report_.files.back().name, reason));
    mark_not_usable(fmt::format("{}; expected {}", reason, expected));
}

void Session::tell_notes(std::string_view name, const config::ParsedDocument& document) {
    for (auto& sentence : few_notes(shown_address(name), document.notes)) decide(std::move(sentence));
}

bool Session::server_is_dead() const {
    if (!server_) return false;
    return dead_.contains(in_stage(server_->directory, *server_, stage_, tls_).origin());
}

std::optional<TransferRequest> Session::request_for(const std::string& name) {
    if (!server_) return std::nullopt;
    auto url = locate(*server_, name, stage_, tls_);
    if (!url) {
        problem(fmt::format("{}: {}", shown_address(name), url.error().message));
        return std::nullopt;
    }
    if (dead_.contains(url->origin())) return std::nullopt;
    TransferRequest request;
    const bool boots = stage_ == Stage::bootrom;
    request.user_agent = user_agent(*release_, stage_, around_.model, version_told(),
                                    flash_.parameter("device.prov.tagSerialNo") == "1" ? flash_.mac.text() : "");
    request.credentials = url->credentials.value_or(protocol::Url::Credentials{});
    url->credentials.reset();
    request.url = std::move(*url);
    request.ip = TransferRequest::Ip::ipv4;
    if (!boots && switches_.redirects == Release::Redirects::followed)
        request.redirects = TransferRequest::Redirects::followed;
    return request;
}

void Session::record(const std::string& name, const TransferRequest& request, const Tried& tried) {
    const auto& answer = tried.answer;
    FileRecord file{request.direction, name,           request.url.shown(), answer.outcome,
                    answer.bytes,      answer.elapsed, tried.attempts,      answer.detail};
    if (!tried.place.empty())
        file.detail = fmt::format("{}{}address {} of {}, {}", answer.detail, answer.detail.empty() ? "" : "; ",
                                  tried.address, tried.addresses, tried.place);
    const bool is_get = request.direction == Direction::get;
    const bool went_well = answer.outcome == FileOutcome::fetched || answer.outcome == FileOutcome::not_changed ||
                           answer.outcome == FileOutcome::stored;
    log("copy", went_well ? 3 : 4,
        fmt::format("{} of '{}' {} on attempt {} (addr {} of {}){}", is_get ? "Download" : "Upload", printable(name),
                    went_well ? "succeeded" : "failed", tried.attempts, tried.address, tried.addresses,
                    went_well ? "" : fmt::format(": {}", printable(answer.detail))));
    report_.files.push_back(file);
    around_.observer.on_event({BootEvent::Kind::file, name, std::move(file)});
}

/// What an operator should know of an answer, and whether its server is worth asking again in this stage.
void Session::judge(const std::string& name, const TransferRequest& request, const TransferAnswer& answer) {
    if (is_dead(answer.outcome)) dead_.insert(request.url.origin());
    const bool is_upload = request.direction == Direction::put || request.keep == TransferRequest::Keep::size;
    if (is_upload) return; // never fatal, and the record shows it
    if (auto text = complaint(name, request, answer); !text.empty()) problem(std::move(text));
}

TransferAnswer Session::settle(const std::string& name, const TransferRequest& request, Tried tried) {
    auto& answer = tried.answer;
    if (answer.bytes == 0 && !answer.body.empty()) answer.bytes = answer.body.size();
    const std::string shown = shown_address(name);
    record(shown, request, tried);
    judge(shown, request, answer);
    return std::move(answer);
}

asio::awaitable<TransferAnswer> Session::transfer(std::string name, TransferRequest request) {
    if (request.direction == Direction::get || switches_.uploads == Switches::Uploads::first) {
        Tried tried = co_await servers_.run(request);
        co_return settle(name, request, std::move(tried));
    }
    co_return co_await transfer_everywhere(std::move(name), std::move(request));
}

asio::awaitable<TransferAnswer> Session::transfer_everywhere(std::string name, TransferRequest request) {
    std::vector<Tried> all = co_await servers_.run_everywhere(request);
    TransferAnswer best;
    bool lives = false; // one of its addresses
    for (auto& tried : all) {
        TransferAnswer answer = settle(name, request, std::move(tried));
        lives = lives || weight(answer.outcome) > 0;
        if (weight(answer.outcome) >= weight(best.outcome) && best.outcome != FileOutcome::stored)
            best = std::move(answer);
    }
    if (lives) dead_.erase(request.url.origin());
    co_return best;
}

asio::awaitable<TransferAnswer> Session::fetch(std::string name) {
    return fetch_at_most(std::move(name), limits::configuration_bytes_max);
}

asio::awaitable<TransferAnswer> Session::fetch_at_most(std::string name, std::uint64_t bytes_max) {
    auto request = request_for(name);
    if (!request) co_return TransferAnswer{};
    request->bytes_max = bytes_max;
    co_return co_await transfer(std::move(name), std::move(*request));
}

asio::awaitable<TransferAnswer> Session::fetch_image(std::string name, ImageReader reader) {
    auto request = request_for(name);
    if (!request) co_return TransferAnswer{};
    request->keep = TransferRequest::Keep::head;
    request->bytes_max = limits::image_bytes_max;
    request->on_head = [reader](std::string_view head) { return decide_on_head(head, reader); };
    co_return co_await transfer(std::move(name), std::move(*request));
}

asio::awaitable<void> Session::resume() {
    stage_ = Stage::application;
    release_ = &release_in(flash_);
    switches_ = read_switches(flash_, *release_);
    servers_.start_stage(read_tries(flash_, *release_, switches_));
    begun_ = around_.clock.instant();
    around_.transfers.start_stage();
    co_await look_for_server();
    take_server();
}

asio::awaitable<TransferAnswer> Session::send(std::string name, Sending sending) {
    auto request = request_for(name);
    if (!request) co_return TransferAnswer{};
    request->direction = Direction::put;
    request->upload = sending.upload;
    request->append_below = sending.append_below;
    request->content_from = sending.content_from;
    request->body = std::move(sending.body);
    if (!sending.only_at.empty()) {
        Tried tried = co_await servers_.run_at(*request, std::move(sending.only_at));
        co_return settle(name, *request, std::move(tried));
    }
    co_return co_await transfer(std::move(name), std::move(*request));
}

asio::awaitable<SizeAsked> Session::ask_size(std::string name) {
    SizeAsked asked;
    auto request = request_for(name);
    if (!request) co_return asked;
    request->keep = TransferRequest::Keep::size;
    Tried tried = co_await servers_.run(*request);
    asked.place = tried.place;
    asked.size = settle(name, *request, std::move(tried)).size;
    co_return asked;
}

std::optional<protocol::Scheme> Session::scheme_of(const std::string& name) const {
    if (!server_) return std::nullopt;
    const auto url = locate(*server_, name, stage_, tls_);
    return url ? url->scheme : std::nullopt;
}

asio::awaitable<void> Session::wait(std::chrono::milliseconds time) {
    const auto speed = std::max(1U, around_.time_speed);
    co_await around_.transfers.wait((time + std::chrono::milliseconds(speed - 1)) / speed);
}

asio::awaitable<std::optional<MasterFile>> Session::fetch_master() {
    if (!server_) co_return std::nullopt;
    const auto* syntax = config::find_syntax("polycom-master");
    const auto* seal = config::find_seal("polycom-project");
    const auto names = master_names(*server_, flash_.mac);
    for (const auto& name : names) {
        const TransferAnswer answer = co_await fetch(name);
        if (server_is_dead()) co_return std::nullopt;
        if (answer.outcome != FileOutcome::fetched) continue;
        if (is_web_page(answer.body)) {
            mark_malformed(web_page_reason, "a well-formed XML file");
            continue;
        }
        if (seal != nullptr && seal->looks_sealed(answer.body)) {
            mark_malformed("it is encrypted", "plain XML: a master configuration file never is encrypted");
            continue;
        }
        const auto document = syntax->read(answer.body);
        if (!document) {
            mark_malformed(document.error().text(), "a well-formed XML file");
            continue;
        }
        tell_notes(name, *document);
        auto master = read_master(document->parameters, around_.model.name, flash_.mac, part_number_);
        for (const auto& remark : master.remarks) problem(fmt::format("{}: {}", name, remark));
        if (stage_ == Stage::application) {
            if (keep_file(flash_, std::string(master_key), answer.body) == Since::changed)
                changes_.listed.push_back(name);
        }
        co_return master;
    }
    problem(fmt::format("there is no master configuration file: tried {}", join(names, ", ")));
    co_return std::nullopt;
}

} // namespace offhook::phone::polycom
