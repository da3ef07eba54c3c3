#include "tests/simulator/sinner.h"

#include <algorithm>

#include "tests/simulator/node.h"
#include "tests/simulator/signatures.h"

namespace centime::simulator {
namespace {

using consensus::Message;
using consensus::Value;
using consensus::View;
using consensus::Vote;
using consensus::VoteKind;
using std::chrono::milliseconds;

constexpr std::size_t old_max = 200;

crypto::Digest random_digest(Random& random) {
  crypto::Digest digest;
  for (std::uint8_t& byte : digest.bytes) byte = static_cast<std::uint8_t>(random.next());
  return digest;
}

}  // namespace

Sinner::Sinner(Node& node)
    : node_(node),
      random_(node.world().scenario().seed,
              fmt::format("sinner {} {}", node.participant(), node.instance())) {}

std::size_t Sinner::participants() const { return node_.world().scenario().participants; }

void Sinner::started() {
  const auto again = [this, run = node_.incarnation()](auto&& self) -> void {
    if (run != node_.incarnation() || !node_.running()) return;
    act();
    node_.world().queue().after(milliseconds{random_.between(50, 400)}, [self] { self(self); });
  };
  node_.world().queue().after(milliseconds{random_.between(10, 400)}, [again] { again(again); });
}

void Sinner::crashed(Disk& disk) {
  if (node_.role() == Role::amnesiac) disk.wipe();
  if (node_.role() == Role::restored && !std::exchange(put_back_, true)) disk.wipe();
}

void Sinner::halted() {
  EventQueue& queue = node_.world().queue();
  // A person who finds the node halted tries first whether a restart helps.
  const milliseconds after{node_.role() == Role::restored ? 500 : 0};
  queue.after(after, [this] { node_.crash(); });
  queue.after(milliseconds{1'000}, [this] {
    if (!node_.running()) node_.start();
  });
}

bool Sinner::hears(std::size_t from, const Message& message) {
  const Role role = node_.role();
  // To know of accusations would stop its engine.
  if (std::holds_alternative<consensus::Evidence>(message)) return false;
  if (role == Role::equivocator) {
    if (const auto* seen = std::get_if<Vote>(&message)) sign_everything(*seen);
    if (const auto* seen = std::get_if<consensus::Proposal>(&message)) sign_everything(seen->vote);
  }
  if (role == Role::nuller) {
    if (const auto* seen = std::get_if<Vote>(&message); seen && seen->kind == VoteKind::notarize) {
      seen_ = seen->value;
    }
  }
  if (role == Role::boaster) {
    if (std::holds_alternative<consensus::GetChain>(message) && random_.percent(50)) {
      tell(from, made_up_chain({random_.below(3)}, node_.engine().view()));
    }
    return !std::holds_alternative<consensus::GetChain>(message) &&
           !std::holds_alternative<consensus::GetBlocks>(message);
  }
  const bool request = std::holds_alternative<consensus::GetBlocks>(message) ||
                       std::holds_alternative<consensus::GetChain>(message) ||
                       std::holds_alternative<consensus::GetCertificates>(message);
  return !(role == Role::withholder && request);
}

void Sinner::says(std::size_t to, const MessagePtr& message) {
  if (const auto* own = std::get_if<Vote>(message.get())) {
    node_.world().oracle().spoken(node_.participant(), *own, nullptr);
  }
  const auto* proposal = std::get_if<consensus::Proposal>(message.get());
  if (proposal != nullptr) {
    node_.world().oracle().spoken(node_.participant(), proposal->vote, nullptr);
  }
  // Its vote may be heard in no other message.
  if (const auto* by = std::get_if<consensus::Certificate>(message.get())) {
    const auto& validators = node_.world().oracle().validators(by->epoch);
    for (std::size_t i = 0; i < by->signatures.items.size(); ++i) {
      if (validators.at(by->signatures.items[i].signer).participant != node_.participant())
        continue;
      node_.world().oracle().spoken(node_.participant(), by->vote(i), nullptr);
    }
  }
  if (node_.role() == Role::withholder) {
    if (random_.percent(50)) return;
    if (proposal != nullptr && random_.percent(30)) {
      consensus::Proposal bare = *proposal;
      bare.block.reset();
      return tell(to, std::move(bare));
    }
  }
  if (node_.role() == Role::unfinisher) {
    const auto* vote = std::get_if<Vote>(message.get());
    const auto* certificate = std::get_if<consensus::Certificate>(message.get());
    if (vote != nullptr && vote->kind == VoteKind::finalize) return;
    if (certificate != nullptr && certificate->kind == VoteKind::finalize) return;
    if (std::holds_alternative<consensus::Chain>(*message)) return;
  }
  if (node_.role() == Role::equivocator && proposal != nullptr && random_.percent(70)) {
    return propose_two(to, *proposal);
  }
  if (node_.role() == Role::outdated && old_.size() < old_max) old_.push_back(message);
  node_.tell(to, message);
}

void Sinner::act() {
  switch (node_.role()) {
    case Role::nuller:
      return nullify_and_finalize();
    case Role::forger:
      return forge();
    case Role::spammer:
      return spam();
    case Role::outdated:
      return repeat_old();
    case Role::boaster:
      return boast();
    case Role::restored:
      if (!put_back_ && random_.percent(4)) return halted();
      return;
    case Role::amnesiac:
      if (random_.percent(4)) return halted();
      return;
    default:
      return;
  }
}

Vote Sinner::vote(VoteKind kind, View view, const Value& value) {
  Vote vote{node_.epoch(),
            kind,
            view,
            kind == VoteKind::nullify ? Value{} : value,
            node_.index().value_or(0),
            {}};
  node_.sign(vote, random_.next());
  node_.world().oracle().spoken(node_.participant(), vote, nullptr);
  return vote;
}

void Sinner::tell(std::size_t to, Message message) {
  node_.tell(to, std::make_shared<const Message>(std::move(message)));
}

void Sinner::tell_some(const Message& message, std::uint64_t percent) {
  const auto shared = std::make_shared<const Message>(message);
  for (std::size_t to = 0; to < participants(); ++to) {
    if (to != node_.participant() && random_.percent(percent)) node_.tell(to, shared);
  }
}

void Sinner::sign_everything(const Vote& seen) {
  if (!node_.index() || seen.kind == VoteKind::nullify || seen.epoch != node_.epoch()) return;
  if (!random_.percent(30)) return;
  tell_some(vote(VoteKind::notarize, seen.view, seen.value), 70);
  if (random_.percent(50)) tell_some(vote(VoteKind::finalize, seen.view, seen.value), 50);
  if (random_.percent(30)) tell_some(vote(VoteKind::nullify, seen.view, {}), 50);
}

void Sinner::propose_two(std::size_t to, const consensus::Proposal& proposal) {
  if (!proposal.block || to % 2 == 0) return tell(to, proposal);
  if (!other_block_ || other_view_ != proposal.vote.view) {
    other_block_ = node_.world().kind().another(*proposal.block);
    other_view_ = proposal.vote.view;
  }
  consensus::Proposal second = proposal;
  second.block = other_block_;
  second.vote =
      vote(VoteKind::notarize, proposal.vote.view,
           {proposal.vote.value.parent_view, proposal.vote.value.height, other_block_->hash});
  tell(to, std::move(second));
}

void Sinner::nullify_and_finalize() {
  if (!node_.index()) return;
  const View view = node_.engine().view();
  tell_some(vote(VoteKind::nullify, view, {}), 80);
  if (seen_ && random_.percent(50)) tell_some(vote(VoteKind::finalize, view, *seen_), 80);
}

void Sinner::forge() {
  const std::size_t n = node_.validators().size();
  const View view{node_.engine().view().value + random_.below(3)};
  const Value value{{random_.below(3)}, {node_.chain() + random_.below(2)}, random_digest(random_)};
  const auto anyone = static_cast<std::uint16_t>(random_.below(n));
  const auto kind = static_cast<VoteKind>(random_.below(3));
  Vote made{node_.epoch(), kind, view, kind == VoteKind::nullify ? Value{} : value, anyone, {}};
  // Signed by the wrong key: somebody else's word.
  const bool own = node_.index() == anyone;
  node_.sign(made, random_.next());
  if (own) node_.world().oracle().spoken(node_.participant(), made, nullptr);
  switch (random_.below(6)) {
    case 0:
      return tell_some(made, 60);
    case 1: {  // A certificate of everybody, signed by one.
      consensus::Certificate all{node_.epoch(), kind, view, made.value, {}};
      for (std::uint16_t signer = 0; signer < n; ++signer) {
        all.signatures.items.push_back({signer, made.signature});
      }
      return tell_some(all, 60);
    }
    case 2: {  // One voice, many times.
      if (!node_.index()) return;
      const Vote mine = vote(kind, view, made.value);
      consensus::Certificate chorus{node_.epoch(), kind, view, mine.value, {}};
      for (std::size_t i = 0; i < n; ++i) {
        chorus.signatures.items.push_back({*node_.index(), mine.signature});
      }
      return tell_some(chorus, 60);
    }
    case 3: {  // Accuses somebody of what it did not sign.
      Vote other = made;
      other.value.height.value += 1;
      return tell_some(consensus::Evidence{made, other}, 60);
    }
    case 4: {
      consensus::Status status;
      status.epoch = node_.epoch() + random_.below(2);
      status.view = {random_.next() >> random_.below(64)};
      status.fin_view = {random_.next() >> random_.below(64)};
      status.fin_height = {random_.next() >> random_.below(64)};
      status.fin_block = value.block;
      return tell_some(status, 60);
    }
    default:
      return tell_some(made_up_chain(value.parent_view, view), 60);
  }
}

// Final blocks that nobody voted for.
consensus::Chain Sinner::made_up_chain(View parent, View view) {
  const Value value{parent, {node_.chain() + random_.below(2)}, random_digest(random_)};
  consensus::Chain chain;
  chain.blocks.items.push_back(
      node_.world().kind().made_up({node_.chain()}, random_digest(random_)));
  chain.finalization = {node_.epoch(), VoteKind::finalize, view, value, {}};
  return chain;
}

// Also of the epochs that others are in, so that each hears something.
void Sinner::boast() {
  consensus::Status status;
  status.epoch = random_.below(node_.epoch() + 3);
  status.view = {node_.engine().view().value + random_.below(100)};
  status.fin_view = {status.view.value - 1};
  status.fin_height = {node_.chain() + 1 + random_.below(1'000)};
  status.fin_block = random_digest(random_);
  tell_some(status, 90);
}

void Sinner::spam() {
  const View view = node_.engine().view();
  for (int i = 0; i < 20; ++i) {
    switch (random_.below(4)) {
      case 0:
        if (!node_.index()) break;
        tell_some(
            vote(static_cast<VoteKind>(random_.below(3)), {view.value + 1 + random_.below(1'000)},
                 {view, {node_.chain()}, random_digest(random_)}),
            30);
        break;
      case 1:
        tell_some(consensus::GetBlocks{random_digest(random_), 63}, 30);
        break;
      case 2: {
        consensus::GetCertificates request{node_.epoch(), {}};
        for (std::uint64_t at = 1; at <= consensus::asked_views_max; ++at) {
          request.views.items.push_back({at});
        }
        tell_some(request, 30);
        break;
      }
      default:
        tell_some(consensus::GetChain{{random_.below(node_.chain() + 1)}}, 30);
    }
  }
}

void Sinner::repeat_old() {
  for (int i = 0; i < 5 && !old_.empty(); ++i) {
    const std::size_t to = random_.below(participants());
    if (to != node_.participant()) node_.tell(to, random_.pick(old_));
  }
  if (old_.size() == old_max && random_.percent(20)) old_.erase(old_.begin(), old_.begin() + 50);
}

}  // namespace centime::simulator
