#include "node/proof/verify.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/proof/bundle_world.h"

namespace centime::proof::verify_test {
namespace {

using test::clean_water;
using test::open_giving;
using test::red_aid;
using test::tender;

const test::Story& story() {
  static const test::Story story;
  return story;
}
const TraceBundle& bundle() {
  static const TraceBundle bundle = test::bundle_of(story().world, story().gift);
  return bundle;
}
const Policy& policy() {
  static const Policy policy = test::world_policy();
  return policy;
}

bool holds(const TraceBundle& changed) { return verify_bundle(changed, policy()).has_value(); }

VerifyFault fault_of(const TraceBundle& changed, const Policy& by = policy()) {
  const auto verified = verify_bundle(changed, by);
  EXPECT_FALSE(verified);
  return verified ? VerifyFault{} : verified.error();
}

void expect_same_trace(const ledger::Trace& left, const ledger::Trace& right) {
  ASSERT_EQ(left.pieces.size(), right.pieces.size());
  ASSERT_EQ(left.moves.size(), right.moves.size());
  for (std::size_t i = 0; i < left.pieces.size(); ++i) {
    EXPECT_EQ(left.pieces[i].account, right.pieces[i].account);
    EXPECT_EQ(left.pieces[i].units, right.pieces[i].units);
    EXPECT_EQ(left.pieces[i].arrived_by, right.pieces[i].arrived_by);
    EXPECT_EQ(left.pieces[i].arrived_through, right.pieces[i].arrived_through);
    EXPECT_EQ(left.pieces[i].held, right.pieces[i].held);
  }
  for (std::size_t i = 0; i < left.moves.size(); ++i) {
    EXPECT_EQ(left.moves[i].from, right.moves[i].from);
    EXPECT_EQ(left.moves[i].units, right.moves[i].units);
    EXPECT_EQ(left.moves[i].entry, right.moves[i].entry);
    EXPECT_EQ(left.moves[i].kind, right.moves[i].kind);
    EXPECT_EQ(left.moves[i].to, right.moves[i].to);
  }
}

// ---- what holds

TEST(VerifyBundle, FindsWhatTheLedgerFinds) {
  const auto verified = verify_bundle(bundle(), policy(), story().gift);
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->donation, story().gift);
  EXPECT_EQ(verified->path.gift().amount.value, 5'000u);
  EXPECT_EQ(verified->height, story().world.tip().height);
  EXPECT_EQ(verified->block_time, story().world.tip().time);
  EXPECT_EQ(verified->checkpoint.cosigners.size(), 3u);
  EXPECT_EQ(verified->checkpoint.needed, 3u);
  EXPECT_EQ(verified->checkpoint.known, 4u);
  EXPECT_EQ(verified->genesis.origin.value, "ledger.test/world");
  EXPECT_FALSE(verified->proves.empty());
  EXPECT_FALSE(verified->does_not_prove.empty());

  const auto path = trace_donation(story().world.state(), story().world.entry_of(story().gift));
  ASSERT_TRUE(path);
  expect_same_trace(verified->path.trace, path->trace);
}

RC_GTEST_PROP(VerifyBundle, AcceptsEveryDonationOfARandomHistory, (std::uint64_t seed)) {
  test::LedgerWorld world;
  test::RandomHistory history(world, seed);
  history.run(*rc::gen::inRange<std::size_t>(1, 120));
  test::RawSource source = test::source_of(world);
  std::size_t left = 12;
  for (const auto& donation : history.donations()) {
    if (left-- == 0) break;
    const auto built = build_bundle(source, donation);
    RC_ASSERT(built.has_value());
    const auto parsed = parse_bundle(format_bundle(*built));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == *built);
    const auto verified = verify_bundle(*parsed, policy(), donation);
    if (!verified) RC_FAIL(verified.error().detail);
    const auto path = trace_donation(world.state(), world.entry_of(donation));
    RC_ASSERT(path.has_value());
    expect_same_trace(verified->path.trace, path->trace);
    std::uint64_t sum = 0;
    for (const Leaf& leaf : verified->leaves) sum += leaf.given;
    RC_ASSERT(sum == verified->path.gift().amount.value);
  }
}

// Dropping any entry or account of a random bundle, or adding any that is not in it.
RC_GTEST_PROP(VerifyBundle, WantsExactlyTheEntriesAndAccountsOnThePath, (std::uint64_t seed)) {
  test::LedgerWorld world;
  test::RandomHistory history(world, seed);
  history.run(60);
  RC_PRE(!history.donations().empty());
  test::RawSource source = test::source_of(world);
  const auto& donation =
      history.donations()[*rc::gen::inRange<std::size_t>(0, history.donations().size())];
  const auto built = build_bundle(source, donation);
  RC_ASSERT(built.has_value());
  RC_ASSERT(holds(*built));
  for (std::size_t i = 0; i < built->entries.size(); ++i) {
    TraceBundle changed = *built;
    changed.entries.erase(changed.entries.begin() + static_cast<std::ptrdiff_t>(i));
    RC_ASSERT(!holds(changed));
  }
  for (std::size_t i = 0; i < built->accounts.size(); ++i) {
    TraceBundle changed = *built;
    changed.accounts.erase(changed.accounts.begin() + static_cast<std::ptrdiff_t>(i));
    RC_ASSERT(!holds(changed));
  }
  const std::uint64_t size = world.state().entries().size();
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto at = std::ranges::lower_bound(built->entries, i, {}, &ProvenLeaf::index);
    if (at != built->entries.end() && at->index == i) continue;
    TraceBundle changed = *built;
    changed.entries.insert(
        changed.entries.begin() + (at - built->entries.begin()),
        {i, world.state().entries()[i], crypto::inclusion_proof(source.log_hashes(), i, size)});
    RC_ASSERT(!holds(changed));
  }
  for (std::uint32_t i = 0; i < world.state().account_count(); ++i) {
    const auto at = std::ranges::lower_bound(built->accounts, i, {}, &ProvenLeaf::index);
    if (at != built->accounts.end() && at->index == i) continue;
    TraceBundle changed = *built;
    const ledger::AccountIndex index{i};
    changed.accounts.insert(changed.accounts.begin() + (at - built->accounts.begin()),
                            {i, crypto::encode(*world.state().account(index)),
                             source.account_proofs({&index, 1})->at(0)});
    RC_ASSERT(!holds(changed));
  }
}

