// What a phone is told of its lines, which can be less than the catalogue states: its family's words, its model's lines
// and its files' grammars have bounds.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "server/explain/findings.hpp"
#include "server/layers.hpp"
#include "server/lines.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace offhook::server {
namespace {

config::SettingKey line_key(std::string_view what, unsigned index) {
    const auto key = config::find_setting(fmt::format("line.{}.{}", index, what));
    OFFHOOK_ASSERT(key); // the vocabulary is ours, and so is the index
    return *key;
}

/// What is stated of a phone in the words of its family, and read back as the phone would.
class ToldSettings {
public:
    ToldSettings(const Case& about, const config::Effective& stated, std::span<const FileLeftOut> left_out)
        : left_out_(left_out), model_(about.family.find_model(about.device.model)),
          written_(about.family.write(stated, model_)) {
        std::erase_if(written_.parameters, [&](const config::WrittenParameter& p) {
            const std::string name = printable(p.parameter.name, 80);
            return std::any_of(left_out.begin(), left_out.end(),
                               [&](const FileLeftOut& out) { return out.what.parameter == name; });
        });
        std::vector<config::Parameter> parameters;
        for (const auto& p : written_.parameters) parameters.push_back(p.parameter);
        const config::Layer read = about.family.read(parameters, model_).settings;
        config::LayerBuilder builder(read);
        // What cannot be read back was written all the same.
        for (const auto& p : written_.parameters) {
            const auto* value = p.setting.id == config::Layer::raw_id ? nullptr : stated.find(p.setting);
            if (value != nullptr && !p.parameter.value.empty() && !read.find(p.setting))
                builder.put(p.setting, value->value);
        }
        layer_ = builder.build();
    }
    [[nodiscard]] const config::Layer& layer() const { return layer_; }

    /// Why a setting is not told, or another value of it; empty: nobody knows.
    [[nodiscard]] std::string reason(config::SettingKey key) const {
        const std::string name = config::name_of(key), line = fmt::format("line.{}", key.index);
        for (const FileLeftOut& each : left_out_)
            if (each.what.setting == name) return each.what.reason;
        for (const config::MapNote& note : written_.notes)
            if (note.setting == name || note.setting == line) return note.text;
        return {};
    }
    /// Whether the phone has a line of that number at all.
    [[nodiscard]] bool has_line(unsigned index) const {
        return model_ == nullptr || model_->lines == 0 || index <= model_->lines;
    }

private:
    std::span<const FileLeftOut> left_out_;
    const config::Model* model_;
    config::WriteResult written_;
    config::Layer layer_;
};

std::string in_brackets(const std::string& reason) { return reason.empty() ? reason : " (" + reason + ")"; }

/// A line that is stated, and of which the phone hears nothing.
std::string untold_line(const Case& about, const EffectiveLine& line, const ToldSettings& told,
                        const config::Effective& stated) {
    const auto key = line_key("user", line.index);
    const auto* value = stated.find(key);
    const std::string change = change_command(about, value != nullptr ? value->origin : config::LayerKind::device);
    return fmt::format(
        "Line {0} ({1}) is not told to the phone, so it does not register{2}. {3} with `{4} --unset {5}`.", line.index,
        line.user, in_brackets(told.reason(key)),
        told.has_line(line.index) ? "Change it, or take it out" : "Move it to a line that it has, and take it out here",
        change, config::name_of(key));
}

/// What registering lacks, by whether it is stated and gets lost on the way to the phone.
std::string incomplete_line(const Case& about, const EffectiveLine& line, const EffectiveLine* stated,
                            const ToldSettings& told) {
    const auto missing = line.missing();
    const auto stated_lacks = stated != nullptr ? stated->missing() : missing;
    std::vector<std::string> unset, lost;
    for (const std::string& name : missing)
        if (std::find(stated_lacks.begin(), stated_lacks.end(), name) != stated_lacks.end())
            unset.push_back(name);
        else
            lost.push_back(name + in_brackets(told.reason(*config::find_setting(name))));
    std::string out = fmt::format("Line {} ({}) cannot register: ", line.index, line.user);
    if (!lost.empty()) out += fmt::format("{} cannot be told to it", join(lost, " and "));
    if (!lost.empty() && !unset.empty()) out += "; ";
    if (!unset.empty())
        out += fmt::format("{} is not set. `offhook device set {} {}=…`", join(unset, " and "), about.device.mac.text(),
                           unset.front());
    else
        out += '.';
    return out;
}

/// Of a line that has all it needs.
std::string complete_line(const EffectiveLine& line, const EffectiveLine* stated, const ToldSettings& told,
                          const config::Effective& all) {
    const auto is_no = [&](std::string_view what) {
        const auto* value = all.find(line_key(what, line.index));
        return value != nullptr && value->value == "no";
    };
    for (const std::string_view what : {"enabled", "registrar.register"})
        if (is_no(what))
            return fmt::format("Line {0} ({1}) does not register: line.{0}.{2} is no.", line.index, line.user, what);
    std::string out = fmt::format("Line {} is to register as {} at {}", line.index, line.user, line.registrar);
    if (stated != nullptr && stated->user != line.user)
        out += fmt::format(", not as {}, which is stated{}", stated->user,
                           in_brackets(told.reason(line_key("user", line.index))));
    if (stated != nullptr && stated->registrar != line.registrar && !stated->registrar.empty()) {
        auto why = told.reason(line_key("registrar.port", line.index));
        if (why.empty()) why = told.reason(line_key("registrar.host", line.index));
        out += fmt::format(", not at {}, which is stated{}", stated->registrar, in_brackets(why));
    }
    return out + ".";
}

const EffectiveLine* line_of(const std::vector<EffectiveLine>& lines, unsigned index) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.index == index; });
    return found == lines.end() ? nullptr : &*found;
}

} // namespace

