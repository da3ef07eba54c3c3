// A whole request as it comes off the wire: read at once and in small pieces, it is the same
// request or the same refusal.
#include <algorithm>

#include "api/problem.h"
#include "api/request_parser.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

constexpr std::size_t body_bytes_max = 4096;

struct Read {
  api::Request request;
  unsigned status = 0;  // Of the refusal; 0: none.
  std::string code;
  bool done = false;
};

void refuse(Read& read, const api::Response& response) {
  crypto::check(response.status >= 400 && response.status < 600, "a refusal has its status");
  crypto::check(response.problem != nullptr, "a refusal has its word");
  read.status = response.status;
  read.code = response.problem->code;
}

Read read_request(std::string_view head, std::string_view body, std::size_t piece) {
  Read read;
  api::RequestParser parser;
  if (const auto got = parser.read_head(head, 100, read.request); !got) {
    refuse(read, got.error());
    return read;
  }
  if (const auto limited = parser.limit_body(body_bytes_max); !limited) {
    refuse(read, limited.error());
    return read;
  }
  std::size_t offered = std::min(piece, body.size());
  while (!parser.done() && offered > 0) {
    const auto used = parser.read_body(body.substr(0, offered));
    if (!used) {
      refuse(read, used.error());
      return read;
    }
    crypto::check(*used <= offered, "no more is used than was there");
    body.remove_prefix(*used);
    // What was not used comes again with what follows, as from a read buffer.
    const std::size_t rest = offered - *used;
    const std::size_t next = std::min(rest + piece, body.size());
    if (*used == 0 && next == offered) break;
    offered = next;
  }
  crypto::check(parser.body_size() <= body_bytes_max, "a body keeps to its limit");
  read.done = parser.done();
  if (read.done) read.request.body = parser.take_body();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::string_view head = text.substr(0, end + 4), body = text.substr(end + 4);

  const Read whole = read_request(head, body, std::max<std::size_t>(body.size(), 1));
  const Read pieces = read_request(head, body, 7);
  crypto::check(whole.status == pieces.status && whole.code == pieces.code,
                "a refusal does not depend on how the bytes came");
  crypto::check(whole.done == pieces.done, "nor does the end");
  if (whole.done) crypto::check(whole.request.body == pieces.request.body, "nor does the body");
  return 0;
}
