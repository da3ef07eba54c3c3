#include "tests/support/tcp_proxy.h"

#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <functional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace centime::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;

// What a direction may hold back; then it stops reading, as a full line would.
constexpr std::size_t held_bytes_max = 32U << 20;

struct Line {
  std::atomic<std::chrono::milliseconds::rep> delay_ms{0};
  std::atomic<bool> held{false};
};

// One direction of a connection: reads, lets the bytes age, writes.
class Flow : public std::enable_shared_from_this<Flow> {
 public:
  // The sockets are the owner's.
  Flow(std::shared_ptr<void> owner, tcp::socket& from, tcp::socket& to, Line& line,
       std::function<void()> ended)
      : owner_(std::move(owner)),
        from_(from),
        to_(to),
        line_(line),
        timer_(from.get_executor()),
        ended_(std::move(ended)) {}

  void read() {
    if (reading_ || at_end_ || closed_ || waiting_bytes_ > held_bytes_max) return;
    reading_ = true;
    from_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](const Error& error, std::size_t size) {
                            self->take(error, size);
                          });
  }

  void write() {
    if (writing_ || closed_) return;
    if (waiting_.empty()) {
      if (at_end_) ended_();
      return;
    }
    const auto due = waiting_.front().due;
    if (line_.held || Clock::now() < due) return look_again(line_.held ? Clock::time_point{} : due);
    writing_ = true;
    asio::async_write(
        to_, asio::buffer(waiting_.front().bytes),
        [self = shared_from_this()](const Error& error, std::size_t) { self->written(error); });
  }

  void close() {
    closed_ = true;
    timer_.cancel();
  }

 private:
  struct Chunk {
    std::vector<char> bytes;
    Clock::time_point due;
  };

  void take(const Error& error, std::size_t size) {
    reading_ = false;
    if (error) {
      at_end_ = true;
    } else {
      const auto delay = std::chrono::milliseconds(line_.delay_ms.load());
      waiting_.push_back({{input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(size)},
                          Clock::now() + delay});
      waiting_bytes_ += size;
      read();
    }
    write();
  }

  void written(const Error& error) {
    writing_ = false;
    if (error) return ended_();
    waiting_bytes_ -= waiting_.front().bytes.size();
    waiting_.pop_front();
    read();
    write();
  }

  // A held line is looked at often: nobody tells a flow that it was released.
  void look_again(Clock::time_point due) {
    if (std::exchange(timing_, true)) return;
    timer_.expires_at(std::max(due, Clock::now() + std::chrono::milliseconds(1)));
    timer_.async_wait([self = shared_from_this()](const Error&) {
      self->timing_ = false;
      self->write();
    });
  }

  std::shared_ptr<void> owner_;
  tcp::socket &from_, &to_;
  Line& line_;
  asio::steady_timer timer_;
  std::function<void()> ended_;
  std::array<char, 65536> input_;
  std::deque<Chunk> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool reading_ = false, writing_ = false, timing_ = false, at_end_ = false, closed_ = false;
};

struct Connection {
  Connection(tcp::socket its_client, asio::io_context& context)
      : client(std::move(its_client)), target(context) {}

  tcp::socket client, target;
  std::shared_ptr<Flow> up, down;
};

}  // namespace

class TcpProxy::Parts {
 public:
  explicit Parts(std::uint16_t target_port)
      : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        target_port_(target_port),
        port(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Parts() {
    asio::post(context_, [this] {
      Error ignored;
      acceptor_.close(ignored);
      close_all();
      context_.stop();
    });
    thread_.join();
    // A connection and its flows keep each other until it is closed to the end.
    for (const auto& connection : connections_) {
      connection->up.reset();
      connection->down.reset();
    }
  }

  void cut() {
    asio::post(context_, [this] { close_all(); });
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const Error& error, tcp::socket socket) {
      if (error) return;
      ++accepted;
      auto connection = std::make_shared<Connection>(std::move(socket), context_);
      connections_.insert(connection);
      count = connections_.size();
      connect(connection);
      accept();
    });
  }

  void connect(const std::shared_ptr<Connection>& connection) {
    const tcp::endpoint target(asio::ip::address_v4::loopback(), target_port_);
    connection->target.async_connect(target, [this, connection](const Error& error) {
      if (error) return close(connection);
      Error ignored;
      connection->client.set_option(tcp::no_delay(true), ignored);
      connection->target.set_option(tcp::no_delay(true), ignored);
      const std::weak_ptr weak = connection;
      const auto ended = [this, weak] {
        if (const auto alive = weak.lock()) close(alive);
      };
      auto& from = *connection;
      from.up = std::make_shared<Flow>(connection, from.client, from.target, to_target, ended);
      from.down = std::make_shared<Flow>(connection, from.target, from.client, from_target, ended);
      from.up->read();
      from.down->read();
    });
  }

  // The rest is posted: a flow asks for it in the middle of its own work.
  void close(const std::shared_ptr<Connection>& connection) {
    Error ignored;
    connection->client.close(ignored);
    connection->target.close(ignored);
    if (connection->up) connection->up->close();
    if (connection->down) connection->down->close();
    asio::post(context_, [this, connection] {
      connections_.erase(connection);
      count = connections_.size();
      connection->up.reset();
      connection->down.reset();
    });
  }

  void close_all() {
    for (const auto& connection : std::set(connections_)) close(connection);
  }

  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::thread thread_;

 public:
  Line to_target, from_target;
  std::atomic<std::uint16_t> target_port_;
  std::atomic<std::size_t> accepted{0}, count{0};
  const std::uint16_t port;
};

TcpProxy::TcpProxy(std::uint16_t target_port) : parts_(std::make_unique<Parts>(target_port)) {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const { return parts_->port; }
void TcpProxy::set_target(std::uint16_t port) { parts_->target_port_ = port; }

void TcpProxy::set_delay(std::chrono::milliseconds one_way) {
  parts_->to_target.delay_ms = parts_->from_target.delay_ms = one_way.count();
}

void TcpProxy::hold(Direction direction) {
  if (direction != Direction::from_target) parts_->to_target.held = true;
  if (direction != Direction::to_target) parts_->from_target.held = true;
}

void TcpProxy::release() { parts_->to_target.held = parts_->from_target.held = false; }
void TcpProxy::cut() { parts_->cut(); }
std::size_t TcpProxy::connections() const { return parts_->count; }
std::size_t TcpProxy::accepted() const { return parts_->accepted; }

}  // namespace centime::test
