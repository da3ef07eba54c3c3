// Rule R11, and what peers ask for.
#include <gtest/gtest.h>

#include <algorithm>

#include "consensus/answer_gate.h"
#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

// ---- R11

TEST(R11Status, IsToldEveryFiveSecondsWhenIdleAndEverySecondWhenBusy) {
  LoneEngine lone(3);
  EXPECT_EQ(sent<Status>(lone.wait(20'000)).size(), 4);
  lone.give(Work{1});
  EXPECT_GE(sent<Status>(lone.wait(10'000)).size(), 9);
}

TEST(R11Status, GivesAPeerThatIsBehindWhatItLacks) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  lone.certificate(L, {2}, {}, {0, 1, 2});
  const Step step = lone.give(0, Status{0, {1}, {0}, {0}, digest_of("genesis"), 0, 0, {}});
  const auto certificates = sent<Certificate>(step);
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(F, {1}, value_one, {0, 1, 2})));
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(L, {2}, {}, {0, 1, 2})));
  EXPECT_EQ(lone.give(0, Status{0, {1}, {0}, {0}, digest_of("genesis"), 0, 0, {}}).refused,
            Refusal::too_often);
}

TEST(R11Status, AsksAPeerThatIsFarAhead) {
  LoneEngine lone(3);
  lone.time += 1'000;
  const Step step = lone.give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}});
  ASSERT_EQ(sent<GetChain>(step).size(), 1);
  EXPECT_EQ(sent<GetChain>(step)[0].from, BlockHeight{1});
  EXPECT_EQ(sent<Status>(step).size(), 1);
}

TEST(R11Status, ShowsThoseOfAnEarlierEpochTheWay) {
  Disk disk = genesis_disk();
  FinalRow final = genesis_row();
  final.fin.epoch = 2;
  disk = {first_row(final)};
  EngineOptions options = options_for(4, 3);
  options.rules.epoch = 2;
  LoneEngine lone(std::move(options), disk);
  const Step step = lone.give(0, signed_vote(L, {1}, {}, 0, 1));
  EXPECT_EQ(step.refused, Refusal::wrong_epoch);
  ASSERT_EQ(all<ServeEpochEnd>(step).size(), 1);
  EXPECT_EQ(all<ServeEpochEnd>(step)[0].epoch, 1);
}

// ---- What peers ask for

TEST(Sync, AnswersWithCertificatesOrElseTheOwnVotes) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  const Step votes = lone.give(0, GetCertificates{0, {{{1}}}});
  EXPECT_EQ(sent_votes(votes, N).size(), 1);
  lone.certificate(L, {1});
  const Step certificates = lone.give(0, GetCertificates{0, {{{1}}}});
  EXPECT_EQ(sent<Certificate>(certificates).size(), 1);
  EXPECT_TRUE(sent<Vote>(certificates).empty());
  EXPECT_EQ(lone.give(0, GetCertificates{0, {{{2}, {1}}}}).refused, Refusal::unsorted_views);
}

TEST(Sync, ServesBlocksFromMemoryOrLeavesThemToTheStore) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one);
  lone.execute(lone.propose({2}, value_two, two));
  const Step step = lone.give(0, GetBlocks{two.hash, 5});
  const auto from_memory = all<ServeBlocks>(step);
  ASSERT_EQ(from_memory.size(), 1);
  ASSERT_EQ(from_memory[0].open.size(), 2);
  EXPECT_EQ(*from_memory[0].open[0], two);
  EXPECT_EQ(*from_memory[0].open[1], one);
  const auto from_store = all<ServeBlocks>(lone.give(0, GetBlocks{digest_of("old"), 0}));
  ASSERT_EQ(from_store.size(), 1);
  EXPECT_TRUE(from_store[0].open.empty());
  EXPECT_TRUE(all<ServeChain>(lone.give(0, GetChain{{1}})).empty()) << "nothing is final yet";
  lone.certificate(F, {2}, value_two);
  EXPECT_EQ(all<ServeChain>(lone.give(0, GetChain{{1}})).size(), 1);
}

