#include "phone/network/pnp_client.hpp"
