#include "node/ledger/block.h"

#include <algorithm>

#include "crypto/check.h"

namespace centime::ledger {
namespace {

using crypto::check;

std::size_t entry_bytes(const CheckedSubmission& submission) {
  // A head is under 300 bytes, and effects of ordinary records under 64.
  std::size_t bytes = 300;
  for (const CheckedRecord& record : submission.records) bytes += record.authored.size() + 64;
  return bytes;
}

AccountLeaves changed_leaves(const Overlay& state, AccountLeaves inherited) {
  for (const auto& [index, account] : state.changes().accounts) {
    inherited.insert_or_assign(index.value, account_leaf_hash(*account));
  }
  return inherited;
}

// Appends the seal and gathers the block.
Block finish(std::unique_ptr<Overlay> state, Seal seal, crypto::CompactRange log,
             std::vector<crypto::Digest> leaf_hashes, AccountLeaves leaves) {
  crypto::Bytes bytes = crypto::encode(Entry(seal));
  const crypto::Digest hash = crypto::hash_leaf(bytes);
  log.append(hash);
  state->add_entry(std::move(bytes));
  leaf_hashes.push_back(hash);
  state->set_leaf_hashes(std::move(leaf_hashes));
  Tip tip{epoch_after(seal), seal.height, seal.time, hash, std::move(log)};
  return {std::move(state), std::move(seal), std::move(tip), std::move(leaves)};
}

std::vector<crypto::Digest> hash_entries(const Overlay& state) {
  std::vector<crypto::Digest> hashes;
  hashes.reserve(state.changes().entries.size() + 1);
  for (const crypto::Bytes& entry : state.changes().entries) {
    hashes.push_back(crypto::hash_leaf(entry));
  }
  return hashes;
}

}  // namespace

Draft::Draft(const StateView& base, const Tip& parent, const Policies& policies, TimeMs time)
    : state_(std::make_unique<Overlay>(base, parent.next_entry())),
      parent_(parent),
      context_{time, policies} {
  check(parent.time < time, "block times ascend");
}

Draft::Draft(const StateView& base, const Tip& parent, AccountLeaves inherited,
             const Policies& policies, TimeMs time)
    : Draft(base, parent, policies, time) {
  inherited_ = std::move(inherited);
}

Draft::Draft(const Block& parent, const Policies& policies, TimeMs time)
    : Draft(*parent.state, parent.tip, parent.leaves, policies, time) {}

bool Draft::has_room_for(const CheckedSubmission& submission) const {
  return records_ == 0 ||
         (records_ + submission.records.size() <= context_.policies.block_records_max &&
          bytes_ + entry_bytes(submission) <= context_.policies.block_bytes_max);
}

std::expected<SubmissionOutcome, Draft::NotAdded> Draft::add(const CheckedSubmission& submission) {
  if (!has_room_for(submission)) return std::unexpected(NotAdded{});
  // What is refused is not in the block, and doesn't count there.
  ReadBudget reads = reads_;
  auto outcome = execute(*state_, context_, submission, reads);
  if (!outcome) {
    const bool tried = !outcome.error().records.empty();
    const std::size_t work = reads_.left() - reads.left() + (tried ? submission.records.size() : 0);
    NotAdded not_added{std::move(outcome.error()), work};
    const bool others_read = reads_.left() < block_reads_max;
    if (others_read && not_added.rejection->whole.word == Word::too_many_reads)
      not_added.rejection.reset();
    return std::unexpected(std::move(not_added));
  }
  if (!outcome->repeat) {
    bytes_ += entry_bytes(submission);
    records_ += submission.records.size();
    reads_ = reads;
  }
  return std::move(*outcome);
}

Block Draft::seal(const MemberId& proposer, const AccountTree& accounts,
                  std::vector<crypto::Digest> leaf_hashes) && {
  if (leaf_hashes.empty()) leaf_hashes = hash_entries(*state_);
  crypto::CompactRange log = parent_.log;
  for (const crypto::Digest& hash : leaf_hashes) log.append(hash);
  AccountLeaves leaves = changed_leaves(*state_, std::move(inherited_));

  Seal seal;
  seal.epoch = parent_.epoch;
  seal.height = parent_.height + 1;
  seal.proposer = proposer;
  seal.time = context_.time;
  seal.first_entry = parent_.next_entry();
  seal.entry_count = static_cast<std::uint32_t>(leaf_hashes.size());
  seal.previous = parent_.hash;
  seal.log_root = log.root();
  seal.account_count = state_->account_count();
  seal.state_root = accounts.root_with(leaves, state_->account_count());
  const auto governance = state_->governance();
  check(governance && governance->epoch.epoch == seal.epoch, "the state is of the block's epoch");
  if (governance->next) {
    Governance next = next_epoch(*governance);
    seal.next_epoch = epoch_hash(next.epoch);
    state_->begin_epoch({next.epoch, seal.first_entry + seal.entry_count});
    state_->set_governance(std::move(next));
  }
  return finish(std::move(state_), std::move(seal), std::move(log), std::move(leaf_hashes),
                std::move(leaves));
}

Block genesis_block(const StateView& base, const Genesis& genesis) {
  check(!fault_of(genesis), "a genesis without fault");
  auto state = std::make_unique<Overlay>(base, EntryIndex{0});
  state->add_entry(crypto::encode(Entry(genesis)));
  for (const Member& member : genesis.members.items) state->add_member(member);
  Governance governance = governance_of(genesis);
  state->begin_epoch({governance.epoch, EntryIndex{1}});
  state->set_governance(std::move(governance));

  std::vector<crypto::Digest> leaf_hashes = hash_entries(*state);
  crypto::CompactRange log;
  log.append(leaf_hashes[0]);
  Seal seal;
  seal.proposer = genesis.validators.items[0];
  seal.time = genesis.time;
  seal.entry_count = 1;
  seal.log_root = log.root();
  seal.state_root = crypto::empty_root();
  return finish(std::move(state), std::move(seal), std::move(log), std::move(leaf_hashes), {});
}

}  // namespace centime::ledger
