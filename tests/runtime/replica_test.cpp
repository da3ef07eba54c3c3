#include <gtest/gtest.h>

#include "crypto/canonical.h"
#include "node/runtime/evidence_book.h"
#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

// One waits, becomes final, and another comes, all before the leader looks at its pool again: as
// many wait as before.
TEST(Replica, TheLeaderHearsOfWhatCameWhileAnotherBecameFinal) {
  Replicas net(validators);
  net.open_fund();
  const auto first = net.tell(0, "platform", test::crash_donation(1));
  net.settle([](const Sent& sent) { return is_finalizing(sent.frame); });
  ASSERT_FALSE(first->has_value());

  // All votes of the first and the second submission reach everybody at once.
  const auto second = net.tell(0, "platform", test::crash_donation(2));
  auto frames = net.take_frames();
  for (const Sent& sent : net.take_held()) net.deliver(sent);
  for (const Sent& sent : frames) net.deliver(sent);
  net.settle();
  ASSERT_TRUE(first->has_value() && (*first)->has_value());
  ASSERT_TRUE(second->has_value()) << "it waits until the leader's view is given up";
  EXPECT_TRUE((*second)->has_value());
}

// By whom a submission is signed says where the next one is expected, and not who was told it.
TEST(Replica, TheNetworkRestsAtTheNodeOfWhoSubmittedLast) {
  Replicas net(validators);
  net.open_fund();
  const auto submit = [&](const std::string& author, ledger::Record record) {
    const auto answer = net.tell(0, author, std::move(record));
    net.live();
    ASSERT_TRUE(answer->has_value() && (*answer)->has_value());
  };
  const auto rest = [&] {
    for (int i = 0; i < 100; ++i) net.pass(milliseconds(10));
  };
  const auto expect_leader = [&](const std::string& author) {
    rest();
    for (std::size_t i = 0; i < validators; ++i)
      EXPECT_EQ(net.at(i).report().leader.value, author) << i;
  };
  for (const std::size_t ngo : {1U, 2U, 1U}) {
    const std::string fund = "f" + std::to_string(net.at(0).blocks());
    submit(Replicas::name(ngo), {{fund}, ledger::FundProposal{{fund}, {fund}, {"Water"}, {}, {}}});
    expect_leader(Replicas::name(ngo));
  }
  submit("platform", test::crash_donation(1));
  expect_leader("platform");
  const std::uint64_t view = net.at(0).report().view;
  rest();
  EXPECT_EQ(net.at(0).report().view, view);
}

TEST(Replica, NobodyGivesWayWhileAValidatorHasNoLink) {
  Replicas net(validators);
  net.open_fund();
  for (PeerIndex i = 0; i < validators; ++i) net.at(i).disconnected((i + 1) % validators);
  for (int round = 0; round < 4; ++round) {
    const auto answer =
        net.tell(0, "platform", test::crash_donation(static_cast<std::uint64_t>(round)));
    net.live();
    ASSERT_TRUE(answer->has_value() && (*answer)->has_value());
    const std::uint64_t view = net.at(0).report().view;
    for (int i = 0; i < 100; ++i) net.pass(milliseconds(10));
    EXPECT_EQ(net.at(0).report().view, view);
  }
}

bool is_submission(const Sent& sent) { return sent.frame.kind == submission_frame; }

// The validator where the network rests has just been told one donation, and made it final.
struct AtRest {
  AtRest() {
    net.open_fund();
    net.tell(0, "platform", test::crash_donation(1));
    net.live();
    for (int i = 0; i < 100; ++i) net.pass(milliseconds(10));
    EXPECT_EQ(net.at(0).report().leader.value, "platform");
    net.watch = [this](const Sent& sent) { spread += is_submission(sent); };
  }
  Replicas net{validators};
  std::size_t spread = 0;  // Submissions that were sent, since.
};

// Its block brings it to everybody.
TEST(Replica, WhatALeaderIsToldIsSentInItsBlockOnly) {
  AtRest here;
  const auto answer = here.net.tell(0, "platform", test::crash_donation(2));
  here.net.live();
  ASSERT_TRUE(answer->has_value() && (*answer)->has_value());
  for (int i = 0; i < 200; ++i) here.net.pass(milliseconds(10));
  EXPECT_EQ(here.spread, 0U);
}