// ---- mutations: none is neutral

// Changes every byte and hash of the leaf that `select` finds, its index and its lengths.
void expect_every_change_fails(const std::function<ProvenLeaf&(TraceBundle&)>& select) {
  TraceBundle changed = bundle();
  ProvenLeaf& leaf = select(changed);
  const ProvenLeaf whole = leaf;
  const auto fails = [&](std::string_view what) {
    EXPECT_FALSE(holds(changed)) << what << " of leaf " << whole.index;
    leaf = whole;
  };
  for (std::size_t i = 0; i < whole.bytes.size(); ++i) {
    leaf.bytes[i] ^= static_cast<std::uint8_t>(1 << (i * 5 % 8));
    fails("byte");
  }
  leaf.bytes.push_back(0);
  fails("one byte more");
  leaf.bytes.clear();
  fails("no byte");
  for (std::size_t hash = 0; hash < whole.proof.size(); ++hash) {
    for (std::size_t i = 0; i < 32; i += 3) {
      leaf.proof[hash].bytes[i] ^= 0x10;
      fails("hash");
    }
  }
  leaf.proof.push_back({});
  fails("one hash more");
  if (!whole.proof.empty()) {
    leaf.proof.pop_back();
    fails("one hash less");
  }
  for (const std::uint64_t index :
       {whole.index + 1, whole.index - 1, whole.index + 64, std::uint64_t{1} << 62}) {
    leaf.index = index;
    fails("index");
  }
}

TEST(VerifyBundle, RefusesEveryChangedLeaf) {
  ASSERT_TRUE(holds(bundle()));
  expect_every_change_fails([](TraceBundle& in) -> ProvenLeaf& { return in.genesis; });
  expect_every_change_fails([](TraceBundle& in) -> ProvenLeaf& { return in.seal; });
  for (std::size_t i = 0; i < bundle().entries.size(); ++i) {
    expect_every_change_fails([i](TraceBundle& in) -> ProvenLeaf& { return in.entries[i]; });
  }
  for (std::size_t i = 0; i < bundle().accounts.size(); ++i) {
    expect_every_change_fails([i](TraceBundle& in) -> ProvenLeaf& { return in.accounts[i]; });
  }
}

TEST(VerifyBundle, RefusesEveryChangedByteOfTheCheckpoint) {
  TraceBundle changed = bundle();
  for (std::size_t i = 0; i < bundle().checkpoint.size(); ++i) {
    for (const char other : {'A', ' ', '\n', '1', static_cast<char>(changed.checkpoint[i] ^ 1)}) {
      if (other == bundle().checkpoint[i]) continue;
      changed.checkpoint[i] = other;
      EXPECT_FALSE(holds(changed)) << "byte " << i;
      changed.checkpoint[i] = bundle().checkpoint[i];
    }
  }
}

