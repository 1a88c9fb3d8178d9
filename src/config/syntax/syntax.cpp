#include "config/syntax/syntax.hpp"

#include "config/syntax/grandstream_xml.hpp"
#include "config/syntax/ip88_text.hpp"
#include "config/syntax/panasonic_text.hpp"
#include "config/syntax/polycom_attributes.hpp"
#include "config/syntax/polycom_master.hpp"
#include "config/syntax/snom_xml.hpp"
#include "config/syntax/spa_xml.hpp"
#include "config/syntax/yealink_boot.hpp"
#include "config/syntax/yealink_text.hpp"

#include <array>

namespace offhook::config {
namespace {

std::span<const Syntax* const> syntaxes() {
    static const PolycomAttributes polycom_attributes;
    static const PolycomMaster polycom_master;
    static const PanasonicText panasonic_text;
    static const SpaXml spa_xml;
    static const Ip88Text ip88_text;
    static const YealinkText yealink_text;
    static const YealinkBoot yealink_boot;
    static const SnomXml snom_xml;
    static const GrandstreamXml grandstream_xml;
    static const auto all =
        std::to_array<const Syntax*>({&polycom_attributes, &polycom_master, &panasonic_text, &spa_xml, &ip88_text,
                                      &yealink_text, &yealink_boot, &snom_xml, &grandstream_xml});
    return all;
}

} // namespace

const Syntax* find_syntax(std::string_view name) {
    for (const auto* syntax : syntaxes())
        if (syntax->name() == name) return syntax;
    return nullptr;
}

std::string syntax_names() {
    std::string names;
    for (const auto* syntax : syntaxes()) {
        if (!names.empty()) names += ", ";
        names += syntax->name();
    }
    return names;
}

} // namespace offhook::config