TEST(Replica, WhatAnotherThanTheLeaderIsToldIsSentToAll) {
  AtRest here;
  const auto answer = here.net.tell(1, "platform", test::crash_donation(2));
  here.net.live();
  ASSERT_TRUE(answer->has_value() && (*answer)->has_value());
  EXPECT_EQ(here.spread, validators - 1);
}

// It is in no block yet: the next leader has to know of it.
TEST(Replica, WhatComesWhileALeadersBlockIsUnderWayIsSentToAll) {
  AtRest here;
  const auto first = here.net.tell(0, "platform", test::crash_donation(2));
  here.net.settle([](const Sent& sent) { return !is_submission(sent); });
  EXPECT_EQ(here.spread, 0U);
  const auto second = here.net.tell(0, "platform", test::crash_donation(3));
  here.net.settle([](const Sent& sent) { return !is_submission(sent); });
  EXPECT_EQ(here.spread, validators - 1);
}

// Nobody hears the leader's proposal, and its view will be given up.
TEST(Replica, WhatALeadersBlockDoesNotMakeFinalInTimeIsSentToAll) {
  AtRest here;
  const auto answer = here.net.tell(0, "platform", test::crash_donation(2));
  const auto lost = [](const Sent& sent) { return sent.from == 0 && !is_submission(sent); };
  here.net.settle(lost);
  here.net.pass(milliseconds(990), lost);
  EXPECT_EQ(here.spread, 0U);
  here.net.pass(milliseconds(10), lost);
  EXPECT_EQ(here.spread, validators - 1);
  for (std::size_t i = 1; i < validators; ++i) EXPECT_EQ(here.net.at(i).waiting(), 1U) << i;
  here.net.take_held();
  here.net.live();
  ASSERT_TRUE(answer->has_value() && (*answer)->has_value());
}

// A submitter waits for the block, and nobody for its checkpoint.
TEST(Replica, ACheckpointIsSignedAMomentAfterItsBlock) {
  Replicas net(validators);
  net.open_fund();
  net.pass(milliseconds(50));
  std::size_t shares = 0;
  net.watch = [&](const Sent& sent) { shares += sent.frame.kind == checkpoint_share_frame; };
  const auto answer = net.tell(0, "platform", test::crash_donation(1));
  net.settle();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ(shares, 0U);
  net.pass(milliseconds(5));
  EXPECT_EQ(shares, validators * (validators - 1));
  net.pass(milliseconds(50));
  EXPECT_EQ(shares, validators * (validators - 1)) << "once";
}

TEST(Replica, WhoStopsSignsWhatItHasMadeFinal) {
  Replicas net(validators);
  net.open_fund();
  net.pass(milliseconds(50));
  const auto answer = net.tell(0, "platform", test::crash_donation(1));
  net.settle();
  ASSERT_TRUE(answer->has_value());
  net.at(1).stop();
  const auto frames = net.take_frames();
  EXPECT_EQ(std::ranges::count_if(frames,
                                  [](const Sent& sent) {
                                    return sent.from == 1 &&
                                           sent.frame.kind == checkpoint_share_frame;
                                  }),
            static_cast<std::ptrdiff_t>(validators - 1));
}

TEST(Replica, ProofsOfContradictoryVotesAreToldToAllAndOutliveARestart) {
  constexpr PeerIndex twin = 3;
  Replicas net(3);
  net.open_fund();
  const std::uint64_t view = net.at(0).report().view;
  const Vote one = net.sign(twin, VoteKind::notarize, view, 1);
  const Vote other = net.sign(twin, VoteKind::notarize, view, 2);
  for (PeerIndex to = 0; to < 3; ++to) net.deliver({twin, to, to_frame(one)});
  net.deliver({twin, 0, to_frame(other)});  // One of them is told another thing.
  net.settle();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto evidence = net.at(i).report().evidence;
    ASSERT_EQ(evidence->size(), 1U) << Replicas::name(i);
    EXPECT_EQ(evidence->front().accused.value, "auditor");
    EXPECT_EQ(evidence->front().evidence, consensus::make_evidence(one, other));
  }
  // The honest go on, past the views that the twin should lead.
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto told = net.tell(0, "platform", test::crash_donation(i));
    EXPECT_LT(net.live(), milliseconds(5'000));
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
  }
  net.close();
  for (std::size_t i = 0; i < 3; ++i) {
    storage::StoreOptions options;
    options.directory = net.directory(i) / "db";
    const auto store = storage::Store::open(std::move(options));
    ASSERT_TRUE(store);
    EXPECT_TRUE(read_durable(**store));
    ASSERT_EQ(read_evidence(**store).size(), 1U);
    EXPECT_EQ(read_evidence(**store)[0].evidence, consensus::make_evidence(one, other));
  }
}

