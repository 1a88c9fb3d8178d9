#include "two_ends.hpp"

#include "base/text.hpp"
#include "phone/panasonic/configuration.hpp"
#include "phone/panasonic/device_file.hpp"
#include "phone/polycom/configuration.hpp"
#include "phone/polycom/master_file.hpp"
#include "phone/polycom/sealed_file.hpp"
#include "phone/polycom/value_rules.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::round_trip {

using config::LayerKind;

MacAddress mac_of(const config::Family& family) {
    const auto ouis = family.ouis(); // a family may have none of its own
    return MacAddress(std::uint64_t{ouis.empty() ? 0x00562b : ouis.front()} << 24U | 0xabcdefU);
}

TwoEnds::TwoEnds(const GeneratedCatalogue& catalogue) : catalogue_(catalogue) {
    std::map<LayerKind, config::LayerBuilder> builders;
    for (const Statement& each : catalogue.statements) builders[each.layer].put(each.setting, each.value);
    for (const auto& [name, value] : catalogue.raw) builders[LayerKind::device].put_raw(name, value);
    layers.reserve(builders.size());
    refs.push_back({LayerKind::vendor_default, &catalogue.family->defaults()});
    for (const auto& [kind, builder] : builders) {
        layers.push_back(builder.build());
        refs.push_back({kind, &layers.back()});
    }
    for (const auto& ref : refs) shared_count_ += ref.kind <= LayerKind::site ? 1 : 0;
    asked.emplace(refs);
    const auto name = catalogue.family->name();
    if (name == "polycom")
        boot_polycom();
    else if (name == "panasonic")
        boot_panasonic();
    else if (name == "yealink")
        boot_yealink();
    else
        boot_plain();
    read = catalogue.family->read(in_force, catalogue.model);
}

std::optional<config::Rendered> TwoEnds::serve(const std::string& name) {
    const auto match = catalogue_.family->match_path(name);
    if (!match || match->document == nullptr || match->document->syntax == nullptr) {
        complaints.push_back(name + ": no such document");
        return std::nullopt;
    }
    const auto up_to_model = std::count_if(refs.begin(), refs.end(),
                                           [](const config::LayerRef& ref) { return ref.kind <= LayerKind::model; });
    const bool is_own = match->document->scope == config::DocumentScope::device;
    config::Subject subject;
    subject.family = catalogue_.family;
    subject.model = catalogue_.model;
    subject.model_name = catalogue_.model->name;
    subject.mac = mac_of(*catalogue_.family);
    subject.site_name = "hq";
    subject.wire = catalogue_.wire;
    subject.origin = origin;
    subject.shared = std::span(refs).first(shared_count_);
    subject.all = is_own ? std::span(refs) : std::span(refs).first(static_cast<std::size_t>(up_to_model));
    auto made = render(*match->document, subject);
    if (!made) {
        if (!refusal) refusal = made.error();
        return std::nullopt;
    }
    files[name] = made->text;
    for (const auto& each : made->parameters) written[name].push_back(each.parameter);
    notes.insert(notes.end(), made->notes.begin(), made->notes.end());
    left_out.insert(left_out.end(), made->left_out.begin(), made->left_out.end());
    return std::move(*made);
}

void TwoEnds::boot_polycom() {
    using namespace phone::polycom;
    const auto mac = mac_of(*catalogue_.family);
    const auto* key = asked->find(*config::find_setting("provisioning.file_key"));
    const std::string key_string =
        key == nullptr || key->value.empty() ? "" : fmt::format("Crypt=1;KeyDesc=offhook;Key={};", key->value);
    const auto served = serve(mac.text() + ".cfg");
    if (!served) return;
    const auto document = config::find_syntax("polycom-master")->read(served->served());
    if (!document) return complaints.push_back(document.error().text());
    const auto master = read_master(document->parameters, catalogue_.model->name, mac, "2345-12345-001");
    for (const auto& remark : master.remarks) complaints.push_back(remark);
    std::vector<ConfigurationFile> order;
    for (const auto& name : master.configurations) {
        const auto file = serve(name);
        if (!file) return;
        const auto plain = open_if_sealed(file->served(), key_string, file->seal);
        if (!plain) return complaints.push_back(plain.error().text());
        auto parsed = config::find_syntax("polycom-attributes")->read(*plain);
        if (!parsed) return complaints.push_back(parsed.error().text());
        for (const auto& note : parsed->notes) complaints.push_back(note.text);
        for (const auto& told : drop_out_of_range(parsed->parameters, *catalogue_.family)) complaints.push_back(told);
        order.push_back({name, ConfigurationFile::Origin::fetched, std::move(parsed->parameters)});
    }
    in_force = merge(order).parameters();
}

