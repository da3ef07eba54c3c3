// What tests of single rules vote about: the first two blocks of a network of four, and a value
// that nobody proposed.
#pragma once

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

}  // namespace centime::consensus::test
