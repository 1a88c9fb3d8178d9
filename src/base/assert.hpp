#pragma once
/// @file  OFFHOOK_ASSERT: our own invariants, checked in every build.
///
/// Never on anything a peer, a file or an operator can cause: those are Results.

namespace offhook::detail {
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);
}

#define OFFHOOK_ASSERT(expression)                                                                                     \
    (static_cast<bool>(expression) ? void(0) : ::offhook::detail::assert_failed(#expression, __FILE__, __LINE__))
