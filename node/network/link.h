// One TCP connection to another member's node, from its first byte to its last.
//
//   connect (outgoing only) -> TLS handshake, keys judged -> first frames compared -> frames
//
// All on the network's thread. Every wait ends: tick() closes the connection whose time is up. The
// first word given to close() is why the link ended; what follows from the closing is not counted.
#pragma once

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/network/asio_types.h"
#include "node/network/connect_race.h"
#include "node/network/hello.h"
#include "node/network/options.h"
#include "node/network/tls.h"

namespace centime::network {

class Link;

// What the links of a network share and ask. Outlives them.
struct LinkSurroundings {
  boost::asio::ssl::context tls;
  FrameTable hello_table;
  FrameTable table;
  Hello hello;
  LinkTimes times;
  crypto::PublicKey own_key;
  PeerQueues& queues;
};

class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  // Whose key it is. Errors: unknown_key, cut_off.
  virtual std::expected<PeerId, LinkWord> look_up(const crypto::PublicKey& key) = 0;
  // The handshake is over and the first frames fit. False if the link was closed instead of kept;
  // else it has its number, and its write_frames() runs.
  virtual bool join(Link& link) = 0;
};

class Link final : public std::enable_shared_from_this<Link>, private KeyJudge {
 public:
  struct Target {
    PeerId peer;
    crypto::PublicKey key;
    std::vector<Tcp::endpoint> endpoints;  // At least one, best first.
  };

  Link(LinkSurroundings& shared, LinkOwner& owner, Socket socket, std::optional<Target> target);

  // Runs the link to its end; ended() then says why.
  Task<void> run();
  Task<void> write_frames();

  void close(LinkWord word);
  void finish();  // Sends what waits, then ends with `stopping`.
  void tick(Clock::time_point now);
  void something_to_send() { write_signal_.cancel(); }
  void pause() { paused_ = true; }  // Reads nothing until room_again().
  void room_again();

  bool outgoing() const { return target_.has_value(); }
  const std::optional<LinkWord>& ended() const { return word_; }
  // The member at the other end: once its key is judged, or whom we meant to dial.
  std::optional<PeerId> peer() const { return target_ ? target_->peer : peer_; }
  const crypto::PublicKey& peer_key() const { return target_ ? target_->key : key_; }

  std::string other_address() const;  // Of the other side; "unknown" once the connection is gone.

  std::uint64_t number = 0;  // In the queues; 0 until join().
  Clock::time_point joined_at{};

 private:
  enum class Stage { connecting, greeting, open };

  bool admits(const std::optional<crypto::PublicKey>& key) override;
  std::optional<LinkWord> judge(const std::optional<crypto::PublicKey>& key);
  Task<void> connect();
  Task<void> shake_hands();
  Task<void> exchange_hellos();
  Task<void> read_frames();
  Task<void> wait_for(Timer& signal);
  void take_in();
  void end_of_input(const boost::system::error_code& error);
  void enter(Stage stage);
  bool is_stalled(Clock::time_point now);
  Socket& socket() { return stream_.next_layer(); }
  const Socket& socket() const { return stream_.next_layer(); }

  LinkSurroundings& shared_;
  LinkOwner& owner_;
  boost::asio::ssl::stream<Socket> stream_;
  std::optional<Target> target_;  // Whom we dialled.
  std::optional<ConnectRace> race_;
  std::optional<PeerId> peer_;
  crypto::PublicKey key_{};

  Stage stage_ = Stage::connecting;
  std::optional<LinkWord> word_;
  std::optional<LinkWord> verdict_;  // Why the judge refused.
  Clock::time_point deadline_{};     // Of the stages before `open`.
  bool finishing_ = false;

  // Reading.
  std::array<std::uint8_t, 16384> input_;
  crypto::BytesView pending_;  // Of input_: not parsed yet.
  FrameParser parser_;
  Timer read_signal_;
  bool paused_ = false;
  bool frame_begun_ = false;
  Clock::time_point heard_{}, frame_began_{};

  // Writing.
  crypto::Bytes output_;
  Timer write_signal_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  std::optional<std::uint64_t> acknowledged_;  // Bytes, when last looked at.
};

}  // namespace centime::network
