// Frames between members: however the bytes are cut, the same frames and the same fault come out,
// no more is held than arrived, and what is written again are the bytes that were read.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "node/network/frame.h"
#include "node/network/hello.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;
using network::Frame;
using network::FrameParser;
using network::FrameRule;
using network::FrameTable;
using network::LinkWord;
using network::SendClass;

namespace {

constexpr auto rules = std::to_array<FrameRule>({{1, "vote", 200, SendClass::urgent},
                                                 {2, "status", 0, SendClass::newest},
                                                 {3, "blocks", 1U << 20, SendClass::bulk}});

fuzz::Door frames;

struct Parsed {
  std::vector<Frame> frames;
  std::optional<LinkWord> fault;
  bool operator==(const Parsed&) const = default;
};

Parsed parse(const FrameTable& table, crypto::BytesView input, std::size_t piece_size) {
  FrameParser parser(table);
  Parsed parsed;
  while (!input.empty()) {
    auto piece = input.first(std::min(input.size(), piece_size));
    input = input.subspan(piece.size());
    while (!piece.empty()) {
      const auto used = parser.feed(piece);
      if (!used) {
        parsed.fault = used.error();
        return parsed;
      }
      crypto::check(*used > 0 && *used <= piece.size(), "feeding makes progress");
      piece = piece.subspan(*used);
      if (auto frame = parser.take()) parsed.frames.push_back(std::move(*frame));
    }
  }
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FrameTable table{rules};
  if (size == 0) return 0;
  const crypto::BytesView input{data + 1, size - 1};
  const auto whole = parse(table, input, input.size() + 1);
  crypto::check(parse(table, input, 1U + data[0]) == whole, "pieces mean the same as the whole");

  crypto::Bytes again;
  for (const Frame& frame : whole.frames) {
    frames.pass();
    crypto::check(frame.bytes.size() <= table.find(frame.kind)->bytes_max, "limits hold");
    network::append_frame(frame.kind, frame.bytes, again);
  }
  crypto::check(
      again.size() <= input.size() && std::ranges::equal(again, input.first(again.size())),
      "a frame has one spelling");

  const network::Hello ours{1, {}};
  if (network::compare_hello(ours, input))
    crypto::check(std::ranges::equal(network::encode_hello(ours), input), "so has a first frame");
  return 0;
}
