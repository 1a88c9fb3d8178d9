#include "config/family/readme.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace offhook::config {
namespace {

struct Section {
    std::string_view heading;
    std::size_t line;
    bool has_text = false;
};

struct Outline {
    bool has_title = false;
    std::vector<Section> sections;
};

Outline outline_of(std::string_view text) {
    Outline out;
    std::size_t number = 0;
    bool in_code = false, in_remark = false;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = trim(line);
        if (line.starts_with("```")) in_code = !in_code;
        if (!in_code && line.starts_with("<!--")) in_remark = true;
        const bool counts = !line.empty() && !in_remark;
        if (in_remark && line.find("-->") != std::string_view::npos) in_remark = false;
        if (!counts) continue;
        if (!in_code && line.starts_with("## "))
            out.sections.push_back({trim(line.substr(3)), number});
        else if (!in_code && line.starts_with("# "))
            out.has_title = true;
        else if (!out.sections.empty() && (in_code || !line.starts_with('#')))
            out.sections.back().has_text = true;
    }
    return out;
}

} // namespace

std::vector<Error> check_readme(std::string_view file, std::string_view text) {
    std::vector<Error> out;
    const auto problem = [&](std::size_t line, std::string message) {
        std::string where(file);
        if (line != 0) where += ":" + std::to_string(line);
        out.push_back({ErrorCode::invalid, std::move(message), std::move(where)});
    };
    const Outline outline = outline_of(text);
    if (!outline.has_title) problem(0, "it has no title");
    std::size_t next = 0; // of readme_headings
    for (const Section& section : outline.sections) {
        const auto* begin = std::begin(readme_headings);
        const auto* found = std::find(begin, std::end(readme_headings), section.heading);
        const std::string name = "'" + printable(section.heading, 40) + "'";
        if (found == std::end(readme_headings)) {
            problem(section.line, name + " is none of the fixed headings: put it below one of them, with ###");
            continue;
        }
        const auto place = static_cast<std::size_t>(found - begin);
        if (place < next) problem(section.line, name + " stands twice, or too late");
        for (; next < place; ++next)
            problem(section.line, "'" + std::string(readme_headings[next]) + "' is missing in front of " + name);
        next = std::max(next, place + 1);
        if (!section.has_text) problem(section.line, "nothing stands below " + name);
    }
    for (; next < std::size(readme_headings); ++next)
        problem(0, "'" + std::string(readme_headings[next]) + "' is missing at its end");
    return out;
}

} // namespace offhook::config
