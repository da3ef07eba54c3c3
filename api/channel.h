// One client's socket, with an end to every wait.
//
// Knows nothing of HTTP: requests are read and answers written through it (connection.h). Bytes
// that can be sent at once are, without a turn of the loop, until it is the others' turn. On the
// loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "api/event_loop.h"
#include "api/mailbox.h"
#include "api/read_buffer.h"

namespace centime::api {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

template <typename T>
using Task = boost::asio::awaitable<T, Executor>;

// What becomes of a connection when the server stops.
enum class Phase {
  busy,  // It ends after the answer under way.
  idle,  // Between requests: nothing is lost by closing it now.
  live,  // In an answer without end, which ends now.
};

class Channel final : public Watched, public std::enable_shared_from_this<Channel> {
 public:
  // `write_timeout` is for each 64 KiB that the client must take. Owned by a shared_ptr.
  Channel(EventLoop& loop, Socket socket, std::size_t read_bytes_max,
          Clock::duration write_timeout);
  ~Channel() override;

  void tick(Clock::time_point now) override;
  void finish() override;
  void cut() override;

  EventLoop& loop() { return loop_; }
  bool was_cut() const { return cut_; }
  void enter(Phase phase) { phase_ = phase; }

  // The client's address, IPv4 also where it came as IPv6; nullopt when it has left already.
  std::optional<boost::asio::ip::address> peer() const;

  // What was read and not yet consumed.
  ReadBuffer& buffer() { return buffer_; }
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

  // Cuts the connection once the client has left, if it is live then. A client of a live answer
  // says nothing more, so what can be read is its end; without this its place would be kept until
  // the next write fails.
  void watch_for_leaving();

  // Whether the connection, ending now for whatever reason, ends by a reset: an orderly end would
  // pass for the end of an answer in HTTP/1.0.
  void reset_at_end(bool reset) { reset_at_end_ = reset; }

 private:
  void interrupt();
  void close();
  bool write_at_once(std::string_view& bytes, std::string_view& more);
  Task<void> wait_for_wakeup();

  EventLoop& loop_;
  Socket socket_;
  ReadBuffer buffer_;
  const Clock::duration write_timeout_;
  Phase phase_ = Phase::busy;
  bool timed_out_ = false;  // The deadline passed since wait_at_most().
  bool cut_ = false;
  bool reset_at_end_ = false;
  bool watching_ = false;         // For the client to leave.
  std::size_t sent_at_once_ = 0;  // Since the loop last went round to others.
  Timer wakeup_;                  // Never expires: cancelled to end a wait for an answer.
  Clock::time_point deadline_ = Clock::time_point::max();
};

template <typename T>
Task<void> Channel::wait_for(std::shared_ptr<Mailbox<T>> box, Clock::duration patience) {
  if (box->ready()) co_return;
  box->wake = [this] { wakeup_.cancel(); };
  wait_at_most(patience);
  while (!box->ready() && !timed_out_ && !cut_ && !(phase_ == Phase::live && loop_.finishing()))
    co_await wait_for_wakeup();
  box->wake = nullptr;
}

}  // namespace centime::api
