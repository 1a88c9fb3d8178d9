#pragma once
/// @file  TlsSession: OpenSSL's state of one connection, and what the handshake showed.
#include <memory>

namespace offhook::net {

class TlsSession {};

} // namespace offhook::net
