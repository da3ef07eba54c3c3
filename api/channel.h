// One client's socket, with an end to every wait.
//
// Knows nothing of HTTP: connection.h reads and writes requests and answers through it. Bytes that
// can be sent at once are, without a turn of the loop, until it is the others' turn. On the loop's
// thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "api/event_loop.h"
#include "api/mailbox.h"
#include "api/read_buffer.h"

namespace centime::api {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

template <typename T>
using Task = boost::asio::awaitable<T, Executor>;

class Channel : public Watched {
 public:
  void tick(Clock::time_point now) override;
  void finish() override;
  void cut() override;

 protected:
  // `write_timeout` is for each 64 KiB that the client must take.
  Channel(EventLoop& loop, Socket socket, std::size_t read_bytes_max,
          Clock::duration write_timeout);

  enum class Got { bytes, end, timeout };
  Task<Got> read_some(std::size_t bytes_max);

  // Both pieces, one after the other; false when the client is gone or too slow. The bytes must
  // stay where they are until it is done.
  Task<bool> write(std::string_view bytes, std::string_view more = {});

  // Closing with unread bytes would reset the connection and take the answer from the client
  // before it read it, so first the rest is read and thrown away.
  Task<void> linger();

  // Until something is in the box, the patience ends or the connection does.
  template <typename T>
  Task<void> wait_for(std::shared_ptr<Mailbox<T>> box, Clock::duration patience);
  void wait_at_most(Clock::duration patience);

  EventLoop& loop_;
  Socket socket_;
  ReadBuffer buffer_;

  bool timed_out_ = false;  // The deadline passed since wait_at_most().
  bool idle_ = false;       // Between requests: nothing is lost by closing.
  bool live_ = false;       // In a live stream, which ends when the server stops.
  bool cut_ = false;

 private:
  void interrupt();
  bool write_at_once(std::string_view& bytes, std::string_view& more);
  Task<void> wait_for_wakeup();

  const Clock::duration write_timeout_;
  std::size_t sent_at_once_ = 0;  // Since the loop last went round to others.
  Timer wakeup_;                  // Never expires: cancelled to end a wait for an answer.
  Clock::time_point deadline_ = Clock::time_point::max();
};

template <typename T>
Task<void> Channel::wait_for(std::shared_ptr<Mailbox<T>> box, Clock::duration patience) {
  if (box->ready()) co_return;
  box->wake = [this] { wakeup_.cancel(); };
  wait_at_most(patience);
  while (!box->ready() && !timed_out_ && !cut_ && !(live_ && loop_.finishing()))
    co_await wait_for_wakeup();
  box->wake = nullptr;
}

}  // namespace centime::api