// The few bytes of a request make a node put together megabytes.
TEST(Sync, AnswersAPeersRequestsOnlyAsOftenAsAnHonestOneAsks) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  const std::vector<Message> requests{GetBlocks{one.hash, 5}, GetBlocks{digest_of("old"), 63},
                                      GetChain{{1}}, GetCertificates{0, {{{1}}}}};
  for (const Message& request : requests) {
    lone.time += 10'000;
    const auto answered = [&](PeerIndex peer) {
      return lone.give(peer, request).refused != Refusal::too_often;
    };
    int at_once = 0;
    while (at_once < 100 && answered(0)) ++at_once;
    EXPECT_GE(at_once, 3) << request.index();
    EXPECT_LE(at_once, 8) << request.index();
    EXPECT_TRUE(all<ServeBlocks>(lone.give(0, request)).empty());
    EXPECT_TRUE(all<ServeChain>(lone.give(0, request)).empty());
    EXPECT_TRUE(answered(1)) << "each for itself: " << request.index();
    // A second of nothing but requests.
    int later = 0;
    for (int i = 0; i < 1'000; ++i) {
      ++lone.time;
      later += answered(0) ? 1 : 0;
    }
    EXPECT_EQ(later, 10) << request.index();
  }
}

// As many as the members that a ledger may have, and no more memory.
TEST(Sync, ForgetsWhoAskedLongAgo) {
  AnswerGate gate(Millis{100}, 2);
  for (PeerIndex peer = 0; peer < AnswerGate::peers_max; ++peer)
    EXPECT_TRUE(gate.pass(peer, Millis{0}));
  EXPECT_FALSE(gate.pass(AnswerGate::peers_max, Millis{99}));
  EXPECT_TRUE(gate.pass(0, Millis{99}));
  EXPECT_TRUE(gate.pass(AnswerGate::peers_max, Millis{100}));
}

// A body may take long: each time that it is asked for again it is sent again.
TEST(Sync, AsksForABlockAgainAfterTwiceAsLong) {
  EngineOptions options = options_for(4, 3);
  options.timing.deadline_base = options.timing.deadline_max = Millis{1'000'000};
  LoneEngine lone(std::move(options));
  lone.propose({1}, value_one, std::nullopt);
  lone.certificate(N, {1}, value_one);
  std::vector<std::int64_t> times;
  for (int i = 0; i < 60'000; ++i) {
    if (!sent<GetBlocks>(lone.wait(1)).empty()) times.push_back(lone.time);
  }
  ASSERT_GE(times.size(), 9U);
  std::int64_t wait = 600;
  for (std::size_t i = 2; i < times.size(); ++i) {
    EXPECT_EQ(times[i] - times[i - 1], wait) << i;
    wait = std::min<std::int64_t>(2 * wait, 9'600);
  }
}

TEST(Sync, TakesAChainOnlyWhenAskedForAndWholeAndFinal) {
  const auto asking = [] {
    auto lone = std::make_unique<LoneEngine>(3);
    lone->time += 1'000;
    lone->give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}});
    return lone;
  };
  const Certificate final = certificate_of(F, {2}, value_two, {0, 1, 2});
  EXPECT_EQ(asking()->give(1, Chain{{{one, two}}, final}).refused, Refusal::unrequested_blocks);
  EXPECT_EQ(asking()->give(0, Chain{{{two}}, final}).refused, std::nullopt);
  EXPECT_EQ(asking()->give(0, Chain{{{two, one}}, final}).refused, Refusal::wrong_block);
  EXPECT_EQ(asking()->give(0, Chain{{{one}}, final}).refused, Refusal::wrong_block);
  EXPECT_EQ(
      asking()->give(0, Chain{{{one, two}}, certificate_of(N, {2}, value_two, {0, 1, 2})}).refused,
      Refusal::wrong_kind);
  EXPECT_EQ(
      asking()->give(0, Chain{{{one, two}}, certificate_of(F, {2}, value_two, {0, 1})}).refused,
      Refusal::no_quorum);
  const auto lone = asking();
  const Step step = lone->execute(lone->give(0, Chain{{{one, two}}, final}));
  EXPECT_EQ(lone->engine.fin().height, BlockHeight{2});
  EXPECT_EQ(all<Commit>(step).size(), 1);
}

