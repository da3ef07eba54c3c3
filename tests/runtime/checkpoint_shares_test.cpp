#include "node/runtime/checkpoint_shares.h"

#include <gtest/gtest.h>

#include "node/proof/checkpoint.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::runtime {
namespace {

using test::crash_key;
using Taken = CheckpointShares::Taken;

// Three validators, the states of a real store, and shares of this log and of another.
class SharesOfThree : public testing::Test {
 protected:
  void SetUp() override {
    test::create_crash_network(place_.path());
    auto node =
        Node::open({.directory = place_.path(), .self = {"platform"}}, crash_key("platform"));
    ASSERT_TRUE(node);
    node_ = std::move(*node);
    ledger::EpochRecord epoch;
    epoch.quorum = 2;
    for (const char* name : {"auditor", "ngo", "platform"})
      epoch.validators.items.push_back({{name}, crash_key(name).public_key()});
    shares_.emplace(origin_, epoch);
  }

  std::shared_ptr<const Published> state() const { return node_->published(); }
  const storage::Head& head() const { return state()->snapshot->head(); }
  CheckpointShare own(const std::string& name) const {
    return sign_share(origin_, head(), {name}, crash_key(name));
  }
  // Signed, and of another log of this size.
  CheckpointShare other(const std::string& name, std::uint8_t which, std::uint64_t size) const {
    storage::Head wrong = head();
    wrong.size = size;
    wrong.log = {};
    wrong.log.append(crypto::sha256({&which, 1}));
    return sign_share(origin_, wrong, {name}, crash_key(name));
  }
  std::uint64_t size() const { return head().size; }

  test::TemporaryDirectory place_;
  const ledger::Origin origin_{"ledger.example.org/crash"};
  std::unique_ptr<Node> node_;
  std::optional<CheckpointShares> shares_;
};

TEST_F(SharesOfThree, AreANoteOnceAQuorumHasSigned) {
  shares_->add_state(state());
  EXPECT_EQ(shares_->add_share(0, own("auditor")), Taken::counted);
  EXPECT_FALSE(shares_->take_certified());
  EXPECT_EQ(shares_->add_share(0, own("auditor")), Taken::old);
  EXPECT_EQ(shares_->add_share(2, own("auditor")), Taken::bad_signature);
  EXPECT_EQ(shares_->add_share(1, own("ngo")), Taken::counted);
  EXPECT_TRUE(shares_->take_certified());
  EXPECT_TRUE(shares_->take_other_logs().empty());
}

TEST_F(SharesOfThree, HaveOneLogSignatureThatHolds) {
  CheckpointShare forged = own("auditor");
  forged.signature.value.back() ^= 1;
  const crypto::VerifierKey log{origin_.value, crypto::KeyType::ed25519,
                                crash_key("platform").public_key()};
  shares_->add_state(state());
  // The first one's is the note's.
  EXPECT_EQ(shares_->add_share(0, forged), Taken::bad_signature);
  shares_->add_own(2, own("platform"));
  // Nobody will see this one, so nobody looks.
  EXPECT_EQ(shares_->add_share(0, forged), Taken::counted);
  const auto certified = shares_->take_certified();
  ASSERT_TRUE(certified);
  const auto note = crypto::parse_note(certified->note);
  ASSERT_TRUE(note);
  std::size_t log_signatures = 0;
  for (const crypto::NoteSignature& each : note->signatures) {
    if (each.name != origin_.value) continue;
    ++log_signatures;
    EXPECT_TRUE(crypto::verify_signature(log, note->text, each));
  }
  EXPECT_EQ(log_signatures, 1U);
}

TEST_F(SharesOfThree, TakeTheOwnOfAStateThatIsBehindForNothing) {
  shares_->add_state(state());
  const CheckpointShare old = own("platform");
  ASSERT_EQ(shares_->add_share(0, own("auditor")), Taken::counted);
  ASSERT_EQ(shares_->add_share(1, own("ngo")), Taken::counted);
  ASSERT_TRUE(shares_->take_certified());
  shares_->add_own(2, old);
  EXPECT_FALSE(shares_->take_certified());
}

TEST_F(SharesOfThree, ContradictionsNeedBothSignatures) {
  CheckpointShare forged = other("ngo", 1, size());
  forged.signature.value.back() ^= 1;
  shares_->add_state(state());
  shares_->add_own(2, own("platform"));
  EXPECT_EQ(shares_->add_share(1, forged), Taken::bad_signature);
  EXPECT_TRUE(shares_->take_other_logs().empty());
}

TEST_F(SharesOfThree, KeepAndTellTheFirstContradictionOfAValidatorAtASize) {
  shares_->add_state(state());
  EXPECT_EQ(shares_->add_share(1, other("ngo", 1, size())), Taken::other_log);
  const auto told = shares_->take_other_logs();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].validator, 1);
  EXPECT_EQ(told[0].size, size());
  // The proof is the validator's signature under the other root.
  const crypto::VerifierKey key{proof::cosigner_name(origin_, {"ngo"}),
                                crypto::KeyType::cosignature, crash_key("ngo").public_key()};
  const auto note = crypto::parse_note(told[0].note);
  ASSERT_TRUE(note);
  EXPECT_TRUE(std::ranges::any_of(note->signatures, [&](const crypto::NoteSignature& each) {
    return crypto::verify_signature(key, note->text, each);
  }));
  EXPECT_EQ(told[0].root, other("ngo", 1, size()).root);
  for (std::uint8_t which = 1; which < 50; ++which)
    EXPECT_EQ(shares_->add_share(1, other("ngo", which, size())), Taken::old);
  EXPECT_TRUE(shares_->take_other_logs().empty());
  EXPECT_EQ(shares_->other_logs().size(), 1U) << "it is kept";
  EXPECT_EQ(shares_->add_share(2, other("platform", 1, size())), Taken::other_log);
  // Who says this as well counts here, as before.
  EXPECT_EQ(shares_->add_share(1, own("ngo")), Taken::counted);
}

TEST_F(SharesOfThree, OfAStateThatIsNotHereAreNothing) {
  EXPECT_EQ(shares_->add_share(1, other("ngo", 1, size())), Taken::old);
  EXPECT_EQ(shares_->add_share(0, own("auditor")), Taken::old);
  shares_->add_state(state());
  EXPECT_TRUE(shares_->take_other_logs().empty());
  shares_->add_own(2, own("platform"));
  EXPECT_FALSE(shares_->take_certified());
  EXPECT_EQ(shares_->add_share(0, own("auditor")), Taken::counted);
  EXPECT_TRUE(shares_->take_certified());
}

TEST_F(SharesOfThree, KeepFewOfALiarThatContradictsAtEachSize) {
  for (std::uint64_t i = 0; i < 2 * CheckpointShares::other_logs_of_one_max; ++i) {
    ASSERT_TRUE(node_->record_and_wait({test::crash_donation(i)}));
    shares_->add_state(state());
    shares_->add_share(1, other("ngo", 1, size()));
  }
  EXPECT_EQ(shares_->take_other_logs().size(), CheckpointShares::other_logs_of_one_max);
  EXPECT_EQ(shares_->other_logs().size(), CheckpointShares::other_logs_of_one_max);
}

}  // namespace
}  // namespace centime::runtime
