#include "tests/fuzz/step_members.h"

#include <algorithm>

#include "tests/simulator/quorums.h"
#include "tests/simulator/signatures.h"

namespace centime::fuzz {

using namespace consensus;

namespace {

constexpr std::size_t blocks_max = 96;
constexpr std::size_t said_max = 24;
// Marks what the engine did not sign itself.
constexpr std::uint64_t forged_mark = 0xf0f0'f0f0'0000'0000;

}  // namespace

crypto::Digest hash_of(Block block) {
  block.hash = {};
  if (!block.body.value.empty()) block.body.value.pop_back();
  return crypto::sha256(crypto::encode(block));
}

BlockVerdict verdict_on(const Block& block) {
  const crypto::Bytes& body = block.body.value;
  if (body.size() < 2 || body.back() != 0) return BlockVerdict::wrong_body;
  return body[0] >= 0xf0 ? BlockVerdict::invalid : BlockVerdict::valid;
}

BlockPtr genesis() {
  static const BlockPtr block = [] {
    Block first;
    first.timestamp_ms = 1'000;
    first.hash = hash_of(first);
    return std::make_shared<const Block>(first);
  }();
  return block;
}

StepMembers::StepMembers(std::size_t validators, std::optional<std::uint16_t> self)
    : validators_(validators), self_(self), blocks_{genesis()} {}

void StepMembers::forget() {
  certified_.clear();
  own_.clear();
}

bool StepMembers::forged(const crypto::Signature& signature) {
  std::uint64_t free_bytes = 0;
  std::memcpy(&free_bytes, signature.bytes.data() + 8, sizeof free_bytes);
  return (free_bytes & forged_mark) == forged_mark;
}

void StepMembers::add(BlockPtr block) {
  if (blocks_.size() == blocks_max) blocks_.erase(blocks_.begin() + 1);
  blocks_.push_back(std::move(block));
}

std::optional<Received> StepMembers::next(Choices& choices, const Place& place) {
  place_ = place;
  const std::uint8_t how = choices.byte();
  Message message;
  if (how >= 0xf8) {
    auto raw = decode_message(choices.bytes(choices.byte()));
    if (!raw) return std::nullopt;
    message = std::move(*raw);
  } else if (how >= 0xe8 && !said_.empty()) {
    message = said_[choices.below(said_.size())];
  } else {
    message = any(choices);
    // Only what can arrive: the bytes of a message.
    auto arrived = decode_message(encode_message(message));
    crypto::check(arrived.has_value(), "what was encoded can be decoded");
    message = std::move(*arrived);
    if (said_.size() == said_max) said_.erase(said_.begin());
    said_.push_back(message);
  }
  PeerIndex from = static_cast<PeerIndex>(choices.below(validators_ + 2));
  const std::uint8_t channel = how & 7U;
  if (channel != 0) {  // Mostly its own channel.
    if (const auto* own = std::get_if<Vote>(&message)) from = own->signer;
    if (const auto* own = std::get_if<Proposal>(&message)) from = own->vote.signer;
  }
  return Received{from, std::move(message)};
}

View StepMembers::view(Choices& choices) const {
  const std::uint64_t cur = place_.view.value;
  switch (choices.below(12)) {
    case 6:
      return {cur + 1};
    case 7:
      return {cur + 2 + choices.below(8)};
    case 8:
      return {cur - std::min<std::uint64_t>(cur, 1)};
    case 9:
      return {cur - std::min<std::uint64_t>(cur, choices.below(8))};
    case 10:
      return {place_.fin.view.value + choices.below(3)};
    case 11:
      return {cur + 56 + choices.below(16)};
    default:
      return {cur};
  }
}

const Block& StepMembers::block(Choices& choices) const {
  const std::size_t back = choices.byte();
  if (back >= 0xf0) return *blocks_[back % blocks_.size()];
  return *blocks_[blocks_.size() - 1 - std::min(back % 5, blocks_.size() - 1)];
}

View StepMembers::certified_view(const crypto::Digest& block) const {
  if (block == place_.fin.block) return place_.fin.view;
  for (auto at = certified_.rbegin(); at != certified_.rend(); ++at) {
    if (at->second.block == block) return {at->first};
  }
  return {};
}

Value StepMembers::value(Choices& choices, View view) const {
  const auto known = certified_.find(view.value);
  const std::uint8_t how = choices.byte();
  if (known != certified_.end() && how < 0xc0) return known->second;
  const Block& chosen = block(choices);
  Value value{certified_view(chosen.parent), chosen.height, chosen.hash};
  if (how >= 0xf0) value.parent_view = {choices.byte()};
  if (how >= 0xf8) value.height = {choices.byte()};
  if (how >= 0xfc) value.block.bytes[0] ^= 1;
  return value;
}

void StepMembers::flaw(Vote& vote, std::uint8_t which) const {
  // 1: another signature that holds.
  if (which == 2) vote.signature.bytes[0] ^= 1;
  if (which == 3) vote.epoch += 1;
  if (which == 4 && vote.epoch > 0) vote.epoch -= 1;
}

Vote StepMembers::vote(VoteKind kind, View view, Value value, std::uint16_t signer,
                       std::uint8_t which) const {
  Vote vote{place_.epoch, kind, view, kind == VoteKind::nullify ? Value{} : value, signer, {}};
  if (which == 5) vote.view.value += 1;  // Signed elsewhere than it is said.
  simulator::sign_vote(vote, simulator::key_of(which == 6 ? signer + 1U : signer),
                       forged_mark | which);
  if (which == 5) vote.view.value -= 1;
  if (which == 7) {
    vote.signature = simulator::sign(simulator::key_of(signer),
                                     vote_message(crypto::sha256({}), vote), forged_mark);
  }
  flaw(vote, which);
  return vote;
}

Certificate StepMembers::certificate(VoteKind kind, View view, const Value& value,
                                     std::uint8_t flaws) {
  Certificate certificate{
      place_.epoch, kind, view, kind == VoteKind::nullify ? Value{} : value, {}};
  auto& signatures = certificate.signatures.items;
  const std::size_t quorum = simulator::quorum_of(validators_);
  const auto own = own_.find(view.value);
  const bool own_said = own != own_.end() && own->second.kind == kind &&
                        own->second.value == certificate.value && own->second.epoch == place_.epoch;
  for (std::uint16_t signer = 0; signer < validators_ && signatures.size() < quorum; ++signer) {
    if (signer != self_) {
      signatures.push_back({signer, vote(kind, view, value, signer).signature});
    } else if (own_said) {
      signatures.push_back({signer, own->second.signature});
    }
  }
  const std::uint8_t which = flaws & 15U;
  const std::size_t at = flaws >> 4;
  if (!signatures.empty()) {
    SignerSignature& one = signatures[at % signatures.size()];
    if (which == 8) signatures.back() = signatures.front();  // One voice twice.
    if (which == 9) one.signature.bytes[0] ^= 1;
    if (which == 10) signatures.pop_back();
    if (which == 11) one.signer = static_cast<std::uint16_t>(validators_ + at);
    if (which == 12) std::ranges::reverse(signatures);
    if (which == 13) certificate.epoch += 1;
    if (which == 14) certificate.view.value += 1;
    if (which == 15 && self_) {  // In the engine's own name.
      one = {*self_, vote(kind, view, value, *self_).signature};
      std::ranges::sort(signatures, {}, &SignerSignature::signer);
    }
  }
  if (which < 8 && kind != VoteKind::nullify) certified_[view.value] = value;
  return certificate;
}

Message StepMembers::any(Choices& choices) {
  const auto kind = choices.pick({VoteKind::notarize, VoteKind::finalize, VoteKind::nullify});
  switch (choices.below(16)) {
    default: {
      const View at = view(choices);
      const Value said = value(choices, at);
      const auto signer = static_cast<std::uint16_t>(choices.below(validators_ + 1));
      const std::uint8_t which = choices.byte();
      return vote(kind, at, said, signer, which < 0xc0 ? 0 : which % 8);
    }
    case 5:
    case 6:
    case 7: {
      const View at = view(choices);
      const Value said = value(choices, at);
      return certificate(kind, at, said, choices.byte());
    }
    case 8:
    case 9:
      return proposal(choices);
    case 10:
      return status(choices);
    case 11: {
      GetCertificates request{place_.epoch, {}};
      for (std::size_t left = choices.below(4); left > 0; --left) {
        request.views.items.push_back(view(choices));
      }
      if (choices.byte() < 0xc0) std::ranges::sort(request.views.items);
      return request;
    }
    case 12: {
      if (choices.byte() >= 0x80) return GetChain{{choices.byte()}};
      const std::uint8_t ancestors = choices.byte();
      return GetBlocks{block(choices).hash, ancestors};
    }
    case 13:
      return blocks_message(choices);
    case 14:
      return chain(choices);
    case 15:
      return evidence(choices);
  }
}

Message StepMembers::proposal(Choices& choices) {
  View at = view(choices);
  if (self_ && leader(at) == *self_ && validators_ > 1) at = at.next();
  const Block& parent = block(choices);
  const View parent_view = certified_view(parent.hash);
  Value said{parent_view, parent.height, parent.hash};
  std::optional<Block> sent;
  const std::uint8_t what = choices.byte();
  if (what < 0xd0) {
    Block fresh{{}, parent.height, parent.hash, false, leader(at), parent.timestamp_ms + 1, {}};
    fresh.height.value += 1;
    fresh.body.value = {static_cast<std::uint8_t>(what & 0x3fU), 0};
    switch (choices.byte()) {
      case 0xf0:
        fresh.height.value += 1;
        break;
      case 0xf1:
        fresh.timestamp_ms = parent.timestamp_ms;
        break;
      case 0xf2:
        fresh.timestamp_ms = place_.wall_clock_ms + 11'000;
        break;
      case 0xf3:
        fresh.proposer += 1;
        break;
      case 0xf4:
        fresh.body.value[0] = 0xff;
        break;
      case 0xf5:
      case 0xf6:
        fresh.closing = true;
        break;
      default:
        break;
    }
    fresh.hash = hash_of(fresh);
    add(std::make_shared<const Block>(fresh));
    said = {parent_view, fresh.height, fresh.hash};
    const std::uint8_t body = choices.byte();
    sent = fresh;
    if (body == 0xf0) sent->body.value.back() = 1;
    if (body == 0xf1) sent->hash.bytes[0] ^= 1;
    if (body == 0xf2) sent.reset();
  }
  const std::uint8_t flaws = choices.byte();
  Proposal proposal{vote(VoteKind::notarize, at, said, leader(at), flaws < 0xe0 ? 0 : flaws % 8),
                    std::move(sent),
                    {}};
  auto& why = proposal.justification.items;
  const auto certified = certified_.find(parent_view.value);
  if (certified != certified_.end()) {
    why.push_back(certificate(VoteKind::notarize, parent_view, Value(certified->second), 0));
  }
  for (std::uint64_t between = at.value; between-- > parent_view.value + 1;) {
    if (why.size() == justification_max) break;
    why.push_back(certificate(VoteKind::nullify, {between}, {}, 0));
  }
  const std::uint8_t gap = choices.byte();
  if (gap >= 0xe0 && !why.empty()) why.erase(why.begin() + gap % static_cast<int>(why.size()));
  return proposal;
}

Message StepMembers::status(Choices& choices) {
  Status status{place_.epoch,     view(choices),  place_.fin.view,      place_.fin.height,
                place_.fin.block, choices.byte(), place_.wall_clock_ms, {}};
  const std::uint8_t how = choices.byte();
  if (how & 1U) status.fin_view = view(choices);
  if (how & 2U) status.fin_height.value += choices.byte();
  if (how & 4U) status.view.value += std::uint64_t{1} << (how >> 2);
  if (how & 0x80U) status.abstains_through = view(choices);
  if (how >= 0xf0) status.epoch += 1;
  return status;
}

// A block and its ancestors, newest first.
Message StepMembers::blocks_message(Choices& choices) {
  Blocks answer;
  const Block* at = &block(choices);
  const std::uint8_t how = choices.byte();
  for (std::size_t left = how % 8; left > 0 && at != nullptr; --left) {
    answer.blocks.items.push_back(*at);
    const auto parent = std::ranges::find(blocks_, at->parent, &Block::hash);
    at = parent == blocks_.end() ? nullptr : parent->get();
  }
  auto& items = answer.blocks.items;
  if (how >= 0xf0 && !items.empty()) items.back().body.value.push_back(how);
  if (how >= 0xe0 && how < 0xf0) std::ranges::reverse(items);
  return answer;
}

// From above the final block up to one with a finalization, oldest first.
Message StepMembers::chain(Choices& choices) {
  Chain answer;
  const Block* at = &block(choices);
  const Block last = *at;
  const std::uint8_t how = choices.byte();
  while (at != nullptr && at->height > place_.fin.height &&
         answer.blocks.items.size() < sent_blocks_max) {
    answer.blocks.items.push_back(*at);
    const auto parent = std::ranges::find(blocks_, at->parent, &Block::hash);
    at = parent == blocks_.end() ? nullptr : parent->get();
  }
  auto& items = answer.blocks.items;
  if (how < 0xf0) std::ranges::reverse(items);
  if (how >= 0xe0 && how < 0xf0 && !items.empty()) items.pop_back();
  View of = certified_view(last.hash);
  if (of <= place_.fin.view) of = place_.view;
  const auto known = certified_.find(of.value);
  const Value said = known != certified_.end()
                         ? known->second
                         : Value{certified_view(last.parent), last.height, last.hash};
  answer.finalization = certificate(how == 0xd0 ? VoteKind::notarize : VoteKind::finalize, of, said,
                                    how < 0xc0 ? 0 : how);
  return answer;
}

Message StepMembers::evidence(Choices& choices) {
  const View at = view(choices);
  const auto signer = static_cast<std::uint16_t>(choices.below(validators_ + 1));
  const Value said = value(choices, at);
  Value other = said;
  other.block.bytes[31] ^= 1;
  const auto kind = [&] {
    return choices.pick({VoteKind::notarize, VoteKind::finalize, VoteKind::nullify});
  };
  const std::uint8_t how = choices.byte();
  const VoteKind first = kind();
  const VoteKind second = kind();
  Evidence made{vote(first, at, said, signer, how < 0xe0 ? 0 : how % 8),
                vote(second, at, other, signer)};
  if (consensus::contradiction(made.first, made.second) && how < 0xc0) {
    made = make_evidence(made.first, made.second);
  }
  return made;
}

}  // namespace centime::fuzz