// Blocks 1 to `count`, each on the one before.
std::vector<Block> chain_of(std::uint64_t count) {
  std::vector<Block> blocks;
  for (std::uint64_t height = 1; height <= count; ++height) {
    const crypto::Digest parent = blocks.empty() ? digest_of("genesis") : blocks.back().hash;
    blocks.push_back(block_on(parent, height, 1, "tx" + std::to_string(height), 1'000 + height));
  }
  return blocks;
}

TEST(Sync, AsksForTheNextPartAtOnceAndForNoPartTwice) {
  constexpr std::uint64_t parts = 5;
  const std::vector<Block> blocks = chain_of(parts * sent_blocks_max);
  const auto final_at = [&](std::uint64_t height) {
    const Block& block = blocks[height - 1];
    return certificate_of(F, {height}, value_of({height - 1}, block), {0, 1, 2});
  };
  LoneEngine lone(3);
  lone.time += 1'000;
  Step step = lone.give(0, final_at(blocks.size()));
  std::uint64_t height = 1;
  for (std::uint64_t part = 1; part <= parts; ++part) {
    std::optional<PeerIndex> asked;
    for (const Send& send : all<Send>(step)) {
      const auto* request = std::get_if<GetChain>(send.message.get());
      if (!request) continue;
      EXPECT_EQ(request->from, BlockHeight{height});
      EXPECT_FALSE(asked) << "twice, of part " << part;
      asked = *send.to;
    }
    ASSERT_TRUE(asked) << "part " << part << " has to wait";
    Chain chain;
    for (; height <= part * sent_blocks_max; ++height)
      chain.blocks.items.push_back(blocks[height - 1]);
    chain.finalization = final_at(height - 1);
    lone.time += 10;
    step = lone.give(*asked, std::move(chain));
    EXPECT_TRUE(sent<GetChain>(step).empty()) << "while part " << part << " is executed";
    // Somebody says meanwhile that there is more.
    const Step told = lone.give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}});
    EXPECT_TRUE(sent<GetChain>(told).empty()) << "while part " << part << " is executed";
    step = lone.execute(std::move(step));
    EXPECT_EQ(lone.engine.fin().height, BlockHeight{height - 1});
  }
}

