#include "config/family/value_map.hpp"

#include "base/text.hpp"

namespace offhook::config {

const std::string* ValueMap::vendor_of(std::string_view ours) const {
    for (const Entry& entry : entries_)
        if (entry.ours == ours) return &entry.vendor.front();
    return nullptr;
}

const std::string* ValueMap::ours_of(std::string_view vendor) const {
    for (const Entry& entry : entries_)
        for (const std::string& word : entry.vendor)
            if (word == vendor) return &entry.ours;
    for (const Entry& entry : entries_)
        for (const std::string& word : entry.vendor)
            if (equal_ignoring_case(word, vendor)) return &entry.ours;
    return nullptr;
}

} // namespace offhook::config
