#include "server/introduction.hpp"

#include <algorithm>

namespace offhook::server {

bool has_introduction(const config::Family& family) {
    const auto documents = family.documents();
    return std::any_of(documents.begin(), documents.end(), [](const config::Document& document) {
        return document.sealed == config::Document::Sealed::introduces;
    });
}

bool may_bring_key(const config::Family& family, const config::OtherFile& file) {
    return file.role == config::OtherFile::Role::asset && has_introduction(family) &&
           std::any_of(file.paths.begin(), file.paths.end(),
                       [](const std::string& path) { return path.find("{mac}") != std::string::npos; });
}

bool shares_where_sealed(const config::Family& family) {
    const auto documents = family.documents();
    return std::any_of(documents.begin(), documents.end(), [](const config::Document& document) {
        return document.scope != config::DocumentScope::device && !document.fixed_sealed.empty();
    });
}

std::string sealing_command(const config::Family& family, const catalogue::Site& site, MacAddress mac) {
    return shares_where_sealed(family) ? "offhook layer set site/" + site.name : "offhook device set " + mac.text();
}

bool has_sealed_files(const config::Effective& stated) {
    static const auto key = config::find_setting("provisioning.sealed").value();
    const auto* value = stated.find(key);
    return value != nullptr && value->value == "yes";
}

} // namespace offhook::server
