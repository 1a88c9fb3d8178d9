#pragma once
/// @file  FakeFamily: for tests of the phone, a Polycom family of five rows and three models that needs no pack.
#include "config/family/family.hpp"

#include <fmt/format.h>

namespace offhook::phone {

class FakeFamily : public config::Family {
public:
    /// What it knows of whether its voIpProt.server.1.port is a secret.
    explicit FakeFamily(std::optional<bool> secret = false) {
        port_.secret = secret;
        models_.push_back({"SPIP650", "650", 6, 34, {"2345-12600-001"}, {"SPIP_650"}, {}});
        models_.push_back({"SPIP300", "300", 2, 2, {}, {"SPIP_300"}, {{"tls", "no"}, {"last_application", "2.1.2"}}});
        models_.push_back({"SSIP4000", "4000", 1, 0, {"2201-06642-001"}, {}, {}});
    }

    [[nodiscard]] std::string_view name() const override { return "polycom"; }
    [[nodiscard]] std::string_view title() const override { return "Polycom, for tests"; }
    [[nodiscard]] std::uint64_t revision() const override { return 1; }
    [[nodiscard]] std::span<const std::uint32_t> ouis() const override { return {}; }
    [[nodiscard]] std::span<const config::Model> models() const override { return models_; }
    [[nodiscard]] const config::Model* find_model(std::string_view name) const override {
        for (const auto& model : models_)
            if (model.name == name) return &model;
        return nullptr;
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
        static constexpr std::pair<std::string_view, std::string_view> rows[] = {{"address", "user"},
                                                                                 {"auth.userId", "auth_user"},
                                                                                 {"auth.password", "password"},
                                                                                 {"server.1.address", "registrar.host"},
                                                                                 {"server.1.port", "registrar.port"}};
        config::LayerBuilder settings;
        config::ReadResult result;
        for (const auto& parameter : parameters) {
            bool understood = false;
            for (unsigned line = 1; line <= 6; ++line)
                for (const auto& [vendor, ours] : rows)
                    if (parameter.name == fmt::format("reg.{}.{}", line, vendor))
                        understood = settings.set(fmt::format("line.{}.{}", line, ours), parameter.value).has_value();
            if (!understood) result.not_understood.push_back(parameter);
        }
        result.settings = settings.build();
        return result;
    }
    [[nodiscard]] const config::ParameterFacts* facts(std::string_view parameter) const override {
        return parameter == port_.name ? &port_ : nullptr;
    }
    [[nodiscard]] const config::Layer& defaults() const override { return defaults_; }

private:
    std::vector<config::Model> models_;
    config::Layer defaults_;
    config::ParameterFacts port_ = [] {
        config::ParameterFacts facts;
        facts.name = "voIpProt.server.1.port";
        facts.range = "0..65535";
        return facts;
    }();
};

} // namespace offhook::phone
