// family.toml: what phones write into their own logs.
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

/// What a form has beside its variables: without a word of its own it would take any sentence.
std::size_t letters_of(std::string_view form) {
    std::size_t letters = 0;
    for (bool is_variable = false; const char c : form) {
        if (c == '{') is_variable = true;
        const char lower = ascii_lower(c);
        if (!is_variable && lower >= 'a' && lower <= 'z') ++letters;
        if (c == '}') is_variable = false;
    }
    return letters;
}

void read_shapes(TomlReader& root, const PackFile& file, PackContent& content) {
    for (const TextAt& shape : root.texts("log_shape")) {
        auto form = Form::compile(shape.text, log_shape_inputs);
        if (!form)
            file.problems.add(shape.where, form.error().message);
        else if (!form->uses(0))
            file.problems.add(shape.where, "shape '" + printable(shape.text, 80) + "' has no {text}");
        else if (content.log_shapes.size() == pack_limits::log_shapes_max)
            file.problems.add(shape.where, "there are more than 8 shapes");
        else
            content.log_shapes.push_back(std::move(*form));
    }
}

void read_sentence(const TextAt& text, const LogSentence& row, const PackFile& file, PackContent& content) {
    constexpr std::size_t letters_least = 4;
    auto form = Form::compile(text.text, log_sentence_inputs);
    const auto stands = [&](const LogSentence& other) { return other.form.text() == text.text; };
    if (!form)
        file.problems.add(text.where, form.error().message);
    else if (letters_of(text.text) < letters_least)
        file.problems.add(text.where,
                          "'" + printable(text.text, 80) + "' has no words of its own: it would take any sentence");
    else if ((row.meaning == LogMeaning::fetched || row.meaning == LogMeaning::asks) && !form->uses(0))
        file.problems.add(text.where,
                          fmt::format("what means \"{}\" names the {{file}}", log_meaning_text.to_text(row.meaning)));
    else if (std::any_of(content.log_sentences.begin(), content.log_sentences.end(), stands))
        file.problems.add(text.where, "'" + printable(text.text, 80) + "' stands twice");
    else if (content.log_sentences.size() == pack_limits::log_sentences_max)
        file.problems.add(text.where, "there are more than 100 sentences");
    else
        content.log_sentences.push_back({std::move(*form), row.meaning, row.confidence});
}

} // namespace

void read_log_lines(TomlReader& root, const PackFile& file, PackContent& content) {
    read_shapes(root, file, content);
    for (const toml::table* table : root.tables("log_line")) {
        TomlReader row(file.problems, file.name, *table, "[[log_line]]");
        LogSentence sentence;
        const std::string means = row.text("means", TomlReader::Need::required);
        if (const auto meaning = log_meaning_text.from_text(means))
            sentence.meaning = *meaning;
        else if (!means.empty())
            row.problem_at("means", "`means` is one of " + log_meaning_text.choices());
        sentence.confidence = row.text("confidence", TomlReader::Need::required);
        const bool known = is_confidence_mark(sentence.confidence) || sentence.confidence == "P";
        if (!sentence.confidence.empty() && !known)
            row.problem_at("confidence", "`confidence` is G, C, U, I, B, or P for a sentence of our virtual phone's");
        (void)row.text("source", TomlReader::Need::required); // read by people
        for (const TextAt& text : row.texts("text", TomlReader::Need::required))
            read_sentence(text, sentence, file, content);
        row.finish();
    }
}

void check_logs(const PackFile& file, const PackContent& content) {
    const bool is_read = std::any_of(content.files.begin(), content.files.end(), [](const OtherFile& other) {
        return other.upload.becomes == UploadRules::Becomes::log;
    });
    if (is_read && content.log_sentences.empty())
        file.problems.add(file.name, "an upload becomes a log, and no [[log_line]] says what stands in it");
}

} // namespace offhook::config
