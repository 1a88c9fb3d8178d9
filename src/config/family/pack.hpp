#pragma once
/// @file  Pack: a family as its folder says it, ready to be asked.
///
/// PackContent is what the loader fills; Pack adds the tables that make asking cheap. Only loader.hpp makes one.
/// Threads immutable: any.
#include "config/family/family.hpp"
#include "config/family/path_table.hpp"
#include "config/family/row.hpp"

#include <map>
#include <unordered_map>

namespace offhook::config {

struct PackContent {
    std::string name, title, maturity;
    std::uint64_t revision = 0;
    std::vector<std::uint32_t> ouis;
    std::vector<FactoryAccount> accounts;
    std::vector<Document> documents;
    std::vector<OtherFile> files;
    std::vector<Pattern> agents;
    std::vector<CertificateForm> certificates;
    std::vector<Form> log_shapes;
    std::vector<LogSentence> log_sentences;
    std::vector<Model> models;
    /// Of which parameters phones take an empty value. Where they do not, they ignore the line.
    enum class EmptyValues : std::uint8_t { any, text } empty_values = EmptyValues::any;
    /// Whether a value outside its parameter's range may be written, as a raw parameter or by a text row.
    enum class Ranges : std::uint8_t { open, kept } ranges = Ranges::open;
    RestartingParameters restarting = RestartingParameters::anywhere;
    bool model_suffixes = false; ///< letters behind a model's name say the region it was made for: KX-HDV130N
    std::vector<ParameterFacts> facts;
    std::map<std::string, std::vector<std::string>>
        each; ///< by the first name: what one parameter is for index 1, 2 ...
    std::vector<Row> rows;
    std::map<std::uint16_t, std::string> unmapped; ///< settings that the family has no place for, and why
    Layer defaults;
    LoopLimits loop;
    Discovery discovery;

    PathTable paths;           ///< ids: documents first, then files
    ParameterTable known;      ///< ids: facts
    ParameterTable written;    ///< ids: rows, by each parameter that they write
    ParameterTable companions; ///< ids: companion_values
    std::vector<std::string> companion_values;
};

class Pack final : public Family {
public:
    explicit Pack(PackContent content);

    [[nodiscard]] std::string_view name() const override { return content_.name; }
    [[nodiscard]] std::string_view title() const override { return content_.title; }
    [[nodiscard]] std::string_view maturity() const override { return content_.maturity; }
    [[nodiscard]] std::uint64_t revision() const override { return content_.revision; }
    [[nodiscard]] std::span<const std::uint32_t> ouis() const override { return content_.ouis; }
    [[nodiscard]] std::span<const FactoryAccount> accounts() const override { return content_.accounts; }
    [[nodiscard]] std::span<const Model> models() const override { return content_.models; }
    [[nodiscard]] const Model* find_model(std::string_view name_or_alias) const override;
    [[nodiscard]] std::span<const Document> documents() const override { return content_.documents; }
    [[nodiscard]] std::span<const OtherFile> other_files() const override { return content_.files; }
    [[nodiscard]] std::optional<PathMatch> match_path(std::string_view path) const override;
    [[nodiscard]] std::optional<AgentMatch> match_user_agent(std::string_view user_agent) const override;
    [[nodiscard]] std::optional<CertificateHolder>
    match_certificate(std::span<const SubjectText> subject) const override;
    [[nodiscard]] std::span<const CertificateForm> certificate_forms() const override { return content_.certificates; }
    [[nodiscard]] WriteResult write(const Effective& settings, const Model* model) const override;
    [[nodiscard]] ReadResult read(std::span<const Parameter> parameters, const Model* model) const override;
    [[nodiscard]] const ParameterFacts* facts(std::string_view parameter) const override;
    [[nodiscard]] std::span<const ParameterFacts> all_facts() const override { return content_.facts; }
    [[nodiscard]] std::optional<std::string_view> nothing_of(std::string_view parameter) const override;
    [[nodiscard]] Evidence evidence(const WrittenParameter& written) const override;
    /// Of what `row` writes to `parameter`.
    [[nodiscard]] Evidence evidence_of(const Row& row, const ParameterName& parameter) const;
    [[nodiscard]] std::span<const Form> log_shapes() const override { return content_.log_shapes; }
    [[nodiscard]] std::span<const LogSentence> log_sentences() const override { return content_.log_sentences; }
    [[nodiscard]] RestartingParameters restarting_parameters() const override { return content_.restarting; }
    [[nodiscard]] const Layer& defaults() const override { return content_.defaults; }
    [[nodiscard]] LoopLimits loop_limits() const override { return content_.loop; }
    [[nodiscard]] const Discovery& discovery() const override { return content_.discovery; }

    [[nodiscard]] const PackContent& content() const { return content_; }
    /// Rows [first, last) that go index by index, or all without one.
    struct Block {
        std::uint32_t first, last;
        bool indexed;
        bool of_lines, of_keys;
        std::vector<std::uint16_t> settings; ///< that its rows map
    };
    [[nodiscard]] std::span<const Block> blocks() const { return blocks_; }
    [[nodiscard]] bool maps(std::uint16_t setting) const { return mapped_[setting]; }
    /// A plain row writes the whole of it, whatever is stated beside it.
    [[nodiscard]] bool has_row_of_its_own(std::uint16_t setting) const { return plain_[setting]; }
    /// No row writes it, but files name it, or it decides what rows write.
    [[nodiscard]] bool is_used(std::uint16_t setting) const { return used_[setting]; }
    /// Whether a key of that type is a contact of the phone's directory.
    [[nodiscard]] bool is_in_directory(const Effective::Value& type, const std::optional<Release>& release) const;
    [[nodiscard]] unsigned lines_max() const { return lines_max_; }
    /// Those of a setting that is mapped in parts, none for one that is mapped whole.
    [[nodiscard]] std::span<const Part> parts_of(std::uint16_t setting) const { return parts_[setting]; }
    /// Settings that no row writes, but that choose between forms.
    [[nodiscard]] const std::vector<std::uint16_t>& choosers() const { return choosers_; }
    [[nodiscard]] std::size_t companion_count() const { return content_.companion_values.size(); }

private:
    PackContent content_;
    std::vector<Block> blocks_;
    std::vector<bool> mapped_, plain_, used_;
    std::vector<const OtherFile*> beside_; ///< by document: what else has its names
    std::vector<std::uint16_t> choosers_;
    std::vector<std::vector<Part>> parts_; ///< by setting
    void find_used();
    [[nodiscard]] const Model* find_exactly(std::string_view lower) const;

    unsigned lines_max_ = 1;
    std::unordered_map<std::string, std::uint32_t> model_ids_; ///< by the lower-case name or alias
};

} // namespace offhook::config
