#include "server/local_layer.hpp"

#include "base/text.hpp"
#include "config/seal/seal.hpp"
#include "server/sealed_uploads.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace offhook::server {
namespace {

using config::Parameter;

/// Of one phone. Nobody changes so much on a phone, and each may be a line of what people are shown.
constexpr std::size_t entries_max = 2'000;

/// The plain text. Errors: invalid, for a sealed file that no key opens.
Result<std::string> opened(std::string_view bytes, std::span<const std::string_view> keys) {
    if (seal_of_upload(bytes) == nullptr) return std::string(bytes);
    if (keys.empty())
        return fail(ErrorCode::invalid,
                    "it is encrypted, and no key is known: set provisioning.file_key to the phone's");
    for (const auto key : keys)
        if (auto plain = open_upload(bytes, key)) return std::move(plain->plain);
    return fail(ErrorCode::invalid, "it is encrypted, and does not open with provisioning.file_key: the phone has "
                                    "another key, and is not given it");
}

/// Each name once: the first counts, as the phone reads its files.
std::vector<Parameter> first_of_each(std::span<const Parameter> parameters) {
    std::vector<Parameter> out;
    std::unordered_set<std::string_view> seen;
    seen.reserve(parameters.size());
    for (const Parameter& parameter : parameters)
        if (seen.insert(parameter.name).second) out.push_back(parameter);
    return out;
}

std::vector<Parameter> over(std::span<const Parameter> above, std::span<const Parameter> below) {
    std::vector<Parameter> all(above.begin(), above.end());
    all.insert(all.end(), below.begin(), below.end());
    return first_of_each(all);
}

config::Secrecy secrecy_of_raw(const config::Family& family, std::string_view parameter) {
    const auto* facts = family.facts(parameter); // what nobody knows may be a password
    return facts != nullptr && facts->secret == false ? config::Secrecy::open : config::Secrecy::secret;
}

/// One run of read_local: our files once, then upload by upload.
class Reading {
public:
    explicit Reading(const LocalContext& context) : context_(context), beneath_(context.layers) {
        const auto written = context.family->write(beneath_, context.model);
        for (const config::WrittenParameter& p : written.parameters) {
            served_origins_.try_emplace(p.parameter.name, Served{served_.size(), p.origin});
            served_.push_back(p.parameter);
        }
        before_ = context.family->read(first_of_each(served_), context.model).settings;
    }

    void take(const LocalUpload& upload) {
        const auto plain = opened(upload.bytes, context_.file_keys);
        if (!plain) return problem(upload, plain.error().where, plain.error().message);
        const auto parsed = upload.file->upload.syntax->read(*plain);
        if (!parsed) return problem(upload, parsed.error().where, parsed.error().message);
        for (const config::SyntaxNote& note : parsed->notes)
            problem(upload, "line " + std::to_string(note.line), note.text);
        const auto own = first_of_each(parsed->parameters);
        take_settings(upload, own);
        for (const Parameter& parameter : own)
            if (parameters_.insert(parameter.name).second) out_.parameters.push_back(parameter);
        if (left_out_ != 0)
            problem(upload, "",
                    "only " + std::to_string(entries_max) + " changes of one phone are shown; " +
                        std::to_string(left_out_) + " of this file are left out");
        left_out_ = 0;
    }

    LocalLayer finish() {
        out_.layer = builder_.build();
        std::vector<LocalEntry> sorted; // as the layer is
        sorted.reserve(out_.entries.size());
        for (const config::Layer::Entry& entry : out_.layer)
            if (const auto found = kept_.find(entry.name()); found != kept_.end())
                sorted.push_back(std::move(out_.entries[found->second]));
        out_.entries = std::move(sorted);
        return std::move(out_);
    }

private:
    void problem(const LocalUpload& upload, std::string where, std::string text) {
        out_.problems.push_back({upload.file->kind, std::move(where), std::move(text)});
    }

