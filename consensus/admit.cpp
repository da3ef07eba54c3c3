// R1, R2: what comes in is judged, counted, and made into certificates.
#include "consensus/core.h"

namespace centime::consensus {
namespace {

// Views per validator in which its contradictions are reported; the first proves as much as all.
constexpr std::ptrdiff_t accusations_max = 16;

Refusal refusal_of(CertificateError error) {
  switch (error) {
    case CertificateError::bad_signers:
      return Refusal::bad_signers;
    case CertificateError::no_quorum:
      return Refusal::no_quorum;
    case CertificateError::bad_signature:
      break;
  }
  return Refusal::bad_signature;
}

Refusal refusal_of(EvidenceError error) {
  switch (error) {
    case EvidenceError::unknown_validator:
      return Refusal::unknown_validator;
    case EvidenceError::no_contradiction:
      return Refusal::no_contradiction;
    case EvidenceError::wrong_order:
      return Refusal::wrong_order;
    case EvidenceError::bad_signature:
      break;
  }
  return Refusal::bad_signature;
}

}  // namespace

// Of another epoch: the sender is shown the way, or asked for it; nothing is kept.
Core::Refused Core::place(std::uint64_t epoch, PeerIndex from) {
  if (epoch == options_.rules.epoch) return std::nullopt;
  if (mutated(Mutation::epochs_mixed) && epoch + 1 == options_.rules.epoch) return std::nullopt;
  if (epoch < options_.rules.epoch) {
    if (statuses_.pass(from, now_.ticks)) out_.effects.push_back(ServeEpochEnd{from, epoch});
  } else {
    request_chain();
  }
  return Refusal::wrong_epoch;
}

// True if the signature is the signer's. A vote that is here, signature and all, was checked.
bool Core::holds(const Vote& vote) const {
  if (const OpenView* open = open_view(vote.view)) {
    const Vote* known = open->votes.find(vote.kind, vote.signer);
    if (known && *known == vote) return true;
  }
  if (mutated(Mutation::signature_unchecked)) return true;
  return options_.verify(options_.validators.keys[vote.signer],
                         vote_message(options_.validators.network, vote), vote.signature);
}

Core::Refused Core::receive(Vote&& vote, PeerIndex from) {
  if (const auto elsewhere = place(vote.epoch, from)) return elsewhere;
  if (vote.signer >= validators()) return Refusal::unknown_validator;
  if (vote.signer != from) return Refusal::wrong_channel;
  if (vote.view <= final_.fin.view || long_past(vote.view)) return Refusal::stale_view;
  if (vote.view.value > cur_.value + Engine::views_ahead_max &&
      !mutated(Mutation::votes_far_ahead)) {
    return Refusal::future_view;
  }
  const OpenView* open = open_view(vote.view);
  const Vote* known = open ? open->votes.find(vote.kind, vote.signer) : nullptr;
  if (known && known->says_the_same_as(vote) &&
      (*known == vote || !mutated(Mutation::evidence_by_signature))) {
    return Refusal::repeated;
  }
  const bool counted_another = known != nullptr;
  // Not even checked: whoever has contradicted itself for long would cost a check with each. But
  // that a leader made two proposals is of use in every view.
  const bool second_proposal = vote.kind == VoteKind::notarize &&
                               vote.signer == leader(vote.view) && open && !open->equivocated;
  if (counted_another && !second_proposal && accused_enough(vote.signer, vote.view)) {
    return Refusal::contradicted;
  }
  if (!holds(vote)) return Refusal::bad_signature;
  observe(vote);
  if (counted_another) return Refusal::contradicted;
  return std::nullopt;
}

// Counts a vote whose signature holds, if it is the signer's first of its kind in the view.
void Core::observe(const Vote& vote) {
  OpenView& open = views_[vote.view];
  for (const Evidence& evidence : open.votes.contradicted_by(vote)) {
    const Sin sin = *contradiction(evidence.first, evidence.second);
    if (sin == Sin::two_notarized && vote.signer == leader(vote.view)) open.equivocated = true;
    report(evidence, sin);
  }
  if (long_past(vote.view) || !open.votes.add(vote)) return;
  to_certify_.insert(vote.view);
  if (self_ && vote.signer == *self_ && !rejoining_ && vote.view > safety_.floor()) {
    raise(Alarm::unknown_own_vote);
  }
}

// Nothing more is to be learnt of its contradictions in this view.
bool Core::accused_enough(std::uint16_t signer, View view) const {
  if (accused_.contains({signer, view})) return true;
  const auto first = accused_.lower_bound({signer, View{}});
  const auto last = accused_.lower_bound({static_cast<std::uint16_t>(signer + 1), View{}});
  return std::distance(first, last) >= accusations_max;
}

void Core::report(const Evidence& evidence, Sin sin) {
  const std::uint16_t signer = evidence.first.signer;
  if (accused_enough(signer, evidence.first.view)) return;
  accused_.insert({signer, evidence.first.view});
  out_.effects.push_back(Report{evidence, sin});
  send({}, evidence);
  if (self_ && signer == *self_) raise(Alarm::own_contradiction);
}

Core::Refused Core::receive(Evidence&& evidence, PeerIndex from) {
  if (const auto elsewhere = place(evidence.first.epoch, from)) return elsewhere;
  const auto sin = check_contradiction(validators(), evidence);
  if (!sin) return refusal_of(sin.error());
  if (accused_enough(evidence.first.signer, evidence.first.view)) return Refusal::repeated;
  if (!holds(evidence.first) || !holds(evidence.second)) return Refusal::bad_signature;
  report(evidence, *sin);
  return std::nullopt;
}

Core::Refused Core::receive(Certificate&& certificate, PeerIndex from) {
  if (const auto elsewhere = place(certificate.epoch, from)) return elsewhere;
  const Refused refused = admit(certificate);
  note_holder(certificate.view, certificate.kind, from);
  return refused;
}

Core::Refused Core::admit(const Certificate& certificate) {
  if (certificate.epoch != options_.rules.epoch) return Refusal::wrong_epoch;
  if (certificate.view <= final_.fin.view && !mutated(Mutation::stale_certificate)) {
    return Refusal::stale_view;
  }
  const OpenView* open = open_view(certificate.view);
  const auto* known = open ? &open->certificate(certificate.kind) : nullptr;
  if (known && *known && (*known)->value == certificate.value) return Refusal::repeated;
  if (const auto signers = check_signers(validators(), certificate); !signers) {
    return refusal_of(signers.error());
  }
  for (std::size_t i = 0; i < certificate.signatures.items.size(); ++i) {
    if (!holds(certificate.vote(i))) return Refusal::bad_signature;
  }
  for (std::size_t i = 0; i < certificate.signatures.items.size(); ++i) {
    observe(certificate.vote(i));
  }
  learn(certificate);
  return std::nullopt;
}

bool Core::contradicts_known(const Certificate& certificate) const {
  const OpenView* open = open_view(certificate.view);
  if (!open) return false;
  const auto other = [&](VoteKind kind) {
    const auto& known = open->certificate(kind);
    return known && known->value != certificate.value;
  };
  switch (certificate.kind) {
    case VoteKind::notarize:
      return other(VoteKind::notarize) || other(VoteKind::finalize);
    case VoteKind::finalize:
      return other(VoteKind::notarize) || other(VoteKind::finalize) ||
             open->certificate(VoteKind::nullify);
    case VoteKind::nullify:
      return open->certificate(VoteKind::finalize).has_value();
  }
  return false;
}

// R2: a certificate is kept, durable with the next own vote, and will be told.
void Core::learn(const Certificate& certificate) {
  if (contradicts_known(certificate)) return raise(Alarm::conflicting_certificates);
  auto& known = views_[certificate.view].certificate(certificate.kind);
  if (known) return;
  known = certificate;
  rows_.defer(certificate_row(certificate.view, certificate.kind));
  tell(certificate);
}

bool Core::certify() {
  bool changed = false;
  for (const View view : std::exchange(to_certify_, {})) {
    const OpenView* open = open_view(view);
    if (!open || view <= final_.fin.view) continue;
    for (const VoteKind kind : {VoteKind::notarize, VoteKind::finalize, VoteKind::nullify}) {
      if (open->certificate(kind)) continue;
      if (const auto certificate = open->votes.certificate(kind, quorum_here())) {
        learn(*certificate);
        changed = true;
      }
    }
  }
  return changed;
}

Core::Refused Core::receive(Proposal&& proposal, PeerIndex from) {
  const Vote& vote = proposal.vote;
  if (const auto elsewhere = place(vote.epoch, from)) return elsewhere;
  if (vote.kind != VoteKind::notarize) return Refusal::wrong_kind;
  if (vote.signer >= validators()) return Refusal::unknown_validator;
  if (vote.signer != leader(vote.view) || vote.signer != from) return Refusal::wrong_channel;
  if (vote.view <= final_.fin.view) return Refusal::stale_view;
  const OpenView* known = open_view(vote.view);
  if (known && known->equivocated) return Refusal::second_proposal;
  if (!holds(vote)) return Refusal::bad_signature;

  // Its certificates first: they may move this validator forward (R5).
  for (const Certificate& certificate : proposal.justification.items) {
    const auto refused = admit(certificate);
    if (refused && *refused != Refusal::repeated && *refused != Refusal::stale_view) return refused;
  }
  while (commit() || advance()) {
  }
  if (vote.view <= final_.fin.view) return Refusal::stale_view;
  if (vote.view.value > cur_.value + Engine::proposals_ahead_max) return Refusal::future_view;

  observe(vote);
  OpenView& open = views_[vote.view];
  if ((open.equivocated || (open.proposal && open.proposal->value != vote.value)) &&
      !mutated(Mutation::notarize_twice)) {
    return Refusal::second_proposal;
  }
  const Refused known_already = open.proposal ? Refused(Refusal::repeated) : std::nullopt;
  open.proposal = vote;
  // Of a view that is over only what was certified is needed.
  const Certificate* decided = open.decided();
  const bool needed = vote.view >= cur_ || (decided && decided->value == vote.value);
  // Nor is a second body taken from a leader that sent a wrong one.
  if (!proposal.block || !needed || open.bad_proposal || tree_.find(vote.value.block)) {
    return known_already;
  }
  if (proposal.block->hash != vote.value.block || !options_.block_matches(*proposal.block)) {
    // Skipped at once, not waited for: a leader of another version must not cost a deadline.
    open.bad_proposal = true;
    return Refusal::wrong_block;
  }
  tree_.insert_from(from, std::make_shared<const Block>(std::move(*proposal.block)));
  return std::nullopt;
}

}  // namespace centime::consensus
