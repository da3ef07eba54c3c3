// What a replica does about submissions that come to nothing, and that it does nothing about an
// honest node's.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime::replays_test {
namespace {

constexpr PeerIndex liar = 3;

class Replays : public testing::Test {
 protected:
  // The first three run, and the last member's key is the test's.
  explicit Replays(std::size_t honest = 3) : net_(honest) {
    net_.open_fund();
    net_.take_cut_off();
  }

  static std::vector<ledger::Record> donations(std::uint64_t first, std::uint64_t count) {
    std::vector<ledger::Record> records;
    for (std::uint64_t i = first; i < first + count; ++i)
      records.push_back(test::crash_donation(i));
    return records;
  }
  network::Frame signed_by(const std::string& author, std::vector<ledger::Record> records) const {
    return {submission_frame,
            crypto::encode(ledger::sign_submission(net_.network(), {author}, crash_key(author),
                                                   std::move(records)))};
  }
  void expect_recorded(std::size_t at, std::uint64_t number) {
    const auto told = net_.tell(at, "platform", test::crash_donation(number));
    EXPECT_LT(net_.live(), milliseconds(5'000));
    EXPECT_TRUE(told->has_value() && (*told)->has_value());
  }
  std::uint64_t refused(std::size_t at, std::string_view word) {
    for (const auto& [each, count] : net_.at(at).report().refused) {
      if (each == word) return count;
    }
    return 0;
  }

  Replicas net_;
};

TEST_F(Replays, WhoSendsWhatIsFinalWithoutEndIsNamedAndCutOff) {
  net_.tell(0, "platform", donations(0, 200));
  net_.live();
  const network::Frame replay = signed_by("platform", donations(0, 200));
  const std::size_t units = 1 + replay.bytes.size() / LateSubmissions::bytes_each_unit;
  const std::size_t often = std::size_t{LateSubmissions::units_max} / units;
  const std::uint64_t before = refused(0, "repeated");
  std::size_t sent = 0;
  while (net_.take_cut_off().empty() && ++sent < 4 * often) net_.deliver({liar, 0, replay});
  EXPECT_GT(sent, 2 * often - 2) << "it might be honest as long as that";
  EXPECT_LT(sent, 2 * often + 3);
  EXPECT_NEAR(static_cast<double>(refused(0, "repeated") - before), static_cast<double>(often), 2);
  EXPECT_NEAR(static_cast<double>(refused(0, "too_often")), static_cast<double>(often), 2);
  EXPECT_EQ(refused(0, "replays"), 1U);
  EXPECT_EQ(net_.lines_with(0, "replays: auditor sends"), 1U);
  expect_recorded(1, 1'000);
  // Time passes, and what it hands on is looked at again.
  net_.pass(std::chrono::minutes(1));
  net_.deliver({liar, 0, signed_by("platform", donations(2'000, 1))});
  EXPECT_EQ(net_.at(0).waiting(), 1U);
}

// The costly part of it is neither needed nor done.
TEST_F(Replays, WhatIsFinalIsNotVerified) {
  net_.tell(0, "platform", donations(0, 3));
  net_.live();
  network::Frame broken = signed_by("platform", donations(0, 3));
  broken.bytes.back() ^= 1;
  const std::uint64_t before = refused(0, "repeated");
  net_.deliver({liar, 0, broken});
  EXPECT_TRUE(net_.take_cut_off().empty());
  EXPECT_EQ(refused(0, "repeated"), before + 1);
  network::Frame fresh = signed_by("platform", donations(10, 3));
  fresh.bytes.back() ^= 1;
  net_.deliver({liar, 0, fresh});
  EXPECT_EQ(net_.take_cut_off().size(), 1U) << "what is new is";
}

TEST_F(Replays, WhatASpentAuthorSignsIsNotVerifiedForThisPeer) {
  std::vector<ledger::Record> wrong = donations(0, 2'000);
  for (ledger::Record& each : wrong) std::get<ledger::Donation>(each.body).fund = {"nowhere"};
  const network::Frame refused_one = signed_by("platform", std::move(wrong));
  for (int i = 0; i < 30; ++i) net_.deliver({liar, 0, refused_one});
  EXPECT_GT(refused(0, "too_often"), 5U);
  EXPECT_LT(refused(0, "too_often"), 25U);
  EXPECT_TRUE(net_.take_cut_off().empty()) << "an honest node may have been led to send it on";
  // In its second record: the first is read.
  network::Frame broken = signed_by("platform", donations(0, 2));
  broken.bytes.back() ^= 1;
  net_.deliver({liar, 0, broken});
  EXPECT_TRUE(net_.take_cut_off().empty()) << "it was not looked at";
  net_.deliver({1, 0, signed_by("platform", donations(0, 1))});
  EXPECT_EQ(net_.at(0).waiting(), 1U) << "another node's is";
  // It is forgiven, also while nothing else happens.
  net_.live();
  net_.pass(std::chrono::seconds(10));
  const std::size_t before = net_.at(0).waiting();
  net_.deliver({liar, 0, signed_by("platform", donations(1, 1))});
  EXPECT_EQ(net_.at(0).waiting(), before + 1);
}

// Signed twice, in two parts: each of them is good, and nothing comes of the second.
TEST_F(Replays, WhatWaitsInAnotherSubmissionIsPaidFor) {
  net_.tell(0, "platform", donations(0, 2'000));  // Nobody hears of it yet.
  for (std::uint64_t i = 0; i < 60; ++i)
    net_.deliver({liar, 0, signed_by("platform", donations(i, 1'900))});
  EXPECT_GT(refused(0, "too_often"), 20U);
  EXPECT_EQ(net_.at(0).waiting(), 1U);
}

TEST_F(Replays, WhatASuspendedMembersNodeHandsOnIsDropped) {
  const ledger::MemberSuspension change{{"auditor"}, ledger::MemberStatus::suspended, {"Lies"}};
  const auto proposed = net_.tell(0, "platform", ledger::Record{{"s"}, change});
  net_.live();
  ASSERT_TRUE(proposed->has_value() && (*proposed)->has_value());
  const ledger::RecordId id = (**proposed)->ids.front();
  for (const std::size_t i : {1, 2}) {
    net_.tell(0, Replicas::name(i), ledger::Record{{"s"}, ledger::Approval{id, {}}});
    net_.live();
  }
  network::Frame broken = signed_by("platform", donations(0, 1));
  broken.bytes.back() ^= 1;
  net_.deliver({liar, 0, broken});
  net_.deliver({liar, 0, signed_by("platform", donations(0, 1))});
  EXPECT_EQ(net_.at(0).report().pending, 0U);
  EXPECT_EQ(refused(0, "member_suspended"), 2U);
  EXPECT_TRUE(net_.take_cut_off().empty()) << "it may follow";
  expect_recorded(1, 1'000);
}

class LateNode : public Replays {
 protected:
  LateNode() : Replays(4) {}
};

// It hears nothing for minutes and is heard, has all that may wait, and its links come and go.
TEST_F(LateNode, IsNeverRefusedForOfferingWhatIsFinal) {
  constexpr std::size_t late = 1;
  constexpr std::uint64_t waiting = 1'000;  // NodeOptions::queue_submissions_max
  const auto deaf = [](const Sent& sent) { return sent.to == late; };
  std::uint64_t heard = 0;
  net_.watch = [&](const Sent& sent) {
    heard += sent.from == late && sent.to == 0 && sent.frame.kind == submission_frame ? 1U : 0U;
  };
  for (std::uint64_t i = 0; i < waiting; ++i) {
    net_.tell(late, "platform", test::crash_donation(i));
    if (i % 100 == 0) net_.pass(milliseconds(10), deaf);
  }
  for (int second = 0; second < 180; ++second) {
    for (int i = 0; i < 5; ++i) net_.pass(milliseconds(200), deaf);
    for (const PeerIndex peer : {PeerIndex{0}, PeerIndex{2}, PeerIndex{3}}) {
      net_.at(late).disconnected(peer);
      net_.at(late).connected(peer);
      net_.settle(deaf);
    }
    net_.take_held();
  }
  EXPECT_EQ(net_.at(0).report().pending, 0U) << "all of it is final";
  EXPECT_GT(heard, 5 * waiting) << "and offered again and again";
  EXPECT_EQ(net_.at(late).waiting(), waiting);
  for (std::size_t at = 0; at < validators; ++at) EXPECT_EQ(net_.lines_with(at, "replays"), 0U);
  EXPECT_TRUE(net_.take_cut_off().empty());
}

}  // namespace
}  // namespace centime::runtime::replays_test
