#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace offhook::detail {

void assert_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "offhook: a bug of ours: %s does not hold at %s:%d\n", expression, file, line);
    std::abort();
}

} // namespace offhook::detail
