// The kinds of Asio objects that links are made of: one thread, one executor type, errors as
// values.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/network/backoff.h"

namespace centime::network {

using Executor = boost::asio::io_context::executor_type;
using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

template <typename T>
using Task = boost::asio::awaitable<T, Executor>;

// What every co_await of an operation ends with: (error, result...) instead of an exception.
inline constexpr auto as_outcome = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

}  // namespace centime::network
