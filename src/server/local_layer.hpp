#pragma once
/// @file  LocalLayer: what somebody changed on the phone itself, as the phone sent it, in our settings.
///
/// It is shown and never rendered: the phone has it already, and there it beats every file of ours. Pure: bytes in,
/// settings out; api/local.cpp fetches the bytes.
/// Limits   uploads as the pack's bytes_max, parameters and texts as config/syntax; 2,000 entries, and a problem that
///          says how many more there were.
/// Errors   a file that cannot be read is a problem beside the others' settings, never a failure of the whole.
/// Threads  any but the event loops': it reads whole files.
/// Source   reference: Polycom 5.2 (overrides are strongest), 6.
#include "base/clock.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// A current upload that becomes local. Lifetime: views outlive the call only.
struct LocalUpload {
    const config::OtherFile* file = nullptr;
    std::string_view bytes;
    WallTime stored_at{};
};

struct LocalEntry {
    struct Shadowed {
        std::string value;
        config::LayerKind layer;
    };
    std::string name;  ///< "line.1.label", or "raw:up.headsetMode" where no setting says it
    std::string value; ///< in our words; empty: the phone goes without what we state
    config::Secrecy secrecy = config::Secrecy::open;
    std::string file; ///< kind of the upload: "overrides"
    WallTime stored_at{};
    std::optional<Shadowed> shadows = {}; ///< what our layers say; nullopt: nothing
};

struct LocalProblem {
    std::string file;  ///< kind of the upload
    std::string where; ///< "line 3, column 7", a parameter's or setting's name; may be empty
    std::string text;
};

struct LocalLayer {
    config::Layer layer;                       ///< all that was understood, and the rest as raw parameters
    std::vector<LocalEntry> entries;           ///< in the order of `layer`
    std::vector<config::Parameter> parameters; ///< in the vendor's words, each once
    std::vector<LocalProblem> problems;        ///< what could not be read, or only in part

    /// The phone's own value of one of the vendor's parameters; null: it has none.
    [[nodiscard]] const std::string* find(std::string_view parameter) const;
};

/// What reading needs beside the uploads.
struct LocalContext {
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;        ///< null: not known
    std::span<const config::LayerRef> layers;    ///< what our files say, from the broadest to the narrowest
    std::span<const std::string_view> file_keys; ///< of sealed files, tried in order
};

/// `uploads` in the order of the pack: of a setting that stands in several, the first counts.
[[nodiscard]] LocalLayer read_local(const LocalContext& context, std::span<const LocalUpload> uploads);

} // namespace offhook::server
