#include "server/local_layer.hpp"

#include "base/text.hpp"
#include "config/seal/seal.hpp"

#include <algorithm>
#include <set>

namespace offhook::server {
namespace {

using config::Parameter;

/// Every seal that can tell its own files, with the name to look it up by: an upload's pack row names none, because a
/// phone seals what it likes.
constexpr std::string_view telling_seals[] = {"polycom-project", "panasonic-project"};

/// The plain text. Errors: invalid, for a sealed file that no key opens.
Result<std::string> opened(std::string_view bytes, std::span<const std::string_view> keys) {
    for (const auto name : telling_seals) {
        const config::Seal* seal = config::find_seal(name);
        if (seal == nullptr || !seal->looks_sealed(bytes)) continue;
        if (keys.empty())
            return fail(ErrorCode::invalid,
                        "it is encrypted, and no key is known: set provisioning.file_key to the phone's");
        for (const auto key : keys)
            if (auto plain = seal->open(bytes, key)) return plain;
        return fail(ErrorCode::invalid, "it is encrypted, and does not open with provisioning.file_key: the phone has "
                                        "another key");
    }
    return std::string(bytes);
}

/// Each name once: the first counts, as the phone reads its files.
std::vector<Parameter> first_of_each(std::span<const Parameter> parameters) {
    std::vector<Parameter> out;
    std::set<std::string_view> seen;
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
            origins_.emplace_back(p.origin);
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
            if (out_.find(parameter.name) == nullptr) out_.parameters.push_back(parameter);
    }

    LocalLayer finish() {
        out_.layer = builder_.build();
        std::vector<LocalEntry> sorted; // as the layer is
        for (const config::Layer::Entry& entry : out_.layer) {
            const auto found = std::find_if(out_.entries.begin(), out_.entries.end(),
                                            [&](const LocalEntry& known) { return known.name == entry.name(); });
            if (found != out_.entries.end()) sorted.push_back(std::move(*found));
        }
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
        const auto not_understood = [](const config::ReadResult& read, const Parameter& parameter) {
            return read.settings.find_raw(parameter.name) ||
                   std::any_of(read.not_understood.begin(), read.not_understood.end(),
                               [&](const Parameter& other) { return other.name == parameter.name; });
        };
        for (const Parameter& parameter : own)
            if (not_understood(alone, parameter) && not_understood(together, parameter)) keep_raw(upload, parameter);
        for (const config::MapNote& note : alone.notes) problem(upload, note.setting, note.text);
    }

    [[nodiscard]] bool is_kept(std::string_view name) const {
        return std::any_of(out_.entries.begin(), out_.entries.end(),
                           [&](const LocalEntry& known) { return known.name == name; });
    }

    void keep(const LocalUpload& upload, config::SettingKey key, std::string_view value) {
        LocalEntry entry{name_of(key), std::string(value), spec_of(key).secrecy, upload.file->kind, upload.stored_at};
        if (is_kept(entry.name)) return;
        if (const auto* ours = beneath_.find(key))
            entry.shadows = LocalEntry::Shadowed{std::string(ours->value), ours->origin};
        builder_.put(key, value);
        out_.entries.push_back(std::move(entry));
    }

    void keep_raw(const LocalUpload& upload, const Parameter& parameter) {
        LocalEntry entry{std::string(config::Layer::raw_prefix) + parameter.name, parameter.value,
                         secrecy_of_raw(*context_.family, parameter.name), upload.file->kind, upload.stored_at};
        if (is_kept(entry.name)) return;
        if (const auto set = builder_.set(entry.name, parameter.value); !set)
            return problem(upload, parameter.name, set.error().message);
        const auto ours = std::find_if(served_.begin(), served_.end(),
                                       [&](const Parameter& served) { return served.name == parameter.name; });
        if (ours != served_.end())
            entry.shadows =
                LocalEntry::Shadowed{ours->value, origins_[static_cast<std::size_t>(ours - served_.begin())]};
        out_.entries.push_back(std::move(entry));
    }

    const LocalContext& context_;
    const config::Effective beneath_;
    std::vector<Parameter> served_;
    std::vector<config::LayerKind> origins_; // of served_
    config::Layer before_;                   // what our files say, as the phone reads them
    config::LayerBuilder builder_;
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
