// A TCP proxy on 127.0.0.1 that delays, holds or cuts what passes: a bad line between two real
// processes, since the kernels we test on cannot make one.
//
// A hold is a partition: bytes wait, as TCP's own do until it sends them again, and new connections
// are taken and lead nowhere until it ends. One thread; every function may be called from any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace centime::test {

class TcpProxy {
 public:
  enum class Direction { both, to_target, from_target };

  // Leads to 127.0.0.1:target_port, which need not listen yet.
  explicit TcpProxy(std::uint16_t target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const;

  void set_target(std::uint16_t port);  // For connections from now on.
  void set_delay(
      std::chrono::milliseconds one_way);  // Of each chunk, in order, in both directions.
  void hold(Direction direction);          // Nothing passes in that direction.
  void release();                          // Everything passes again.
  void cut();                              // Closes all connections, as a crash would.

  std::size_t connections() const;
  std::size_t accepted() const;  // Since the start.

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace centime::test
