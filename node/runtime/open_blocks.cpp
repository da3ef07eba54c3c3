#include "node/runtime/open_blocks.h"

#include <algorithm>
#include <ranges>

#include "crypto/check.h"
#include "node/storage/store.h"

namespace centime::runtime {

using consensus::BlockVerdict;
using crypto::check;

namespace {

// Of what a block may have left out, so much is tried out.
constexpr std::size_t tried_max = 4;

// The seal is the block's already.
bool is_body_of(const OpenBlock& block, const BlockBody& body) {
  return std::ranges::equal(block.submissions, body.submissions.items,
                            [](const Included& has, const CanonicalSubmission& sent) {
                              return has.id == crypto::sha256(sent.value);
                            });
}

}  // namespace

OpenBlocks::OpenBlocks(const storage::Store& store, const ledger::Genesis& genesis)
    : store_(store), genesis_(genesis), network_(ledger::network_id(genesis)) {}

const OpenBlock* OpenBlocks::find(const crypto::Digest& hash) const {
  const auto found = blocks_.find(hash);
  return found == blocks_.end() ? nullptr : found->second.get();
}

bool OpenBlocks::includes(const SubmissionId& id) const {
  return std::ranges::any_of(blocks_ | std::views::values, [&](const auto& open) {
    return std::ranges::count(open->submissions, id, &Included::id) > 0;
  });
}

std::optional<OpenBlocks::Ground> OpenBlocks::ground(const crypto::Digest& parent) const {
  auto snapshot = store_.snapshot();
  if (snapshot->head().hash == parent) {
    ledger::Tip tip = snapshot->head().tip();
    return Ground{std::make_shared<ParentState>(std::move(snapshot)), std::move(tip), {}, {}};
  }
  const auto found = blocks_.find(parent);
  if (found == blocks_.end()) return std::nullopt;
  const std::shared_ptr<OpenBlock>& open = found->second;
  Ground ground{std::make_shared<ParentState>(
                    std::shared_ptr<const ledger::StateView>(open, open->block.state.get())),
                open->block.tip,
                {},
                {}};
  for (const OpenBlock* at = open.get(); at != nullptr; at = find(at->parent)) {
    for (const Included& each : at->submissions) ground.included.insert(each.id);
    // The newest block that changed an account says what it is.
    for (const auto& [index, account] : at->block.state->changes().accounts)
      ground.inherited.try_emplace(index.value, at->block.leaves.at(index.value));
  }
  return ground;
}

bool OpenBlocks::add(ledger::Draft& draft, const CanonicalSubmission& bytes, const Mempool& known,
                     OpenBlock& open) const {
  const SubmissionId id = crypto::sha256(bytes.value);
  std::optional<ledger::CheckedSubmission> checked;
  const ledger::CheckedSubmission* submission = known.find(id);
  if (submission == nullptr) {
    auto result = ledger::check_submission(network_, bytes.value);
    if (!result) return false;
    submission = &checked.emplace(std::move(*result));
  }
  auto outcome = draft.add(*submission);
  if (!outcome || outcome->repeat) return false;
  open.submissions.push_back({id, std::move(outcome->records)});
  open.last_author = submission->head.author;
  return true;
}

// What this node was told and the block's proposer must have had, and what the body has room for.
std::vector<const Waiting*> OpenBlocks::due(const consensus::Block& block, const ledger::Seal& seal,
                                            const Ground& on, const Mempool& pool) const {
  auto due = pool.due(block.proposer, seal.time.value, tried_max);
  std::erase_if(due, [&](const Waiting* item) {
    const std::size_t bytes = block.body.value.size() + item->canonical.size() + body_item_bytes;
    return on.included.contains(item->id) || bytes > consensus::body_bytes_max;
  });
  return due;
}

BlockVerdict OpenBlocks::execute(const consensus::Block& block, const Mempool& known) {
  const auto body = crypto::decode<BlockBody>(block.body.value);
  if (!body) return BlockVerdict::wrong_body;
  // The hash alone says nothing of the body, which is written down and handed on.
  if (const OpenBlock* known_block = find(block.hash))
    return is_body_of(*known_block, *body) ? BlockVerdict::valid : BlockVerdict::wrong_body;
  auto on = ground(block.parent);
  check(on.has_value(), "a block is executed on the final tip or on one that was executed");
  const ledger::Seal& seal = body->seal;
  if (seal.epoch != on->tip.epoch || seal.height != on->tip.height + 1 ||
      seal.first_entry != on->tip.next_entry() || seal.entry_count == 0 ||
      seal.time <= on->tip.time) {
    return BlockVerdict::invalid;
  }
  auto open =
      std::make_shared<OpenBlock>(block.parent, on->base, ledger::Block{}, std::vector<Included>{},
                                  ledger::MemberId{}, std::vector<SubmissionId>{});
  const auto left = due(block, seal, *on, known);
  std::optional<ledger::Draft> draft;
  for (bool again = true; again;) {
    open->submissions.clear();
    draft.emplace(*on->base, on->tip, on->inherited, genesis_.policies, seal.time);
    for (const CanonicalSubmission& submission : body->submissions.items) {
      if (!add(*draft, submission, known, *open)) return BlockVerdict::wrong_body;
    }
    if (draft->empty()) return BlockVerdict::wrong_body;
    // Tried out at the block's end, where limits of all kinds show; then the draft is another's.
    again = false;
    if (!open->left_out.empty()) continue;
    for (const Waiting* item : left) {
      const auto outcome = draft->add(item->submission);
      if (outcome && !outcome->repeat) open->left_out.push_back(item->id);
    }
    again = !open->left_out.empty();
  }
  open->block = std::move(*draft).seal(seal.proposer, store_);
  if (open->block.tip.hash != block.hash) {
    const bool same_entries = open->block.seal.log_root == seal.log_root &&
                              open->block.seal.entry_count == seal.entry_count;
    return same_entries ? BlockVerdict::invalid : BlockVerdict::wrong_body;
  }
  blocks_.emplace(block.hash, std::move(open));
  return BlockVerdict::valid;
}

std::optional<consensus::Block> OpenBlocks::build(const consensus::Build& order,
                                                  const Proposer& proposer,
                                                  std::uint64_t wall_clock, const Mempool& pool) {
  auto on = ground(order.parent);
  check(on.has_value(), "a block is built on the final tip or on one that was executed");
  auto open =
      std::make_shared<OpenBlock>(order.parent, on->base, ledger::Block{}, std::vector<Included>{},
                                  ledger::MemberId{}, std::vector<SubmissionId>{});
  ledger::Draft draft(*on->base, on->tip, std::move(on->inherited), genesis_.policies,
                      ledger::TimeMs{std::max(wall_clock, order.earliest_ms)});
  BlockBody body;
  std::size_t bytes = body_frame_bytes;
  std::set<ledger::MemberId> without_room;
  std::size_t without_room_work = 0;
  WastedWork wasted;
  const auto take = [&](const Waiting& item) {
    const ledger::MemberId& author = item.submission.head.author;
    auto outcome = draft.add(item.submission);
    if (!outcome && !outcome.error().rejection) {
      // What others sent may fit all the same.
      without_room.insert(author);
      without_room_work += outcome.error().work;
      return;
    }
    // Refused on this parent: whoever waits is told once the parent is final.
    if (!outcome) wasted.add({{}, author}, outcome.error().work);
    if (!outcome || outcome->repeat) return;
    bytes += item.canonical.size() + body_item_bytes;
    open->submissions.push_back({item.id, std::move(outcome->records)});
    open->last_author = author;
    body.submissions.items.push_back({item.canonical});
  };
  std::vector<const Waiting*> longer;  // Than the room: the first of an author.
  for (const Waiting& item : pool.waiting()) {
    const ledger::MemberId& author = item.submission.head.author;
    if (item.held || on->included.contains(item.id) || without_room.contains(author) ||
        wasted.is_spent({{}, author})) {
      continue;
    }
    if (without_room_work >= ledger::block_reads_max ||
        body.submissions.items.size() == body_submissions_max) {
      break;
    }
    if (bytes + item.canonical.size() + body_item_bytes > order.room) {
      longer.push_back(&item);
      without_room.insert(author);
      continue;
    }
    take(item);
  }
  for (const Waiting* item : longer) {
    if (!draft.empty()) break;
    take(*item);
  }
  if (draft.empty()) return std::nullopt;
  open->block = std::move(draft).seal(proposer.member, store_);
  body.seal = open->block.seal;
  consensus::Block block = to_consensus(body, proposer.index);
  blocks_.emplace(block.hash, std::move(open));
  return block;
}

void OpenBlocks::finalized(const crypto::Digest& hash) {
  const auto snapshot = store_.snapshot();
  check(snapshot->head().hash == hash, "the final block is the store's head");
  // Keep what stands on it.
  const auto stands = [&](const OpenBlock* at) {
    while (at != nullptr && at->parent != hash) at = find(at->parent);
    return at != nullptr;
  };
  std::vector<crypto::Digest> dropped;
  for (const auto& [each, open] : blocks_) {
    if (!stands(open.get())) dropped.push_back(each);
  }
  for (auto& [each, open] : blocks_) {
    if (open->parent == hash) open->base->move_to(snapshot);
  }
  for (const crypto::Digest& each : dropped) blocks_.erase(each);
}

void OpenBlocks::retain(const std::function<bool(const crypto::Digest&)>& wanted) {
  std::erase_if(blocks_, [&](const auto& each) { return !wanted(each.first); });
}

}  // namespace centime::runtime
