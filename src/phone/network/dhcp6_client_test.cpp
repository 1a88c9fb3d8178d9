#include "phone/network/dhcp6_client.hpp"
