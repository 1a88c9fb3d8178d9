#include "config/settings/setting.hpp"

#include "base/assert.hpp"

#include <array>

namespace offhook::config {
namespace {

using enum SettingType;
using enum Secrecy;

constexpr std::uint16_t lines_max = 48; // the longest line list of the families: Polycom, Panasonic HDV430 has 16
constexpr std::uint16_t keys_max = 400; // phone plus expansion modules

constexpr std::string_view transports = "auto udp tcp tls";
constexpr std::string_view key_types = "none line blf speed_dial park pickup intercom voicemail dnd forward transfer "
                                       "conference hold redial directory headset mute call_log acd";
constexpr std::string_view codecs = "opus g722 pcmu pcma g729 g726_32 g723 ilbc";
constexpr std::string_view severities = "emergency alert critical error warning notice info debug";

// name, type, unit, least, most, choices, index_max, secrecy, summary. Kept in the order people read it in
// docs/settings.md.
constexpr auto table = std::to_array<SettingSpec>({
    {"phone.label", text, "", 0, 64, "", 0, open, "What the idle screen calls this phone."},
    {"phone.language", language, "", 0, 0, "", 0, open, "Language of the phone's menus."},
    {"phone.lines", number, "lines", 1, lines_max, "", 0, open,
     "How many lines the phone offers, where it can be told."},

    {"line.{n}.enabled", boolean, "", 0, 0, "", lines_max, open, "Whether the line is in use; a line with a user is."},
    {"line.{n}.user", user_part, "", 0, 127, "", lines_max, open, "User part of the line's SIP address."},
    {"line.{n}.auth_user", text, "", 0, 127, "", lines_max, open, "Digest user name, where it is not the user."},
    {"line.{n}.password", text, "", 0, 128, "", lines_max, secret, "Digest password of the line."},
    {"line.{n}.display_name", text, "", 0, 127, "", lines_max, open, "Name shown to the called party."},
    {"line.{n}.label", text, "", 0, 64, "", lines_max, open, "Text beside the line key."},
    {"line.{n}.domain", host, "", 0, 0, "", lines_max, open, "SIP domain, where it is not the registrar's host."},
    {"line.{n}.registrar.host", host, "", 0, 0, "", lines_max, open, "Registrar that the line registers with."},
    {"line.{n}.registrar.port", number, "", 1, 65535, "", lines_max, open, "Registrar's port; empty: by DNS or 5060."},
    {"line.{n}.registrar.transport", choice, "", 0, 0, transports, lines_max, open, "Transport towards the registrar."},
    {"line.{n}.registrar.expiry", number, "seconds", 10, 604800, "", lines_max, open, "Registration period asked for."},
    {"line.{n}.registrar.expiry_overlap", number, "seconds", 5, 65535, "", lines_max, open,
     "How long before its end a registration is renewed."},
    {"line.{n}.registrar.renewal", number, "percent", 1, 100, "", lines_max, open,
     "After which part of its period a registration is renewed, where the family counts so."},
    {"line.{n}.registrar.retry", number, "seconds", 1, 86400, "", lines_max, open,
     "How soon the line registers again after a failure."},
    {"line.{n}.registrar.retries", number, "", 0, 100, "", lines_max, open,
     "How often a request is sent again before the next server is tried."},
    {"line.{n}.registrar.retry_timeout", number, "milliseconds", 0, 65535, "", lines_max, open,
     "Wait for an answer before a request is sent again; 0: as RFC 3261 says."},
    {"line.{n}.registrar.register", boolean, "", 0, 0, "", lines_max, open, "Whether the line registers at all."},
    {"line.{n}.backup_registrar.host", host, "", 0, 0, "", lines_max, open, "Registrar used when the first is silent."},
    {"line.{n}.backup_registrar.port", number, "", 1, 65535, "", lines_max, open, "Port of the backup registrar."},
    {"line.{n}.backup_registrar.transport", choice, "", 0, 0, transports, lines_max, open,
     "Transport towards the backup registrar."},
    {"line.{n}.outbound_proxy.host", host, "", 0, 0, "", lines_max, open, "Proxy that every request goes through."},
    {"line.{n}.outbound_proxy.port", number, "", 1, 65535, "", lines_max, open, "Port of the outbound proxy."},
    {"line.{n}.outbound_proxy.transport", choice, "", 0, 0, transports, lines_max, open,
     "Transport towards the proxy."},
    {"line.{n}.voicemail.number", text, "", 0, 64, "", lines_max, open, "What the messages key calls."},
    {"line.{n}.voicemail.calls", choice, "", 0, 0, "number self none", lines_max, open,
     "What the messages key calls: the number, the line's own address, or nothing."},
    {"line.{n}.voicemail.mailbox", text, "", 0, 127, "", lines_max, open,
     "Address whose message state is subscribed to."},
    {"line.{n}.shared", boolean, "", 0, 0, "", lines_max, open, "Whether the line appears on several phones."},
    {"line.{n}.seize_expiry", number, "seconds", 5, 65535, "", lines_max, open,
     "How long a shared line stays this phone's after it was seized."},
    {"line.{n}.ring_tone", number, "", 0, 255, "", lines_max, open,
     "Ring tone, by its number in the phone's own list."},
    {"line.{n}.calls", number, "calls", 1, 24, "", lines_max, open, "Calls that the line can hold at once."},
    {"line.{n}.local_port", number, "", 1, 65535, "", lines_max, open, "SIP port that the phone uses for the line."},
    {"line.{n}.nat.mapping", boolean, "", 0, 0, "", lines_max, open,
     "Whether the line names its address outside of a NAT in SIP."},
    {"line.{n}.nat.keep_alive", boolean, "", 0, 0, "", lines_max, open,
     "Whether the line keeps its way through a NAT open."},
    {"line.{n}.dial_plan", dial_plan, "", 0, 0, "", lines_max, open, "Dial plan of this line alone."},

    {"key.{n}.type", choice, "", 0, 0, key_types, keys_max, open, "What the programmable key does."},
    {"key.{n}.value", text, "", 0, 127, "", keys_max, open, "Number or extension that the key watches or dials."},
    {"key.{n}.label", text, "", 0, 64, "", keys_max, open, "Text beside the key."},
    {"key.{n}.line", number, "", 1, lines_max, "", keys_max, open, "Line that the key belongs to or dials with."},

    {"audio.codecs", list, "", 0, 0, codecs, 0, open, "Codecs offered, most wanted first; others are switched off."},
    {"audio.dtmf", choice, "", 0, 0, "auto rfc2833 inband info", 0, open, "How key presses in a call are sent."},
    {"audio.dtmf_payload", number, "", 96, 127, "", 0, open, "RTP payload type of DTMF events."},
    {"audio.silence_suppression", boolean, "", 0, 0, "", 0, open, "Whether silence is left out of the stream."},

    {"time.server", host, "", 0, 0, "", 0, open, "SNTP server."},
    {"time.server_interval", number, "seconds", 60, 2592000, "", 0, open, "How often the clock is compared."},
    {"time.zone", zone, "", 0, 0, "", 0, open, "IANA time zone; daylight saving follows from it."},
    {"time.format", choice, "", 0, 0, "12h 24h", 0, open, "Clock on the screen."},

    {"dial_plan.rules", dial_plan, "", 0, 0, "", 0, open, "Digit patterns that are dialled without a further key."},
    {"dial_plan.timeout", number, "seconds", 1, 60, "", 0, open, "Wait after the last digit where a rule ends in T."},

    {"network.address", host, "", 0, 0, "", 0, open,
     "IPv4 address that our own DHCP server keeps for this phone; of a device only."},
    {"network.vlan.phone", number, "", 0, 4094, "", 0, open, "VLAN of voice traffic; 0: none."},
    {"network.vlan.pc", number, "", 0, 4094, "", 0, open, "VLAN of the PC port; 0: none."},
    {"network.vlan.phone_priority", number, "", 0, 7, "", 0, open,
     "802.1p priority of all of the phone's own frames, where it has one for all."},
    {"network.vlan.pc_priority", number, "", 0, 7, "", 0, open, "802.1p priority of the PC port's frames."},
    {"network.vlan.dhcp", choice, "", 0, 0, "off fixed custom", 0, open,
     "Whether DHCP may assign the VLAN: not, in the vendor's own options, or in network.vlan.dhcp_option."},
    {"network.vlan.dhcp_option", number, "", 128, 254, "", 0, open, "DHCP option that assigns the VLAN."},
    {"network.vlan.lldp", boolean, "", 0, 0, "", 0, open, "Whether LLDP-MED may assign the VLAN."},
    {"network.vlan.cdp", boolean, "", 0, 0, "", 0, open, "Whether CDP may assign the VLAN."},
    {"network.qos.voice_dscp", number, "", 0, 63, "", 0, open, "DSCP of voice packets; 46 is EF."},
    {"network.qos.signalling_dscp", number, "", 0, 63, "", 0, open, "DSCP of SIP packets; 24 is CS3."},
    {"network.qos.voice_priority", number, "", 0, 7, "", 0, open, "802.1p priority of voice frames."},
    {"network.qos.signalling_priority", number, "", 0, 7, "", 0, open, "802.1p priority of SIP frames."},

    {"sip.local_port", number, "", 1, 65535, "", 0, open, "SIP port of the phone, where it has one for all lines."},
    {"sip.session_timer", number, "seconds", 0, 86400, "", 0, open, "Session refresh period; 0: off."},
    {"sip.registrar_from_dhcp", boolean, "", 0, 0, "", 0, open, "Whether DHCP may say the registrar."},
    {"sip.registrar_dhcp_option", number, "", 128, 255, "", 0, open, "DHCP option that says the registrar."},
    {"sip.registrar_dhcp_form", choice, "", 0, 0, "address text", 0, open, "What that option holds."},
    {"rtp.port_first", number, "", 1024, 65534, "", 0, open, "First UDP port for media."},

    {"nat.address", host, "", 0, 0, "", 0, open, "The phone's address outside of a NAT, for SIP and SDP."},
    {"nat.sip_port", number, "", 1, 65535, "", 0, open, "SIP port of the phone outside of a NAT."},
    {"nat.rtp_port_first", number, "", 1024, 65534, "", 0, open, "First UDP port for media outside of a NAT."},
    {"nat.keep_alive", number, "seconds", 0, 3600, "", 0, open, "How often a NAT is kept open; 0: not at all."},
    {"nat.stun_server", host, "", 0, 0, "", 0, open, "STUN server that tells the address outside of a NAT."},

    {"call.waiting", boolean, "", 0, 0, "", 0, open, "Whether a second call rings in."},
    {"call.transfer_on_hang_up", boolean, "", 0, 0, "", 0, open, "Whether hanging up completes a transfer."},

    {"web.enabled", boolean, "", 0, 0, "", 0, open, "Whether the phone's own web page answers."},
    {"web.port", number, "", 1, 65535, "", 0, open, "Port of the phone's own web page."},
    {"web.configuration", boolean, "", 0, 0, "", 0, open, "Whether settings can be changed on that page."},
    {"web.admin_password", text, "", 0, 64, "", 0, secret, "Administrator's password on the phone."},
    {"web.user_password", text, "", 0, 64, "", 0, secret, "User's password on the phone."},

    {"syslog.server", host, "", 0, 0, "", 0, open, "Where the phone sends its log."},
    {"syslog.port", number, "", 1, 65535, "", 0, open, "Port of the syslog server."},
    {"syslog.transport", choice, "", 0, 0, "udp tcp tls none", 0, open, "How the log is sent; none: not at all."},
    {"syslog.prepend_mac", boolean, "", 0, 0, "", 0, open, "Whether each line of the log begins with the phone's MAC."},
    {"syslog.level", choice, "", 0, 0, severities, 0, open, "Least severity that the phone sends."},
    {"syslog.facility", number, "", 0, 23, "", 0, open, "Syslog facility. Source RFC 5424 6.2.1."},

    {"provisioning.server", url, "", 0, 0, "", 0, open, "Boot server that the phone shall use from now on."},
    {"provisioning.user", text, "", 0, 126, "", 0, secret, "User that the phone gives the boot server."},
    {"provisioning.password", text, "", 0, 126, "", 0, secret, "Password that the phone gives the boot server."},
    {"provisioning.previous_password", text, "", 0, 126, "", 0, secret,
     "Password before the last rotation: the boot server takes it until the rotation is finished; phones are never "
     "told."},
    {"provisioning.interval", number, "seconds", 0, 2419200, "", 0, open, "How often the phone asks anew; 0: never."},
    {"provisioning.time", time_of_day, "", 0, 0, "", 0, open, "When in the day it asks, instead of an interval."},
    {"provisioning.check_sync_reboots", boolean, "", 0, 0, "", 0, open, "Whether check-sync reboots without a change."},
    {"provisioning.retry", number, "seconds", 60, 86400, "", 0, open, "How soon the phone asks again after a failure."},
    {"provisioning.ca_file", url, "", 0, 0, "", 0, open,
     "Where the phone gets the certificate authorities that it shall believe when it fetches."},
    {"provisioning.file_key", text, "", 0, 64, "", 0, secret, "Key of the phone's encrypted configuration files."},
    {"provisioning.previous_file_key", text, "", 0, 64, "", 0, secret,
     "Key that the phone still has while a new one is on its way: sealed files are sealed with it; phones are never "
     "told. A device's own goes by itself once the phone has got the sealed file that tells the new one."},
    {"provisioning.key_server", url, "", 0, 0, "", 0, open,
     "Where a phone without its file key gets it, over HTTPS, while its files are sealed; else where it asked."},
    {"provisioning.sealed", boolean, "", 0, 0, "", 0, open,
     "Whether the phone's own files are served encrypted with its file key. Not before the phone has that key."},

    {"firmware.version", text, "", 0, 32, "", 0, open, "Release that the phone runs or shall run."},
    {"firmware.path", text, "", 0, 255, "", 0, open,
     "File of that release as this server names it, or a URL; the phone's own macros pass as they are."},
    {"firmware.compose_version_file", boolean, "", 0, 0, "", 0, open,
     "Whether this server makes a version file where the vendor's is not stored. For virtual phones alone: no real one "
     "is "
     "known to read it."},

    {"directory.source", choice, "", 0, 0, "merged server phone", 0, open,
     "Whose contact directory the phone gets: ours with its own entries behind it, ours alone, or its own."},
});

} // namespace

std::span<const SettingSpec> vocabulary() { return table; }

const SettingSpec& spec_of(SettingKey key) {
    OFFHOOK_ASSERT(key.id < table.size());
    return table[key.id];
}

} // namespace offhook::config
