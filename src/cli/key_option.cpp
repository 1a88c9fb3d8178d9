#include "cli/key_option.hpp"

#include <fstream>

namespace offhook::cli {

Result<std::string> read_key(const std::string& key, const std::string& key_file) {
    if (key_file.empty()) return key;
    std::ifstream file(key_file);
    std::string line;
    if (!std::getline(file, line)) return fail(ErrorCode::not_found, "cannot read a key from this file", key_file);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

} // namespace offhook::cli
