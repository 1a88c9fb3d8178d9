#include "config/render/carried.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace offhook::config {
namespace {

/// What the pack says that the phone's user may do with what the file holds.
std::vector<AccessMark> access_marks(const std::vector<Parameter>& parameters, const Family& family) {
    std::vector<AccessMark> out;
    for (const Parameter& parameter : parameters)
        if (const auto* facts = family.facts(parameter.name); facts != nullptr && facts->access)
            out.push_back({parameter.name, *facts->access});
    return out;
}

Result<std::string> write_all(const Document& document, const Rendered& rendered, const Family& family) {
    std::vector<Parameter> parameters;
    parameters.reserve(rendered.parameters.size());
    for (const WrittenParameter& p : rendered.parameters) parameters.push_back(p.parameter);
    return document.syntax->write_marked(parameters, access_marks(parameters, family));
}

/// A syntax says why it could not carry a value; whether it may show the value it cannot know.
std::string reason_to_show(const WrittenParameter& p, const Error& error) {
    const bool shows = !p.parameter.value.empty() && error.message.find(p.parameter.value) != std::string::npos;
    return p.secrecy == Secrecy::secret && shows ? "the value holds a character that this file's grammar cannot carry"
                                                 : error.message;
}

void leave_out(Rendered& rendered, const WrittenParameter& p, const Error& error) {
    LeftOut out;
    out.parameter = printable(p.parameter.name, 80);
    out.setting = p.setting.id == Layer::raw_id ? std::string(Layer::raw_prefix) + out.parameter : name_of(p.setting);
    out.origin = p.origin;
    out.reason = reason_to_show(p, error);
    rendered.notes.push_back({out.setting, "left out of this file: " + out.parameter + ", set by " +
                                               std::string(to_text(out.origin)) + ": " + out.reason});
    rendered.left_out.push_back(std::move(out));
}

/// Takes out each parameter that has no place in a file even alone.
void drop_unfit(const Document& document, Rendered& rendered) {
    std::erase_if(rendered.parameters, [&](const WrittenParameter& p) {
        const auto alone = document.syntax->write({&p.parameter, 1});
        if (alone) return false;
        leave_out(rendered, p, alone.error());
        return true;
    });
}

/// The last parameter that an error names; past the end where it names none.
std::vector<WrittenParameter>::iterator blamed(Rendered& rendered, const Error& error) {
    auto& all = rendered.parameters;
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const WrittenParameter& p) {
        return !error.where.empty() && (p.parameter.name == error.where || printable(p.parameter.name) == error.where);
    });
    return found == all.rend() ? all.end() : std::prev(found.base());
}

} // namespace

Result<std::string> write_carried(const Document& document, Rendered& rendered, const Family& family) {
    auto text = write_all(document, rendered, family);
    if (text) return text;
    drop_unfit(document, rendered);
    text = write_all(document, rendered, family);
    while (!text) { // what stands beside another is too much: each turn takes one out
        const auto at = blamed(rendered, text.error());
        if (at == rendered.parameters.end()) return text;
        leave_out(rendered, *at, text.error());
        rendered.parameters.erase(at);
        text = write_all(document, rendered, family);
    }
    return text;
}

} // namespace offhook::config
