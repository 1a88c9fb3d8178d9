#pragma once
/// @file  How a Polycom phone sends its logs: appended where the protocol can, and within the configured size.
///
/// * FTP: PASV, SIZE, APPE; a file on the server that is as long as append.sizeLimit is started over (STOR: what the
///   phones need of a server holds no DELE) or left alone, by limitMode.
/// * HTTP: later releases (UCS) ask for the length by HEAD and PUT with Content-Range; without an answer they PUT the
///   piece alone; of several addresses only the one that answered gets what begins at its length. How 2.2.0 does it is
///   not confirmed: it PUTs the piece alone here. Flash parameter phone.log.http_append, range or plain, switches
///   either way.
/// * TFTP overwrites.
/// * What has been appended is erased locally. What overwrites is sent whole until the local log reaches
///   log.render.file.size, and is erased then, sent or not: it has no room to grow.
/// Which stage sends what differs between guides. Here the bootROM sends its own log and the application its own, at
/// the end of its boot (recorded of UCS 4.0) and afterwards by its timer; flash parameter phone.log.at_boot = 0 leaves
/// it to the timer alone.
/// Errors  never fatal: the record and a line in the log say so. That line is the vendor's; what the vendor's result
///         numbers mean is not public, ours count FileOutcome.
/// Source  reference: Polycom 3.2, 6, 7.2, 13.3, 13.4.
#include "phone/polycom/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <string>

namespace offhook::phone::polycom {

[[nodiscard]] boost::asio::awaitable<void> upload_boot_log(Session& session, std::string directory);
/// Nothing where there is nothing new.
[[nodiscard]] boost::asio::awaitable<void> upload_application_log(Session& session, std::string directory);
/// At the end of the application's boot.
[[nodiscard]] bool uploads_log_at_boot(const Flash& flash, const LogRules& rules);

} // namespace offhook::phone::polycom
