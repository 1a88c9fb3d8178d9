#pragma once
/// @file  ValueMap: how the vendor spells our values, both ways.
///
/// Shape   an entry is one value of ours and one or more of the vendor's: the first is written, all are read.
///         Where two of ours share a spelling, reading gives the one that stands first in the pack.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

class ValueMap {
public:
    struct Entry {
        std::string ours;
        std::vector<std::string> vendor; ///< never empty
    };

    void add(Entry entry) { entries_.push_back(std::move(entry)); }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    /// Null: the vendor has no word for it.
    [[nodiscard]] const std::string* vendor_of(std::string_view ours) const;
    /// Spelled so, else so but for letter case.
    [[nodiscard]] const std::string* ours_of(std::string_view vendor) const;

private:
    std::vector<Entry> entries_;
};

} // namespace offhook::config
