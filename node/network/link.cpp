#include "node/network/link.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "node/network/tcp_state.h"

namespace centime::network {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

constexpr std::size_t write_batch = 64U << 10;
constexpr std::size_t output_kept = 1U << 20;  // A longer buffer is given back when it is sent.

bool is_tls(const Error& error) { return error.category() == asio::error::get_ssl_category(); }

}  // namespace

Link::Link(LinkSurroundings& shared, LinkOwner& owner, Socket socket, std::optional<Target> target)
    : shared_(shared),
      owner_(owner),
      stream_(std::move(socket), shared.tls),
      target_(std::move(target)),
      parser_(shared.hello_table),
      read_signal_(stream_.get_executor()),
      write_signal_(stream_.get_executor()) {
  set_judge(stream_.native_handle(), this);
  enter(Stage::connecting);
}

void Link::enter(Stage stage) {
  stage_ = stage;
  heard_ = Clock::now();
  const auto& times = shared_.times;
  deadline_ = heard_ + (stage == Stage::connecting ? times.connect : times.handshake);
}

Task<void> Link::run() {
  const auto self = shared_from_this();
  if (target_) co_await connect();
  if (!word_) co_await shake_hands();
  if (!word_) co_await exchange_hellos();
  if (!word_ && owner_.join(*this)) {
    enter(Stage::open);
    co_await read_frames();
  }
  close(LinkWord::stopping);  // Has a word already unless it was finished.
}

Task<void> Link::connect() {
  race_.emplace(stream_.get_executor(), target_->endpoints);
  auto connected = co_await race_->run();
  if (word_) co_return;
  if (!connected) co_return close(LinkWord::connect_failed);
  socket() = std::move(*connected);
}

bool Link::admits(const std::optional<crypto::PublicKey>& key) {
  verdict_ = judge(key);
  return !verdict_;
}

std::optional<LinkWord> Link::judge(const std::optional<crypto::PublicKey>& key) {
  if (!key) return LinkWord::unknown_key;
  if (*key == shared_.own_key) return LinkWord::self_connection;
  if (target_ && *key != target_->key) return LinkWord::wrong_key;
  const auto peer = owner_.look_up(*key);
  if (!peer) return peer.error();
  peer_ = *peer;
  key_ = *key;
  return std::nullopt;
}

Task<void> Link::shake_hands() {
  enter(Stage::greeting);
  Error ignored;
  // Votes are small and urgent.
  socket().set_option(Tcp::no_delay(true), ignored);
  hold_little_unsent(socket().native_handle());
  const auto role = target_ ? ssl::stream_base::client : ssl::stream_base::server;
  const auto [error] = co_await stream_.async_handshake(role, as_outcome);
  if (!error && peer_) co_return;
  const auto cause = is_tls(error) ? word_of_error(static_cast<unsigned long>(error.value()))
                                   : LinkWord::tls_failed;
  // The key counts for nothing before the handshake has proved it.
  peer_.reset();
  close(verdict_.value_or(cause));
}

Task<void> Link::exchange_hellos() {
  crypto::Bytes ours;
  append_frame(hello_kind, encode_hello(shared_.hello), ours);
  const auto [unsent, sent] = co_await asio::async_write(stream_, asio::buffer(ours), as_outcome);
  if (unsent) co_return end_of_input(unsent);
  while (!word_) {
    const auto [error, size] = co_await stream_.async_read_some(asio::buffer(input_), as_outcome);
    if (error) co_return end_of_input(error);
    pending_ = crypto::BytesView(input_).first(size);
    while (!pending_.empty()) {
      const auto used = parser_.feed(pending_);
      if (!used) co_return close(LinkWord::bad_hello);
      pending_ = pending_.subspan(*used);
      const auto frame = parser_.take();
      if (!frame) continue;
      const auto fits = compare_hello(shared_.hello, frame->bytes);
      if (!fits) co_return close(fits.error());
      parser_ = FrameParser(shared_.table);
      co_return;
    }
  }
}

Task<void> Link::wait_for(Timer& signal) {
  signal.expires_at(Clock::time_point::max());
  co_await signal.async_wait(as_outcome);
}