std::string change_command(const Case& about, config::LayerKind origin) {
    const catalogue::Site* site = about.snapshot.site(about.device.site);
    const catalogue::Group* group = about.snapshot.group(about.device.group);
    switch (origin) {
    case config::LayerKind::fleet:
        return "offhook layer set fleet";
    case config::LayerKind::site:
        return "offhook layer set site/" + (site != nullptr ? site->name : std::string("SITE"));
    case config::LayerKind::model:
        return "offhook layer set model/" + about.device.family + "/" + about.device.model;
    case config::LayerKind::group:
        return "offhook layer set group/" + (group != nullptr ? group->name : std::string("GROUP"));
    default:
        return "offhook device set " + about.device.mac.text();
    }
}

void find_lines(const Case& about, std::span<const FileLeftOut> left_out, Sentences& out) {
    const auto& [snapshot, device, family, families, local] = about;
    const auto* site = snapshot.site(device.site);
    if (site == nullptr) return;
    const Layers layers(snapshot, family, *site, &device);
    const config::Effective stated(layers.all());
    const ToldSettings told(about, stated, left_out);
    std::vector<config::LayerRef> on_phone{{config::LayerKind::device, &told.layer()}};
    std::vector<config::LayerRef> wished(layers.all().begin(), layers.all().end());
    if (local != nullptr) // counts before what is served, whether that reaches the phone or not
        for (auto* each : {&on_phone, &wished}) each->push_back({config::LayerKind::local, &local->layer});
    const config::Effective phone(on_phone);
    const auto lines = effective_lines(phone), stated_lines = effective_lines(config::Effective(wished));
    std::set<unsigned> indices;
    for (const auto* each : {&lines, &stated_lines})
        for (const EffectiveLine& line : *each) indices.insert(line.index);
    for (const unsigned index : indices) {
        const auto *line = line_of(lines, index), *wish = line_of(stated_lines, index);
        if (line == nullptr)
            out.push_back(untold_line(about, *wish, told, stated));
        else if (!line->missing().empty())
            out.push_back(incomplete_line(about, *line, wish, told));
        else
            out.push_back(complete_line(*line, wish, told, phone));
    }
    if (indices.empty())
        out.push_back(fmt::format(
            "No line has a user: the phone cannot register. `offhook device set {} line.1.user=…`", device.mac.text()));
    if (snapshot.model_layer(device.family, device.model) != nullptr)
        out.push_back(fmt::format("It has settings that all phones of its model share: `offhook model show {}/{}`.",
                                  device.family, device.model));
}

} // namespace offhook::server
