#include "phone/polycom/overrides.hpp"

#include "config/syntax/xml_text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/polycom/flash_files.hpp"
#include "phone/polycom/upload_seal.hpp"
#include "phone/polycom/value_rules.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

bool is_ucs(const Session& session) {
    return session.application_release().web_overrides == Release::WebOverrides::asked;
}

} // namespace

std::string overrides_name(const Session& session, const MasterFile& master) {
    const bool by_web = is_ucs(session) && session.flash().parameter("phone.change.via") == "web";
    return own_file(session.flash(), master.overrides_directory, by_web ? "-web.cfg" : "-phone.cfg");
}

Result<std::string> write_overrides(const std::map<std::string, std::string, std::less<>>& changes) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<PHONE_CONFIG>\n  <OVERRIDES";
    for (const auto& [name, value] : changes) {
        out += "\n   ";
        if (const auto appended = config::append_xml_attribute(out, name, value); !appended)
            return tl::unexpected(appended.error());
    }
    out += "/>\n</PHONE_CONFIG>\n";
    if (out.size() > limits::configuration_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} bytes", limits::configuration_bytes_max));
    return out;
}

ConfigurationFile changes_as_file(const Session& session, const std::string& name) {
    ConfigurationFile file{name, ConfigurationFile::Origin::cached, {}};
    for (const auto& [parameter, value] : session.flash().changes) file.parameters.push_back({parameter, value});
    (void)drop_out_of_range(file.parameters, session.family());
    return file;
}

void reconcile_overrides(Session& session, const MasterFile& master, const std::string& name,
                         std::optional<ConfigurationFile>& file) {
    if (name != overrides_name(session, master)) return;
    auto& changes = session.flash().changes;
    if (file && file->origin == ConfigurationFile::Origin::fetched) {
        std::map<std::string, std::string, std::less<>> theirs;
        for (const auto& [parameter, value] : file->parameters) theirs.try_emplace(parameter, value);
        if (!changes.empty() && changes != theirs)
            session.decide(fmt::format("{} of the server replaces the overrides in flash", shown_address(name)));
        changes = std::move(theirs);
        return;
    }
    if (changes.empty()) return;
    session.decide(fmt::format("overrides in force from flash: {}", changes.size()));
    file = changes_as_file(session, name);
}

asio::awaitable<void> upload_overrides(Session& session, MasterFile master) {
    const std::string name = overrides_name(session, master);
    const auto text = write_overrides(session.flash().changes);
    if (!text) {
        session.problem(fmt::format("{}: {}", shown_address(name), text.error().text()));
        co_return;
    }
    keep_file(session.flash(), file_key(name), *text);
    if (is_ucs(session) && session.parameter("prov.autoConfigUpload.enabled") == "0") {
        session.decide(fmt::format("{} is not uploaded: prov.autoConfigUpload.enabled is 0", shown_address(name)));
        co_return;
    }
    auto body = body_to_send(session, "sec.encryption.upload.overrides", name, *text);
    if (!body) co_return;
    keep_digest(session.flash(), file_key(name), *body); // what comes back is no change, encrypted or not
    Sending sending;
    sending.body = std::move(*body);
    co_await session.send(name, std::move(sending));
}

} // namespace offhook::phone::polycom
