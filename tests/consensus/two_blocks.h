// What tests of single rules vote about: the first two blocks of a network of four, and a value
// that nobody proposed.
#pragma once

#include <gtest/gtest.h>

#include "tests/consensus/samples.h"

namespace centime::consensus::test {

inline constexpr VoteKind N = VoteKind::notarize;
inline constexpr VoteKind F = VoteKind::finalize;
inline constexpr VoteKind L = VoteKind::nullify;

inline const Block one = block_on(digest_of("genesis"), 1, 1, "one", 2'000);
inline const Value value_one = value_of({0}, one);
inline const Block two = block_on(one.hash, 2, 2, "two", 3'000);
inline const Value value_two = value_of({1}, two);
inline const Value stranger_value{{0}, {1}, digest_of("stranger")};

// To an engine of the network of four: the first block is final, and notarized once more after
// that.
template <class Engine>
void notarize_final_again(Engine& lone) {
  lone.execute(lone.propose({1}, value_one, one));
  lone.execute(lone.certificate(N, {1}, value_one));
  lone.certificate(F, {1}, value_one);
  ASSERT_EQ(lone.engine.fin().height, BlockHeight{1});
  lone.certificate(N, {2}, value_of({1}, one));
  ASSERT_EQ(lone.engine.view(), View{3});
}

}  // namespace centime::consensus::test
