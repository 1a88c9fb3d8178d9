#pragma once
/// @file  TreeReader: one family's way through a tree - which files are its, whose they are, in which order a phone of
/// that family would read them.
///
/// A reader does what the phone does: it follows the names that files give, and merges nothing. What the parameters
/// mean is the pack's to say (plan.hpp). A new family is a further reader, and a row in readers().
/// Errors   none: whatever a tree holds is a report. No text of a report holds a value of a secret parameter, or the
///          account of a URL.
/// Threads  any.
#include "config/family/family.hpp"
#include "config/import/tree.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// What became of one file, for people.
struct FileReport {
    std::string path;
    enum class Verdict : std::uint8_t {
        unclaimed, ///< no reader knows it
        read,      ///< its content counts
        apart,     ///< understood, but not configuration: a log, an image, a licence
        refused    ///< should count, and could not be read: `why` says what to do
    } verdict = Verdict::unclaimed;
    std::string what; ///< "configuration file", "master configuration", "application log"
    std::string why;  ///< why it is refused, or what to do with it
    std::vector<SyntaxNote> notes;
    // Of its parameters; each counts once, whatever number of phones reads them.
    std::size_t parameters = 0, understood = 0, raw = 0, left_out = 0;
    std::size_t without_effect = 0; ///< empty, or another file says them first

    /// Names what it is, once: the first who says so is right.
    void claim(Verdict as, std::string kind, std::string reason = {});
};

/// Something that an operator has to decide, or should know before anything is changed.
struct Conflict {
    std::optional<MacAddress> mac;
    std::string text;   ///< one sentence
    std::string advice; ///< what to do
    enum class Weight : std::uint8_t {
        refuses, ///< the device is not imported
        warns
    } weight = Weight::warns;
};

/// A configuration file of a phone's chain.
struct ChainPart {
    std::size_t file = 0;
    enum class Scope : std::uint8_t { own, shared } scope = Scope::shared;
};

struct FoundDevice {
    MacAddress mac;
    std::string model;            ///< empty: nothing here tells
    std::string model_known_from; ///< "logs/0004f2abcdef-app.log"
    std::vector<ChainPart> chain; ///< the first that has a parameter wins
    /// What its files name in vain: "b.cfg, which is not here".
    struct Missing {
        std::string text;
        ChainPart::Scope scope;
    };
    std::vector<Missing> missing;
};

struct TreeReading {
    std::vector<FileReport> files;                            ///< of Tree::files(), one each
    std::map<std::size_t, std::vector<Parameter>> parameters; ///< of files that chains name
    std::map<std::string, std::vector<FoundDevice>> devices;  ///< by family
    std::vector<Contact> contacts;                            ///< of directories that phones share
    std::vector<Conflict> conflicts;
};

/// What a reader may ask.
struct ReaderContext {
    const Tree& tree;
    const Family& family;
    std::string_view key; ///< of sealed files; empty: none was given
    /// What the operator says of a phone's model; empty: nothing.
    std::string_view model;
    const std::map<MacAddress, std::string>& models;
};

class TreeReader {
public:
    virtual ~TreeReader() = default;
    [[nodiscard]] virtual std::string_view family() const = 0;
    virtual void read(const ReaderContext& context, TreeReading& reading) const = 0;
    /// Whether a parameter says where the old boot server is, or how to log in there: it would lead phones back to it.
    [[nodiscard]] virtual bool leads_to_server(std::string_view parameter) const = 0;
};

/// All there are. Lifetime: static.
[[nodiscard]] std::span<const TreeReader* const> readers();

/// Whether the vendor has the block that the address is of.
[[nodiscard]] bool has_oui_of(const Family& family, MacAddress mac);
/// The content of a file, opened with `key` where it is sealed as `seal` says. Errors: forbidden without a key.
[[nodiscard]] Result<std::string> open_sealed(std::string_view bytes, const Seal* seal, std::string_view key);
/// "http://h/a" of "http://user:password@h/a"; anything else as it is.
[[nodiscard]] std::string stripped_of_account(std::string_view url);
/// The same, for reports.
[[nodiscard]] std::string without_account(std::string_view url);
void replace_all(std::string& text, std::string_view from, std::string_view to);

} // namespace offhook::config
