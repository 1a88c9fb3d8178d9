#pragma once
/// @file  Family: what a pack says about one family of phones - who asks, for which file, and what our settings are
/// called there.
///
/// Loaded once from families/<name>/ by load_family() (config/family/loader.hpp), immutable ever after.
/// The pack language is docs/packs.md; rows are two-way: write() and read() use the same ones.
/// Threads  any.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "config/family/certificate_form.hpp"
#include "config/family/discovery.hpp"
#include "config/family/log_sentence.hpp"
#include "config/family/release.hpp"
#include "config/seal/seal.hpp"
#include "config/settings/effective.hpp"
#include "config/syntax/directory_syntax.hpp"
#include "config/syntax/syntax.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// Who shares a document's bytes. A document of a scope other than `device` never holds a secret.
enum class DocumentScope : std::uint8_t { device, site, family };

/// A type of programmable key that phones have as a contact of their directory, at the key's place among the speed
/// dials.
struct DirectoryKey {
    std::string type; ///< a value of key.{n}.type
    Contact::Watch watch = Contact::Watch::off;
    std::optional<Release> before; ///< only firmware before it: later releases have a better place for it

    /// Where nobody stated the phone's release, it may be any.
    [[nodiscard]] bool holds_for(const std::optional<Release>& release) const {
        return !before || !release || *release < *before;
    }
};

/// firmware.version: what decides which parameters a phone knows.
[[nodiscard]] SettingKey firmware_version();

/// A file that is rendered from settings.
struct Document {
    std::string kind;               ///< "master", "phone", "site": unique in the family
    std::vector<std::string> paths; ///< patterns, the first is the one we name in other files: "{mac}-settings.cfg"
    const Syntax* syntax = nullptr;
    DocumentScope scope = DocumentScope::device;
    /// Which settings go in: none (only `fixed`); those of the shared layers (vendor default, fleet, site); those in
    /// which the model's layer differs from them; those in which this device differs from what the family's other
    /// documents say; or no settings at all but contacts, by `directory`.
    enum class Content : std::uint8_t { fixed, shared, model, own, directory } content = Content::own;
    /// Values are patterns: {mac} {MAC} {model} {origin} {path:KIND} {setting:NAME}, {setting:NAME?A:B} by a yes or
    /// no, {url:NAME} behind {origin} where it is none; {{x}} is {x}. A parameter whose {setting:NAME} or {url:NAME}
    /// nobody states is left out, and one that a row or a raw parameter has written. No secret setting may be named.
    std::vector<Parameter> fixed;
    /// What some of them are instead where provisioning.sealed is yes.
    std::vector<Parameter> fixed_sealed;
    /// Served encrypted with the device's provisioning.file_key: never, where provisioning.sealed says so, or always
    /// (a phone knows by the name). Null `seal`: never. Where provisioning.sealed says so, `elsewhere` is not served at
    /// all: another document, always sealed, holds the same. `introduces` is the plain twin that brings the key: where
    /// provisioning.sealed says so it is there for whom a secret may be told alone (Rendered::is_introduction).
    const Seal* seal = nullptr;
    enum class Sealed : std::uint8_t { when_asked, always, elsewhere, introduces } sealed = Sealed::when_asked;
    const DirectorySyntax* directory = nullptr; ///< of Content::directory, and `syntax` is null then
    std::vector<DirectoryKey> keys;             ///< of Content::directory
    std::size_t directory_bytes_max = 0;        ///< of Content::directory: more a phone does not keep; 0: not known
    /// Kind of the upload or asset that has the same names. A stored asset is served instead of the document; an upload
    /// is what phones make of it.
    std::string beside;
    bool names_origin = false; ///< {origin} is among them: the bytes depend on which address of ours was asked
    /// Kind of the directory that {path:KIND} names among them: a phone that has no contact gets no such file, and the
    /// parameter is left out. Empty: none is named, and the bytes do not depend on it.
    std::string names_directory;
    [[nodiscard]] bool has_sealed_twin() const { return sealed == Sealed::elsewhere || sealed == Sealed::introduces; }
    bool needed = true;  ///< false: a phone that does not get it is none the worse, and explain says so
    std::string summary; ///< what it is, for explain and docs
};

/// What a phone may do with a file that it uploads.
struct UploadRules {
    enum class Append : std::uint8_t {
        never,     ///< each upload is the whole file
        allowed,   ///< where the transport says so: FTP APPE, HTTP Content-Range
        by_default ///< also a plain HTTP PUT: phones that send their logs in pieces say no more than that
    } append = Append::never;
    std::uint64_t bytes_max = 4U << 20U; ///< of one upload; what is appended beyond it starts a new file
    bool served_back = true;             ///< false: the phone may ask how long it is, and no more
    /// What its content is to us: local, settings changed on the phone itself, read by `syntax` and the pack's rows;
    /// directory, contacts read by `directory`; log, what the phone says of itself, read by log_sentences(); nothing,
    /// bytes.
    enum class Becomes : std::uint8_t { nothing, local, directory, log } becomes = Becomes::nothing;
    const Syntax* syntax = nullptr;
    const DirectorySyntax* directory = nullptr;
};

