#include "node/network/frame.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "node/network/hello.h"

namespace centime::network {
namespace {

using crypto::Bytes;
using crypto::BytesView;

constexpr auto rules = std::to_array<FrameRule>({{1, "vote", 64, SendClass::urgent},
                                                 {2, "status", 0, SendClass::newest},
                                                 {3, "blocks", 1U << 20, SendClass::bulk}});

const FrameTable& table() {
  static const FrameTable made{rules};
  return made;
}

Bytes frame_bytes(std::uint8_t kind, BytesView bytes) {
  Bytes out;
  append_frame(kind, bytes, out);
  return out;
}

// All frames of the input, cut into pieces of these sizes over and over; then the fault, if any.
std::pair<std::vector<Frame>, std::optional<LinkWord>> parse(BytesView input,
                                                             const std::vector<std::size_t>& cuts) {
  FrameParser parser(table());
  std::vector<Frame> frames;
  for (std::size_t i = 0; !input.empty(); ++i) {
    auto piece = input.first(std::min(input.size(), cuts[i % cuts.size()]));
    input = input.subspan(piece.size());
    while (!piece.empty()) {
      const auto used = parser.feed(piece);
      if (!used) return {frames, used.error()};
      piece = piece.subspan(*used);
      if (auto frame = parser.take()) frames.push_back(std::move(*frame));
    }
  }
  return {frames, std::nullopt};
}

TEST(FrameParser, FrameIsLengthKindAndBytes) {
  EXPECT_EQ(frame_bytes(3, crypto::as_bytes("ab")), (Bytes{0, 0, 0, 2, 3, 'a', 'b'}));
}

TEST(FrameParser, RefusesAnUnknownKindAsSoonAsItIsNamed) {
  FrameParser parser(table());
  EXPECT_EQ(parser.feed(Bytes{0, 0, 0, 1, 9}).error(), LinkWord::unknown_kind);
}

TEST(FrameParser, RefusesTheKindOfTheFirstFrameLater) {
  FrameParser parser(table());
  EXPECT_EQ(parser.feed(Bytes{0, 0, 0, 1, hello_kind}).error(), LinkWord::unknown_kind);
}

TEST(FrameParser, RefusesAnOversizedFrameBeforeItsFirstByte) {
  FrameParser parser(table());
  EXPECT_EQ(parser.feed(Bytes{0, 0, 0, 65, 1}).error(), LinkWord::oversized_frame);
  FrameParser other(table());
  EXPECT_EQ(other.feed(Bytes{0xff, 0xff, 0xff, 0xff, 3}).error(), LinkWord::oversized_frame);
}

TEST(FrameParser, TakesTheLongestFrameThatItsRuleAllows) {
  const Bytes longest(64, 7);
  const auto [frames, fault] = parse(frame_bytes(1, longest), {1000});
  EXPECT_FALSE(fault);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], (Frame{1, longest}));
}

TEST(FrameParser, CompletesAnEmptyFrameWithItsHeader) {
  const auto [frames, fault] = parse(frame_bytes(2, {}), {5});
  EXPECT_FALSE(fault);
  EXPECT_EQ(frames, std::vector<Frame>{(Frame{2, {}})});
}

TEST(FrameParser, KnowsWhetherItIsInsideAFrame) {
  FrameParser parser(table());
  EXPECT_FALSE(parser.in_frame());
  ASSERT_TRUE(parser.feed(Bytes{0}));
  EXPECT_TRUE(parser.in_frame());
  ASSERT_TRUE(parser.feed(Bytes{0, 0, 1, 1, 42}));
  EXPECT_FALSE(parser.in_frame());
  EXPECT_TRUE(parser.take());
  EXPECT_FALSE(parser.in_frame());
}

RC_GTEST_PROP(FrameParser, PiecesOfAnySizeGiveTheSameFrames, ()) {
  const auto bodies =
      *rc::gen::container<std::vector<Bytes>>(rc::gen::resize(60, rc::gen::arbitrary<Bytes>()));
  Bytes input;
  std::vector<Frame> sent;
  for (const Bytes& body : bodies) {
    const std::uint8_t kind = body.size() > 64 ? 3 : body.empty() ? 2 : 1;
    append_frame(kind, body, input);
    sent.push_back({kind, body});
  }
  const auto cuts = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 40)));
  const auto [frames, fault] = parse(input, cuts);
  RC_ASSERT(!fault);
  RC_ASSERT(frames == sent);
}

RC_GTEST_PROP(FrameParser, ArbitraryBytesMeanTheSameInPiecesAsAtOnce, ()) {
  auto input = *rc::gen::container<Bytes>(rc::gen::inRange<std::uint8_t>(0, 4));
  const auto whole = parse(input, {1U << 20});
  RC_ASSERT(parse(input, {1}) == whole);
  RC_ASSERT(parse(input, {3, 7}) == whole);
}

TEST(Hello, TakesItsEqual) {
  const Hello hello{7, crypto::sha256(crypto::as_bytes("net"))};
  EXPECT_TRUE(compare_hello(hello, encode_hello(hello)));
  EXPECT_EQ(encode_hello(hello).size(), 34U);
}

TEST(Hello, RefusesAnotherNetwork) {
  const Hello hello{7, crypto::sha256(crypto::as_bytes("net"))};
  const Hello other{7, crypto::sha256(crypto::as_bytes("test net"))};
  EXPECT_EQ(compare_hello(hello, encode_hello(other)).error(), LinkWord::wrong_network);
}

TEST(Hello, NamesAnotherVersionEvenIfThatSaysMore) {
  const Hello hello{7, {}};
  auto later = encode_hello({8, {}});
  EXPECT_EQ(compare_hello(hello, later).error(), LinkWord::wrong_version);
  later.push_back(1);
  EXPECT_EQ(compare_hello(hello, later).error(), LinkWord::wrong_version);
}

TEST(Hello, RefusesAnotherLength) {
  const Hello hello{7, {}};
  auto bytes = encode_hello(hello);
  bytes.push_back(0);
  EXPECT_EQ(compare_hello(hello, bytes).error(), LinkWord::bad_hello);
  bytes.resize(33);
  EXPECT_EQ(compare_hello(hello, bytes).error(), LinkWord::bad_hello);
  EXPECT_EQ(compare_hello(hello, {}).error(), LinkWord::bad_hello);
}

}  // namespace
}  // namespace centime::network
