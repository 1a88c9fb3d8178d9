#pragma once
/// @file  Render: the layers of one phone to the bytes of one of its files, with the origin of every parameter.
///
/// layers -> settings -> parameters (the family's rows) -> bytes (the document's syntax).
/// What every phone of a site gets, what those of one model get, and what one phone alone gets, is split here: a shared
/// document holds what the shared layers say, a model's document what the model's layer changes of that, and neither a
/// secret; a device's own document holds what differs from them, and every secret, whichever layer stated it. With the
/// family's "first file wins" (or its like) all together are what the layers mean.
/// A document with a seal is sealed at the end with the device's key (sealing.hpp); `text` stays plain for people.
/// Errors   not_found: a document that says where the server is, and nobody knows; one to be sealed, and there is no
/// key. A value or a name that the syntax cannot carry is no error: that parameter is left out, with a note that names
/// its setting, never a secret's value (carried.hpp).
/// Threads  any.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// What the file travels over. The boot server's own account is left out of a file that anybody on the way can read.
enum class Wire : std::uint8_t { clear, tls };

/// Whether the directory that a file names (Document::names_directory) has a contact in it: else there is no such file.
enum class NamedDirectory : std::uint8_t { absent, there };

/// Whom a document is rendered for. Lifetime: views outlive the call only.
struct Subject {
    const Family* family = nullptr;
    const Model* model = nullptr; ///< null: not known, as for a stranger's default file
    MacAddress mac;               ///< of a document with scope device
    std::string_view model_name;
    std::string_view site_name;
    Wire wire = Wire::clear;
    /// Where the phone reached this server: "http://192.0.2.1:8080", no slash at its end; empty: not known. What the
    /// layers state as provisioning.server counts before it. Never what a request calls the server.
    std::string_view origin;
    /// The site's URL token, where the phone showed it: it stands behind `origin`, or behind what the layers state, so
    /// that the phone shows it again. Empty: none was shown.
    std::string_view token;
    NamedDirectory directory = NamedDirectory::absent;
    std::span<const LayerRef> shared; ///< vendor default, fleet, site
    /// shared, then model, where its model is known; and, of a device's own document, group, device, local.
    std::span<const LayerRef> all;
};

/// A parameter that a file does not hold because its grammar cannot carry it.
struct LeftOut {
    std::string parameter; ///< "SIP_PASS_1", printable
    std::string setting;   ///< "line.1.password", "raw:NAME"
    std::string reason;
    LayerKind origin = LayerKind::vendor_default; ///< whose setting it is
};

struct Rendered {
    std::string text; ///< plain
    const Seal* seal = nullptr;
    std::string sealed; ///< what is served where `seal` is not null
    /// Sealed with the key before, or an introduction, and tells the new one: once the phone has it whole, that one is
    /// the phone's key.
    bool ends_key_rotation = false;
    /// Plain, and brings the key by which the sealed twin opens: only for whom that may be told.
    bool is_introduction = false;
    std::vector<WrittenParameter> parameters; ///< in the order of the text
    std::vector<MapNote> notes;               ///< what this family could not say
    std::vector<LeftOut> left_out;            ///< each is among `notes`, too
    std::size_t contacts_left_out = 0;        ///< of a directory: what the phone would not keep

    [[nodiscard]] const std::string& served() const { return seal != nullptr ? sealed : text; }
};

[[nodiscard]] Result<Rendered> render(const Document& document, const Subject& subject);

/// The name under which `subject` gets the document, macros expanded: what other files call it.
[[nodiscard]] std::string document_name(const Document& document, const Subject& subject);

} // namespace offhook::config