/// A name that a phone asks for and that is no document: firmware, logs, uploads, dictionaries …
struct OtherFile {
    enum class Role : std::uint8_t { firmware, upload, asset } role = Role::asset;
    std::string kind; ///< "override", "application log", "boot ROM image"
    std::vector<std::string> paths;
    bool needed = false;
    bool begins_boot = false; ///< a phone asks for it before anything else: where it does so again, it has started anew
    /// Role::firmware: a small text that says which images there are, fetched with every boot. Never counted as an
    /// image; withheld with the images that it leads to.
    bool leads_to_images = false;
    /// Kind of the firmware that such a file names: it is a version file (config/syntax/version_file.hpp), and what it
    /// names is asked for although no pattern says so. Empty: it names none.
    std::string lists;
    std::string summary; ///< "changes made on the phone itself; absent on a new phone"
    UploadRules upload;  ///< Role::upload
};

struct Model {
    std::string name; ///< "SPIP650"
    std::string series;
    unsigned lines = 0;
    unsigned keys = 0;
    std::vector<std::string> part_numbers; ///< in names of files: firmware's, or the digits of sysconf_8830_sip.cfg
    std::vector<std::string> aliases;      ///< spellings in a User-Agent: "SPIP_650"
    // The pack's further columns, as text ("tls" = "no").
    std::vector<Parameter> traits;
};

/// What a requested path is, as the family names its files.
struct PathMatch {
    const Document* document = nullptr; ///< either this …
    const OtherFile* other = nullptr;   ///< … or this; both where Document::beside says so
    std::optional<MacAddress> mac;      ///< from {mac}
    std::string_view model;             ///< from {model}, else empty; a view into the path
    std::string_view site;              ///< from {site}, else empty; a view into the path
    std::string_view part;              ///< from {part}, else empty; a view into the path
};

/// What a User-Agent shows.
struct AgentMatch {
    std::string_view model; ///< as the agent spells it; find_model() knows it
    std::string_view version;
    std::string_view stage; ///< "Application", "Updater", or empty
    std::optional<MacAddress> mac;
    std::string_view serial = {}; ///< its serial number, else empty
};

/// What a phone out of its box gives any server that asks. Everybody knows it, so it proves nothing.
struct FactoryAccount {
    std::string user, password; ///< an empty password: any will do
};

/// Where parameters stand whose change restarts a phone. Phones that apply one file after another and look at each for
/// such a change would restart for ever where two files differ in one: then they stand in a device's own file alone.
enum class RestartingParameters : std::uint8_t { anywhere, own_document };

/// What is known of one of the vendor's parameters, mapped or not (parameters.toml).
struct ParameterFacts {
    std::string name;  ///< pattern: "reg.{n}.auth.userId"
    std::string type;  ///< text number boolean choice host …; empty: not known
    std::string range; ///< "0..65535", "DNSnaptr|UDPOnly|…"; empty: not known
    std::string default_value;
    std::optional<bool> reboots; ///< nullopt: not known
    std::optional<bool> secret;
    std::optional<UserAccess> access; ///< what files let the phone's user do with it; nullopt: they do not say
    std::string since;                ///< firmware that brought it
    std::string source;               ///< where we learned it
    std::string confidence;           ///< the reference's mark: G C U I B
};

/// One parameter that a row made, and whence.
struct WrittenParameter {
    Parameter parameter;
    SettingKey setting; ///< Layer::raw_id for a raw parameter
    LayerKind origin = LayerKind::vendor_default;
    Secrecy secrecy = Secrecy::open;
    bool reboots = false;
};

/// Where something was learned, and how far to trust it. Lifetime: views into the family.
struct Evidence {
    std::string_view source;     ///< empty: not known
    std::string_view confidence; ///< the reference's mark: G C U I B
};

/// A setting that has no place in this family, or a value that the family cannot say.
struct MapNote {
    std::string setting;
    std::string text; ///< "SIP 2.2 has no key for 'park'"
};

struct WriteResult {
    std::vector<WrittenParameter>
        parameters; ///< in the pack's order; raw parameters last, replacing a row's of the same name
    std::vector<MapNote> notes;
};

struct ReadResult {
    Layer settings;                        ///< what rows understood; the rest as raw parameters where `keep_raw`
    std::vector<Parameter> not_understood; ///< no row's, or a value that a row cannot read
    std::vector<MapNote> notes;
};