void TwoEnds::boot_panasonic() {
    using namespace phone::panasonic;
    phone::Flash flash;
    flash.family = catalogue_.family->name();
    flash.model = catalogue_.model->name;
    flash.mac = mac_of(*catalogue_.family);
    const auto* key = asked->find(*config::find_setting("provisioning.file_key"));
    // A sealed file can be opened only by who has the key already (SettingSpec of provisioning.sealed).
    if (key != nullptr && !key->value.empty()) flash.parameters["CFG_FILE_KEY2"] = key->value;
    Configuration configuration(flash, UserPolicy::later_wins, WallTime{});
    const auto take = [&](const std::string& name, Origin file) {
        const auto served = serve(name);
        if (!served) return;
        const auto file_read = read_device_file(name, served->served(), flash, *catalogue_.family);
        if (!file_read) return complaints.push_back(name + ": " + file_read.error().text());
        for (const auto& note : file_read->notes) complaints.push_back(name + ": " + note.text);
        configuration.take(file, file_read->parameters);
    };
    const auto named = [&](std::string_view parameter) {
        std::string name(flash.parameter(parameter));
        name.erase(0, name.rfind('/') + 1);
        for (const auto& [macro, text] :
             {std::pair<std::string_view, std::string>{"{MAC}", flash.mac.text_upper()}, {"{MODEL}", flash.model}})
            if (const auto at = name.find(macro); at != std::string::npos) name.replace(at, macro.size(), text);
        return name;
    };
    take(flash.model + ".cfg", Origin::pre_provisioning);
    if (refusal) return;
    take(named("CFG_STANDARD_FILE_PATH"), Origin::standard);
    take(named("CFG_PRODUCT_FILE_PATH"), Origin::product);
    take(named("CFG_MASTER_FILE_PATH"), Origin::master);
    for (const auto& [name, value] : flash.parameters) in_force.push_back({name, value});
}

/// Its boot file says which files there are, and in which order; the later line of two counts.
void TwoEnds::boot_yealink() {
    const auto boot = serve(mac_of(*catalogue_.family).text() + ".boot");
    if (!boot) return;
    const auto list = config::find_syntax("yealink-boot")->read(boot->served());
    if (!list) return complaints.push_back(list.error().text());
    std::map<std::string, std::string> values;
    for (const auto& [include, name] : list->parameters)
        if (!take_plain(name, values)) return;
    for (const auto& [name, value] : values) in_force.push_back({name, value});
}

/// What all share, then the model's, then the phone's own, whose parameters count.
void TwoEnds::boot_plain() {
    std::map<std::string, std::string> values;
    using Content = config::Document::Content;
    for (const auto content : {Content::shared, Content::model, Content::own})
        for (const auto& document : catalogue_.family->documents()) {
            if (document.content != content || document.sealed == config::Document::Sealed::always) continue; // a twin
            config::Subject subject;
            subject.family = catalogue_.family;
            subject.model = catalogue_.model;
            subject.model_name = catalogue_.model->name;
            subject.mac = mac_of(*catalogue_.family);
            if (!take_plain(config::document_name(document, subject), values)) return;
        }
    for (const auto& [name, value] : values) in_force.push_back({name, value});
}

/// False: the phone has no such file, or cannot read it.
bool TwoEnds::take_plain(const std::string& name, std::map<std::string, std::string>& values) {
    const auto served = serve(name);
    if (!served) return false;
    const auto parsed = catalogue_.family->match_path(name)->document->syntax->read(served->text);
    if (!parsed) {
        complaints.push_back(name + ": " + parsed.error().text());
        return false;
    }
    for (const auto& note : parsed->notes) complaints.push_back(name + ": " + note.text);
    for (const auto& [parameter, value] : parsed->parameters) values[parameter] = value;
    return true;
}

} // namespace offhook::round_trip
