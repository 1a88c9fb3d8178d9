#pragma once
/// @file  The judge of a server's certificate where a phone's three checks are switched one by one.
///
/// Who signed it, and until when it holds by the phone's own clock; that it names the server is libcurl's to check.
/// Source  reference: IP88xx 5 (verifying_cert).
#include "phone/transfers.hpp"

struct ssl_ctx_st;

namespace offhook::phone {

/// False: the extra authorities are no certificates. Lifetime: `trust` outlives the context's connections.
[[nodiscard]] bool judge_by(ssl_ctx_st* context, const TlsTrust& trust);

} // namespace offhook::phone