TEST(Replica, AnAlarmOutlivesTheEpochInWhichItWasRaised) {
  constexpr PeerIndex alarmed = 1;
  Replicas net(validators);
  net.open_fund();
  // A proof that its key is used twice.
  const std::uint64_t view = net.at(0).report().view;
  const auto evidence = consensus::make_evidence(net.sign(alarmed, VoteKind::notarize, view, 1),
                                                 net.sign(alarmed, VoteKind::notarize, view, 2));
  net.deliver({0, alarmed, to_frame(evidence)});
  net.settle();
  ASSERT_EQ(net.at(alarmed).report().alarm, "own_contradiction");

  // The other three agree on other validators, of whom it is one again.
  const ledger::ValidatorChange change{
      0, {{{Replicas::name(0)}, {Replicas::name(1)}, {Replicas::name(2)}}}, {}};
  const auto proposed = net.tell(0, Replicas::name(0), ledger::Record{{"g"}, change});
  net.live();
  ASSERT_TRUE(proposed->has_value() && (*proposed)->has_value());
  const ledger::RecordId id = (**proposed)->ids.front();
  for (const std::size_t i : {1, 2}) {
    net.tell(0, Replicas::name(i), ledger::Record{{"g"}, ledger::Approval{id, {}}});
    net.live();
  }
  ASSERT_EQ(net.at(0).report().epoch, 1U);
  std::size_t votes = 0;
  net.watch = [&](const Sent& sent) {
    const auto message = read_message(sent.frame);
    if (!message || sent.from != alarmed) return;
    votes += std::holds_alternative<Vote>(*message) ? 1 : 0;
    votes += std::holds_alternative<consensus::Proposal>(*message) ? 1 : 0;
  };
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto told = net.tell(0, "platform", test::crash_donation(i));
    net.live();
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
  }
  EXPECT_EQ(votes, 0U);
  const ReplicaReport report = net.at(alarmed).report();
  EXPECT_EQ(report.epoch, 1U) << "it follows";
  EXPECT_EQ(report.role, ReplicaRole::halted);
  EXPECT_EQ(report.alarm, "own_contradiction");
}

// No block has become final since Friday.
TEST(Replica, ARecordOfTodayIsTakenHoweverLongTheNetworkHasStoodStill) {
  Replicas net(validators);
  net.open_fund();
  net.cut = true;
  const auto friday = net.tell(0, "platform", test::crash_donation(1));
  for (int hour = 0; hour < 72; ++hour) net.pass(std::chrono::hours(1));
  ASSERT_FALSE(friday->has_value());
  ledger::Record record = test::crash_donation(2);
  auto& donation = std::get<ledger::Donation>(record.body);
  donation.paid_on = net.today();
  const auto monday = net.tell(0, "platform", record);
  EXPECT_FALSE(monday->has_value()) << "refused, and not by what is wrong with it";
  net.cut = false;
  net.live();
  for (const auto& each : {friday, monday}) {
    ASSERT_TRUE(each->has_value());
    EXPECT_TRUE((*each)->has_value());
  }
}

// A proposal is void after ninety days, and so is an approval of it: nothing else has to come for
// its author to hear so.
TEST(Replica, WhatTimeMakesRefusableIsAnsweredWhileTheNetworkStandsStill) {
  Replicas net(validators);
  net.open_fund();
  const ledger::ValidatorChange change{
      0, {{{Replicas::name(0)}, {Replicas::name(1)}, {Replicas::name(2)}}}, {}};
  const auto proposed = net.tell(0, Replicas::name(0), ledger::Record{{"g"}, change});
  net.live();
  ASSERT_TRUE(proposed->has_value() && (*proposed)->has_value());
  net.cut = true;
  const auto approval = net.tell(
      0, Replicas::name(1), ledger::Record{{"g"}, ledger::Approval{(**proposed)->ids.front(), {}}});
  net.pass(std::chrono::hours(24 * 80));
  ASSERT_FALSE(approval->has_value());
  net.pass(std::chrono::hours(24 * 12));
  ASSERT_TRUE(approval->has_value());
  ASSERT_FALSE((*approval)->has_value());
  EXPECT_EQ(std::get<ledger::Rejection>((*approval)->error()).whole.word,
            ledger::Word::unknown_proposal);
}

