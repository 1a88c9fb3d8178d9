#include "config/render/stated_fixed.hpp"

#include "config/family/fixed_name.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

/// "ftp://user:password@host/": what stands before an @ is an account, in every form that phones take. A file's name
/// with one is taken for that, too: it can be called otherwise, and a password that is out cannot be called back.
bool may_hold_account(std::string_view value) { return value.find('@') != std::string_view::npos; }

bool is_raw(const WrittenParameter& p) { return p.setting.id == Layer::raw_id; }

} // namespace

std::vector<WrittenParameter> stated_fixed(const Document& document, const Family& family, const Effective& stated,
                                           std::vector<MapNote>& notes) {
    std::vector<WrittenParameter> out;
    if (document.content != Document::Content::fixed) return out;
    for (const Effective::Value& value : stated.values()) {
        if (value.key.id != Layer::raw_id || !is_fixed_name(family, value.raw_name) ||
            !holds_fixed(document, family, value.raw_name))
            continue;
        const auto* facts = family.facts(value.raw_name);
        const bool secret = may_hold_account(value.value) || (facts != nullptr && facts->secret == true);
        if (secret && document.scope != DocumentScope::device) {
            notes.push_back({std::string(Layer::raw_prefix) + std::string(value.raw_name),
                             "left out: many phones share this file, and the value holds an account"});
            continue;
        }
        WrittenParameter p;
        p.parameter = {std::string(value.raw_name), std::string(value.value)};
        p.setting.id = Layer::raw_id;
        p.origin = value.origin;
        p.secrecy = secret ? Secrecy::secret : Secrecy::open;
        p.reboots = facts != nullptr && facts->reboots.value_or(false);
        out.push_back(std::move(p));
    }
    return out;
}

void drop_fixed_names(WriteResult& written, const Family& family) {
    std::erase_if(written.parameters,
                  [&](const WrittenParameter& p) { return is_raw(p) && is_fixed_name(family, p.parameter.name); });
}

void drop_hidden_by_model(std::vector<WrittenParameter>& parameters, const Family& family,
                          std::span<const Parameter> fixed) {
    std::vector<std::string> stated; // of all models
    for (const WrittenParameter& p : parameters)
        if (p.origin >= LayerKind::model) stated.push_back(p.parameter.name);
    if (stated.empty()) return;
    std::erase_if(parameters, [&](const WrittenParameter& p) {
        const auto plain = without_model(family, p.parameter.name);
        const bool of_pack = p.origin == LayerKind::vendor_default && plain != p.parameter.name &&
                             std::any_of(fixed.begin(), fixed.end(),
                                         [&](const Parameter& each) { return each.name == p.parameter.name; });
        return of_pack && std::find(stated.begin(), stated.end(), plain) != stated.end();
    });
}

} // namespace offhook::config
