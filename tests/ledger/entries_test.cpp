#include "node/ledger/entries.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::fault_of;
using ledger::Genesis;

TEST(Genesis, OfTheWorldHasNoFault) { EXPECT_EQ(fault_of(world_genesis()), std::nullopt); }

TEST(Genesis, IsHeldAgainstEveryRule) {
  const auto fault_after = [](auto change) {
    Genesis genesis = world_genesis();
    change(genesis);
    return fault_of(genesis).value_or("none");
  };
  EXPECT_EQ(fault_after([](Genesis& g) { g.format_version = 2; }),
            "format version 1 is the only one there is");
  EXPECT_EQ(fault_after([](Genesis& g) { g.members.items.clear(); }),
            "a network needs at least one member");
  EXPECT_EQ(fault_after([](Genesis& g) { g.validators.items.clear(); }),
            "a network needs at least one validator");
  EXPECT_EQ(fault_after([](Genesis& g) { g.members.items.push_back(g.members.items[0]); }),
            "member 'open-giving' is listed twice");
  EXPECT_EQ(fault_after([](Genesis& g) { g.members.items[2].key = g.members.items[0].key; }),
            "the key of member 'red-aid' is another member's too");
  EXPECT_EQ(fault_after([](Genesis& g) { g.members.items[1].key = {}; }),
            "the key of member 'tender-audit' is not an admissible Ed25519 key");
  EXPECT_EQ(fault_after([](Genesis& g) { g.validators.items.push_back({"nobody"}); }),
            "validator 'nobody' is no member");
  EXPECT_EQ(fault_after([](Genesis& g) { g.validators.items.push_back(red_aid); }),
            "validator 'red-aid' is listed twice");
  EXPECT_NE(fault_after([](Genesis& g) { g.policies.block_records_max = 1'999; }), "none");
  EXPECT_NE(fault_after([](Genesis& g) { g.policies.block_bytes_max = 2'000'000; }), "none");
  EXPECT_EQ(fault_after([](Genesis& g) { g.policies.block_bytes_max = 8'388'096; }), "none");
  EXPECT_EQ(fault_after([](Genesis& g) { g.policies.block_bytes_max = 8'388'097; }),
            "a block must not be larger than nodes can send each other (block_bytes_max is at most "
            "8388096)");
}

TEST(NetworkId, IsTheDigestOfTheGenesisEntry) {
  const auto bytes = crypto::encode(ledger::Entry(world_genesis()));
  EXPECT_EQ(ledger::network_id(world_genesis()).bytes, crypto::sha256(bytes).bytes);
  EXPECT_EQ(LedgerWorld().state().entries()[0], bytes);
}

TEST(Origin, IsALowerCaseHostAndPath) {
  for (const auto* text :
       {"ledger.example.org", "ledger.example.org/relief", "127.0.0.1:8080", "a_b-c"}) {
    EXPECT_TRUE(ledger::Origin::valid(text)) << text;
  }
  for (const auto* text : {"", "Ledger.org", "a b", "a+b", "a\nb", "é.org", "https://x?y"}) {
    EXPECT_FALSE(ledger::Origin::valid(text)) << text;
  }
  EXPECT_TRUE(ledger::Origin::valid(std::string(120, 'a')));
  EXPECT_FALSE(ledger::Origin::valid(std::string(121, 'a')));
}

// The greatest entries there can be fit the tile format.
TEST(Entries, StayWithinTheirLimitAtTheirLargest) {
  Genesis genesis = world_genesis();
  genesis.origin = {std::string(120, 'o')};
  genesis.members.items.assign(
      ledger::members_max,
      {{std::string(40, 'm')}, {std::string(120, 't')}, ledger::Role::ngo, {}});
  genesis.validators.items.assign(ledger::validators_max, {std::string(40, 'v')});
  EXPECT_LE(crypto::encode(ledger::Entry(genesis)).size(), ledger::entry_size_max);

  const ledger::EvidenceFile file{{}, {std::string(100, 'm')}, 1, {}, {{std::string(200, 'c')}}};
  ledger::Effects effects;
  effects.spend = ledger::Spend{};
  effects.spend->segments.items.assign(ledger::segments_max, {});
  effects.fill = ledger::Fill{};
  auto expenditure = expenditure_of(1);
  expenditure.fund = {std::string(40, 'f')};
  expenditure.payee = ledger::Payee{{std::string(120, 'p')}, {{std::string(64, 'i')}}};
  expenditure.description = {{std::string(500, 'd')}};
  expenditure.evidence.items.assign(16, file);
  expenditure.for_donation = ledger::RecordId{};
  auto disbursement = disbursement_of({std::string(40, 't')}, 1);
  disbursement.fund = expenditure.fund;
  disbursement.purpose = {std::string(500, 'p')};
  disbursement.evidence = expenditure.evidence;
  for (const ledger::RecordBody& body :
       std::vector<ledger::RecordBody>{expenditure, disbursement}) {
    const ledger::RecordEntry entry{{{std::string(40, 'a')}, {{std::string(64, 'r')}, body}},
                                    effects};
    EXPECT_LE(crypto::encode(ledger::Entry(entry)).size(), ledger::entry_size_max);
  }
}

}  // namespace
}  // namespace centime::test