/// How often a phone of the family may do the same within `window` before it counts as a loop. The defaults are ours,
/// and no vendor's: project-defined.
struct LoopLimits {
    unsigned images = 4;             ///< the same image fetched whole
    unsigned boots = 6;              ///< its own settings fetched, the same ones
    std::chrono::minutes window{60}; ///< in which they count
    std::chrono::seconds boot{10};   ///< a boot takes so long: who is faster tries something, and does not boot
};

class Family {
public:
    virtual ~Family() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;  ///< "polycom"
    [[nodiscard]] virtual std::string_view title() const = 0; ///< "Polycom SoundPoint IP / SoundStation IP"
    /// How far what the pack says was tried, in its own words; empty: it says nothing. For people.
    [[nodiscard]] virtual std::string_view maturity() const { return {}; }
    [[nodiscard]] virtual std::uint64_t revision() const = 0; ///< of the pack's content: a hash
    [[nodiscard]] virtual std::span<const std::uint32_t> ouis() const = 0;
    [[nodiscard]] virtual std::span<const Model> models() const = 0;
    [[nodiscard]] virtual const Model* find_model(std::string_view name_or_alias) const = 0;
    [[nodiscard]] virtual std::span<const Document> documents() const = 0;
    [[nodiscard]] virtual std::span<const OtherFile> other_files() const = 0;

    /// `path` as a listener hands it in: no leading slash, any letter case. Allocates nothing but for a long {model}.
    /// A {model} that the pack does not know matches nothing.
    [[nodiscard]] virtual std::optional<PathMatch> match_path(std::string_view path) const = 0;
    [[nodiscard]] virtual std::optional<AgentMatch> match_user_agent(std::string_view user_agent) const = 0;

    /// Whose device certificate that is. The subject is believed: verify the certificate first.
    [[nodiscard]] virtual std::optional<CertificateHolder>
    match_certificate(std::span<const SubjectText> subject) const = 0;
    /// In the order of the pack; the first is what its newest phones show. Empty: its phones have none.
    [[nodiscard]] virtual std::span<const CertificateForm> certificate_forms() const = 0;

    /// Our settings in the vendor's words. `model` may be null.
    [[nodiscard]] virtual WriteResult write(const Effective& settings, const Model* model) const = 0;
    /// The vendor's words in our settings. `parameters` are what is in force: duplicates already resolved.
    [[nodiscard]] virtual ReadResult read(std::span<const Parameter> parameters, const Model* model) const = 0;
    /// What a file says of a parameter that shall be as the phone has it by itself: "" where phones take an empty
    /// value, else the default by its name. Nullopt: nothing does, a phone keeps what it was told before.
    [[nodiscard]] virtual std::optional<std::string_view> nothing_of(std::string_view /*parameter*/) const {
        return std::string_view();
    }
    [[nodiscard]] virtual RestartingParameters restarting_parameters() const { return RestartingParameters::anywhere; }
    /// Null when the pack does not know the parameter.
    [[nodiscard]] virtual const ParameterFacts* facts(std::string_view parameter) const = 0;
    /// Of all parameters that the pack knows, in its order.
    [[nodiscard]] virtual std::span<const ParameterFacts> all_facts() const { return {}; }

    /// Why a written parameter is believed to say what it was written for: the row's own evidence, else the
    /// parameter's.
    [[nodiscard]] virtual Evidence evidence(const WrittenParameter& /*written*/) const { return {}; }

    /// Accounts of phones out of their box; most families have none.
    [[nodiscard]] virtual std::span<const FactoryAccount> accounts() const { return {}; }
    /// What its phones write into their logs, and what a line around it looks like; in the order in which they are
    /// tried.
    [[nodiscard]] virtual std::span<const LogSentence> log_sentences() const { return {}; }
    [[nodiscard]] virtual std::span<const Form> log_shapes() const { return {}; }
    /// The vendor's own defaults in our settings, as far as the pack states them.
    [[nodiscard]] virtual const Layer& defaults() const = 0;
    /// When a phone of this family counts as going round in circles.
    [[nodiscard]] virtual LoopLimits loop_limits() const { return {}; }
    /// How its phones look for a boot server; without offers: nothing is known.
    [[nodiscard]] virtual const Discovery& discovery() const;
};

/// Of whom a path or a file's name tells: by {model}, else by {part}. Null: nobody.
[[nodiscard]] const Model* model_of(const Family& family, const PathMatch& match);

/// What files are to the family whose names its version files tell; null: it has no such files.
[[nodiscard]] const OtherFile* listed_firmware(const Family& family);

/// All loaded packs.
using Families = std::vector<std::shared_ptr<const Family>>;
[[nodiscard]] const Family* find_family(const Families& families, std::string_view name);
/// By OUI. Null: nobody's, or more than one's.
[[nodiscard]] const Family* family_of_oui(const Families& families, std::uint32_t oui);

} // namespace offhook::config
