#include "node/runtime/early_shares.h"

#include <gtest/gtest.h>

#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::runtime {
namespace {

using test::crash_key;

const ledger::Origin origin{"ledger.example.org/crash"};

// An epoch whose only validator is this member.
ledger::EpochRecord epoch_of(const std::string& member) {
  ledger::EpochRecord epoch;
  epoch.quorum = 1;
  epoch.validators.items.push_back({{member}, crash_key(member).public_key()});
  return epoch;
}

class EarlySharesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    test::create_crash_network(directory_.path());
    storage::StoreOptions options;
    options.directory = directory_.path() / "db";
    auto store = storage::Store::open(std::move(options));
    ASSERT_TRUE(store);
    store_ = std::move(*store);
    head_ = std::make_shared<const Published>(store_->snapshot(), [] { return std::string(); });
  }
  CheckpointShare share_of(const std::string& member) const {
    return sign_share(origin, head_->snapshot->head(), {member}, crash_key(member));
  }
  std::uint64_t size() const { return head_->snapshot->head().size; }
  // Of this epoch's validator, with what came early: is the head signed by a quorum?
  bool certifies(const std::string& member, std::uint64_t from) {
    CheckpointShares shares(origin, epoch_of(member));
    early_.hand_over(from, shares);
    shares.add_state(head_);
    return shares.take_certified().has_value();
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  std::shared_ptr<const Published> head_;
  EarlyShares early_;
};

TEST_F(EarlySharesTest, AreGivenToTheEpochWhoseValidatorSignedThem) {
  early_.keep({"platform"}, share_of("platform"));
  EXPECT_FALSE(certifies("auditor", 0)) << "it has no vote in this one";
  EXPECT_TRUE(certifies("platform", 1)) << "and in the next it has";
}

TEST_F(EarlySharesTest, AreForgottenOnceTheLogIsBeyondThem) {
  early_.keep({"platform"}, share_of("platform"));
  EXPECT_FALSE(certifies("auditor", size()));
  EXPECT_FALSE(certifies("platform", 0));
}

TEST_F(EarlySharesTest, AreJudgedOnlyThen) {
  early_.keep({"platform"}, share_of("auditor"));
  EXPECT_FALSE(certifies("platform", 0)) << "another's signature";
}

TEST_F(EarlySharesTest, AreTheNewestFewOfEachMember) {
  early_.keep({"platform"}, share_of("platform"));
  CheckpointShare later = share_of("platform");
  for (std::size_t i = 0; i < EarlyShares::of_one_max; ++i) {
    later.size = size() + 1 + i;
    early_.keep({"auditor"}, later);
  }
  EXPECT_TRUE(certifies("platform", 0)) << "another member's do not displace its own";
  for (std::size_t i = 0; i < EarlyShares::of_one_max; ++i) {
    later.size = size() + 1 + i;
    early_.keep({"platform"}, later);
  }
  EXPECT_FALSE(certifies("platform", 0));
}

}  // namespace
}  // namespace centime::runtime
