#include "config/import/model_hints.hpp"

#include "base/text.hpp"
#include "config/syntax/text_lines.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::size_t line_bytes_max = 4096;

bool word_border(char c) { return !ascii_digit(c) && (ascii_lower(c) < 'a' || ascii_lower(c) > 'z'); }

/// The model whose part number stands in the line: "Assembly=2345-11500-040".
const Model* by_part_number(std::string_view line, const Family& family) {
    for (const Model& model : family.models())
        for (const std::string& part : model.part_numbers) {
            if (part.size() < 6) continue; // digits of a file's name, not an order number
            const auto at = line.find(part);
            if (at == std::string_view::npos) continue;
            const auto end = at + part.size();
            if (end == line.size() || word_border(line[end])) return &model;
        }
    return nullptr;
}

/// A User-Agent as servers log it: in quotes, or the rest of the line behind "User-Agent: ".
const Model* by_agent(std::string_view line, const Family& family, std::optional<MacAddress>& mac) {
    for (const std::string_view piece : split(line, '"')) {
        std::string_view agent = trim(piece);
        if (starts_with_ignoring_case(agent, "user-agent:")) agent = trim(agent.substr(11));
        const auto match = family.match_user_agent(agent);
        if (!match) continue;
        if (match->mac) mac = match->mac;
        return family.find_model(match->model);
    }
    return nullptr;
}

/// "GET /cfg/0004f2abcdef.cfg HTTP/1.1"
std::optional<MacAddress> mac_in_line(std::string_view line) {
    for (const std::string_view word : split(line, ' '))
        if (const auto mac = mac_in_name(word); mac && mac->bits() != 0) return mac;
    return std::nullopt;
}

void read_log(const TreeFile& file, const Family& family, std::map<MacAddress, ModelHint>& hints) {
    const auto owner = mac_in_name(file.path);
    TextLines lines(file.bytes);
    while (const auto line = lines.next()) {
        const std::string_view text = line->text.substr(0, line_bytes_max);
        std::optional<MacAddress> mac = owner;
        const Model* model = owner ? by_part_number(text, family) : nullptr;
        if (model == nullptr) {
            model = by_agent(text, family, mac);
            if (model != nullptr && !mac) mac = mac_in_line(text);
        }
        if (model != nullptr && mac) hints[*mac] = {model, file.path};
    }
}

} // namespace

std::map<MacAddress, ModelHint> model_hints(const Tree& tree, const Family& family) {
    std::map<MacAddress, ModelHint> hints;
    for (const TreeFile& file : tree.files()) {
        if (file.kind != TreeFile::Kind::regular || !is_log(file.path)) continue;
        read_log(file, family, hints);
    }
    return hints;
}

const Model* model_in_comment(std::string_view bytes, char mark, const Family& family) {
    constexpr std::size_t lines_max = 20, line_bytes = 200, name_bytes_min = 5;
    TextLines lines(bytes);
    for (std::size_t count = 0; count < lines_max; ++count) {
        const auto line = lines.next();
        if (!line) return nullptr;
        if (!line->text.starts_with(mark)) continue;
        for (const std::string_view word : split(line->text.substr(1, line_bytes), ' '))
            if (const Model* model = word.size() < name_bytes_min ? nullptr : family.find_model(trim(word)))
                return model;
    }
    return nullptr;
}

} // namespace offhook::config