TEST(Replica, ALiarFillsNoDiskWithProofs) {
  constexpr PeerIndex twin = 3;
  Replicas net(3);
  const std::uint64_t view = net.at(0).report().view;
  for (std::uint64_t ahead = 0; ahead < 40; ++ahead) {
    for (std::uint8_t block = 1; block <= 3; ++block)
      net.deliver({twin, 0, to_frame(net.sign(twin, VoteKind::notarize, view + ahead, block))});
    net.settle();
  }
  EXPECT_EQ(net.at(0).report().evidence->size(), EvidenceBook::kept_of_one_max);
  EXPECT_EQ(net.at(1).report().evidence->size(), EvidenceBook::kept_of_one_max);
}

// What a replica sent to `to` of this kind, and no others.
template <class Wanted>
std::vector<Wanted> answers(Replicas& net, PeerIndex to) {
  std::vector<Wanted> found;
  for (const Sent& sent : net.take_frames()) {
    const auto message = read_message(sent.frame);
    if (!message || sent.to != to) continue;
    if (const auto* wanted = std::get_if<Wanted>(&*message)) found.push_back(*wanted);
  }
  return found;
}

TEST(Replica, ServesBlocksFromItsLogByHashAndByHeight) {
  constexpr PeerIndex asking = 3;
  Replicas net(3);
  net.open_fund();
  const auto ask = [&](const consensus::Message& request) {
    net.pass(milliseconds(10));
    net.take_frames();
    net.deliver({asking, 0, to_frame(request)});
    net.at(0).turn();
  };
  ask(consensus::GetChain{{1}});
  const auto chains = answers<consensus::Chain>(net, asking);
  ASSERT_EQ(chains.size(), 1U);
  auto newest_first = chains[0].blocks.items;
  ASSERT_EQ(newest_first.size(), 3U);
  std::ranges::reverse(newest_first);
  for (std::uint8_t i = 0; i < 3; ++i) {
    ask(consensus::GetBlocks{newest_first[i].hash, 63});
    const auto blocks = answers<consensus::Blocks>(net, asking);
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(blocks[0].blocks.items, std::vector(newest_first.begin() + i, newest_first.end()));
  }
  ask(consensus::GetBlocks{newest_first[0].hash, 1});
  EXPECT_EQ(answers<consensus::Blocks>(net, asking).at(0).blocks.items.size(), 2U);
  ask(consensus::GetBlocks{newest_first[2].parent, 1});
  EXPECT_TRUE(answers<consensus::Blocks>(net, asking).empty()) << "the genesis is everybody's";
}

