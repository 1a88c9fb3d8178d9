#include "net/owned_fd.hpp"

#include <unistd.h>

namespace offhook::net {

void OwnedFd::reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

} // namespace offhook::net
