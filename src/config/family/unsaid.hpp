#pragma once
/// @file  UnsaidInputs: settings that stand in a text row, of which the form that was chosen said nothing.
///
/// What one row leaves out another may say: they are collected while the rows are written, and told behind the last.
/// Lifetime the rows are the pack's.
#include "config/family/family.hpp"
#include "config/family/release.hpp"

#include <optional>
#include <string>
#include <vector>

namespace offhook::config {

class Pack;
struct Row;

class UnsaidInputs {
public:
    /// A form that holds it, or asks for its value, was written; or a note says already what became of it.
    void said(SettingKey key) { said_.push_back(key); }
    /// `why` is empty where only the form has no place for it.
    void left(SettingKey key, const Row& row, std::string why) { left_.push_back({key, &row, std::move(why)}); }

    /// A note for each that no row said, and no note before is about.
    void tell(const Pack& pack, const Effective& settings, const std::optional<Release>& release,
              std::vector<MapNote>& notes) const;

private:
    struct Left {
        SettingKey key;
        const Row* row;
        std::string why;
    };
    std::vector<SettingKey> said_;
    std::vector<Left> left_;
};

} // namespace offhook::config
