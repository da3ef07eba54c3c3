#include "api/stream_worker.h"

#include <exception>
#include <utility>

namespace centime::api {
namespace {

using Count = std::shared_ptr<std::atomic<std::size_t>>;

// Counted for as long as its connection or a job of it is there.
struct Stream {
  Stream(Count its_count, MakePiece its_make)
      : count(std::move(its_count)), make(std::move(its_make)) {}
  ~Stream() { --*count; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Count count;
  MakePiece make;
};

}  // namespace

bool StreamWorker::send(Response& response, MakePiece make) {
  if (++*count_ > streams_max_) {
    --*count_;
    return false;
  }
  response.finite = true;
  response.live = [worker = &worker_,
                   stream = std::make_shared<Stream>(count_, std::move(make))](NextChunk next) {
    worker->take([stream, next = std::move(next)]() mutable {
      try {
        next(stream->make());
      } catch (const std::exception&) {
        // `next` is dropped with the job, which cuts the connection.
      }
    });
  };
  return true;
}

}  // namespace centime::api
