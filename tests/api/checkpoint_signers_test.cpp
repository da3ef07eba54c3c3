#include "api/checkpoint_signers.h"

#include <gtest/gtest.h>

#include "crypto/note.h"
#include "node/proof/policy.h"
#include "tests/support/ledger_world.h"

namespace centime::api {
namespace {

const crypto::Checkpoint checkpoint{"ledger.test/world", 42, test::digest_of("root")};

// The checkpoint as these members cosigned it, at a second each.
std::string note(const std::vector<ledger::MemberId>& members) {
  crypto::Note made{crypto::format_checkpoint(checkpoint), {}};
  std::chrono::sys_seconds time{std::chrono::seconds(1'700'000'000)};
  for (const auto& member : members) {
    const auto name = proof::cosigner_name(test::world_genesis().origin, member);
    made.signatures.push_back(
        crypto::cosign(made.text, {name, test::fixed_key(member.value)}, time++));
  }
  return crypto::format_note(made);
}

std::optional<CheckpointSigners> signers_of(const ledger::Genesis& genesis,
                                            const std::string& note) {
  return checkpoint_signers(genesis.origin, ledger::governance_of(genesis).epoch, note);
}

TEST(CheckpointSigners, TellWhoSignedAndWhen) {
  const auto genesis = test::world_genesis();
  const auto& validators = genesis.validators.items;
  const auto signers = signers_of(genesis, note({validators[2], validators[0]}));
  ASSERT_TRUE(signers);
  EXPECT_EQ(signers->size, 42U);
  EXPECT_EQ(signers->root, test::digest_of("root"));
  EXPECT_EQ(signers->needed, 3U);
  EXPECT_EQ(signers->count, 2U);
  EXPECT_EQ(signers->validators[2].signed_at, ledger::TimeMs{1'700'000'000'000});
  EXPECT_EQ(signers->validators[0].signed_at, ledger::TimeMs{1'700'000'001'000});
  EXPECT_FALSE(signers->validators[1].signed_at);
}

TEST(CheckpointSigners, CountNoSignatureThatDoesNotHold) {
  const auto genesis = test::world_genesis();
  auto text = note({genesis.validators.items[0]});
  EXPECT_FALSE(signers_of(genesis, text.replace(text.find("42"), 2, "43")));
  EXPECT_FALSE(signers_of(genesis, note({test::field_crew}))) << "no validator";
  EXPECT_FALSE(signers_of(genesis, "nonsense"));
}

}  // namespace
}  // namespace centime::api
