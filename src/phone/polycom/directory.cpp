#include "phone/polycom/directory.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/polycom/upload_seal.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using Parameters = std::map<std::string, std::string, std::less<>>;

const config::DirectorySyntax& syntax() { return *config::find_directory_syntax("polycom-directory"); }

std::uint64_t kilobytes(const Parameters& parameters, const std::string& name, std::uint64_t otherwise) {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return otherwise * 1024;
    return to_number<std::uint32_t>(found->second).value_or(static_cast<std::uint32_t>(otherwise)) * 1024ULL;
}

void lay_over(config::Contact& known, const config::Contact& change) {
    if (!change.last_name.empty()) known.last_name = change.last_name;
    if (!change.first_name.empty()) known.first_name = change.first_name;
    if (!change.label.empty()) known.label = change.label;
    if (change.speed_dial != 0) known.speed_dial = change.speed_dial;
}

} // namespace

std::uint64_t directory_bytes_max(const Parameters& parameters, const Flash& flash) {
    auto meg = flash.parameter("phone.flash_meg");
    if (meg != "2" && meg != "8") meg = "4";
    const auto is_volatile = parameters.find(fmt::format("dir.local.volatile.{}meg", meg));
    if (is_volatile != parameters.end() && is_volatile->second == "1")
        return kilobytes(parameters, "dir.local.volatile.maxSize", 100);
    return kilobytes(parameters, fmt::format("dir.local.nonVolatile.maxSize.{}meg", meg),
                     meg == "2"   ? 20
                     : meg == "8" ? 100
                                  : 50);
}

bool is_directory(Session& session, const std::string& content) {
    if (is_web_page(content)) {
        session.mark_malformed(web_page_reason, "a contact directory");
        return false;
    }
    const auto directory = syntax().read(content);
    if (!directory) session.mark_malformed(directory.error().text(), "a contact directory as a well-formed XML file");
    return directory.has_value();
}

void keep_directory(Session& session, const std::string& name, const std::string& content) {
    const auto most = directory_bytes_max(session.parameters(), session.flash());
    if (content.size() > most)
        return session.problem(fmt::format(
            "{}: {} bytes do not fit into the {} that the flash has for a directory; the one in flash stays",
            shown_address(name), content.size(), most));
    session.flash().directory = content;
}

Result<void> add_contacts(Session& session, std::span<const config::Contact> contacts) {
    std::vector<config::Contact> all;
    if (const auto known = syntax().read(session.flash().directory)) all = known->contacts;
    for (const auto& contact : contacts) {
        if (trim(contact.number).empty()) return fail(ErrorCode::invalid, "a contact has a number", "--contact");
        const auto same = std::find_if(all.begin(), all.end(),
                                       [&](const config::Contact& other) { return other.number == contact.number; });
        if (same == all.end())
            all.push_back(contact);
        else
            lay_over(*same, contact);
    }
    auto written = syntax().write(all);
    const auto most = directory_bytes_max(session.parameters(), session.flash());
    if (written.text.size() > most)
        return fail(ErrorCode::invalid, fmt::format("the phone's flash has {} bytes for a directory", most),
                    "--contact");
    for (const auto& note : written.notes) session.decide(fmt::format("contact {}: {}", note.line, note.text));
    session.flash().directory = std::move(written.text);
    return {};
}

asio::awaitable<void> upload_directory(Session& session, std::string directory) {
    co_await session.wait(directory_upload_wait);
    const std::string name = join_path(directory, session.flash().mac.text() + "-directory.xml");
    auto body = body_to_send(session, "sec.encryption.upload.dir", name, session.flash().directory);
    if (!body) co_return;
    Sending sending;
    sending.body = std::move(*body);
    co_await session.send(name, std::move(sending));
}

} // namespace offhook::phone::polycom