// A request of a few bytes costs the strand megabytes.
TEST(Replica, IsNotKeptBusyByOnePeersRequests) {
  constexpr PeerIndex greedy = 3;
  Replicas net(3);
  net.open_fund();
  std::vector<ledger::Record> donations;
  for (std::uint64_t i = 0; i < 900; ++i) donations.push_back(test::crash_donation(i));
  net.tell(0, "platform", std::move(donations));
  net.live();
  net.take_frames();
  const auto ask = [&](const consensus::Message& request) {
    net.deliver({greedy, 0, to_frame(request)});
    net.at(0).turn();
    std::size_t bytes = 0;
    for (const Sent& sent : net.take_frames()) bytes += sent.frame.bytes.size();
    return bytes;
  };
  const std::size_t once = ask(consensus::GetChain{{1}});
  ASSERT_GT(once, 64'000U);
  EXPECT_LT(ask(consensus::GetChain{{1}}), once) << "large answers are paced by their bytes";
  std::size_t all = 0;
  for (int ms = 0; ms < 1'000; ++ms) {
    for (int i = 0; i < 5; ++i) all += ask(consensus::GetChain{{1}});
    net.pass(milliseconds(1));
  }
  EXPECT_LE(all, 20 * once);
  EXPECT_GE(all, 9 * once) << "it is answered, though";
  std::uint64_t refused = 0;
  for (const auto& [word, count] : net.at(0).report().refused) {
    if (word == "too_often") refused = count;
  }
  EXPECT_GT(refused, 4'000U);
  const auto told = net.tell(0, "platform", test::crash_donation(1'000));
  EXPECT_LT(net.live(), milliseconds(5'000));
  EXPECT_TRUE(told->has_value() && (*told)->has_value());
}

// Each within its own bounds, and fifty of them.
TEST(Replica, AnswersOneRequestForBlocksAtATimeWhoeverAsks) {
  Replicas net(3);
  net.open_fund();
  net.pass(milliseconds(1'000));
  net.take_frames();
  for (int i = 0; i < 5; ++i) {
    for (PeerIndex peer = 1; peer <= 3; ++peer)
      net.deliver({peer, 0, to_frame(consensus::GetChain{{1}})});
  }
  // Whom chains go to, and when.
  std::vector<std::pair<int, PeerIndex>> answered;
  for (int ms = 0; ms < 20; ++ms) {
    for (int i = 0; i < 5; ++i) net.settle([](const Sent&) { return true; });
    for (const Sent& sent : net.take_held()) {
      if (sent.frame.kind == to_frame(consensus::Chain{}).kind) answered.emplace_back(ms, sent.to);
    }
    net.pass(milliseconds(1), [](const Sent&) { return true; });
  }
  EXPECT_EQ(answered, (std::vector<std::pair<int, PeerIndex>>{{0, 1}, {3, 2}, {6, 3}}))
      << "with a pause after each, in turn, and the newest request of each only";
}

// Also in answers to what was asked while catching up: they count like every other refusal.
TEST(Replica, SaysThatABlockIsNotWhatItStates) {
  Replicas net(4);
  net.tell(0, "platform", {{"c"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"E"}}});
  net.settle([](const Sent& sent) { return sent.frame.kind == first_message_frame; });
  auto proposals = net.take_held();
  ASSERT_FALSE(proposals.empty());
  const Sent& first = proposals.front();
  auto message = read_message(first.frame);
  auto& block = std::get<consensus::Proposal>(*message).block;
  auto body = *crypto::decode<BlockBody>(block->body.value);
  body.submissions.items.clear();
  block->body.value = crypto::encode(body);
  for (int again = 0; again < 2; ++again) net.deliver({first.from, first.to, to_frame(*message)});
  EXPECT_EQ(net.lines_with(first.to, "wrong_body: block "), 1U);
  // The others have it right.
  for (std::size_t i = 1; i < proposals.size(); ++i) net.deliver(proposals[i]);
  net.live();
  for (int i = 0; i < 40 && net.at(first.to).fin().height.value == 0; ++i)
    net.pass(milliseconds(500));
  EXPECT_EQ(net.at(first.to).fin().height.value, 1U);
}

TEST(Replica, CountsWhatIsNoMessageAndCutsItsSenderOff) {
  constexpr PeerIndex liar = 3;
  Replicas net(3);
  const std::uint8_t chain = to_frame(consensus::Chain{}).kind;
  network::Frame cut = to_frame(consensus::Blocks{});
  cut.bytes.pop_back();
  network::Frame longer = to_frame(consensus::Chain{});
  longer.bytes.push_back(0);
  network::Frame another = to_frame(consensus::GetChain{{1}});
  another.kind = chain;
  network::Frame too_long = to_frame(consensus::GetBlocks{});
  too_long.bytes.resize(1'000);
  const std::vector<std::pair<network::Frame, std::string>> frames = {
      {cut, "bad_message"},
      {longer, "bad_message"},
      {another, "bad_message"},
      {{chain, {}}, "unknown_message"},
      {{chain, {200}}, "unknown_message"},
      {too_long, "message_too_long"},
      {{checkpoint_share_frame, {1, 2, 3}}, "bad_message"},
      {{submission_frame, {1, 2, 3}}, "bad_encoding"}};
  std::map<std::string, std::uint64_t> wanted;
  net.take_cut_off();
  for (const auto& [frame, word] : frames) {
    ++wanted[word];
    net.deliver({liar, 0, frame});
    const auto cut_off = net.take_cut_off();
    ASSERT_EQ(cut_off.size(), 1U) << word;
    EXPECT_EQ(cut_off.front(), std::pair(liar, word));
  }
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [word, count] : net.at(0).report().refused) {
    if (wanted.contains(word)) counted[word] = count;
  }
  EXPECT_EQ(counted, wanted);
}

}  // namespace
}  // namespace centime::runtime
