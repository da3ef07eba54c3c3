#include "consensus/safety.h"

#include <gtest/gtest.h>
// Before rapidcheck's own.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "consensus/evidence.h"
#include "tests/consensus/samples.h"

namespace centime::consensus::safety_test {
namespace {

using namespace test;

constexpr View view{5};
const Value p{{4}, {3}, digest_of("p")};
const Value other_p{{4}, {3}, digest_of("p'")};

Vote notarize(const Value& value) { return signed_vote(VoteKind::notarize, view, value, 0); }
Vote finalize(const Value& value) { return signed_vote(VoteKind::finalize, view, value, 0); }
Vote nullify() { return signed_vote(VoteKind::nullify, view, {}, 0); }

struct TableRow {
  const char* name;
  std::vector<Vote> sent;
  bool notarize_p, notarize_other, nullify, finalize_p, finalize_other;
};

// The own-vote decision table: all that one view's votes can be, and all that may follow.
TEST(Safety, AllowsExactlyWhatTheDecisionTableAllows) {
  const std::vector<TableRow> table{
      {"nothing", {}, true, true, true, true, true},
      {"NOTARIZE P", {notarize(p)}, false, false, true, true, false},
      {"NULLIFY", {nullify()}, false, false, false, false, false},
      {"NOTARIZE P + NULLIFY", {notarize(p), nullify()}, false, false, false, false, false},
      {"FINALIZE P", {finalize(p)}, false, false, false, false, false},
      {"NOTARIZE P + FINALIZE P", {notarize(p), finalize(p)}, false, false, false, false, false},
  };
  for (const TableRow& row : table) {
    Safety safety({4});
    for (const Vote& vote : row.sent) safety.record(vote);
    EXPECT_EQ(safety.may_cast(notarize(p)), row.notarize_p) << row.name;
    EXPECT_EQ(safety.may_cast(notarize(other_p)), row.notarize_other) << row.name;
    EXPECT_EQ(safety.may_cast(nullify()), row.nullify) << row.name;
    EXPECT_EQ(safety.may_cast(finalize(p)), row.finalize_p) << row.name;
    EXPECT_EQ(safety.may_cast(finalize(other_p)), row.finalize_other) << row.name;
  }
}

TEST(Safety, NeverSignsAtOrBelowItsFloor) {
  Safety safety({4});
  safety.record(nullify());
  safety.prune({5});
  EXPECT_EQ(safety.at(view), nullptr);
  EXPECT_FALSE(safety.may_finalize(view, p)) << "the NULLIFY that forbids it was pruned";
  EXPECT_FALSE(safety.may_notarize({4}));
  EXPECT_FALSE(safety.may_nullify({5}));
  EXPECT_TRUE(safety.may_notarize({6}));
  safety.abstain({8});
  EXPECT_FALSE(safety.may_notarize({8}));
  EXPECT_FALSE(safety.may_nullify({8}));
  EXPECT_FALSE(safety.may_finalize({7}, p));
  EXPECT_TRUE(safety.may_notarize({9}));
}

TEST(Safety, RestoresWhatItHadRecorded) {
  Safety before({4});
  before.record(notarize(p));
  before.record(nullify());
  const auto row = crypto::decode<OwnVotes>(crypto::encode(*before.at(view)));
  ASSERT_TRUE(row);
  Safety after({4});
  after.restore(view, *row);
  EXPECT_EQ(*after.at(view), *before.at(view));
  EXPECT_FALSE(after.may_finalize(view, p));
}

TEST(SafetyDeath, StopsOnAVoteThatItDoesNotAllow) {
  Safety safety({4});
  safety.record(nullify());
  EXPECT_DEATH(safety.record(finalize(p)), "own votes allow");
  EXPECT_DEATH(safety.restore(view, {{}, finalize(p), nullify()}), "could have been cast");
  EXPECT_DEATH(safety.restore({4}, {notarize(p), {}, {}}), "could have been cast");
}

TEST(WellFormed, RefusesWhatNoHonestValidatorSigns) {
  EXPECT_TRUE(well_formed(view, {notarize(p), {}, nullify()}));
  EXPECT_TRUE(well_formed(view, {notarize(p), finalize(p), {}}));
  EXPECT_FALSE(well_formed(view, {}));
  EXPECT_FALSE(well_formed(view, {{}, finalize(p), nullify()}));
  EXPECT_FALSE(well_formed(view, {notarize(other_p), finalize(p), {}}));
  EXPECT_FALSE(well_formed(view, {finalize(p), {}, {}}));
  EXPECT_FALSE(well_formed({6}, {notarize(p), {}, {}}));
}

// Whatever is tried, in whatever order, no two of the votes that were allowed are evidence.
RC_GTEST_PROP(Safety, NeverAllowsTwoVotesThatContradictEachOther, ()) {
  Safety safety({0});
  std::vector<Vote> cast;
  const auto tries = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::inRange(1, 4), rc::gen::inRange(0, 3)));
  for (const auto& [action, at, which] : tries) {
    Vote vote{0, {}, {static_cast<std::uint64_t>(at)}, {}, 0, {}};
    if (action == 3) {
      safety.prune(vote.view);
      continue;
    }
    vote.kind = static_cast<VoteKind>(action);
    if (vote.kind != VoteKind::nullify) vote.value = {{0}, {1}, digest_of(std::to_string(which))};
    if (!safety.may_cast(vote)) continue;
    safety.record(vote);
    cast.push_back(vote);
  }
  for (const Vote& a : cast) {
    for (const Vote& b : cast) RC_ASSERT(!contradiction(a, b));
  }
}

}  // namespace
}  // namespace centime::consensus::safety_test
