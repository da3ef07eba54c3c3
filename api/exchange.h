// What a connection knows of the request that it is receiving or answering.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "api/answer_cache.h"
#include "api/byte_share.h"
#include "api/event_loop.h"
#include "api/http_message.h"
#include "api/router.h"

namespace centime::api {

// One request and what is known about its answer.
struct Exchange {
  Request request;
  Router::Match match;
  bool readable = false;  // The head was understood, so `request` can be told about.
  bool http_1_0 = false;
  bool close = false;       // After the answer.
  bool first = true;        // Of its connection.
  std::optional<bool> may;  // Whether the client's limit lets it pass, once that was asked.

  // For AnswerCache; empty when no answer to this may be kept.
  std::string head, key;
  std::shared_ptr<const KnownHead> known;  // It was recognised, and nothing else was read of it.

  ByteShare body_share, client_body_share;  // Of all bodies, and of this client's.
  ByteShare answer_share, client_share;     // Of a large answer: the same.
  Clock::time_point begun = Clock::now();
};

// Why a request gets no handler: the answer to give, or nothing when there is nobody to tell.
using EarlyAnswer = std::optional<Response>;

}  // namespace centime::api
