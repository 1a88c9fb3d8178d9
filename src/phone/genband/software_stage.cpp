// The version file, and the software that it names.
#include "base/hex.hpp"
#include "base/text.hpp"
#include "phone/genband/cycle.hpp"
#include "phone/genband/discovery.hpp"
#include "phone/web_page.hpp"

#include <fmt/format.h>

namespace offhook::phone::genband {

namespace asio = boost::asio;

/// With a timer of its own a phone asks its user first, where smartup_confirm says so.
bool Cycle::is_put_off() const {
    return around_.cause == BootSurroundings::Cause::own_clock &&
           read_switch(flash_, "PROVISION.smartup_confirm") == Switch::on &&
           read_switch(flash_, "phone.SMARTUP_ANSWER") == Switch::off;
}

/// "Different", not "newer" (G).
asio::awaitable<bool> Cycle::look_at_version(std::string base) {
    TransferAnswer answer;
    for (const auto& name : file_names(flash_, around_.model).version) {
        answer = co_await fetch(base, name);
        if (answer.outcome == FileOutcome::fetched) break;
    }
    if (answer.outcome != FileOutcome::fetched) co_return false;
    auto offered = config::read_version_file(answer.body);
    for (const auto& note : offered.notes) files_.decide("version file: " + note);
    if (offered.version.empty()) {
        files_.mark_not_usable("it names no version");
        co_return false;
    }
    if (offered.version == version()) {
        files_.decide(fmt::format("version {} runs already", offered.version));
        co_return false;
    }
    files_.decide(fmt::format("version {} is offered, {} runs: they differ", offered.version, version()));
    if (is_put_off()) {
        files_.decide("the phone asks its user, who puts it off (smartup_confirm)");
        co_return false;
    }
    co_return co_await fetch_loads(base, std::move(offered));
}

/// All of them, or the phone keeps what it runs.
asio::awaitable<bool> Cycle::fetch_loads(std::string base, config::VersionFile offered) {
    const bool sums_count = equal_ignoring_case(flash_.parameter("phone.VERSION_CHECKSUM"), "bytesum32");
    StoredImage image{"", offered.version, "", 0};
    for (const auto& load : offered.loads) {
        auto url = locate(base, load.name);
        if (!url) co_return false;
        co_await prepare_for(base);
        const auto credentials = account();
        std::function<HeadDecision(std::string_view)> on_head = [](std::string_view head) {
            HeadDecision decision;
            if (is_web_page(head)) decision.rest = HeadDecision::Rest::not_wanted;
            return decision;
        };
        const TransferAnswer answer =
            co_await files_.fetch_image(load.name, std::move(*url), credentials, std::move(on_head));
        const bool is_page = answer.outcome == FileOutcome::not_changed;
        const bool is_wrong =
            answer.outcome == FileOutcome::fetched && sums_count && load.sum && *load.sum != answer.byte_sum;
        if (is_page) files_.mark_not_usable(web_page_reason);
        if (is_wrong)
            files_.mark_not_usable(
                fmt::format("the sum of its bytes is {:08x}, not {:08x}", answer.byte_sum, *load.sum));
        if (answer.outcome != FileOutcome::fetched || is_wrong) {
            files_.problem(fmt::format("version {} is not taken: {} cannot be had; the phone keeps {}", offered.version,
                                       printable(load.name), version()));
            co_return false;
        }
        if (image.name.empty()) image.name = load.name, image.digest = to_hex(answer.digest);
        image.bytes += answer.bytes;
    }
    if (offered.loads.empty()) {
        files_.problem(fmt::format("version {} is not taken: its file names no software", offered.version));
        co_return false;
    }
    flash_.application = std::move(image); // what runs is called as the version file says, or it would differ for ever
    files_.decide(fmt::format("the phone takes {} and restarts", offered.version));
    co_return true;
}

} // namespace offhook::phone::genband
