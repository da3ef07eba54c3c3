#include "consensus/vote.h"

#include "crypto/check.h"

namespace centime::consensus {
namespace {

constexpr std::string_view tag_text = "centime/vote/v1\n";
constexpr std::size_t kind_at =
    tag_text.size() + sizeof(std::uint16_t) + 32 + sizeof(std::uint64_t);

}  // namespace

crypto::Bytes vote_message(const crypto::Digest& network, const Vote& vote) {
  const crypto::BytesView tag = crypto::as_bytes(tag_text);
  crypto::Bytes message;
  message.reserve(115);
  message.assign(tag.begin(), tag.end());
  crypto::encode_to(std::uint16_t{1}, message);
  crypto::encode_to(network, message);
  crypto::encode_to(vote.epoch, message);
  crypto::encode_to(static_cast<std::uint8_t>(vote.kind), message);
  crypto::encode_to(vote.view, message);
  if (vote.kind != VoteKind::nullify) crypto::encode_to(vote.value, message);
  return message;
}

VoteKind vote_kind(crypto::BytesView message) {
  crypto::check(message.size() > kind_at && message[kind_at] < vote_kinds, "it is a vote");
  return static_cast<VoteKind>(message[kind_at]);
}

bool verify_vote(const ValidatorSet& validators, const Vote& vote) {
  if (vote.signer >= validators.keys.size()) return false;
  return crypto::verify(validators.keys[vote.signer], vote_message(validators.network, vote),
                        vote.signature);
}

}  // namespace centime::consensus
