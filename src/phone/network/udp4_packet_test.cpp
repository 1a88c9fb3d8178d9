#include "phone/network/udp4_packet.hpp"
