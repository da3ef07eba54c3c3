#include "consensus/vote.h"

namespace centime::consensus {

crypto::Bytes vote_message(const crypto::Digest& network, const Vote& vote) {
  const crypto::BytesView tag = crypto::as_bytes("centime/vote/v1\n");
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

bool verify_vote(const ValidatorSet& validators, const Vote& vote) {
  if (vote.signer >= validators.keys.size()) return false;
  return crypto::verify(validators.keys[vote.signer], vote_message(validators.network, vote),
                        vote.signature);
}

}  // namespace centime::consensus
