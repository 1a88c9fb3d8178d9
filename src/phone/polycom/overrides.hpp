#pragma once
/// @file  Overrides: what a user set on a Polycom phone itself. It wins over every file.
///
/// In flash (Flash::changes) and on the boot server, in OVERRIDES_DIRECTORY: MAC-phone.cfg, or from UCS on
/// MAC-web.cfg for what was set on the phone's web page - flash parameter phone.change.via, keys or web, says which
/// hand it is here. At a boot the server's copy, where there is one that can be read, replaces the one in flash;
/// without one the phone's own stays in force. That the server wins is field knowledge (B); what a phone does whose
/// copy on the server was deleted is not known.
/// Shape   <PHONE_CONFIG><OVERRIDES name="value" …/></PHONE_CONFIG>; no attributes: no overrides.
/// Source  reference: Polycom 5.2, 6.
#include "phone/polycom/configuration.hpp"
#include "phone/polycom/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

namespace offhook::phone::polycom {

/// "dir/0004f2aabbcc-phone.cfg".
[[nodiscard]] std::string overrides_name(const Session& session, const MasterFile& master);

/// Errors: invalid or too_large, naming the parameter that XML cannot carry.
[[nodiscard]] Result<std::string> write_overrides(const std::map<std::string, std::string, std::less<>>& changes);

/// What is in flash, as far as the phone takes its values.
[[nodiscard]] ConfigurationFile changes_as_file(const Session& session, const std::string& name);

/// After `file`, named `name`, was asked for at a boot: the server's copy is taken into flash, or what is in flash
/// stands in for it. Of a name that is not the phone's own overrides: nothing.
void reconcile_overrides(Session& session, const MasterFile& master, const std::string& name,
                         std::optional<ConfigurationFile>& file);

/// At once after a change, unless prov.autoConfigUpload.enabled is 0 (UCS, C). Failure is never fatal.
[[nodiscard]] boost::asio::awaitable<void> upload_overrides(Session& session, MasterFile master);

} // namespace offhook::phone::polycom
