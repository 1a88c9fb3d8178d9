#include "phone/network/netlink.hpp"
