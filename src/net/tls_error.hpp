#pragma once
/// @file  Errors of a connection under TLS, as error_code values beside Asio's.
#include <boost/system/error_code.hpp>

namespace offhook::net {

/// The value is OpenSSL's reason code (SSL_R_...), the message its words or better ones.
[[nodiscard]] const boost::system::error_category& tls_category();
/// The peer closed the connection without saying in TLS that it was done: what it sent may have been cut.
[[nodiscard]] bool is_truncation(const boost::system::error_code& error);

} // namespace offhook::net
