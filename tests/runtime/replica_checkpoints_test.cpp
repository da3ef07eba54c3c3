// What a replica makes of signatures under checkpoints that come before it has their block, and of
// those that never came.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

// Node 3 has yet to get a block that the others have made final and signed.
class BehindReplica : public testing::Test {
 protected:
  static constexpr PeerIndex behind = 3;
  static constexpr PeerIndex liar = 1;

  BehindReplica() : net_(validators) {
    net_.open_fund();
    net_.pass(milliseconds(50));
    height_ = net_.at(behind).fin().height.value;
    const auto away = [](const Sent& sent) { return sent.to == behind; };
    net_.tell(0, "platform", test::crash_donation(1));
    for (int i = 0; i < 10; ++i) net_.pass(milliseconds(10), away);
    for (Sent& each : net_.take_held()) {
      (each.frame.kind == checkpoint_share_frame ? shares_ : others_).push_back(std::move(each));
    }
    EXPECT_EQ(net_.at(0).fin().height.value, height_ + 1);
    EXPECT_EQ(net_.at(behind).fin().height.value, height_);
    EXPECT_EQ(net_.certified_height(behind), height_);
    EXPECT_EQ(shares_.size(), 3U);
    net_.take_cut_off();
  }

  CheckpointShare genuine() const {
    return *crypto::decode<CheckpointShare>(shares_.front().frame.bytes);
  }
  // Signed by nobody, in the name of each validator.
  void pass_forged(std::uint64_t size) {
    CheckpointShare forged = genuine();
    forged.size = size;
    forged.cosignature.value.back() ^= 1;
    PassedShares passed;
    for (std::size_t i = 0; i < validators; ++i)
      passed.shares.items.push_back({{Replicas::name(i)}, forged});
    net_.deliver({liar, behind, {passed_shares_frame, crypto::encode(passed)}});
  }
  void deliver(const std::deque<Sent>& frames) {
    for (const Sent& each : frames) net_.deliver(each);
  }
  void catch_up() {
    deliver(others_);
    net_.settle();
    ASSERT_EQ(net_.at(behind).fin().height.value, height_ + 1);
    net_.pass(milliseconds(10));  // Its own signature.
  }

  Replicas net_;
  std::uint64_t height_ = 0;  // Of its last block.
  std::deque<Sent> shares_, others_;
};

TEST_F(BehindReplica, HasTheSignaturesThatCameEarlyWhateverAnotherPassesOn) {
  deliver(shares_);
  for (std::uint64_t i = 0; i < 100; ++i) pass_forged((std::uint64_t{1} << 62) + i);
  catch_up();
  EXPECT_EQ(net_.certified_height(behind), height_ + 1);
}

TEST_F(BehindReplica, CutsOffWhoPassedOnAForgedSignatureOnceItHasTheState) {
  deliver(shares_);
  pass_forged(genuine().size);
  EXPECT_TRUE(net_.take_cut_off().empty()) << "it may be of another epoch";
  catch_up();
  const auto cut_off = net_.take_cut_off();
  ASSERT_FALSE(cut_off.empty());
  for (const auto& each : cut_off) EXPECT_EQ(each, std::pair(liar, std::string("bad_signature")));
  EXPECT_EQ(net_.certified_height(behind), height_ + 1);
}

TEST_F(BehindReplica, IsGivenTheSignaturesAgainOnceItSaysThatItHasTheBlock) {
  catch_up();
  EXPECT_EQ(net_.certified_height(behind), height_) << "none came";
  std::size_t given = 0;
  net_.watch = [&](const Sent& sent) {
    given += sent.to == behind && sent.frame.kind == checkpoint_share_frame;
  };
  for (int i = 0; i < 100; ++i) net_.pass(milliseconds(1'000));
  EXPECT_EQ(net_.certified_height(behind), height_ + 1);
  EXPECT_EQ(given, 3U) << "each once, however often it says so";
}

TEST_F(BehindReplica, TellsOfAnotherLogWhoseSignatureCameEarly) {
  storage::Head wrong;
  wrong.size = genuine().size;
  wrong.log.append(crypto::sha256(crypto::as_bytes("another")));
  const std::string name = Replicas::name(liar);
  const auto share = sign_share({"ledger.example.org/replicas"}, wrong, {name}, crash_key(name));
  net_.deliver({liar, behind, {checkpoint_share_frame, crypto::encode(share)}});
  EXPECT_EQ(net_.lines_with(behind, "other_log"), 0U);
  catch_up();
  EXPECT_EQ(net_.lines_with(behind, "other_log"), 1U);
  EXPECT_TRUE(net_.take_cut_off().empty()) << "it is told to people";
}

}  // namespace
}  // namespace centime::runtime
