#pragma once
/// @file  FakeRows: for tests of the phone, a family whose lines are read by the rows it is given; it needs no pack.
#include "config/family/family.hpp"

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::phone {

class FakeRows final : public config::Family {
public:
    /// `rows`: the vendor's name with {} for the line's number, and ours behind "line.N.".
    FakeRows(std::string name, std::string model, std::vector<std::pair<std::string, std::string>> rows)
        : name_(std::move(name)), rows_(std::move(rows)) {
        models_.push_back({std::move(model), "", 2, 0, {}, {}, {}});
    }

    [[nodiscard]] const config::Model& model() const { return models_.front(); }
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] std::string_view title() const override { return "for tests"; }
    [[nodiscard]] std::uint64_t revision() const override { return 1; }
    [[nodiscard]] std::span<const std::uint32_t> ouis() const override { return {}; }
    [[nodiscard]] std::span<const config::Model> models() const override { return models_; }
    [[nodiscard]] const config::Model* find_model(std::string_view name) const override {
        return name == models_.front().name ? &models_.front() : nullptr;
    }
    [[nodiscard]] std::span<const config::Document> documents() const override { return {}; }
    [[nodiscard]] std::span<const config::OtherFile> other_files() const override { return {}; }
    [[nodiscard]] std::optional<config::PathMatch> match_path(std::string_view) const override { return {}; }
    [[nodiscard]] std::optional<config::AgentMatch> match_user_agent(std::string_view) const override { return {}; }
    [[nodiscard]] std::optional<config::CertificateHolder>
    match_certificate(std::span<const config::SubjectText>) const override {
        return {};
    }
    [[nodiscard]] std::span<const config::CertificateForm> certificate_forms() const override { return {}; }
    [[nodiscard]] config::WriteResult write(const config::Effective&, const config::Model*) const override {
        return {};
    }
    [[nodiscard]] config::ReadResult read(std::span<const config::Parameter> parameters,
                                          const config::Model*) const override {
        config::LayerBuilder settings;
        config::ReadResult result;
        for (const auto& parameter : parameters) {
            bool understood = false;
            for (unsigned line = 1; line <= 2; ++line)
                for (const auto& [vendor, ours] : rows_)
                    if (parameter.name == fmt::format(fmt::runtime(vendor), line))
                        understood = settings.set(fmt::format("line.{}.{}", line, ours), parameter.value).has_value();
            if (!understood) result.not_understood.push_back(parameter);
        }
        result.settings = settings.build();
        return result;
    }
    [[nodiscard]] const config::ParameterFacts* facts(std::string_view name) const override {
        for (const auto& facts : facts_)
            if (facts.name == name) return &facts;
        return nullptr;
    }
    void know(std::string name, std::string type, std::string range, std::string otherwise, bool reboots) {
        config::ParameterFacts facts;
        facts.name = std::move(name), facts.type = std::move(type), facts.range = std::move(range);
        facts.default_value = std::move(otherwise), facts.reboots = reboots;
        facts_.push_back(std::move(facts));
    }
    void set_trait(std::string name, std::string value) {
        models_.front().traits.push_back({std::move(name), std::move(value)});
    }
    [[nodiscard]] const config::Layer& defaults() const override { return defaults_; }

private:
    std::string name_;
    std::vector<std::pair<std::string, std::string>> rows_;
    std::vector<config::Model> models_;
    std::vector<config::ParameterFacts> facts_;
    config::Layer defaults_;
};

} // namespace offhook::phone