// What was asked while there was no link was heard by nobody, and says nothing of who is there now.
TEST(Sync, AsksForAPartAtOnceWhenThereIsALink) {
  const std::vector<Block> blocks = chain_of(sent_blocks_max);
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.give(0, certificate_of(F, {blocks.size()}, value_of({blocks.size() - 1}, blocks.back()),
                              {0, 1, 2}));
  lone.wait(70'000);  // By now it waits more than half a minute.
  EXPECT_TRUE(sent<GetChain>(lone.wait(5'000)).empty());
  EXPECT_EQ(sent<GetChain>(lone.give(Linked{1})).size(), 1U);
  EXPECT_EQ(sent<GetChain>(lone.wait(2'000)).size(), 2U) << "and soon again";
}

// Blocks that come in another way end the wait too.
TEST(Sync, AsksSoonForTheRestAfterABlockBecameFinal) {
  const std::vector<Block> blocks = chain_of(sent_blocks_max);
  const auto final_at = [&](std::uint64_t height) {
    return certificate_of(F, {height}, value_of({height - 1}, blocks[height - 1]), {0, 1, 2});
  };
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.give(0, final_at(blocks.size()));
  lone.wait(70'000);
  lone.certificate(N, {1}, value_of({0}, blocks[0]));
  std::optional<PeerIndex> asked;
  for (const Send& send : all<Send>(lone.wait(2'000))) {
    if (std::holds_alternative<GetBlocks>(*send.message)) asked = *send.to;
  }
  ASSERT_TRUE(asked);
  lone.execute(lone.give(*asked, Blocks{{{blocks[0]}}}));
  const Step step = lone.give(0, final_at(1));
  ASSERT_EQ(lone.engine.fin().height, BlockHeight{1});
  EXPECT_EQ(sent<GetChain>(step).size() + sent<GetChain>(lone.wait(1'000)).size(), 2U);
}

TEST(Sync, AsksForMoreAfterAPartIfSomebodyHadMoreMeanwhile) {
  const std::vector<Block> blocks = chain_of(3);
  LoneEngine lone(3);
  lone.time += 1'000;
  const Status far{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}};
  ASSERT_EQ(sent<GetChain>(lone.give(0, far)).size(), 1U);
  lone.time += 1'000;
  Step step =
      lone.give(0, Chain{{blocks}, certificate_of(F, {3}, value_of({2}, blocks[2]), {0, 1, 2})});
  EXPECT_TRUE(sent<GetChain>(lone.give(0, far)).empty());
  step = lone.execute(std::move(step));
  ASSERT_EQ(sent<GetChain>(step).size(), 1U);
  EXPECT_EQ(sent<GetChain>(step)[0].from, BlockHeight{4});
}

// A seal says nothing of the submissions before it: whose bodies they are only execution shows.
TEST(Sync, DropsAllThatAPeerSentOnceOneOfItsBodiesIsWrong) {
  EngineOptions options = options_for(4, 3);
  options.block_matches = [](const Block&) { return true; };
  LoneEngine lone(std::move(options));
  const std::vector<Block> blocks = chain_of(50);
  std::vector<Block> lies = blocks;
  for (std::size_t i = 1; i < lies.size(); ++i) lies[i].body.value.push_back('!');
  const Certificate final = certificate_of(F, {50}, value_of({49}, blocks[49]), {0, 1, 2});
  // Whom the first chain that is sent for in the step is asked of.
  const auto asked = [](const Step& step) -> std::optional<PeerIndex> {
    for (const Send& send : all<Send>(step)) {
      if (std::holds_alternative<GetChain>(*send.message)) return send.to;
    }
    return std::nullopt;
  };
  // As a node does it: the bodies that were sent first are right, all others are not.
  const auto execute = [&](Step step) {
    for (std::size_t i = 0; i < step.effects.size(); ++i) {
      const auto* order = std::get_if<Execute>(&step.effects[i]);
      if (order == nullptr) continue;
      const bool right = std::ranges::count(blocks, *order->block) > 0;
      Step next = lone.give(
          Executed{order->block->hash, right ? BlockVerdict::valid : BlockVerdict::wrong_body});
      for (Effect& effect : next.effects) step.effects.push_back(std::move(effect));
    }
    return step;
  };
  const Status far{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}};
  lone.time += 1'000;
  const auto liar = asked(lone.give(0, far));
  ASSERT_TRUE(liar);
  Step step = execute(lone.give(*liar, Chain{{lies}, final}));
  EXPECT_EQ(lone.engine.use().blocks, 1U) << "the one that was executed";
  const auto other = asked(step);
  ASSERT_TRUE(other) << "at once";
  EXPECT_NE(*other, *liar);
  std::set<PeerIndex> asked_meanwhile;
  while (lone.time < 10'000) {
    if (const auto peer = asked(lone.wait(100))) asked_meanwhile.insert(*peer);
  }
  EXPECT_EQ(asked_meanwhile.size(), 2U);
  EXPECT_FALSE(asked_meanwhile.contains(*liar));
  step = execute(lone.give(*other, Chain{{blocks}, final}));
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{50});
  while (lone.time < 20'000) {
    if (const auto peer = asked(lone.give(0, far))) asked_meanwhile.insert(*peer);
    if (const auto peer = asked(lone.wait(100))) asked_meanwhile.insert(*peer);
  }
  EXPECT_TRUE(asked_meanwhile.contains(*liar)) << "nobody is left out for good";
}

TEST(Sync, ALaterAnswerTakesThePlaceOfBodiesThatNobodyExecuted) {
  EngineOptions options = options_for(4, 3);
  options.block_matches = [](const Block&) { return true; };
  LoneEngine lone(std::move(options));
  Block lie = two;
  lie.body.value.push_back('!');
  const Certificate final = certificate_of(F, {2}, value_two, {0, 1, 2});
  // Their parent is missing, so they wait.
  for (const Block& body : {lie, two}) {
    lone.time += 1'000;
    Step step = lone.give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}});
    for (const Send& send : all<Send>(step)) {
      if (!std::holds_alternative<GetChain>(*send.message)) continue;
      EXPECT_EQ(lone.give(*send.to, Chain{{{body}}, final}).refused, std::nullopt);
    }
    EXPECT_EQ(lone.engine.use().body_bytes, body.body.value.size());
  }
  EXPECT_TRUE(all<ServeBlocks>(lone.give(0, GetBlocks{two.hash, 0})).at(0).open.empty())
      << "nobody hands on what it has not executed";
}

// All who voted in its epoch may be gone: the signatures say as much whoever brings them.
TEST(Sync, TakesWhatIsFinalFromPeersWithoutAVoteIfTheyToldOfMore) {
  constexpr PeerIndex liar = 1'004;
  constexpr PeerIndex stranger = 1'005;
  const std::vector<Block> blocks = chain_of(2 * sent_blocks_max);
  const auto final_at = [&](std::uint64_t height) {
    return certificate_of(F, {height}, value_of({height - 1}, blocks[height - 1]), {0, 1, 2});
  };
  const auto part = [&](std::uint64_t from) {
    Chain chain;
    for (std::uint64_t height = from; height < from + sent_blocks_max; ++height)
      chain.blocks.items.push_back(blocks[height - 1]);
    chain.finalization = final_at(from + sent_blocks_max - 1);
    return chain;
  };
  LoneEngine lone(3);
  lone.time += 1'000;
  // Of another epoch, and far: neither is checked, or can be.
  lone.give(liar, Status{9, {9'000}, {9'000}, {9'000}, digest_of("none"), 0, 0, {}});
  lone.give(stranger, Status{1, {5}, {0}, {blocks.size()}, digest_of("far"), 0, 0, {}});
  lone.give(7, Status{1, {5}, {0}, {0}, digest_of("genesis"), 0, 0, {}});
  lone.give(stranger, final_at(blocks.size()));
  std::map<PeerIndex, int> asked;
  std::uint64_t height = 0;
  for (int i = 0; i < 40 && height < blocks.size(); ++i) {
    for (const Send& send : all<Send>(lone.wait(310))) {
      if (!std::holds_alternative<GetChain>(*send.message)) continue;
      ++asked[*send.to];
      if (send.to != stranger) continue;
      lone.execute(lone.give(stranger, part(height + 1)));
      height = lone.engine.fin().height.value;
    }
  }
  EXPECT_EQ(height, blocks.size());
  EXPECT_LE(asked[liar], 2) << "who gives nothing comes after who gave";
  EXPECT_EQ(asked[7], 0) << "it told of nothing more";
  EXPECT_EQ(lone.give(liar, part(1)).refused, Refusal::stale_view) << "late, and of no use";
}

TEST(Sync, AsksPeersWithoutAVoteForABlockToo) {
  constexpr PeerIndex stranger = 1'005;
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.give(stranger, Status{1, {5}, {0}, {1}, digest_of("far"), 0, 0, {}});
  lone.give(stranger, certificate_of(F, {1}, value_one, {0, 1, 2}));
  std::set<PeerIndex> asked;
  for (const Send& send : all<Send>(lone.wait(3'000))) {
    if (std::holds_alternative<GetBlocks>(*send.message)) asked.insert(*send.to);
  }
  EXPECT_EQ(asked, (std::set<PeerIndex>{0, 1, 2, stranger}));
  lone.execute(lone.give(stranger, Blocks{{{one}}}));
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{1});
}

// Fetched from the tip down they would be final all at once, however large, and be handed on so.
TEST(Sync, FetchesSeveralFinalBlocksByHeight) {
  const std::vector<Block> blocks = chain_of(20);
  LoneEngine lone(3);
  lone.time += 1'000;
  Step step = lone.give(0, certificate_of(F, {20}, value_of({19}, blocks[19]), {0, 1, 2}));
  EXPECT_TRUE(sent<GetChain>(step).empty()) << "the bodies may be on their way";
  step = lone.wait(400);
  EXPECT_TRUE(sent<GetBlocks>(step).empty());
  ASSERT_EQ(sent<GetChain>(step).size(), 1U);
  EXPECT_EQ(sent<GetChain>(step)[0].from, BlockHeight{1});
}

TEST(Sync, KeepsTheFinalizationThatEachBlockHas) {
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.certificate(N, {1}, value_one);
  lone.propose({2}, value_two, two);
  lone.certificate(F, {1}, value_one);
  lone.certificate(F, {2}, value_two);
  const Step asked = lone.wait(400);
  ASSERT_EQ(sent<GetChain>(asked).size(), 1U);
  const Certificate final = certificate_of(F, {1}, value_one, {0, 1, 2});
  std::vector<Commit> commits;
  for (const Send& send : all<Send>(asked)) {
    if (!std::holds_alternative<GetChain>(*send.message)) continue;
    commits = all<Commit>(lone.execute(lone.give(*send.to, Chain{{{one}}, final})));
  }
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].finalization.value.block, one.hash);
  EXPECT_EQ(commits[1].finalization.value.block, two.hash);
}

// Whoever lacks one block is told of thousands more while it fetches that.
TEST(Sync, FarBehindKeepsWhatComesNextAndTheNewestAndNothingBetween) {
  constexpr std::uint64_t count = 500;
  const std::vector<Block> blocks = chain_of(count);
  const auto certified = [&](VoteKind kind, std::uint64_t height) {
    return certificate_of(kind, {height}, value_of({height - 1}, blocks[height - 1]), {0, 1, 2});
  };
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.give(0, certified(N, 1));
  Step step;
  for (std::uint64_t height = 2; height <= count; ++height) {
    step = lone.propose({height}, value_of({height - 1}, blocks[height - 1]), blocks[height - 1],
                        {certified(N, height - 1)});
    lone.give(0, certified(F, height));
    const Engine::Use use = lone.engine.use();
    ASSERT_LE(use.views, Engine::kept_ahead_blocks + 8) << height;
    ASSERT_LE(use.blocks, Engine::kept_ahead_blocks + 8) << height;
  }
  EXPECT_EQ(lone.engine.view(), View{count + 1});
  // And gets there by height, in parts.
  step = lone.wait(60'000);
  for (std::uint64_t height = 0; height < count;) {
    std::optional<PeerIndex> asked;
    for (const Send& send : all<Send>(step)) {
      const auto* request = std::get_if<GetChain>(send.message.get());
      if (request && request->from == BlockHeight{height + 1}) asked = *send.to;
    }
    ASSERT_TRUE(asked) << height;
    Chain chain;
    const std::uint64_t through = std::min<std::uint64_t>(height + sent_blocks_max, count);
    while (height < through) chain.blocks.items.push_back(blocks[height++]);
    chain.finalization = certified(F, through);
    step = lone.execute(lone.give(*asked, std::move(chain)));
    // What is kept at the end is taken up at once.
    height = lone.engine.fin().height.value;
    ASSERT_GE(height, through);
    if (sent<GetChain>(step).empty() && height < count) step = lone.wait(5'000);
  }
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{count});
}

// The engine of the next epoch may have asked the same peer already.
TEST(Sync, AChainOfTheEpochBeforeIsNoLie) {
  FinalRow final = genesis_row();
  final.fin.epoch = 1;
  EngineOptions options = options_for(4, 3);
  options.rules.epoch = 1;
  // As in a node: a block belongs to its epoch.
  options.block_matches = [](const Block& block) {
    return matches(block) && block.body.value != crypto::to_bytes("tx1");
  };
  LoneEngine lone(std::move(options), Disk{first_row(final)});
  lone.time += 1'000;
  ASSERT_EQ(sent<GetChain>(lone.give(0, Status{1, {900}, {899}, {800}, digest_of("far"), 0, 0, {}}))
                .size(),
            1U);
  const Chain late{{chain_of(1)}, certificate_of(F, {1}, value_of({0}, chain_of(1)[0]), {0, 1, 2})};
  EXPECT_EQ(lone.give(0, late).refused, Refusal::wrong_epoch);
  const Block first = block_on(digest_of("genesis"), 1, 1, "of this epoch", 1'001);
  const Chain answer{{{first}}, certificate_of(F, {1}, value_of({0}, first), {0, 1, 2}, 1)};
  EXPECT_EQ(lone.give(0, answer).refused, std::nullopt) << "what was asked for is still taken";
}

}  // namespace
}  // namespace centime::consensus
