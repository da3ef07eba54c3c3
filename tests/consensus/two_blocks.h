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

// To an engine of the network of four: a block becomes final in the step in which a liar's comes,
// at the same height and certified in a view that was nullified as well.
template <class Engine>
Step finalize_beside_a_liars_block(Engine& lone) {
  const Block beside = block_on(digest_of("genesis"), 1, 1, "beside", 2'000);
  const Block chosen = block_on(digest_of("genesis"), 1, 2, "chosen", 3'000);
  const Value value_beside = value_of({0}, beside), value_chosen = value_of({0}, chosen);
  lone.certificate(L, {1});
  lone.execute(lone.propose({2}, value_chosen, chosen, {certificate_of(L, {1}, {}, {0, 1, 2})}));
  lone.vote(0, F, {2}, value_chosen);
  lone.vote(1, F, {2}, value_chosen);
  Step step = lone.propose({1}, value_beside, beside,
                           {certificate_of(N, {1}, value_beside, {0, 1, 2}),
                            certificate_of(N, {2}, value_chosen, {0, 1, 2})});
  EXPECT_EQ(lone.engine.fin().block, chosen.hash);
  return step;
}

}  // namespace centime::consensus::test
