#include "api/stream_worker.h"

#include <exception>
#include <utility>

namespace centime::api {
namespace {

using Count = std::shared_ptr<std::atomic<std::size_t>>;

// A client's place, and what it is counted in, which must outlive it.
struct Share {
  std::shared_ptr<ClientLimits> clients;
  std::optional<ClientLimits::Lease> lease;
};

// Counted for as long as its connection or a job of it is there.
struct Stream {
  Stream(Count its_count, Share its_share, MakePiece its_make)
      : count(std::move(its_count)), share(std::move(its_share)), make(std::move(its_make)) {}
  ~Stream() { --*count; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Count count;
  Share share;
  MakePiece make;
  std::string fault;  // Written before the last NextChunk is dropped, read after that.
};

}  // namespace

StreamWorker::StreamWorker(std::size_t streams_max, std::size_t of_one_max)
    : streams_max_(streams_max),
      clients_(std::make_shared<ClientLimits>(
          ClientLimits::Options{.connections = of_one_max, .clients = streams_max})),
      worker_(streams_max) {}

std::expected<void, StreamWorker::Refusal> StreamWorker::send(Response& response,
                                                              const std::string& client,
                                                              MakePiece make) {
  Share share{clients_, {}};
  if (!client.empty()) {
    auto lease = clients_->connect(client, ClientLimits::Clock::now());
    if (!lease) return std::unexpected(Refusal::streams_per_client);
    share.lease.emplace(std::move(*lease));
  }
  if (++*count_ > streams_max_) {
    --*count_;
    return std::unexpected(Refusal::streams);
  }
  const auto stream = std::make_shared<Stream>(count_, std::move(share), std::move(make));
  response.finite = true;
  response.live_fault = [stream] { return stream->fault; };
  response.live = [worker = &worker_, stream](NextChunk next) {
    worker->take([stream, next = std::move(next)]() mutable {
      try {
        next(stream->make());
      } catch (const std::exception& error) {
        // `next` is dropped with the job, which cuts the connection.
        stream->fault = error.what();
      }
    });
  };
  return {};
}

}  // namespace centime::api
