#include "tests/simulator/oracle.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulator/payload.h"
#include "tests/simulator/quorums.h"
#include "tests/simulator/signatures.h"

namespace centime::simulator {
namespace {

using consensus::Value;
using consensus::Vote;
using consensus::VoteKind;

std::string text(const Value& value) {
  return fmt::format("({}, {}, {:02x}{:02x})", value.parent_view.value, value.height.value,
                     value.block.bytes[0], value.block.bytes[1]);
}

}  // namespace

Oracle::Oracle(const Scenario& scenario, const PayloadKind& kind)
    : scenario_(scenario), kind_(kind), electorate_(kind.electorate()) {
  const consensus::BlockPtr genesis = kind.genesis();
  validators_.push_back(electorate_->seats());
  seen_.push_back(genesis->hash);
  chain_.push_back(genesis->hash);
  states_.push_back(kind.content(*genesis)->state);
}

std::size_t Oracle::quorum(std::uint64_t epoch) const {
  return quorum_of(validators(epoch).size());
}

const Seat* Oracle::seat_of(std::size_t participant, std::uint64_t epoch) const {
  if (epoch >= validators_.size()) return nullptr;
  const auto found = std::ranges::find(validators_[epoch], participant, &Seat::participant);
  return found == validators_[epoch].end() ? nullptr : &*found;
}

const std::vector<Seat>& Oracle::validators(std::uint64_t epoch) const {
  if (epoch >= validators_.size()) {
    throw Violation{"S19",
                    fmt::format("something is certified in epoch {}, which has not begun", epoch)};
  }
  return validators_[epoch];
}

void Oracle::see(const consensus::Block& block) {
  if (scenario_.beyond_bound) return;  // Epochs don't close there, and chains are many.
  const std::size_t height = block.height.value;
  if (height < seen_.size()) {
    if (seen_[height] != block.hash) fork("S1", fmt::format("height {} is another block", height));
    return;
  }
  if (height > seen_.size()) violated("S6", fmt::format("height {} is final too early", height));
  seen_.push_back(block.hash);
  electorate_->read(block);
  if (electorate_->epoch() == validators_.size()) validators_.push_back(electorate_->seats());
}

void Oracle::entered(std::size_t participant, std::uint64_t epoch, const std::vector<Seat>& seats,
                     const std::vector<consensus::BlockPtr>& chain) {
  for (std::size_t height = 1; height < chain.size(); ++height) see(*chain[height]);
  if (seats != validators(epoch)) {
    violated("S19", fmt::format("{} enters epoch {} with other validators than its records say",
                                participant, epoch));
  }
}

Oracle::Signers Oracle::signers_of(const consensus::Certificate& certificate,
                                   const std::vector<Seat>& validators) const {
  Signers signers;
  for (const consensus::SignerSignature& one : certificate.signatures.items) {
    if (one.signer >= validators.size()) continue;
    const Vote vote{certificate.epoch, certificate.kind, certificate.view,
                    certificate.value, one.signer,       one.signature};
    if (verify_signed(vote, validators[one.signer].key, kind_.network())) {
      signers.insert(one.signer);
    }
  }
  return signers;
}

void Oracle::certified(std::size_t participant, const std::vector<FinalBlock>& chain) const {
  const auto reader = kind_.electorate();
  std::size_t open = 0;  // Blocks since the last that has a finalization of its own.
  for (std::size_t height = 1; height < chain.size(); ++height) {
    const FinalBlock& final = chain[height];
    const auto validators = reader->seats();
    const std::uint64_t epoch = reader->epoch();
    reader->read(*final.block);
    ++open;
    if (final.block->parent != chain[height - 1].block->hash || final.epoch != epoch) {
      violated("S20", fmt::format("{}: height {} does not follow", participant, height));
    }
    if (!final.finalization) continue;
    const consensus::Certificate& by = *final.finalization;
    const bool names_it = by.epoch == epoch && by.kind == VoteKind::finalize &&
                          by.value.block == final.block->hash && by.value.height.value == height;
    if (!names_it || signers_of(by, validators).size() < quorum_of(validators.size())) {
      violated("S20", fmt::format("{}: the finalization of height {} is not that of epoch {}",
                                  participant, height, epoch));
    }
    open = 0;
  }
  const bool closes = chain.back().block->closing;
  if (open > 0) violated("S20", fmt::format("{}: the last block is not certified", participant));
  if (closes && reader->epoch() == 0) violated("S20", "an epoch was closed and none has begun");
}

void Oracle::violated(std::string invariant, std::string what) const {
  throw Violation{std::move(invariant), std::move(what)};
}

void Oracle::fork(std::string invariant, std::string what) {
  if (!scenario_.beyond_bound) violated(std::move(invariant), std::move(what));
  forked_ = true;
}

void Oracle::spoken(std::size_t participant, const Vote& vote, const Disk* disk) {
  const Seat* seat = seat_of(participant, vote.epoch);
  if (seat == nullptr) {
    if (disk != nullptr) violated("S8", fmt::format("{} votes without a vote", participant));
    return;
  }
  if (disk != nullptr) {
    if (!verify_signed(vote, seat->key, kind_.network())) {
      violated("S8", fmt::format("{} signs other bytes than the format says", participant));
    }
    check_own(participant, vote);
    check_durable(participant, vote, *disk);
  }
  const ViewKey key{vote.epoch, vote.view.value};
  Spoken& here = spoken_[key];
  bool added = false;
  switch (vote.kind) {
    case VoteKind::notarize:
      added = here.notarized[vote.value].insert(participant).second;
      break;
    case VoteKind::finalize:
      added = here.finalized[vote.value].insert(participant).second;
      break;
    case VoteKind::nullify:
      added = here.nullified.insert(participant).second;
      if (added && disk != nullptr) ++given_up_;
      break;
  }
  if (added) check_view(key);
}

void Oracle::check_own(std::size_t participant, const Vote& vote) {
  Own& own = own_[{participant, {vote.epoch, vote.view.value}}];
  const auto contradicts = [&](const std::optional<Value>& said) {
    return said && *said != vote.value;
  };
  bool bad = false;
  switch (vote.kind) {
    case VoteKind::notarize:
      bad = contradicts(own.notarized) || contradicts(own.finalized);
      own.notarized = vote.value;
      break;
    case VoteKind::finalize:
      bad = contradicts(own.notarized) || contradicts(own.finalized) || own.nullified;
      own.finalized = vote.value;
      break;
    case VoteKind::nullify:
      bad = own.finalized.has_value();
      own.nullified = true;
      break;
  }
  if (bad) {
    violated("S8", fmt::format("{} contradicts itself in view {} of epoch {} by {} {}", participant,
                               vote.view.value, vote.epoch,
                               enum_words(VoteKind{})[static_cast<std::size_t>(vote.kind)],
                               text(vote.value)));
  }
}

void Oracle::check_durable(std::size_t participant, const Vote& vote, const Disk& disk) {
  const consensus::Finalized fin = disk.fin();
  // Votes at or below the final view are forgotten with it, also before they were ever written.
  const bool past = std::pair(fin.epoch, fin.view.value) >= std::pair(vote.epoch, vote.view.value);
  if (!past && !disk.has_vote(vote.epoch, vote.view.value, vote.signature)) {
    violated("S7", fmt::format("{} sends a vote in view {} of epoch {} that is not on its disk",
                               participant, vote.view.value, vote.epoch));
  }
  if (vote.kind != VoteKind::nullify && !past && !disk.has_block(vote.value.block)) {
    violated("S10", fmt::format("{} votes for {} in view {} and does not have it on its disk",
                                participant, text(vote.value), vote.view.value));
  }
}

bool Oracle::nullified(const ViewKey& key) const {
  const auto found = spoken_.find(key);
  return found != spoken_.end() && found->second.nullified.size() >= quorum(key.epoch);
}

void Oracle::check_view(const ViewKey& key) {
  const Spoken& here = spoken_[key];
  const std::size_t q = quorum(key.epoch);
  if (q == 1) return;  // A validator alone tells its finalizations only.
  const auto enough = [q](const auto& entry) { return entry.second.size() >= q; };
  if (std::ranges::count_if(here.notarized, enough) > 1) {
    fork("S3", fmt::format("two values are notarized in view {}", key.view));
  }
  for (const auto& [value, signers] : here.finalized) {
    if (signers.size() < q) continue;
    if (here.nullified.size() >= q) {
      fork("S2", fmt::format("view {} is finalized and nullified", key.view));
    }
    const auto notarized = here.notarized.find(value);
    if (notarized == here.notarized.end() || notarized->second.size() < q) {
      fork("S4", fmt::format("view {} is finalized and not notarized", key.view));
    }
    check_justified(key, value);
  }
}

void Oracle::check_justified(const ViewKey& key, const Value& value) {
  const std::uint64_t parent = value.parent_view.value;
  if (parent >= key.view) {
    fork("S5", fmt::format("view {} builds on view {}", key.view, parent));
  }
  for (std::uint64_t between = parent + 1; between < key.view; ++between) {
    if (!nullified({key.epoch, between})) {
      fork("S5", fmt::format("view {} builds on {} though {} is not nullified", key.view, parent,
                             between));
    }
  }
  if (parent == 0) return;
  const auto found = spoken_.find({key.epoch, parent});
  const bool certified =
      found != spoken_.end() && std::ranges::any_of(found->second.notarized, [&](const auto& at) {
        return at.second.size() >= quorum(key.epoch);
      });
  if (!certified) {
    fork("S5", fmt::format("view {} builds on {}, which is not notarized", key.view, parent));
  }
}

void Oracle::committed(std::size_t participant, const consensus::Commit& commit, std::size_t chain,
                       const crypto::Digest& state) {
  const consensus::Certificate& by = commit.finalization;
  const auto& validators = this->validators(by.epoch);
  if (by.kind != VoteKind::finalize ||
      signers_of(by, validators).size() < quorum_of(validators.size())) {
    violated("S4", fmt::format("{} commits view {} without a quorum", participant, by.view.value));
  }

  std::size_t height = chain - commit.blocks.size();
  std::set<std::uint64_t> fresh;
  for (const consensus::BlockPtr& block : commit.blocks) {
    if (block->height.value != height) {
      violated("S6", fmt::format("{} commits height {} on a chain of {}", participant,
                                 block->height.value, height));
    }
    const auto content = kind_.content(*block);
    if (!content || content->submissions.empty()) {
      violated("S6", fmt::format("{} commits an empty block", participant));
    }
    if (height < chain_.size()) {
      if (chain_[height] != block->hash) {
        fork("S1", fmt::format("{} has another block at height {}", participant, height));
        return;
      }
    } else {
      if (chain_.back() != block->parent) {
        fork("S1", fmt::format("{} commits height {} on another parent", participant, height));
        return;
      }
      for (const SubmissionId id : content->submissions) {
        if (!included_.insert(id).second) {
          violated("S6", fmt::format("{} commits submission {} again", participant, id));
        }
      }
      see(*block);
      chain_.push_back(block->hash);
      states_.push_back(content->state);
    }
    ++height;
  }
  if (by.value.block != chain_.at(chain - 1)) {
    fork("S1", fmt::format("{} ends with another block than was finalized", participant));
    return;
  }
  if (states_.at(chain - 1) != state) {
    violated("S15", fmt::format("{} has another state at height {}", participant, chain - 1));
  }
}

void Oracle::accused(std::size_t participant, std::uint64_t epoch,
                     const consensus::Evidence& evidence) {
  const auto& validators = this->validators(epoch);
  const Vote& a = evidence.first;
  const Vote& b = evidence.second;
  const bool same = a.signer == b.signer && a.epoch == epoch && b.epoch == epoch &&
                    a.view == b.view && a.signer < validators.size();
  if (!same) violated("S14", fmt::format("{} holds evidence that proves nothing", participant));
  const auto& [accused, key] = validators[a.signer];
  const bool signed_both =
      verify_signed(a, key, kind_.network()) && verify_signed(b, key, kind_.network());
  const bool with_nullify = a.kind == VoteKind::nullify || b.kind == VoteKind::nullify;
  const bool with_finalize = a.kind == VoteKind::finalize || b.kind == VoteKind::finalize;
  const bool contradict = with_nullify ? with_finalize : a.value != b.value;
  if (!signed_both || !contradict || scenario_.roles[accused] == Role::honest) {
    violated("S14", fmt::format("{} accuses {} of nothing, in view {}", participant, accused,
                                a.view.value));
  }
  guilty_.insert(accused);
}

void Oracle::alarmed(std::size_t participant, consensus::Alarm alarm) {
  if (scenario_.beyond_bound) return;
  violated("S14", fmt::format("{} stops with the alarm {}", participant,
                              enum_words(alarm)[static_cast<std::size_t>(alarm)]));
}

void Oracle::alarm_kept(std::size_t participant, const Disk& disk) const {
  if (disk.has_alarm()) {
    violated("S22", fmt::format("{} votes with an alarm on its disk", participant));
  }
}

// Any node that is behind has to find somebody who can send it a finalization with all the blocks
// before it that it lacks.
void Oracle::runs(const std::vector<const Disk*>& disks) const {
  constexpr std::size_t together_max = 16;
  std::set<std::size_t> certified;
  for (const Disk* disk : disks) {
    const auto& chain = disk->chain();
    for (std::size_t height = 1; height < chain.size(); ++height) {
      if (chain[height].finalization) certified.insert(height);
    }
  }
  std::size_t last = 0;
  for (const std::size_t height : certified) {
    if (height > last + together_max) {
      violated("S21",
               fmt::format("blocks {} to {} became final together everywhere", last + 1, height));
    }
    last = height;
  }
}

void Oracle::holes(const std::vector<const Disk*>& disks) {
  for (const Disk* voter : disks) {
    const std::uint64_t epoch = voter->fin().epoch;
    for (const std::uint64_t view : voter->voted_views(epoch)) {
      if (view < 2) continue;
      const bool known = std::ranges::any_of(disks, [&](const Disk* disk) {
        const consensus::Finalized fin = disk->fin();
        return std::pair(fin.epoch, fin.view.value) >= std::pair(epoch, view - 1) ||
               disk->has_certificate(epoch, view - 1);
      });
      if (!known) {
        violated("S9", fmt::format("no honest disk has a certificate of view {} of epoch {}",
                                   view - 1, epoch));
      }
    }
  }
}

}  // namespace centime::simulator
