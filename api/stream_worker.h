// One thread for answers that may take minutes, such as a file of the whole ledger's records.
//
// They are made piece by piece and each in its turn, so that none keeps a thread of the server, or
// another of its kind, waiting for longer than a piece takes. A client that reads slowly keeps its
// place for as long as it likes, so there is a share for each. Owned by the API's context;
// destroying it drops the pieces that have not begun, which cuts their connections.
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/client_limits.h"
#include "api/http_message.h"
#include "api/worker.h"

namespace centime::api {

// Makes the next piece: near 64 KiB or some hundredths of a second, and empty if there was only
// work; nullopt at the end. What it throws cuts the connection.
using MakePiece = std::move_only_function<std::optional<std::string>()>;

class StreamWorker {
 public:
  enum class Refusal { streams, streams_per_client };

  // At most `streams_max` are under way at once, `of_one_max` of them one client's.
  StreamWorker(std::size_t streams_max, std::size_t of_one_max);

  // Lets the response go on with these pieces after its body. On a refusal the response is as it
  // was. `client`: as sharer_of gives it; an empty one has all the places. The response must not
  // outlive the worker.
  std::expected<void, Refusal> send(Response& response, const std::string& client, MakePiece make);

  std::size_t under_way() const { return *count_; }

 private:
  const std::size_t streams_max_;
  std::shared_ptr<std::atomic<std::size_t>> count_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::shared_ptr<ClientLimits> clients_;
  Worker worker_;  // A stream has at most one job, so there is always room for it.
};

}  // namespace centime::api
