#pragma once
/// @file  SpaWalk: the files that one SPA phone comes by, from its default profile on, resync after resync.
///
/// It does what the phone does: a profile overwrites what was there, rules are expanded from what is there by then, and
/// what they name is fetched - from the tree. It ends when a resync brings nothing new.
/// Limits   rounds_max resyncs, limits::tree_chain_max files.
/// Source   reference: Linksys 4.4, 5, 16. Conditions are judged as firmware 5.1.8 in its first resync would.
#include "config/import/tree_reader.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace offhook::config {

class SpaWalk {
public:
    static constexpr unsigned rounds_max = 4;

    /// What the walk asks of the tree. Lifetime  outlives it.
    struct Files {
        const Tree& tree;
        /// Null: it cannot be read, and its report says why. `key` is what the rule names; empty: none.
        std::function<const std::vector<Parameter>*(std::size_t file, const std::string& key)> load;
        std::vector<std::size_t> own;     ///< whose names bear the phone's address
        std::optional<std::size_t> first; ///< the model's default profile
    };

    SpaWalk(const Files& files, MacAddress mac, const Model* model);
    void run(FoundDevice& device);

    /// Sentences for the operator, each once.
    [[nodiscard]] const std::set<std::string>& doubts() const { return doubts_; }
    [[nodiscard]] std::string_view value(const std::string& parameter) const;

private:
    /// False: it brought nothing new.
    bool resync();
    void take_own();
    void take(std::size_t file, const std::string& key);
    void follow(const std::string& parameter);
    void fetch(const std::string& parameter, const std::string& path, const std::string& key);
    [[nodiscard]] std::optional<std::size_t> find(const std::string& path) const;
    [[nodiscard]] bool bears_address(std::string_view text) const;
    [[nodiscard]] bool is_own(std::size_t file) const;

    const Files& files_;
    const MacAddress mac_;
    const Model* model_;
    std::map<std::string, std::string> values_;
    std::vector<std::size_t> order_; ///< each file once, where it was read last
    std::set<std::size_t> for_own_;  ///< files that a rule with the phone's address names
    std::map<std::string, ChainPart::Scope> missing_;
    std::set<std::string> doubts_;
};

} // namespace offhook::config