TEST(VerifyBundle, RefusesAnotherVersionNetworkOrDonation) {
  TraceBundle changed = bundle();
  changed.version = 2;
  EXPECT_EQ(fault_of(changed).word, VerifyWord::unknown_version);
  for (std::size_t i = 0; i < 32; ++i) {
    changed = bundle();
    changed.network.bytes[i] ^= 1;
    EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_network);
    changed = bundle();
    changed.donation.bytes[i] ^= 1;
    EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_donation);
  }
}

// The text as a whole, so that nothing between the fields escapes either.
TEST(VerifyBundle, RefusesEveryChangedByteOfTheFile) {
  const test::ShortStory small;
  std::string text = format_bundle(test::bundle_of(small.world, small.gift));
  const auto accepted = [&] {
    const auto parsed = parse_bundle(text);
    return parsed && holds(*parsed);
  };
  ASSERT_TRUE(accepted());
  std::mt19937 random(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = text[i];
    for (const char other : {static_cast<char>(before ^ (1 << random() % 7)), ' '}) {
      if (other == before) continue;
      text[i] = other;
      EXPECT_FALSE(accepted()) << "byte " << i << " of " << text.size();
    }
    text[i] = before;
  }
}

// ---- whole parts exchanged

TEST(VerifyBundle, RefusesSwappedAndRepeatedParts) {
  TraceBundle changed = bundle();
  std::swap(changed.entries[1], changed.entries[2]);
  EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_order);
  changed = bundle();
  changed.entries.insert(changed.entries.begin(), changed.entries[0]);
  EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_order);
  changed = bundle();
  std::swap(changed.accounts[0], changed.accounts[1]);
  EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_order);
  changed = bundle();
  changed.accounts.push_back(changed.accounts.back());
  EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_order);
  changed = bundle();
  std::swap(changed.accounts[0].bytes, changed.accounts[1].bytes);
  EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_inclusion);
  changed = bundle();
  std::swap(changed.genesis, changed.seal);
  EXPECT_EQ(fault_of(changed).step, VerifyStep::network);
}

TEST(VerifyBundle, NamesWhatIsMissingOrNeedless) {
  const auto kind_of = [](const ProvenLeaf& leaf) {
    const auto entry = crypto::decode<ledger::Entry>(leaf.bytes);
    return std::get<ledger::RecordEntry>(*entry).authored.record.kind();
  };
  for (std::size_t i = 0; i < bundle().entries.size(); ++i) {
    TraceBundle changed = bundle();
    changed.entries.erase(changed.entries.begin() + static_cast<std::ptrdiff_t>(i));
    const VerifyFault fault = fault_of(changed);
    switch (kind_of(bundle().entries[i])) {
      case ledger::RecordKind::donation:
        EXPECT_EQ(fault.word, VerifyWord::wrong_donation);
        break;
      case ledger::RecordKind::expenditure:
      case ledger::RecordKind::refund:
      case ledger::RecordKind::return_:
        EXPECT_EQ(fault.word, VerifyWord::units_unaccounted);
        break;
      default:
        break;  // Its followers may be found fault with first.
    }
  }
  for (std::size_t i = 0; i < bundle().accounts.size(); ++i) {
    TraceBundle changed = bundle();
    changed.accounts.erase(changed.accounts.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(fault_of(changed).word, VerifyWord::missing_account);
  }

  test::RawSource source = test::source_of(story().world);
  const auto& entries = story().world.state().entries();
  TraceBundle changed = bundle();
  const std::uint64_t other = bundle().entries[0].index - 3;  // The donation before the gift.
  changed.entries.insert(
      changed.entries.begin(),
      {other, entries[other], crypto::inclusion_proof(source.log_hashes(), other, entries.size())});
  EXPECT_EQ(fault_of(changed).word, VerifyWord::needless_entry);
}

TEST(VerifyBundle, IsAboutTheDonationThatWasAskedFor) {
  auto other = story().gift;
  other.bytes[0] ^= 1;
  const auto verified = verify_bundle(bundle(), policy(), other);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().word, VerifyWord::wrong_donation);

  // Another record of the path is no donation.
  for (std::size_t i = 1; i < bundle().entries.size(); ++i) {
    TraceBundle changed = bundle();
    changed.donation = story().world.id_of({bundle().entries[i].index});
    EXPECT_EQ(fault_of(changed).word, VerifyWord::wrong_donation);
  }
}

