#pragma once
/// @file  ImportPlan: what a tree of another boot server becomes in the catalogue - devices, what they share, contacts
/// - and what an operator should know before it does.
///
/// What all phones say alike, or a file that all read says, is the site's; what all of one model say, the model's; the
/// rest the device's own. Never shared: secrets, and who a line is. Each phone's layers together are written by the
/// pack's rows and compared with what its own files said: every difference is listed.
/// Errors   none: what cannot be imported is a conflict.
/// Limits   config/import/limits.hpp.
/// Threads  any.
#include "config/import/tree_reader.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace offhook::config {

/// A device that is there already. Secrets of layers are some text that equals none: nobody is told them.
struct KnownDevice {
    std::string site, group, family, model; ///< empty where it is not said
    Layer layer;
};

/// What the catalogue has already, as far as an import must know.
struct Standing {
    std::map<MacAddress, KnownDevice> devices; ///< those among the tree's phones
    std::string site_name;                     ///< of the site that phones come to
    Layer fleet, site;
    std::map<std::pair<std::string, std::string>, Layer> models; ///< by family and model
    std::map<std::string, Layer> groups;                         ///< of the devices, by name
    bool site_has_others = false;       ///< phones that are not the tree's would get what is put there
    std::set<std::string> other_models; ///< "polycom SPIP650": of phones that are not the tree's, or with a layer
};

struct ImportOptions {
    std::string family;                       ///< this one alone; empty: every one that is found
    std::string model;                        ///< of phones whose model nothing tells
    std::map<MacAddress, std::string> models; ///< of single phones, whatever anything tells
    std::string key;                          ///< of sealed files
    enum class Provisioning : std::uint8_t { left_out, kept } provisioning = Provisioning::left_out;
    enum class Known : std::uint8_t { refused, updated } known = Known::refused; ///< devices that there are already
    Standing standing;
};

/// A parameter that phones will be told in another way than by the old files.
struct Difference {
    std::string parameter;
    enum class Kind : std::uint8_t {
        told_otherwise, ///< not written any more: other parameters say the same
        respelled,      ///< another value, which the pack reads as the same
        added,          ///< written now, and it was not: goes with a setting
        said_aloud,     ///< the same, with the value that the phone takes by itself
        beyond_model,   ///< of a line that the model has not
        lost            ///< the family's rows cannot say it back
    } kind = Kind::told_otherwise;
    std::string was, becomes; ///< values; empty for a secret's

    friend auto operator<=>(const Difference&, const Difference&) = default;
};

struct PlannedDevice {
    MacAddress mac;
    std::string family, model, model_known_from;
    Layer layer;                    ///< beyond what the layers that it shares give it
    std::vector<std::string> moved; ///< of a known device: settings that those give it now; its own word must go
    Layer whole;                    ///< all of what its files say
    bool known = false;             ///< a device already: its settings are changed
    std::vector<std::size_t> files; ///< its chain, in the order that counts
    std::vector<Difference> differences;
};

struct PlannedModel {
    std::string family, model;
    Layer layer;
};

struct ImportPlan {
    Layer site;
    std::vector<PlannedModel> models;
    std::vector<PlannedDevice> devices; ///< by MAC
    std::vector<Contact> contacts;      ///< for the site's phonebook
    std::vector<FileReport> files;      ///< by path
    std::vector<Conflict> conflicts;
    std::set<std::string> left_out; ///< parameters that would lead phones to the old server
    std::vector<std::string> notes; ///< sentences
};

[[nodiscard]] ImportPlan plan_import(const Tree& tree, const Families& families, const ImportOptions& options);

} // namespace offhook::config
