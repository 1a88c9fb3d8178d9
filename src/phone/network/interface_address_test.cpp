#include "phone/network/interface_address.hpp"