// ---- the policy

TEST(VerifyBundle, BelongsToThePolicysNetwork) {
  Policy other = policy();
  other.network->bytes[3] ^= 1;
  EXPECT_EQ(fault_of(bundle(), other).word, VerifyWord::wrong_network);
  other.network.reset();
  EXPECT_TRUE(verify_bundle(bundle(), other));
}

// Same members, keys and origin, another start.
TEST(VerifyBundle, OfATwinNetworkIsRefused) {
  ledger::Genesis genesis = test::world_genesis();
  genesis.policies.days_ahead_max = 2;
  test::LedgerWorld twin(genesis);
  twin.open_channel();
  twin.open_fund();
  const auto gift = twin.donate(100);
  EXPECT_EQ(fault_of(test::bundle_of(twin, gift)).word, VerifyWord::wrong_network);
}

TEST(VerifyBundle, NeedsTheQuorumAndNoOtherLines) {
  const auto signed_by = [&](const std::vector<ledger::MemberId>& members) {
    const auto opened = crypto::parse_note(bundle().checkpoint);
    TraceBundle changed = bundle();
    changed.checkpoint = test::signed_by(members, *crypto::parse_checkpoint(opened->text));
    return changed;
  };
  EXPECT_TRUE(holds(signed_by({open_giving, tender, red_aid, clean_water})));
  EXPECT_TRUE(holds(signed_by({clean_water, open_giving, tender})));
  EXPECT_EQ(fault_of(signed_by({open_giving, tender})).word, VerifyWord::quorum_short);
  EXPECT_EQ(fault_of(signed_by({open_giving, tender, tender, tender})).word,
            VerifyWord::quorum_short);
  EXPECT_EQ(fault_of(signed_by({open_giving, tender, red_aid, tender})).word,
            VerifyWord::bad_checkpoint);
  EXPECT_EQ(fault_of(signed_by({open_giving, tender, red_aid, {"stranger"}})).word,
            VerifyWord::bad_checkpoint);
  EXPECT_EQ(fault_of(signed_by({{"stranger"}, open_giving, tender, red_aid})).word,
            VerifyWord::unknown_log);
}

// ---- time

TEST(VerifyBundle, RefusesAnOlderSealUnderANewerCheckpoint) {
  test::Story later;
  const TraceBundle old = test::bundle_of(later.world, later.gift);
  later.world.donate(1);
  const TraceBundle fresh = test::bundle_of(later.world, later.gift);
  EXPECT_TRUE(holds(fresh));

  TraceBundle mixed = old;
  mixed.checkpoint = fresh.checkpoint;
  EXPECT_EQ(fault_of(mixed).word, VerifyWord::wrong_inclusion);

  test::RawSource source = test::source_of(later.world);
  const std::uint64_t size = later.world.state().entries().size();
  mixed = fresh;
  mixed.seal = {old.seal.index, old.seal.bytes,
                crypto::inclusion_proof(source.log_hashes(), old.seal.index, size)};
  EXPECT_EQ(fault_of(mixed).word, VerifyWord::wrong_seal);

  mixed = fresh;
  mixed.accounts = old.accounts;
  EXPECT_EQ(fault_of(mixed).word, VerifyWord::wrong_inclusion);
}

// ---- forged logs that a quorum signed all the same

// The story's bundle over a log in which `change` was made to one entry, and which is sealed as it
// is then.
TraceBundle forged(std::uint64_t index, const std::function<void(ledger::Entry&)>& change) {
  std::vector<crypto::Bytes> entries = story().world.state().entries();
  auto entry = crypto::decode<ledger::Entry>(entries[index]);
  change(*entry);
  entries[index] = crypto::encode(*entry);
  if (index + 1 < entries.size()) {
    crypto::CompactRange before;
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      before.append(crypto::hash_leaf(entries[i]));
    }
    auto last = crypto::decode<ledger::Entry>(entries.back());
    std::get<ledger::Seal>(*last).log_root = before.root();
    entries.back() = crypto::encode(*last);
  }
  test::RawSource source(story().world.state(), std::move(entries));
  return *build_bundle(source, story().gift);
}

