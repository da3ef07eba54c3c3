#include "api/block_signers.h"

#include <gtest/gtest.h>

#include "crypto/canonical.h"
#include "node/runtime/block_body.h"
#include "tests/support/ledger_world.h"

namespace centime::api {
namespace {

// Of the world's four validators, these voted for the block of this height.
crypto::Bytes certificate(std::vector<std::uint16_t> signers, std::uint64_t height) {
  runtime::BlockCertificate kept;
  kept.finalization.kind = consensus::VoteKind::finalize;
  kept.finalization.value.height.value = height;
  for (const auto signer : signers) kept.finalization.signatures.items.push_back({signer, {}});
  return crypto::encode(kept);
}

BlockView block(std::uint64_t height, crypto::Bytes with) {
  BlockView view;
  view.height = {height};
  view.certificate = std::move(with);
  return view;
}

TEST(BlockSigners, TellWhoVotedAndWhoDidNot) {
  const ledger::EpochRecord epoch = ledger::governance_of(test::world_genesis()).epoch;
  const auto signers = block_signers(epoch, block(5, certificate({0, 2, 3}, 5)));
  ASSERT_TRUE(signers);
  EXPECT_EQ(signers->needed, 3U);
  EXPECT_EQ(signers->voted, 3U);
  ASSERT_EQ(signers->validators.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(signers->validators[i].member, epoch.validators.items[i].member);
    EXPECT_EQ(signers->validators[i].voted, i != 1);
  }
  EXPECT_FALSE(signers->through);
}

TEST(BlockSigners, NameTheLaterBlockThatMadeItFinal) {
  const auto signers = block_signers(ledger::governance_of(test::world_genesis()).epoch,
                                     block(5, certificate({0, 1, 2}, 7)));
  ASSERT_TRUE(signers && signers->through);
  EXPECT_EQ(signers->through->value, 7U);
}

TEST(BlockSigners, AreUnknownWithoutACertificate) {
  const ledger::EpochRecord epoch = ledger::governance_of(test::world_genesis()).epoch;
  EXPECT_FALSE(block_signers(epoch, block(0, {})));
  EXPECT_FALSE(block_signers(epoch, block(3, crypto::Bytes{1, 2, 3})));
  EXPECT_FALSE(block_signers(epoch, block(3, certificate({0, 1, 9}, 3)))) << "no such validator";
}

}  // namespace
}  // namespace centime::api
