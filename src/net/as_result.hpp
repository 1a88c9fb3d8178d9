#pragma once
/// @file  as_result: how we await Asio operations: the error is a value on the next line, never an exception.
///
///   const auto [error, bytes] = co_await socket.async_read_some(buffer, net::as_result);
///   if (error) co_return;
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace offhook::net {

inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace offhook::net
