#include "tests/web/forged_log.h"

namespace centime::test {
namespace {

using crypto::Bytes;
using crypto::Digest;
using ledger::Interval;

// Small steps to and fro, and now and then a leap.
void nudge(ledger::Position& at, std::uint64_t random) {
  const std::uint64_t steps[] = {1, 1, 2, 100, std::uint64_t{1} << 40, std::uint64_t{1} << 63};
  const std::uint64_t step = steps[random % 6];
  at.value = random & 64 ? at.value + step : at.value - step;
}

void nudge(Interval& units, std::uint64_t random) {
  if (random & 1) nudge(units.lo, random >> 1);
  if (random & 2 || !(random & 1)) nudge(units.hi, random >> 9);
}

void change_segments(ledger::Spend& spend, std::uint64_t random) {
  auto& segments = spend.segments.items;
  if (segments.empty()) return;
  Interval& chosen = segments[(random >> 4) % segments.size()];
  switch (random % 4) {
    case 0:
      segments.push_back(chosen);
      break;
    case 1:
      segments.pop_back();
      break;
    default:
      nudge(chosen, random >> 12);
  }
}

struct BodyChange {
  std::uint64_t random;

  void operator()(ledger::Donation& body) const { body.amount.value += 1 + random % 3; }
  void operator()(ledger::Disbursement& body) const {
    if (random & 1) {
      body.to = clean_water;
    } else {
      body.amount.value -= 1;
    }
  }
  void operator()(ledger::Expenditure& body) const {
    if (random & 1) {
      body.for_donation = ledger::RecordId{digest_of("another").bytes};
    } else {
      body.fund = {"winter"};
    }
  }
  void operator()(ledger::Refund& body) const { body.donation.bytes[random % 32] ^= 1; }
  void operator()(ledger::Return& body) const {
    if (random & 1) {
      body.disbursement.bytes[random % 32] ^= 1;
    } else {
      body.amount.value += 1;
    }
  }
  void operator()(ledger::Exchange& body) const {
    if (random & 1) {
      body.to_amount.value += 1;
    } else {
      std::swap(body.from_currency, body.to_currency);
    }
  }
  template <class Other>
  void operator()(Other&) const {}
};

}  // namespace

ForgedLog::ForgedLog(const LedgerWorld& world) : entries(world.state().entries()) {
  for (std::uint32_t i = 0; i < world.state().account_count(); ++i)
    accounts.push_back(crypto::encode(*world.state().account({i})));
}

void ForgedLog::change_effects(std::uint64_t entry, std::uint64_t random) {
  auto decoded = crypto::decode<ledger::Entry>(entries.at(entry));
  auto& record = std::get<ledger::RecordEntry>(*decoded);
  auto& [spend, fill] = record.effects;
  const std::uint64_t more = random >> 8;
  switch (random % 9) {
    case 0:
      record.authored.author = more & 1 ? tender : ledger::MemberId{"nobody"};
      break;
    case 1:
      std::visit(BodyChange{more}, record.authored.record.body);
      break;
    case 2:
      if (fill) nudge(fill->units, more);
      break;
    case 3:
      if (fill) fill->account.value += more & 1 ? 1U : 100U;
      break;
    case 4:
      if (spend) spend->account.value ^= 1;
      break;
    case 5:
      if (more & 1) {
        spend.reset();
      } else {
        fill.reset();
      }
      break;
    case 6:
      if (more & 1) {
        record.authored.record.body = ledger::FundClosure{relief, {"over"}};
        break;
      }
      [[fallthrough]];
    default:
      if (spend) change_segments(*spend, more);
  }
  entries.at(entry) = crypto::encode(*decoded);
}

void ForgedLog::change_account(std::uint64_t account, std::uint64_t random) {
  // The fields are private, and what is wanted here no account would do: so by place. The numbers
  // are the last but the holes.
  Bytes& leaf = accounts.at(account);
  const auto decoded = crypto::decode<ledger::Account>(leaf);
  const std::size_t holes = 4 + 16 * decoded->holes().size();
  const std::size_t numbers = leaf.size() - holes - 16;
  const std::size_t at = random % 3 == 2 && holes > 4
                             ? leaf.size() - 1 - (random >> 8) % (holes - 4)
                             : numbers + (random % 2 == 0 ? 7 : 15);
  leaf.at(at) = static_cast<std::uint8_t>(leaf.at(at) + (random & 32 ? 1 : -1));
}

void ForgedLog::change_seal(std::uint64_t random) {
  auto decoded = crypto::decode<ledger::Entry>(entries.back());
  auto& seal = std::get<ledger::Seal>(*decoded);
  const std::uint64_t more = random >> 8;
  switch (random % 6) {
    case 0:
      seal.log_root = digest_of("another log");
      break;
    case 1:
      seal.first_entry.value += more & 1 ? 1 : std::uint64_t{1} << 40;
      break;
    case 2:
      seal.entry_count ^= 1;
      break;
    case 3:
      seal.proposer = {"nobody"};
      break;
    case 4:
      seal.time.value = 1;
      break;
    default:
      seal.account_count += more & 1 ? 1U : static_cast<std::uint32_t>(-1);
  }
  entries.back() = crypto::encode(*decoded);
  sealed_ = false;
}

proof::TraceBundle ForgedLog::bundle_like(const proof::TraceBundle& bundle) {
  crypto::MerkleCache state;
  for (const Bytes& leaf : accounts) state.append(crypto::hash_leaf(leaf));
  crypto::MerkleCache log;
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) log.append(crypto::hash_leaf(entries[i]));
  if (sealed_) {
    auto decoded = crypto::decode<ledger::Entry>(entries.back());
    auto& seal = std::get<ledger::Seal>(*decoded);
    seal.log_root = log.root();
    seal.state_root = state.root();
    entries.back() = crypto::encode(*decoded);
  }
  log.append(crypto::hash_leaf(entries.back()));

  proof::TraceBundle forged = bundle;
  const auto prove = [](proof::ProvenLeaf& leaf, const Bytes& bytes, const auto& tree) {
    leaf.bytes = bytes;
    leaf.proof = tree.inclusion_proof(leaf.index);
  };
  prove(forged.genesis, entries.front(), log);
  prove(forged.seal, entries.back(), log);
  for (auto& leaf : forged.entries) prove(leaf, entries.at(leaf.index), log);
  for (auto& leaf : forged.accounts) prove(leaf, accounts.at(leaf.index), state);
  forged.network.bytes = crypto::sha256(entries.front()).bytes;
  // The donation by its new name, if it still is one.
  for (const auto& [index, bytes, proof] : forged.entries) {
    const auto before = std::ranges::find(bundle.entries, index, &proof::ProvenLeaf::index);
    const auto entry = crypto::decode<ledger::Entry>(bytes);
    const auto old = crypto::decode<ledger::Entry>(before->bytes);
    const auto* record = entry ? std::get_if<ledger::RecordEntry>(&*entry) : nullptr;
    if (record == nullptr) continue;
    const auto& was = std::get<ledger::RecordEntry>(*old).authored;
    if (ledger::record_id(crypto::encode(was)) == bundle.donation)
      forged.donation = ledger::record_id(crypto::encode(record->authored));
  }
  forged.checkpoint =
      signed_by(quorum_members(), {world_genesis().origin.value, log.size(), log.root()});
  return forged;
}

}  // namespace centime::test