Task<void> Link::read_frames() {
  while (true) {
    take_in();
    if (word_) co_return;
    if (paused_) {
      co_await wait_for(read_signal_);
      continue;
    }
    const auto [error, size] = co_await stream_.async_read_some(asio::buffer(input_), as_outcome);
    if (error) co_return end_of_input(error);
    heard_ = Clock::now();
    // While finishing, reading only waits for the other side's end: closing with bytes unread
    // would reset the connection and take back what we sent last.
    if (!finishing_) pending_ = crypto::BytesView(input_).first(size);
  }
}

void Link::take_in() {
  while (!word_ && !paused_ && !pending_.empty()) {
    const auto used = parser_.feed(pending_);
    if (!used) return close(used.error());
    pending_ = pending_.subspan(*used);
    if (auto frame = parser_.take()) {
      frame_begun_ = false;
      paused_ = !shared_.queues.deliver(*peer_, number, std::move(*frame));
    }
  }
  if (parser_.in_frame() && !std::exchange(frame_begun_, true)) frame_began_ = heard_;
}

void Link::room_again() {
  if (!paused_) return;
  paused_ = false;
  heard_ = frame_began_ = Clock::now();  // That nothing came was our doing.
  read_signal_.cancel();
}

void Link::end_of_input(const Error& error) {
  if (finishing_) return close(LinkWord::stopping);
  const bool refused = is_tls(error) && word_of_error(static_cast<unsigned long>(error.value())) ==
                                            LinkWord::refused_by_peer;
  if (refused) return close(LinkWord::refused_by_peer);
  close(parser_.in_frame() ? LinkWord::truncated_frame : LinkWord::closed_by_peer);
}

Task<void> Link::write_frames() {
  const auto self = shared_from_this();
  while (!word_) {
    output_.clear();
    shared_.queues.take_to_send(*peer_, number, write_batch, output_);
    if (output_.empty() && finishing_) break;
    if (output_.empty()) {
      co_await wait_for(write_signal_);
      continue;
    }
    for (std::size_t sent = 0; sent < output_.size() && !word_;) {
      write_deadline_ = Clock::now() + shared_.times.stall;
      const auto [error, size] =
          co_await stream_.async_write_some(asio::buffer(output_) + sent, as_outcome);
      if (error) co_return end_of_input(error);
      sent += size;
    }
    write_deadline_ = Clock::time_point::max();
    if (output_.capacity() > output_kept) output_ = {};
  }
  Error ignored;
  if (!word_) socket().shutdown(Socket::shutdown_send, ignored);
}

std::string Link::other_address() const {
  boost::system::error_code gone;
  const auto endpoint = socket().remote_endpoint(gone);
  return gone ? "unknown" : endpoint.address().to_string();
}

void Link::close(LinkWord word) {
  if (!word_) word_ = word;
  Error ignored;
  socket().shutdown(Socket::shutdown_both, ignored);
  socket().close(ignored);
  if (race_) race_->close();
  read_signal_.cancel();
  write_signal_.cancel();
}

void Link::finish() {
  if (stage_ != Stage::open) return close(LinkWord::stopping);
  finishing_ = true;
  paused_ = false;
  pending_ = {};
  read_signal_.cancel();
  write_signal_.cancel();
}

// A write that waits for room says nothing of a slow line, on which bytes arrive all the time.
bool Link::is_stalled(Clock::time_point now) {
  if (write_deadline_ == Clock::time_point::max()) return false;
  const auto acknowledged = bytes_acknowledged(socket().native_handle());
  if (std::exchange(acknowledged_, acknowledged) != acknowledged)
    write_deadline_ = now + shared_.times.stall;
  return now >= write_deadline_;
}

void Link::tick(Clock::time_point now) {
  if (word_) return;
  const auto& times = shared_.times;
  if (stage_ != Stage::open) {
    if (now >= deadline_)
      close(stage_ == Stage::connecting ? LinkWord::connect_failed : LinkWord::handshake_timeout);
    return;
  }
  if (is_stalled(now)) return close(LinkWord::stalled_link);
  if (paused_) return;
  if (now - heard_ >= times.idle) return close(LinkWord::idle_link);
  const auto at_slowest =
      std::chrono::seconds(parser_.announced() / times.bytes_per_second) + times.frame;
  if (frame_begun_ && now - frame_began_ >= at_slowest) close(LinkWord::slow_frame);
}

}  // namespace centime::network
