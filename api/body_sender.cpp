#include "api/body_sender.h"

#include <exception>
#include <utility>

#include "api/mailbox.h"
#include "api/response_head.h"

namespace centime::api {

BodySender::BodySender(Channel& channel, Clock::duration keep_alive_interval, Report report)
    : channel_(channel), keep_alive_interval_(keep_alive_interval), report_(std::move(report)) {}

Task<bool> BodySender::send(std::string head, Response response, bool chunked) {
  if (!response.stream && !response.live) {
    sent_ = response.body.size();
    co_return co_await channel_.write(head, response.body);
  }
  // However it fails: a write, a client that left, the stop deadline, the body itself.
  channel_.reset_at_end(true);
  bool whole = false;
  if (response.stream) {
    whole = co_await send_stream(std::move(head), std::move(response), chunked);
  } else {
    sent_ = response.body.size();
    if (!response.body.empty()) head += chunked ? in_chunk(response.body) : response.body;
    if (co_await channel_.write(head)) whole = co_await send_live(std::move(response), chunked);
  }
  if (whole) channel_.reset_at_end(false);
  co_return whole;
}

Task<bool> BodySender::send_stream(std::string head, Response response, bool chunked) {
  std::string out = std::move(head);
  for (;;) {
    std::optional<std::string> chunk;
    try {
      chunk = response.stream();
    } catch (const std::exception& error) {
      report_("a stream threw: " + std::string(error.what()));
      co_return false;
    }
    if (!chunk) break;
    if (chunk->empty()) continue;
    sent_ += chunk->size();
    out += chunked ? in_chunk(*chunk) : *chunk;
    if (!co_await channel_.write(out)) co_return false;
    out.clear();
  }
  if (chunked) out += "0\r\n\r\n";
  co_return co_await channel_.write(out);
}

Task<bool> BodySender::send_live(Response response, bool chunked) {
  channel_.enter(Phase::live);
  std::shared_ptr<Mailbox<std::optional<std::string>>> box;
  auto told = Clock::now();
  bool ended = false;
  while (!channel_.loop().finishing()) {
    if (!box) {
      box = std::make_shared<Mailbox<std::optional<std::string>>>();
      try {
        response.live(Sender<std::optional<std::string>>(channel_.loop().gate(), box));
      } catch (const std::exception& error) {
        report_("a live stream threw: " + std::string(error.what()));
        break;
      }
    }
    channel_.watch_for_leaving();
    co_await channel_.wait_for(box, told + keep_alive_interval_ - Clock::now());
    if (channel_.was_cut()) co_return false;
    ended = box->item && !*box->item;
    if (ended || box->dropped) break;
    if (!box->item &&
        (channel_.loop().finishing() || (response.keep_alive.empty() && !response.finite)))
      break;
    std::string chunk = box->item ? std::move(**box->item) : std::string();
    if (box->item) box = nullptr;
    // Also when only empty chunks come, and often.
    if (chunk.empty() && Clock::now() - told >= keep_alive_interval_) {
      chunk = response.keep_alive;
      told = Clock::now();
    }
    if (chunk.empty()) continue;
    sent_ += chunk.size();
    const std::string framed = chunked ? in_chunk(chunk) : std::move(chunk);
    if (!co_await channel_.write(framed)) co_return false;
    told = Clock::now();
  }
  channel_.enter(Phase::busy);
  std::string fault;
  if (box && box->dropped && response.live_fault) fault = response.live_fault();
  if (!response.finite && !fault.empty()) report_("a live stream threw: " + fault);
  if (response.finite && !ended) {
    report_("a file could not be finished" + (fault.empty() ? fault : ": " + fault));
    co_return false;
  }
  co_return !chunked || co_await channel_.write("0\r\n\r\n");
}

}  // namespace centime::api
