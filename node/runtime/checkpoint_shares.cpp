#include "node/runtime/checkpoint_shares.h"

#include <algorithm>

#include "crypto/check.h"
#include "node/proof/checkpoint.h"

namespace centime::runtime {
namespace {

// That wait for signatures.
constexpr std::size_t states_max = 32;

crypto::Checkpoint checkpoint_of(const ledger::Origin& origin, const storage::Head& head) {
  return {origin.value, head.size, head.log.root()};
}

crypto::NoteSignature line_of(const crypto::VerifierKey& key, const crypto::Bytes& bytes) {
  return {key.name, key.id(), bytes};
}

}  // namespace

CheckpointShare sign_share(const ledger::Origin& origin, const storage::Head& head,
                           const ledger::MemberId& self, const crypto::SecretKey& key) {
  const crypto::Checkpoint checkpoint = checkpoint_of(origin, head);
  const auto time = std::chrono::sys_seconds(std::chrono::seconds(head.seal.time.value / 1000));
  const std::string text = crypto::format_checkpoint(checkpoint);
  return {head.size,
          checkpoint.root,
          {proof::cosign_checkpoint(checkpoint, {self, key}, time).bytes},
          {crypto::sign_note(text, {origin.value, key}).bytes}};
}

CheckpointShares::CheckpointShares(ledger::Origin origin, ledger::EpochRecord epoch)
    : origin_(std::move(origin)), epoch_(std::move(epoch)) {}

crypto::VerifierKey CheckpointShares::key_of(std::uint16_t validator, crypto::KeyType type) const {
  const ledger::EpochValidator& signer = epoch_.validators.items.at(validator);
  const std::string name = type == crypto::KeyType::cosignature
                               ? proof::cosigner_name(origin_, signer.member)
                               : origin_.value;
  return {name, type, signer.key};
}

CheckpointShares::Taken CheckpointShares::judge(const State& state, std::uint16_t validator,
                                                const CheckpointShare& share) const {
  const crypto::Digest own = state.published->snapshot->head().log.root();
  const std::string text = share.root == own
                               ? state.text
                               : crypto::format_checkpoint({origin_.value, share.size, share.root});
  const auto holds = [&](crypto::KeyType type, const crypto::Bytes& signature) {
    const auto key = key_of(validator, type);
    return crypto::verify_signature(key, text, line_of(key, signature));
  };
  if (!holds(crypto::KeyType::cosignature, share.cosignature.value)) return Taken::bad_signature;
  // A note needs the log's signature once, and one that shows another log needs its signer's.
  const bool needed = share.root != own || !state.log_signer;
  if (needed && !holds(crypto::KeyType::ed25519, share.signature.value)) {
    return Taken::bad_signature;
  }
  return share.root == own ? Taken::counted : Taken::other_log;
}

void CheckpointShares::add_state(std::shared_ptr<const Published> published) {
  const storage::Head& head = published->snapshot->head();
  const std::uint64_t size = head.size;
  if (size <= certified_size_) return;
  State& state = states_[size];
  state.text = crypto::format_checkpoint(checkpoint_of(origin_, head));
  state.published = std::move(published);
  if (states_.size() > states_max) states_.erase(states_.begin());
}

CheckpointShares::Taken CheckpointShares::add_share(std::uint16_t validator,
                                                    const CheckpointShare& share) {
  const auto found = states_.find(share.size);
  return found == states_.end() ? Taken::old : take(found->second, validator, share);
}

CheckpointShares::Taken CheckpointShares::take(State& state, std::uint16_t validator,
                                               const CheckpointShare& share) {
  if (state.shares.contains(validator)) return Taken::old;
  const bool other = share.root != state.published->snapshot->head().log.root();
  if (other && keeps_other_log(validator, share.size)) return Taken::old;
  const Taken taken = judge(state, validator, share);
  if (taken == Taken::counted) count(state, validator, share);
  if (taken == Taken::other_log) other_logs_.push_back(other_log(validator, share));
  return taken;
}

void CheckpointShares::count(State& state, std::uint16_t validator, const CheckpointShare& share) {
  state.shares.emplace(validator, share);
  if (!state.log_signer) state.log_signer = validator;
}

void CheckpointShares::add_own(std::uint16_t validator, const CheckpointShare& share) {
  const auto state = states_.find(share.size);
  if (state == states_.end()) return;
  crypto::check(share.root == state->second.published->snapshot->head().log.root(),
                "the own log's root");
  count(state->second, validator, share);
}

// The first of a size proves as much as all, and a few sizes as much as many.
bool CheckpointShares::keeps_other_log(std::uint16_t validator, std::uint64_t size) const {
  const auto of_it = [&](const OtherLog& each) { return each.validator == validator; };
  return std::ranges::count_if(other_logs_, of_it) >=
             static_cast<std::ptrdiff_t>(other_logs_of_one_max) ||
         std::ranges::any_of(
             other_logs_, [&](const OtherLog& each) { return of_it(each) && each.size == size; });
}

CheckpointShares::OtherLog CheckpointShares::other_log(std::uint16_t validator,
                                                       const CheckpointShare& share) const {
  crypto::Note note{crypto::format_checkpoint({origin_.value, share.size, share.root}), {}};
  note.signatures.push_back(
      line_of(key_of(validator, crypto::KeyType::ed25519), share.signature.value));
  note.signatures.push_back(
      line_of(key_of(validator, crypto::KeyType::cosignature), share.cosignature.value));
  return {validator, share.size, share.root, crypto::format_note(note)};
}

std::vector<CheckpointShares::OtherLog> CheckpointShares::take_other_logs() {
  std::vector<OtherLog> fresh(other_logs_.begin() + static_cast<std::ptrdiff_t>(other_logs_told_),
                              other_logs_.end());
  other_logs_told_ = other_logs_.size();
  return fresh;
}

std::string CheckpointShares::note_of(const State& state) const {
  crypto::Note note{state.text, {}};
  const std::uint16_t signer = state.log_signer.value();
  note.signatures.push_back(
      line_of(key_of(signer, crypto::KeyType::ed25519), state.shares.at(signer).signature.value));
  for (const auto& [validator, each] : state.shares) {
    note.signatures.push_back(
        line_of(key_of(validator, crypto::KeyType::cosignature), each.cosignature.value));
  }
  return crypto::format_note(note);
}

std::vector<std::pair<std::uint16_t, CheckpointShare>> CheckpointShares::shares_of(
    const State& state) {
  std::vector<std::pair<std::uint16_t, CheckpointShare>> shares(state.shares.begin(),
                                                                state.shares.end());
  const auto first = std::ranges::find_if(
      shares, [&](const auto& each) { return each.first == state.log_signer.value(); });
  std::rotate(shares.begin(), first, std::next(first));
  return shares;
}

std::optional<CheckpointShares::Certified> CheckpointShares::take_certified() {
  for (auto state = states_.rbegin(); state != states_.rend(); ++state) {
    if (state->second.shares.size() < epoch_.quorum) continue;
    Certified certified{state->second.published, note_of(state->second), shares_of(state->second)};
    certified_size_ = state->first;
    states_.erase(states_.begin(), state.base());
    return certified;
  }
  return std::nullopt;
}

}  // namespace centime::runtime
