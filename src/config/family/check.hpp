#pragma once
/// @file  Check: what `offhook pack check DIR` says of a pack that loads - how much of the family it knows.
#include "config/family/family.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace offhook::config {

struct Coverage {
    /// One column of parameters.toml: how many rows have it, and the names of those that do not.
    struct Column {
        std::string name;
        std::size_t known = 0;
        std::vector<std::string> missing;
    };
    std::size_t parameters = 0;  ///< that the family is known to have
    std::vector<Column> columns; ///< type, range, reboots, secret, source, confidence, mapped
    std::vector<std::pair<std::string, std::size_t>> confidence; ///< mark to number: G C U I B
    std::size_t settings = 0;                                    ///< of our vocabulary
    std::vector<std::string> without_row;                        ///< settings that no row maps, with the pack's reason
    std::size_t without_need = 0; ///< settings of the server's own, and those that files name by themselves
    std::vector<std::pair<std::string, std::size_t>> row_confidence; ///< the same of rows, by what counts for each
    std::vector<std::string> inferred;                               ///< rows of mark I, with their source
    std::vector<std::string> one_way;                                ///< rows that cannot be read back, with the reason
    std::vector<std::string> many_to_one;                            ///< values that read back as another
    std::size_t models = 0, documents = 0, other_files = 0, rows = 0;
    std::size_t classes = 0; ///< by which its phones are known in discovery: option 60, enterprise, PnP vendor
    std::vector<std::string> log_lines; ///< "bad_checksum: Bad image checksum, … (C)"
    std::size_t log_lines_ours = 0;     ///< of these, what only our virtual phone writes
    std::vector<std::string> offers;    ///< "dhcp4 66 <url> (G)", as far as discovery.toml says
};

/// `family` is one that load_family() made.
[[nodiscard]] Coverage coverage_of(const Family& family);

/// What a pack that loads leaves to be wished for: its README under the fixed headings, samples, golden cases. Not
/// wrong enough to refuse it: a server runs without them.
[[nodiscard]] std::vector<Error> warnings_of(const std::filesystem::path& folder);

enum class Detail : std::uint8_t { summary, names };
/// For people; `names` lists what is missing.
[[nodiscard]] std::string to_text(const Family& family, const Coverage& coverage, Detail detail);

} // namespace offhook::config