TEST(VerifyBundle, ReadsTheSealAgainstTheLog) {
  const std::uint64_t last = bundle().seal.index;
  const auto fault_with = [&](const std::function<void(ledger::Seal&)>& change) {
    return fault_of(
        forged(last, [&](ledger::Entry& entry) { change(std::get<ledger::Seal>(entry)); }));
  };
  using ledger::Seal;
  EXPECT_EQ(fault_with([](Seal& seal) { seal.log_root.bytes[0] ^= 1; }).word,
            VerifyWord::wrong_seal);
  EXPECT_EQ(fault_with([](Seal& seal) { ++seal.entry_count; }).word, VerifyWord::wrong_seal);
  EXPECT_EQ(fault_with([](Seal& seal) { seal.first_entry.value += 100; }).word,
            VerifyWord::wrong_seal);
  EXPECT_EQ(fault_with([](Seal& seal) { seal.proposer = {"nobody"}; }).word, VerifyWord::bad_epoch);
  EXPECT_EQ(fault_with([](Seal& seal) { seal.epoch = 1; }).word, VerifyWord::bad_epoch);
  EXPECT_EQ(fault_with([](Seal& seal) { seal.time = {5}; }).word, VerifyWord::wrong_seal);
  EXPECT_EQ(fault_with([](Seal& seal) { seal.state_root.bytes[0] ^= 1; }).step,
            VerifyStep::accounts);
  EXPECT_EQ(fault_with([](Seal& seal) { --seal.account_count; }).step, VerifyStep::accounts);
}

TEST(VerifyBundle, ALogThatEndsOtherwiseThanWithASealIsRefused) {
  std::vector<crypto::Bytes> entries = story().world.state().entries();
  entries.pop_back();
  test::RawSource source(story().world.state(), std::move(entries));
  EXPECT_EQ(fault_of(*build_bundle(source, story().gift)).word, VerifyWord::bad_entry);
}

TEST(VerifyBundle, TakesRecordsOnly) {
  const auto no_record = forged(bundle().entries[1].index, [](ledger::Entry& entry) {
    entry = ledger::SubmissionHead{test::open_giving, {}, 1, {}, {}};
  });
  EXPECT_EQ(fault_of(no_record).word, VerifyWord::bad_entry);
}

TEST(VerifyBundle, NeedsAGenesisAtTheStart) {
  std::vector<crypto::Bytes> entries = story().world.state().entries();
  test::RawSource source(story().world.state(), entries);
  TraceBundle changed = *build_bundle(source, story().gift);
  std::swap(entries[0], entries[1]);
  crypto::MerkleCache log;
  for (const auto& entry : entries) log.append(crypto::hash_leaf(entry));
  changed.checkpoint =
      test::signed_by(test::quorum_members(), {"ledger.test/world", log.size(), log.root()});
  changed.genesis = {0, entries[0], log.inclusion_proof(0)};
  EXPECT_EQ(fault_of(changed).word, VerifyWord::bad_entry);
}

TEST(VerifyBundle, OfALogUnderAnotherNameIsRefused) {
  ledger::Genesis renamed = test::world_genesis();
  renamed.origin = {"ledger.test/other"};
  Policy other = policy_of(renamed);
  other.network = policy().network;
  TraceBundle changed = bundle();
  auto checkpoint = *crypto::parse_checkpoint(crypto::parse_note(bundle().checkpoint)->text);
  checkpoint.origin = renamed.origin.value;
  changed.checkpoint = test::signed_by(test::quorum_members(), checkpoint);
  EXPECT_EQ(fault_of(changed, other).word, VerifyWord::wrong_network);
}

// A state in which every account stands one place further than its own index says.
TEST(VerifyBundle, FindsAccountsAtTheirOwnIndex) {
  const auto& state = story().world.state();
  crypto::MerkleCache tree;
  for (std::uint32_t i = 0; i < state.account_count(); ++i) {
    const std::uint32_t before = (i + state.account_count() - 1) % state.account_count();
    tree.append(ledger::account_leaf_hash(*state.account({before})));
  }
  TraceBundle changed = forged(bundle().seal.index, [&](ledger::Entry& entry) {
    std::get<ledger::Seal>(entry).state_root = tree.root();
  });
  changed.accounts = {{1, crypto::encode(*state.account({0})), tree.inclusion_proof(1)}};
  const VerifyFault fault = fault_of(changed);
  EXPECT_EQ(fault.step, VerifyStep::accounts);
  EXPECT_EQ(fault.word, VerifyWord::bad_entry);
}

// ---- the golden bundle

std::string golden(std::string_view name) {
  return std::string(CENTIME_SOURCE_DIR) + "/tests/proof/golden/" + std::string(name);
}

