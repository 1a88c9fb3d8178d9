#include "phone/polycom/overrides.hpp"

#include "config/syntax/xml_text.hpp"
#include "phone/polycom/upload_seal.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

bool is_ucs(Session& session) { return session.release().web_overrides == Release::WebOverrides::asked; }

} // namespace

std::string overrides_name(Session& session, const MasterFile& master) {
    const bool by_web = is_ucs(session) && session.flash().parameter("phone.change.via") == "web";
    return join_path(master.overrides_directory,
                     fmt::format("{}-{}.cfg", session.flash().mac.text(), by_web ? "web" : "phone"));
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

void reconcile_overrides(Session& session, const MasterFile& master, const std::string& name,
                         std::optional<ConfigurationFile>& file) {
    if (name != overrides_name(session, master)) return;
    auto& changes = session.flash().changes;
    if (file && file->origin == ConfigurationFile::Origin::fetched) {
        std::map<std::string, std::string, std::less<>> theirs;
        for (const auto& [parameter, value] : file->parameters) theirs.try_emplace(parameter, value);
        if (!changes.empty() && changes != theirs)
            session.decide(fmt::format("{} of the server replaces the overrides in flash", name));
        changes = std::move(theirs);
        return;
    }
    if (changes.empty()) return;
    session.decide(fmt::format("overrides in force from flash: {}", changes.size()));
    file = ConfigurationFile{name, ConfigurationFile::Origin::cached, {}};
    for (const auto& [parameter, value] : changes) file->parameters.push_back({parameter, value});
}

asio::awaitable<void> upload_overrides(Session& session, MasterFile master) {
    const std::string name = overrides_name(session, master);
    const auto text = write_overrides(session.flash().changes);
    if (!text) {
        session.problem(fmt::format("{}: {}", name, text.error().text()));
        co_return;
    }
    session.flash().cache(name, *text);
    if (is_ucs(session) && session.parameter("prov.autoConfigUpload.enabled") == "0") {
        session.decide(fmt::format("{} is not uploaded: prov.autoConfigUpload.enabled is 0", name));
        co_return;
    }
    auto body = body_to_send(session, "sec.encryption.upload.overrides", name, *text);
    if (!body) co_return;
    Sending sending;
    sending.body = std::move(*body);
    co_await session.send(name, std::move(sending));
}

} // namespace offhook::phone::polycom
