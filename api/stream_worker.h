// One thread for answers that may take minutes, such as a file of the whole ledger's records.
//
// They are made piece by piece and each in its turn, so that none keeps a thread of the server, or
// another of its kind, waiting for longer than a piece takes. Owned by the API's context;
// destroying it drops the pieces that have not begun, which cuts their connections.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http_message.h"
#include "api/worker.h"

namespace centime::api {

// Makes the next piece: near 64 KiB or some hundredths of a second, and empty if there was only
// work; nullopt at the end. What it throws cuts the connection.
using MakePiece = std::move_only_function<std::optional<std::string>()>;

class StreamWorker {
 public:
  explicit StreamWorker(std::size_t streams_max)
      : streams_max_(streams_max), worker_(streams_max) {}

  // Lets the response go on with these pieces after its body. False, and the response is as it was,
  // when streams_max are under way. The response must not outlive the worker.
  bool send(Response& response, MakePiece make);

  std::size_t under_way() const { return *count_; }

 private:
  const std::size_t streams_max_;
  std::shared_ptr<std::atomic<std::size_t>> count_ = std::make_shared<std::atomic<std::size_t>>(0);
  Worker worker_;  // A stream has at most one job, so there is always room for it.
};

}  // namespace centime::api
