// Rules R4 and R5: proposing and judging proposals. Leader of view v among four is v mod 4.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

// ---- R4

// Answers the engine's Build.
Step build(LoneEngine& lone, const Step& step, std::uint16_t self, std::string_view body,
           std::uint64_t timestamp_ms = 0) {
  const auto asked = all<Build>(step);
  if (asked.size() != 1) return {};
  return lone.give(Built{asked[0].view, block_on(asked[0].parent, asked[0].height.value, self, body,
                                                 std::max(asked[0].earliest_ms, timestamp_ms))});
}

TEST(R4Propose, ProposesWhenThereIsWorkAndOnlyAfterTheSync) {
  LoneEngine lone(1);
  EXPECT_TRUE(all<Build>(lone.started).empty());
  const Step asked = lone.give(Work{1});
  ASSERT_EQ(all<Build>(asked).size(), 1);
  EXPECT_EQ(all<Build>(asked)[0].parent, digest_of("genesis"));
  EXPECT_EQ(all<Build>(asked)[0].earliest_ms, 1'001);

  const Step step = build(lone, asked, 1, "one");
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  EXPECT_TRUE(verify_vote(set_of(4), sent<Proposal>(step)[0].vote));
  EXPECT_EQ(step.rows.size(), 2) << "own vote and body";
  for (const Send& send : all<Send>(step)) EXPECT_TRUE(send.after_sync);
}

TEST(R4Propose, StaysSilentWithNothingToBuild) {
  LoneEngine lone(1);
  const Step asked = lone.give(Work{1});
  const Step step = lone.give(Built{all<Build>(asked).at(0).view, {}});
  EXPECT_TRUE(step.rows.empty());
  EXPECT_TRUE(sent<Proposal>(step).empty());
  EXPECT_EQ(all<Build>(lone.give(Work{2})).size(), 1) << "new work, new try";
}

TEST(R4Propose, DropsABlockThatComesTooLate) {
  LoneEngine lone(1);
  const Step asked = lone.give(Work{1});
  lone.certificate(L, {1}, {}, {0, 2, 3});
  EXPECT_TRUE(build(lone, asked, 1, "one").rows.empty());
}

TEST(R4Propose, CarriesANullificationForEveryViewItSkips) {
  LoneEngine lone(1);
  for (std::uint64_t view = 1; view <= 4; ++view) lone.certificate(L, {view}, {}, {0, 2, 3});
  ASSERT_EQ(lone.engine.view(), View{5});
  const Step step = build(lone, lone.give(Work{1}), 1, "one");
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  const auto justification = sent<Proposal>(step)[0].justification.items;
  ASSERT_EQ(justification.size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(justification[i], certificate_of(L, {4 - i}, {}, {0, 2, 3}));
  }
}

TEST(R4Propose, AsksForTheCertificateOfAnUnexplainedView) {
  LoneEngine lone(1);
  lone.certificate(L, {4}, {}, {0, 2, 3});
  lone.time += 1'000;
  const Step step = lone.give(Work{1});
  EXPECT_TRUE(all<Build>(step).empty());
  ASSERT_EQ(sent<GetCertificates>(step).size(), 1);
  EXPECT_EQ(sent<GetCertificates>(step)[0].views.items, (std::vector<View>{{1}, {2}, {3}}));
}

// The room for the block that is asked for in this step; 0 if none is.
std::size_t room_in(const Step& step) {
  const auto asked = all<Build>(step);
  return asked.size() == 1 ? asked[0].room : 0;
}

TEST(R4Propose, MakesSmallerBlocksWithEachViewGivenUpInARow) {
  LoneEngine lone(1);
  EXPECT_EQ(room_in(lone.give(Work{1})), body_bytes_max);
  Step last;
  // Gives up the view that it is in, and then follows the others to its own turn.
  const auto pass_views = [&](std::uint64_t first, std::uint64_t end) {
    lone.wait(13'000);
    for (std::uint64_t view = first; view < end; ++view)
      last = lone.certificate(L, {view}, {}, {0, 2, 3});
  };
  pass_views(1, 2);
  pass_views(2, 5);
  EXPECT_EQ(room_in(last), body_bytes_max / 4) << "it gave up two";
  for (std::uint64_t view = 5; view < 401; view += 4) pass_views(view, view + 4);
  EXPECT_EQ(room_in(last), Engine::room_min);

  const Block block = block_on(digest_of("genesis"), 1, 3, "b", 2'000);
  const Value value = value_of({0}, block);
  lone.execute(lone.propose({403}, value, block));
  lone.execute(lone.certificate(N, {403}, value, {0, 2, 3}));
  lone.execute(lone.certificate(F, {403}, value, {0, 2, 3}));
  EXPECT_EQ(room_in(lone.certificate(L, {404}, {}, {0, 2, 3})), body_bytes_max);
}

// The lines of the others may be good: each goes by what became of its own.
TEST(R4Propose, MakesSmallerBlocksAfterOneOfItsOwnThatDidNotGetThrough) {
  const std::string large(std::size_t{1} << 20, 'x');
  LoneEngine lone(1);
  Step turn = lone.give(Work{1});
  crypto::Digest parent = digest_of("genesis");
  View parent_view{0};
  std::uint64_t height = 0;
  // Views 1, 5, ... are this validator's. The room that it gave to its block.
  const auto lead = [&](std::uint64_t view, const std::string& body, bool gets_through) {
    const auto asked = all<Build>(turn);
    if (asked.size() != 1) return std::size_t{0};
    const Block block = block_on(parent, height + 1, 1, body, asked[0].earliest_ms);
    lone.give(Built{{view}, block});
    if (gets_through) {
      const Value value = value_of(parent_view, block);
      lone.certificate(N, {view}, value, {0, 2, 3});
      lone.certificate(F, {view}, value, {0, 2, 3});
      parent = block.hash;
      parent_view = {view};
      ++height;
    } else {
      lone.certificate(L, {view}, {}, {0, 2, 3});
    }
    for (const std::uint64_t next : {view + 1, view + 2, view + 3})
      turn = lone.certificate(L, {next}, {}, {0, 2, 3});
    return asked[0].room;
  };
  EXPECT_EQ(lead(1, "small", true), body_bytes_max);
  EXPECT_EQ(lead(5, "small", false), body_bytes_max);
  EXPECT_EQ(lead(9, large, false), body_bytes_max) << "a short one was lost for another reason";
  EXPECT_EQ(lead(13, large, true), large.size() / 2);
  EXPECT_EQ(lead(17, "small", true), large.size() / 2 + Engine::room_step);
  EXPECT_EQ(lead(21, "small", true), large.size() / 2 + 2 * Engine::room_step);
}

TEST(R4Propose, FetchesAMissingParentAndSkipsItOnlyIfItIsAlsoNullified) {
  LoneEngine lone(2);
  EXPECT_TRUE(sent<GetBlocks>(lone.certificate(N, {1}, value_one, {0, 1, 3})).empty())
      << "it may be on its way";
  lone.time += 1'000;
  const Step step = lone.give(Work{1});
  EXPECT_TRUE(all<Build>(step).empty());
  EXPECT_FALSE(sent<GetBlocks>(step).empty());
  const Step skipped = lone.certificate(L, {1}, {}, {0, 1, 3});
  ASSERT_EQ(all<Build>(skipped).size(), 1);
  EXPECT_EQ(all<Build>(skipped)[0].parent, digest_of("genesis"));
}

TEST(R4Propose, ProposesTheParentAgainInsteadOfAnEmptyBlock) {
  LoneEngine lone(2);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  ASSERT_EQ(lone.engine.view(), View{2});
  const Step step = lone.wait(300);
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  const Proposal proposal = sent<Proposal>(step)[0];
  EXPECT_EQ(proposal.vote.value, (Value{{1}, {1}, one.hash}));
  EXPECT_FALSE(proposal.block);
  EXPECT_EQ(proposal.justification.items.size(), 1);
}

TEST(R4Propose, MakesTheParentDurableThatItProposesAgain) {
  LoneEngine lone(2);
  lone.give(Work{1});
  ASSERT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
  lone.give(Work{0});
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  lone.wait(600);
  const Step step = lone.execute(lone.give(1, Blocks{{{one}}}));
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  EXPECT_TRUE(sent_votes(step, F).empty()) << "it had nullified that view";
  EXPECT_TRUE(lone.disk.contains(block_key(0, {1}, one.hash)));
}

TEST(R4Propose, GivesUpAViewWhereOnlyTheGenesisCouldBeProposedAgain) {
  LoneEngine lone(1);
  lone.vote(0, L, {1});
  const Step step = lone.vote(2, L, {1});
  EXPECT_EQ(sent_votes(step, L).size(), 1);
  EXPECT_TRUE(sent<Proposal>(step).empty());
}

TEST(R4Propose, MakesTheLastBlockFinalAgainAtEachHeartbeat) {
  EngineOptions options = options_for(1, 0);
  options.timing.heartbeat = Millis{60'000};
  LoneEngine lone(std::move(options));
  EXPECT_TRUE(all<Commit>(lone.wait(200'000)).empty()) << "the genesis is not proposed again";
  build(lone, lone.give(Work{1}), 0, "one");
  lone.give(Work{0});
  ASSERT_EQ(lone.engine.fin().height, BlockHeight{1});
  const crypto::Digest block = lone.engine.fin().block;
  const auto commits = all<Commit>(lone.wait(200'000));
  ASSERT_EQ(commits.size(), 3);
  for (const Commit& commit : commits) EXPECT_TRUE(commit.blocks.empty());
  EXPECT_EQ(lone.engine.fin().block, block);
  EXPECT_GT(lone.engine.fin().view, View{3});
}

// Validator 0 leads the current view, on this many notarized blocks, the last of which is given
// back.
crypto::Digest extend_open_path(LoneEngine& lone, std::uint64_t blocks, const std::string& body) {
  crypto::Digest parent = digest_of("genesis");
  View parent_view{0};
  for (std::uint64_t height = 1; height <= blocks; ++height) {
    const View view = lone.engine.view();
    const std::uint16_t leader = lone.engine.leader(view);
    const Block block = block_on(parent, height, leader, body, 2'000 + height);
    const Value value = value_of(parent_view, block);
    if (leader != 0) {
      lone.execute(lone.propose(view, value, block));
    } else {
      build(lone, lone.give(Work{1}), 0, body, 2'000 + height);
      lone.give(Work{0});
    }
    lone.certificate(N, view, value, {1, 2, 3});
    parent = block.hash;
    parent_view = view;
  }
  lone.certificate(L, lone.engine.view(), {}, {1, 2, 3});
  while (lone.engine.leader(lone.engine.view()) != 0) {
    lone.certificate(L, lone.engine.view(), {}, {1, 2, 3});
  }
  return parent;
}

void expect_proposed_again(LoneEngine& lone, const crypto::Digest& block) {
  EXPECT_TRUE(all<Build>(lone.give(Work{1})).empty());
  const Step step = lone.wait(300);
  EXPECT_TRUE(all<Build>(step).empty());
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  EXPECT_EQ(sent<Proposal>(step)[0].vote.value.block, block);
}

TEST(R4Propose, ProposesAgainWhenItsChainIsLongEnough) {
  LoneEngine lone(0);
  expect_proposed_again(lone, extend_open_path(lone, Engine::open_blocks_max, "x"));
}

// What becomes final together is sent together, to those who catch up.
TEST(R4Propose, ProposesAgainWhenAnotherBodyMightNotFitIntoOneAnswer) {
  const std::string body(Engine::open_bytes_max / 3, 'x');
  LoneEngine lone(0);
  extend_open_path(lone, 3, body);
  EXPECT_EQ(all<Build>(lone.give(Work{1})).size(), 1U);
  LoneEngine full(0);
  expect_proposed_again(full, extend_open_path(full, 4, body));
}

// ---- R5

TEST(R5Notarize, VotesForAnExecutedProposalWithItsBodyOnTheDisk) {
  LoneEngine lone(3);
  const Step asked = lone.propose({1}, value_one, one);
  ASSERT_EQ(all<Execute>(asked).size(), 1);
  EXPECT_TRUE(sent_votes(asked, N).empty());
  const Step step = lone.give(Executed{one.hash, BlockVerdict::valid});
  ASSERT_EQ(sent_votes(step, N).size(), 1);
  EXPECT_EQ(sent_votes(step, N)[0].value, value_one);
  ASSERT_EQ(step.rows.size(), 2);
  EXPECT_EQ(step.rows[0].first, votes_key(0, {1}));
  EXPECT_EQ(step.rows[1].first, block_key(0, {1}, one.hash));
}

TEST(R5Notarize, WaitsForNullificationsOfTheSkippedViews) {
  LoneEngine lone(0);
  const Block late = block_on(digest_of("genesis"), 1, 3, "late", 2'000);
  lone.certificate(L, {2}, {}, {1, 2, 3});
  lone.time += 1'000;
  const Step step = lone.propose({3}, value_of({0}, late), late);
  EXPECT_TRUE(all<Execute>(step).empty());
  ASSERT_EQ(sent<GetCertificates>(step).size(), 1);
  EXPECT_EQ(sent<GetCertificates>(step)[0].views.items, std::vector<View>{{1}});
  EXPECT_EQ(sent_votes(lone.execute(lone.certificate(L, {1}, {}, {1, 2, 3})), N).size(), 1);
}

// A run of open blocks that is as long as may be, led by another in the current view.
struct LongRun {
  explicit LongRun(std::uint64_t blocks, const std::string& body) : lone(0) {
    parent = extend_open_path(lone, blocks, body);
    lone.certificate(L, lone.engine.view(), {}, {1, 2, 3});
    view = lone.engine.view();
    parent_view = {blocks};  // One view each.
    height = blocks;
    child = block_on(parent, blocks + 1, lone.engine.leader(view), "one more", 9'000);
  }
  LoneEngine lone;
  crypto::Digest parent;
  View view, parent_view;
  std::uint64_t height = 0;
  Block child;
};

// What leaders lengthen all the same, nobody could send to those who catch up.
TEST(R5Notarize, WaitsWhileTheRunOfOpenBlocksIsTooLongAndVotesOnceSomeOfItIsFinal) {
  const std::string body(Engine::open_bytes_max / 3, 'x');
  for (const auto& [blocks, each] :
       {std::pair<std::uint64_t, std::string>{4, body}, {Engine::open_blocks_max, "x"}}) {
    LongRun run(blocks, each);
    const Step step = run.lone.execute(
        run.lone.propose(run.view, value_of(run.parent_view, run.child), run.child));
    EXPECT_TRUE(all<Execute>(step).empty()) << "nor is it executed";
    EXPECT_TRUE(sent_votes(step, N).empty());
    EXPECT_TRUE(sent_votes(step, L).empty()) << "its leader may know more to be final";
    // The first block turns out to be final: the leader knew.
    const Block first = block_on(digest_of("genesis"), 1, run.lone.engine.leader({1}), each, 2'001);
    const Step freed =
        run.lone.execute(run.lone.certificate(F, {1}, value_of({0}, first), {1, 2, 3}));
    EXPECT_EQ(run.lone.engine.fin().block, first.hash);
    const auto votes = sent_votes(freed, N);
    ASSERT_EQ(votes.size(), 1U);
    EXPECT_EQ(votes[0].value.block, run.child.hash);
  }
}

TEST(R5Notarize, LeavesARunThatIsTooLongToTheNextLeaderWhoProposesItsEndAgain) {
  LongRun run(Engine::open_blocks_max, "x");
  run.lone.give(Work{1});
  run.lone.propose(run.view, value_of(run.parent_view, run.child), run.child);
  const Step given_up = run.lone.wait(12'000);
  for (const Vote& again : sent_votes(given_up, N)) EXPECT_LT(again.view, run.view);
  ASSERT_FALSE(sent_votes(given_up, L).empty());
  EXPECT_EQ(sent_votes(given_up, L)[0].view, run.view);
  run.lone.certificate(L, run.view, {}, {0, 2, 3});
  const View next = run.lone.engine.view();
  ASSERT_NE(run.lone.engine.leader(next), 0);
  const Value again{run.parent_view, {run.height}, run.parent};
  EXPECT_EQ(sent_votes(run.lone.execute(run.lone.propose(next, again, std::nullopt)), N).size(),
            1U);
  // Which makes the run final, and room.
  run.lone.execute(run.lone.certificate(N, next, again, {0, 2, 3}));
  EXPECT_EQ(all<Commit>(run.lone.execute(run.lone.certificate(F, next, again, {0, 2, 3}))).size(),
            1U);
  EXPECT_EQ(run.lone.engine.fin().height, BlockHeight{run.height});
}

// D4. The height is signed too: a block has one.
TEST(R5Notarize, ABlockThatIsProposedAgainKeepsItsHeight) {
  for (const std::uint64_t height : {1, 2}) {
    LoneEngine lone(0);
    lone.execute(lone.propose({1}, value_one, one));
    lone.execute(lone.certificate(N, {1}, value_one));
    ASSERT_EQ(lone.engine.view(), View{2});
    const Step step = lone.propose({2}, {{1}, {height}, one.hash}, std::nullopt);
    EXPECT_EQ(sent_votes(step, N).size(), height == 1 ? 1U : 0U);
    EXPECT_EQ(sent_votes(step, L).size(), height == 1 ? 0U : 1U);
  }
}

TEST(R5Notarize, TakesTheCertificatesInTheProposalFirst) {
  LoneEngine lone(0);
  const Block late = block_on(digest_of("genesis"), 1, 3, "late", 2'000);
  const Step step = lone.execute(
      lone.propose({3}, value_of({0}, late), late,
                   {certificate_of(L, {2}, {}, {1, 2, 3}), certificate_of(L, {1}, {}, {1, 2, 3})}));
  EXPECT_EQ(sent_votes(step, N).size(), 1);
  // Entered by the nullification of view 2, which is durable with the vote (D2).
  EXPECT_TRUE(
      std::ranges::any_of(step.rows,
                          [](const Row& row) { return row.first == certificate_key(0, {2}, L); }) ||
      lone.disk.contains(certificate_key(0, {2}, L)));
}

TEST(R5Notarize, WaitsForAMissingBody) {
  LoneEngine lone(3);
  lone.time += 1'000;
  EXPECT_TRUE(sent<GetBlocks>(lone.propose({1}, value_one, std::nullopt)).empty())
      << "the body may be on its way";
  const Step step = lone.wait(800);
  EXPECT_TRUE(sent_votes(step, L).empty());
  ASSERT_EQ(sent<GetBlocks>(step).size(), 1);
  EXPECT_EQ(lone.give(0, Blocks{{{one}}}).refused, Refusal::unrequested_blocks);
  const Step arrived = lone.give(1, Blocks{{{one}}});
  EXPECT_EQ(arrived.refused, std::nullopt);
  EXPECT_EQ(sent_votes(lone.execute(arrived), N).size(), 1);
}

TEST(R5Notarize, TakesNoMoreAncestorsThanItAskedFor) {
  LoneEngine lone(0);
  for (std::uint64_t view = 1; view <= 2; ++view) lone.certificate(L, {view}, {}, {1, 2, 3});
  lone.time += 1'000;
  const Block top = block_on(two.hash, 3, 3, "top", 4'000);
  lone.propose({3}, value_of({0}, top), std::nullopt);
  ASSERT_EQ(sent<GetBlocks>(lone.wait(800)).size(), 1);
  lone.give(3, Blocks{{{top, two, one}}});
  EXPECT_EQ(lone.engine.use().blocks, 1);
}

TEST(R5Notarize, KeepsNoBodyOfAProposalOfAViewThatIsOver) {
  LoneEngine lone(3);
  lone.certificate(L, {1});
  lone.propose({1}, value_one, one);
  EXPECT_EQ(lone.engine.use().blocks, 0);
}

// Who made the block has its body.
TEST(R5Notarize, GivesTheViewUpAtOnceWhenItsLeaderSendsAWrongBody) {
  LoneEngine lone(3);
  const Step step = lone.execute(lone.propose({1}, value_one, one), BlockVerdict::wrong_body);
  EXPECT_TRUE(sent_votes(step, N).empty());
  EXPECT_EQ(sent_votes(step, L).size(), 1);
  EXPECT_TRUE(all<Report>(step).empty()) << "nothing is proven to others";
  for (int i = 0; i < 10; ++i) {
    lone.time += 100;
    const Step again = lone.propose({1}, value_one, one);
    EXPECT_EQ(again.refused, Refusal::repeated);
    EXPECT_TRUE(all<Execute>(again).empty()) << "it is executed once";
  }
  EXPECT_EQ(lone.engine.use().blocks, 0);
  // If others have the true body they are asked for it, and it counts.
  lone.certificate(F, {1}, value_one, {0, 1, 2});
  const Step asks = lone.wait(300);
  std::optional<PeerIndex> asked;
  for (const Send& send : all<Send>(asks)) {
    if (std::holds_alternative<GetBlocks>(*send.message)) asked = send.to;
  }
  ASSERT_TRUE(asked);
  EXPECT_NE(*asked, 1) << "that sent the wrong one";
  lone.execute(lone.give(*asked, Blocks{{{one}}}));
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{1});
}

TEST(R5Notarize, FetchesAnotherBodyWhenThatOfAnotherPeerIsNotTheBlocks) {
  LoneEngine lone(0);
  lone.propose({1}, value_one, std::nullopt);
  lone.wait(800);  // The leader is asked,
  lone.wait(300);  // and then two of the others too.
  const Step step = lone.execute(lone.give(2, Blocks{{{one}}}), BlockVerdict::wrong_body);
  EXPECT_TRUE(sent_votes(step, L).empty());
  std::set<PeerIndex> asked;
  for (const Send& send : all<Send>(step)) {
    if (std::holds_alternative<GetBlocks>(*send.message)) asked.insert(*send.to);
  }
  EXPECT_EQ(asked, (std::set<PeerIndex>{1, 3}));
  const Step arrived = lone.execute(lone.give(1, Blocks{{{one}}}));
  EXPECT_EQ(sent_votes(arrived, N).size(), 1);
}

TEST(R5Notarize, WaitsForABlockFromTheFutureAndNeverCallsItInvalid) {
  LoneEngine lone(3);
  const std::uint64_t wall = lone.now().wall_clock_ms;
  const Block early = block_on(digest_of("genesis"), 1, 1, "early", wall + 10'500);
  const Step step = lone.propose({1}, value_of({0}, early), early);
  EXPECT_TRUE(all<Execute>(step).empty());
  EXPECT_TRUE(sent_votes(step, L).empty());
  const Step later = lone.execute(lone.wait(600));
  EXPECT_EQ(sent_votes(later, N).size(), 1);
}

// A clock was ahead when the parent was made, and has been set right: nobody has to wait for it.
TEST(R5Notarize, TakesTheEarliestTimeThatAParentFromTheFutureLeaves) {
  const std::uint64_t month_ms = 30ULL * 24 * 60 * 60 * 1'000;
  for (const std::uint64_t later : {1, 2}) {
    LoneEngine lone(0);
    const std::uint64_t ahead = lone.now().wall_clock_ms + month_ms;
    const Block parent = block_on(digest_of("genesis"), 1, 1, "ahead", ahead);
    const Block next = block_on(parent.hash, 2, 2, "next", ahead + later);
    // The others took the parent when their clocks said so too.
    lone.certificate(N, {1}, value_of({0}, parent), {1, 2, 3});
    lone.propose({2}, value_of({1}, next), next,
                 {certificate_of(N, {1}, value_of({0}, parent), {1, 2, 3})});
    Step step = lone.wait(1'000);
    for (const GetBlocks& asked : sent<GetBlocks>(step)) {
      EXPECT_EQ(asked.block, parent.hash);
    }
    step = lone.execute(lone.give(1, Blocks{{{parent}}}));
    EXPECT_EQ(sent_votes(step, N).size(), later == 1 ? 1 : 0) << later;
  }
}

struct BadProposal {
  const char* name;
  Value value;
  std::optional<Block> block;
};

TEST(R5Notarize, NullifiesAProvablyInvalidProposalAtOnce) {
  const Block orphan = block_on(digest_of("nowhere"), 1, 1, "x", 2'000);
  const Block high = block_on(digest_of("genesis"), 2, 1, "x", 2'000);
  const Block old = block_on(digest_of("genesis"), 1, 1, "x", 1'000);
  const Block others = block_on(digest_of("genesis"), 1, 2, "x", 2'000);
  Block forged = one;
  forged.body.value.push_back(0);
  const std::vector<BadProposal> bad{
      {"not on its parent", value_of({0}, orphan), orphan},
      {"wrong height", value_of({0}, high), high},
      {"not later than its parent", value_of({0}, old), old},
      {"another proposer's", value_of({0}, others), others},
      {"height not the block's", {{0}, {2}, one.hash}, one},
      {"from its own view", {{1}, {1}, one.hash}, one},
      {"genesis again", {{0}, {0}, digest_of("genesis")}, std::nullopt},
      {"body of another hash", value_one, forged},
  };
  for (const BadProposal& proposal : bad) {
    LoneEngine lone(3);
    const Step step = lone.execute(lone.propose({1}, proposal.value, proposal.block));
    EXPECT_EQ(sent_votes(step, L).size(), 1) << proposal.name;
    EXPECT_TRUE(sent_votes(step, N).empty()) << proposal.name;
  }
  LoneEngine lone(3);
  const Step step = lone.execute(lone.propose({1}, value_one, one), BlockVerdict::invalid);
  EXPECT_EQ(sent_votes(step, L).size(), 1) << "execution";
}

TEST(R5Notarize, NeverVotesForASecondProposalInOneView) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  const Block other = block_on(digest_of("genesis"), 1, 1, "other", 2'000);
  const Step step = lone.execute(lone.propose({1}, value_of({0}, other), other));
  EXPECT_EQ(step.refused, Refusal::second_proposal);
  EXPECT_TRUE(sent_votes(step, N).empty());
  ASSERT_EQ(all<Report>(step).size(), 1);
  EXPECT_EQ(all<Report>(step)[0].sin, Sin::two_notarized);
}

TEST(R5Notarize, RefusesProposalsThatAreNotTheLeaders) {
  LoneEngine lone(3);
  EXPECT_EQ(lone.give(2, Proposal{signed_vote(N, {1}, value_one, 2), one, {}}).refused,
            Refusal::wrong_channel);
  EXPECT_EQ(lone.give(2, Proposal{signed_vote(N, {1}, value_one, 1), one, {}}).refused,
            Refusal::wrong_channel);
  EXPECT_EQ(lone.give(1, Proposal{signed_vote(F, {1}, value_one, 1), one, {}}).refused,
            Refusal::wrong_kind);
  Vote forged = signed_vote(N, {1}, value_one, 1);
  forged.value.height = {9};
  EXPECT_EQ(lone.give(1, Proposal{forged, one, {}}).refused, Refusal::bad_signature);
  const View far{1 + 4 * Engine::proposals_ahead_max};
  EXPECT_EQ(lone.give(1, Proposal{signed_vote(N, far, value_one, 1), one, {}}).refused,
            Refusal::future_view);
  EXPECT_EQ(lone.engine.use().blocks, 0);
}

TEST(R4Propose, MakesTheLastBlockFinalAgainWhenLostProposalsFillMemory) {
  LoneEngine lone(0);
  const std::string large(body_bytes_max, 'x');
  lone.execute(lone.propose({1}, value_one, one));
  lone.execute(lone.certificate(F, {1}, value_one, {1, 2, 3}));
  ASSERT_EQ(lone.engine.fin().height, BlockHeight{1});
  // Each of these was voted for here and skipped by the others.
  for (std::uint64_t lost = 0; lost < 20; ++lost) {
    const View view = lone.engine.view();
    const std::uint16_t leader = lone.engine.leader(view);
    if (leader == 0 && lone.engine.use().body_bytes >= Engine::held_bytes_max) break;
    if (leader != 0) {
      const Block block =
          block_on(one.hash, 2, leader, large.substr(0, large.size() - lost), 3'000);
      lone.execute(lone.propose(view, value_of({1}, block), block));
    }
    lone.certificate(L, view, {}, {1, 2, 3});
  }
  ASSERT_EQ(lone.engine.leader(lone.engine.view()), 0);
  const View view = lone.engine.view();
  const Step step = lone.give(Work{1});
  EXPECT_TRUE(all<Build>(step).empty());
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  const Value again = sent<Proposal>(step)[0].vote.value;
  EXPECT_EQ(again, (Value{{1}, {1}, one.hash}));
  lone.certificate(F, view, again, {1, 2, 3});
  EXPECT_EQ(lone.engine.use().body_bytes, 0);
  EXPECT_EQ(lone.disk.size(), 1);
}

}  // namespace
}  // namespace centime::consensus
