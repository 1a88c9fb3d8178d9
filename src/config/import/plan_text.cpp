#include "config/import/plan_text.hpp"

#include "base/text.hpp"
#include "config/import/layering.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace offhook::config {
namespace {

using Out = std::back_insert_iterator<std::string>;

void write_layer(std::string& out, const Layer& layer, const Family* family, std::string_view indent) {
    for (const Layer::Entry& entry : layer)
        fmt::format_to(Out(out), "{}{} = {}\n", indent, entry.name(), shown_value(entry, family));
}

std::string counts_of(const FileReport& file) {
    if (file.parameters == 0) return {};
    std::string out = fmt::format(": {} parameters", file.parameters);
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count != 0) fmt::format_to(Out(out), ", {} {}", count, what);
    };
    add(file.understood, "understood");
    add(file.raw, "kept as they are");
    add(file.left_out, "left out");
    add(file.without_effect, "without effect");
    return out;
}

void write_files(std::string& out, const ImportPlan& plan) {
    out += "Files\n";
    for (const FileReport& file : plan.files) {
        const std::string what = file.what.empty() ? "not a file of these families" : file.what;
        fmt::format_to(Out(out), "  {}: {}{}{}\n", printable(file.path, 200), to_text(file.verdict), what,
                       counts_of(file));
        if (!file.why.empty()) fmt::format_to(Out(out), "    {}\n", file.why);
        for (const SyntaxNote& note : file.notes) fmt::format_to(Out(out), "    line {}: {}\n", note.line, note.text);
    }
}

void write_devices(std::string& out, const ImportPlan& plan, const Families& families, PlanDetail detail) {
    fmt::format_to(Out(out), "\nDevices: {}\n", plan.devices.size());
    for (const PlannedDevice& device : plan.devices) {
        fmt::format_to(Out(out), "  {} {} {} (model: {}), {} settings of its own{}\n", device.mac.text(), device.family,
                       device.model, printable(device.model_known_from, 200),
                       std::distance(device.layer.begin(), device.layer.end()),
                       device.known ? ", over those that it has" : "");
        if (detail == PlanDetail::settings)
            write_layer(out, device.layer, find_family(families, device.family), "    ");
    }
    if (!plan.site.empty()) {
        fmt::format_to(Out(out), "\nThe site's layer: {} settings\n",
                       std::distance(plan.site.begin(), plan.site.end()));
        write_layer(out, plan.site, plan.devices.empty() ? nullptr : find_family(families, plan.devices[0].family),
                    "  ");
    }
    for (const PlannedModel& model : plan.models) {
        fmt::format_to(Out(out), "\nThe layer of model {}: {} settings\n", model.model,
                       std::distance(model.layer.begin(), model.layer.end()));
        write_layer(out, model.layer, find_family(families, model.family), "  ");
    }
    if (!plan.contacts.empty()) fmt::format_to(Out(out), "\nThe site's phonebook: {} entries\n", plan.contacts.size());
}

/// "CODEC_ENABLE0_{n}" of CODEC_ENABLE0_2 and its like: what goes for every line is one line.
std::string without_line(std::string_view parameter) {
    std::size_t end = parameter.size();
    while (end > 0 && ascii_digit(parameter[end - 1])) --end;
    if (end == parameter.size() || end == 0 || parameter[end - 1] != '_') return std::string(parameter);
    return std::string(parameter.substr(0, end)) + "{n}";
}

/// The same difference on many phones is one line.
void write_differences(std::string& out, const ImportPlan& plan) {
    std::map<Difference, std::set<MacAddress>> phones;
    for (const PlannedDevice& device : plan.devices)
        for (Difference difference : device.differences) {
            difference.parameter = without_line(difference.parameter);
            phones[std::move(difference)].insert(device.mac);
        }
    if (!phones.empty()) out += "\nWhat phones will be told otherwise\n";
    for (const auto& [difference, macs] : phones) {
        const std::size_t count = macs.size();
        fmt::format_to(Out(out), "  {}: {}", printable(difference.parameter, 100), to_text(difference.kind));
        if (!difference.was.empty()) fmt::format_to(Out(out), ", was {}", printable(difference.was));
        if (!difference.becomes.empty()) fmt::format_to(Out(out), ", becomes {}", printable(difference.becomes));
        fmt::format_to(Out(out), " ({} {})\n", count, count == 1 ? "phone" : "phones");
    }
}

} // namespace

std::string shown_value(const Layer::Entry& entry, const Family* family) {
    if (entry.is_raw()) {
        const ParameterFacts* facts = family == nullptr ? nullptr : family->facts(entry.raw_name);
        const bool open = facts != nullptr && !facts->secret.value_or(true);
        return open ? std::string(entry.value) : "(kept, not shown)";
    }
    return spec_of(entry.key).secrecy == Secrecy::secret ? "(secret)" : std::string(entry.value);
}

std::string_view to_text(FileReport::Verdict verdict) {
    switch (verdict) {
    case FileReport::Verdict::read:
        return "";
    case FileReport::Verdict::refused:
        return "NOT READ: ";
    case FileReport::Verdict::apart:
    case FileReport::Verdict::unclaimed:
        return "left aside: ";
    }
    return "";
}

std::string_view to_text(Difference::Kind kind) {
    switch (kind) {
    case Difference::Kind::told_otherwise:
        return "other parameters say it";
    case Difference::Kind::respelled:
        return "means the same";
    case Difference::Kind::added:
        return "goes with a setting";
    case Difference::Kind::said_aloud:
        return "said aloud, the phone does so by itself";
    case Difference::Kind::beyond_model:
        return "the model has no such line";
    case Difference::Kind::lost:
        return "DOES NOT COME BACK";
    }
    return "";
}

std::string to_text(const Conflict& conflict) {
    std::string out;
    if (conflict.mac) out += conflict.mac->text() + ": ";
    out += conflict.text;
    if (!conflict.advice.empty()) out += " - " + conflict.advice;
    return out;
}

std::string to_text(const ImportPlan& plan, const Families& families, PlanDetail detail) {
    std::string out;
    write_files(out, plan);
    write_devices(out, plan, families, detail);
    write_differences(out, plan);
    if (!plan.left_out.empty()) {
        out += "\nLeft out, because it leads to the old boot server (--keep-provisioning keeps it)\n";
        for (const std::string& name : plan.left_out) fmt::format_to(Out(out), "  {}\n", printable(name, 100));
    }
    if (!plan.notes.empty()) out += "\nNotes\n";
    for (const std::string& note : plan.notes) fmt::format_to(Out(out), "  {}\n", note);
    if (!plan.conflicts.empty()) out += "\nTo decide\n";
    for (const Conflict& conflict : plan.conflicts)
        fmt::format_to(Out(out), "  {}{}\n", conflict.weight == Conflict::Weight::refuses ? "REFUSED " : "",
                       to_text(conflict));
    return out;
}

} // namespace offhook::config
