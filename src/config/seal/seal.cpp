#include "config/seal/seal.hpp"

namespace offhook::config {

const Seal* find_seal(std::string_view) { return nullptr; }

std::string seal_names() { return {}; }

std::string_view label(const Seal& seal) {
    return seal.interop() == Seal::Interop::project_defined ? "project-defined, not interoperable with real phones"
                                                            : "";
}

} // namespace offhook::config
