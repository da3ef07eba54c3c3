// Sends one answer with its body: all at once, piece by piece, or as its events come.
//
// A body of unknown length that could not be sent whole never ends in order: its connection is
// reset, so that nobody takes a part for the whole. The
// server's own half, not for handlers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/channel.h"
#include "api/http_message.h"

namespace centime::api {

class BodySender {
 public:
  using Report = std::function<void(std::string_view what)>;

  // The channel outlives it. `report` is told what a handler's body did wrong.
  BodySender(Channel& channel, Clock::duration keep_alive_interval, Report report);

  // `chunked`: bodies of unknown length are sent in chunks, and else until the connection closes.
  // False when the connection must be closed without a word. Called once.
  Task<bool> send(std::string head, Response response, bool chunked);

  std::uint64_t sent() const { return sent_; }  // Bytes of the body, without their framing.

 private:
  Task<bool> send_stream(std::string head, Response response, bool chunked);
  Task<bool> send_live(Response response, bool chunked);

  Channel& channel_;
  const Clock::duration keep_alive_interval_;
  const Report report_;
  std::uint64_t sent_ = 0;
};

}  // namespace centime::api