void expect_golden(std::string_view name, const std::string& text) {
  // To make them anew after a change of format, which is a new version: set CENTIME_WRITE_GOLDEN.
  if (std::getenv("CENTIME_WRITE_GOLDEN") != nullptr) {
    std::ofstream(golden(name), std::ios::binary) << text;
  }
  std::ostringstream stored;
  stored << std::ifstream(golden(name), std::ios::binary).rdbuf();
  EXPECT_TRUE(stored.str() == text) << name << " is another than the stored one";
}

TEST(VerifyBundle, WritesTheGoldenFilesByteForByte) {
  expect_golden("bundle.json", format_bundle(bundle()));
  expect_golden("policy.txt", format_policy(policy()));
}

TEST(VerifyBundle, AcceptsTheGoldenFiles) {
  std::ostringstream text;
  text << std::ifstream(golden("bundle.json"), std::ios::binary).rdbuf();
  std::ostringstream trusted;
  trusted << std::ifstream(golden("policy.txt"), std::ios::binary).rdbuf();
  const auto parsed = parse_bundle(text.str());
  const auto read = parse_policy(trusted.str());
  ASSERT_TRUE(parsed && read);
  const auto verified = verify_bundle(*parsed, *read);
  ASSERT_TRUE(verified) << verified.error().detail;
  std::vector<std::string> ends;
  for (const Leaf& leaf : verified->leaves) {
    const auto& account = verified->path.accounts.at(leaf.account);
    ends.push_back(std::string(crypto::word_of(leaf.kind)) + " " + account.holder.value + " " +
                   ledger::format_amount({leaf.units.size()}, account.currency) + " of " +
                   std::to_string(leaf.given));
  }
  const std::vector<std::string> expected = {
      "held open-giving 9.00 EUR of 900",  "refunded open-giving 2.50 EUR of 250",
      "spent open-giving 1.50 EUR of 150", "held red-aid 6.23 EUR of 623",
      "spent red-aid 7.77 EUR of 777",     "held open-giving 3.00 EUR of 300",
      "held red-aid 1,511.11 KES of 1003", "held field-crew 500.01 KES of 332",
      "spent field-crew 999.99 KES of 665"};
  EXPECT_EQ(ends, expected);
}

// ---- building

TEST(BuildBundle, SaysWhatItCannotProve) {
  test::RawSource source = test::source_of(story().world);
  auto unknown = story().gift;
  unknown.bytes[0] ^= 1;
  EXPECT_EQ(build_bundle(source, unknown).error(), BuildError::unknown_record);
  const auto other = story().world.id_of({bundle().entries[1].index});
  EXPECT_EQ(build_bundle(source, other).error(), BuildError::not_a_donation);
  source.move_on();
  EXPECT_EQ(build_bundle(source, story().gift).error(), BuildError::state_moved);
}

TEST(BuildBundle, WaitsForAValidatorsSignature) {
  test::RawSource source = test::source_of(story().world);
  auto note = *crypto::parse_note(source.checkpoint());
  note.signatures = {crypto::cosign(note.text, {"witness.test", test::fixed_key("stranger")},
                                    test::signing_time())};
  source.set_checkpoint(crypto::format_note(note));
  EXPECT_EQ(build_bundle(source, story().gift).error(), BuildError::not_signed);
  EXPECT_EQ(build_entry_proof(source, {0}).error(), BuildError::not_signed);
}

// A node that has stopped signing says what its head is, in nobody's name.
TEST(BuildBundle, WaitsForAnySignatureAtAll) {
  test::RawSource source = test::source_of(story().world);
  source.set_checkpoint(crypto::parse_note(source.checkpoint())->text + "\n");
  EXPECT_EQ(build_bundle(source, story().gift).error(), BuildError::not_signed);
  EXPECT_EQ(build_entry_proof(source, {0}).error(), BuildError::not_signed);
}

TEST(BuildBundle, LeavesStrangersLinesOut) {
  test::RawSource source = test::source_of(story().world);
  auto note = *crypto::parse_note(source.checkpoint());
  note.signatures.insert(note.signatures.begin() + 1,
                         crypto::cosign(note.text, {"witness.test", test::fixed_key("stranger")},
                                        test::signing_time()));
  source.set_checkpoint(crypto::format_note(note));
  EXPECT_EQ(build_bundle(source, story().gift), bundle());
}

}  // namespace
}  // namespace centime::proof::verify_test
