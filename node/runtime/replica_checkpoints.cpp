// How a replica signs the checkpoints of final blocks, and gathers what the others sign.
#include <fmt/format.h>

#include <algorithm>

#include "node/proof/checkpoint.h"
#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

using crypto::check;
using std::chrono::milliseconds;

// After a block is final, until its checkpoint is signed.
constexpr milliseconds share_after{5};

}  // namespace

void Replica::take_share(consensus::PeerIndex from, const network::Frame& frame) {
  const auto share = crypto::decode<CheckpointShare>(frame.bytes);
  if (!share) return cut_off(from, "bad_message");
  const ledger::MemberId* member = member_of(from);
  if (member == nullptr) return;
  if (!add_share(*member, *member, *share)) return cut_off(from, "bad_signature");
  take_certified();
}

void Replica::take_passed(consensus::PeerIndex from, const network::Frame& frame) {
  const auto passed = crypto::decode<PassedShares>(frame.bytes);
  if (!passed) return cut_off(from, "bad_message");
  const ledger::MemberId* by = member_of(from);
  if (by == nullptr) return;
  for (const PassedShare& each : passed->shares.items) {
    if (!add_share(*by, each.member, each.share)) return cut_off(from, "bad_signature");
  }
  take_certified();
}

bool Replica::add_share(const ledger::MemberId& by, const ledger::MemberId& member,
                        const CheckpointShare& share) {
  if (share.size <= head_->snapshot->head().size) return count_share(member, share);
  early_shares_.keep(by, member, share);
  return true;
}

// What came before this state. Each is of it by its size, so a wrong signature is the fault of who
// brought it.
void Replica::add_early_shares(std::uint64_t size) {
  for (const auto& [by, early] : early_shares_.take(size)) {
    if (count_share(early.member, early.share)) continue;
    const auto peer = std::ranges::find(members_, by, &ReplicaPeer::member);
    if (peer != members_.end()) cut_off(peer->index, "bad_signature");
  }
}

bool Replica::count_share(const ledger::MemberId& member, const CheckpointShare& share) {
  CheckpointShares& shares =
      ending_shares_ && share.size <= ending_size_ ? *ending_shares_ : *shares_;
  const auto signer = ledger::validator_index(shares.epoch(), member);
  // It may be a validator of another epoch.
  if (!signer || member == options_.self) return true;
  const auto taken = shares.add_share(*signer, share);
  say_other_logs(shares);
  return taken != CheckpointShares::Taken::bad_signature;
}

// With what proves it, as one line: the lines of a signed note are joined by a bar.
void Replica::say_other_logs(CheckpointShares& shares) {
  for (CheckpointShares::OtherLog& each : shares.take_other_logs()) {
    ++refused_["other_log"];
    if (each.note.ends_with('\n')) each.note.pop_back();
    std::ranges::replace(each.note, '\n', '|');
    say(LogLevel::warn,
        fmt::format("other_log: {} signed another log of {} entries than this node's: {}",
                    shares.epoch().validators.items[each.validator].member.value, each.size,
                    each.note));
  }
}

// On the thread of whoever asks. With an alarm there is none: what is final may not be.
std::string Replica::sign_head(const storage::Snapshot& snapshot) const {
  if (halted_) return "";
  const storage::Head& head = snapshot.head();
  const crypto::Checkpoint checkpoint{genesis_.origin.value, head.size, head.log.root()};
  const crypto::SecretKey* voting = keys_.voting_in(snapshot.epoch(head.seal.epoch)->record);
  return proof::sign_checkpoint(
      checkpoint, {options_.self, voting ? *voting : key_},
      std::chrono::sys_seconds(std::chrono::seconds(head.seal.time.value / 1000)));
}

// A closing block is signed by the validators that agreed on it.
CheckpointShares& Replica::shares_of(const storage::Head& head) {
  if (head.seal.epoch == epoch_->epoch) return *shares_;
  if (!ending_shares_) {
    auto start = store_.snapshot()->epoch(head.seal.epoch);
    check(start.has_value(), "the epoch of a final block has begun");
    ending_shares_.emplace(genesis_.origin, std::move(start->record));
    ending_size_ = head.size;
  }
  return *ending_shares_;
}

void Replica::share_checkpoint() {
  const storage::Head& head = head_->snapshot->head();
  CheckpointShares& shares = shares_of(head);
  shares.add_state(head_);
  add_early_shares(head.size);
  if (to_share_.empty()) share_at_ = now_.ticks + share_after;
  to_share_.push_back(head_);
  take_certified();
}

// Somewhat later: nobody waits for the signatures as submitters wait for the block, and those of
// this node would keep the others from it.
void Replica::sign_shares() {
  for (const auto& published : std::exchange(to_share_, {})) {
    sign_share_of(published->snapshot->head());
    take_certified();
  }
}

void Replica::sign_share_of(const storage::Head& head) {
  CheckpointShares& shares = shares_of(head);
  const auto signer = ledger::validator_index(shares.epoch(), options_.self);
  const crypto::SecretKey* key = keys_.voting_in(shares.epoch());
  if (halted_ || !signer || key == nullptr) return;
  const CheckpointShare own = sign_share(genesis_.origin, head, options_.self, *key);
  own_share_ = {{checkpoint_share_frame, crypto::encode(own)}, head.height.value, {}};
  shares.add_own(*signer, own);
  peers_.send_all(own_share_->frame);
}

void Replica::take_certified() {
  auto certified = shares_->take_certified();
  if (certified) {
    ending_shares_.reset();
    pass_on(*certified, shares_->epoch());
  } else if (ending_shares_) {
    certified = ending_shares_->take_certified();
    if (certified) pass_on(*certified, ending_shares_->epoch());
  }
  if (!certified || !options_.certified) return;
  options_.certified(std::make_shared<const Published>(
      certified->state->snapshot, [note = std::move(certified->note)] { return note; }));
}

// Who has no vote may have a link to few of those who signed.
void Replica::pass_on(const CheckpointShares::Certified& certified,
                      const ledger::EpochRecord& epoch) {
  PassedShares passed;
  for (const auto& [validator, share] : certified.shares)
    passed.shares.items.push_back({epoch.validators.items.at(validator).member, share});
  passed_ = {{passed_shares_frame, crypto::encode(passed)},
             certified.state->snapshot->head().height.value,
             {}};
  for (const ReplicaPeer& peer : members_) {
    if (!peer.votes) peers_.send(peer.index, passed_->frame);
  }
}

// Who was behind when it was sent these may have had no room for them, and a network at rest sends
// no others: once it tells that it has come to the block, it gets them again, once.
void Replica::give_again(consensus::PeerIndex to, const consensus::Status& status) {
  const ledger::MemberId* member = member_of(to);
  if (member == nullptr) return;
  const auto give = [&](std::optional<GivenShares>& given) {
    if (!given || given->height != status.fin_height.value || given->again.contains(*member))
      return;
    if (peers_.send(to, given->frame)) given->again.insert(*member);
  };
  give(own_share_);
  if (!is_validator(to)) give(passed_);
}

}  // namespace centime::runtime