    /// A change is read together with what the phone has from us: a guard or a server that only our files state gives
    /// it its meaning, and alone it would have another, or none.
    void take_settings(const LocalUpload& upload, const std::vector<Parameter>& own) {
        const auto alone = context_.family->read(own, context_.model);
        const auto together = context_.family->read(over(own, served_), context_.model);
        for (const config::Layer::Entry& entry : together.settings) {
            if (entry.is_raw()) continue;
            const bool changes = before_.find(entry.key) != entry.value;
            const bool repeats = alone.settings.find(entry.key) == entry.value;
            if (changes || repeats) keep(upload, entry.key, entry.value);
        }
        for (const config::Layer::Entry& entry : before_)
            if (!entry.is_raw() && !together.settings.find(entry.key)) keep(upload, entry.key, "");
        const auto unclear_alone = not_understood(alone), unclear_together = not_understood(together);
        for (const Parameter& parameter : own)
            if (unclear_alone.contains(parameter.name) && unclear_together.contains(parameter.name))
                keep_raw(upload, parameter);
        for (const config::MapNote& note : alone.notes) problem(upload, note.setting, note.text);
    }

    static std::unordered_set<std::string_view> not_understood(const config::ReadResult& read) {
        std::unordered_set<std::string_view> out;
        for (const Parameter& parameter : read.not_understood) out.insert(parameter.name);
        for (const config::Layer::Entry& entry : read.settings)
            if (entry.is_raw()) out.insert(entry.raw_name);
        return out;
    }

    /// Whether one more of that name can be kept: the first of each name, and no more than are shown.
    bool has_room(const std::string& name) {
        if (kept_.contains(name)) return false;
        if (out_.entries.size() < entries_max) return true;
        ++left_out_;
        return false;
    }

    void add(LocalEntry entry) {
        kept_.emplace(entry.name, out_.entries.size());
        out_.entries.push_back(std::move(entry));
    }

    void keep(const LocalUpload& upload, config::SettingKey key, std::string_view value) {
        LocalEntry entry{name_of(key), std::string(value), spec_of(key).secrecy, upload.file->kind, upload.stored_at};
        if (!has_room(entry.name)) return;
        if (const auto* ours = beneath_.find(key))
            entry.shadows = LocalEntry::Shadowed{std::string(ours->value), ours->origin};
        builder_.put(key, value);
        add(std::move(entry));
    }

    void keep_raw(const LocalUpload& upload, const Parameter& parameter) {
        LocalEntry entry{std::string(config::Layer::raw_prefix) + parameter.name, parameter.value,
                         secrecy_of_raw(*context_.family, parameter.name), upload.file->kind, upload.stored_at};
        if (!has_room(entry.name)) return;
        if (const auto set = builder_.set(entry.name, parameter.value); !set)
            return problem(upload, parameter.name, set.error().message);
        if (const auto ours = served_origins_.find(parameter.name); ours != served_origins_.end())
            entry.shadows = LocalEntry::Shadowed{served_[ours->second.at].value, ours->second.origin};
        add(std::move(entry));
    }

    struct Served {
        std::size_t at; // in served_
        config::LayerKind origin;
    };

    const LocalContext& context_;
    const config::Effective beneath_;
    std::vector<Parameter> served_;
    std::unordered_map<std::string, Served> served_origins_; // by name, of the first that has it
    config::Layer before_;                                   // what our files say, as the phone reads them
    config::LayerBuilder builder_;
    std::unordered_map<std::string, std::size_t> kept_; // by name, where in out_.entries
    std::unordered_set<std::string> parameters_;        // names of out_.parameters
    std::size_t left_out_ = 0;                          // of the upload being taken
    LocalLayer out_;
};

} // namespace

const std::string* LocalLayer::find(std::string_view parameter) const {
    for (const Parameter& known : parameters)
        if (known.name == parameter) return &known.value;
    return nullptr;
}

LocalLayer read_local(const LocalContext& context, std::span<const LocalUpload> uploads) {
    Reading reading(context);
    for (const LocalUpload& upload : uploads) reading.take(upload);
    return reading.finish();
}

} // namespace offhook::server
