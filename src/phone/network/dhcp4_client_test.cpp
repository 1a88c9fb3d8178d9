#include "phone/network/dhcp4_client.hpp"
