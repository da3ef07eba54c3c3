#include "consensus/vote.h"

#include "consensus/quorum.h"

namespace centime::consensus {

crypto::Bytes vote_message(const crypto::Digest& network, const Vote& vote) {
  const crypto::BytesView tag = crypto::as_bytes("centime/vote/v1\n");
  crypto::Bytes message(tag.begin(), tag.end());
  crypto::encode_to(std::uint16_t{1}, message);
  crypto::encode_to(network, message);
  crypto::encode_to(vote.epoch, message);
  crypto::encode_to(static_cast<std::uint8_t>(vote.kind), message);
  crypto::encode_to(vote.view, message);
  crypto::encode_to(vote.value, message);
  return message;
}

bool verify_vote(const ValidatorSet& validators, const Vote& vote) {
  if (vote.signer >= validators.keys.size()) return false;
  return crypto::verify(validators.keys[vote.signer], vote_message(validators.network, vote),
                        vote.signature);
}

std::expected<void, CertificateError> verify_certificate(const ValidatorSet& validators,
                                                         const Certificate& certificate) {
  const auto& signatures = certificate.signatures.items;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    const bool ascending = i == 0 || signatures[i - 1].signer < signatures[i].signer;
    if (!ascending || signatures[i].signer >= validators.keys.size()) {
      return std::unexpected(CertificateError::bad_signers);
    }
  }
  if (signatures.size() < quorum(validators.keys.size())) {
    return std::unexpected(CertificateError::no_quorum);
  }
  for (const SignerSignature& signature : signatures) {
    const Vote vote{certificate.epoch, certificate.kind, certificate.view,
                    certificate.value, signature.signer, signature.signature};
    if (!verify_vote(validators, vote)) return std::unexpected(CertificateError::bad_signature);
  }
  return {};
}

}  // namespace centime::consensus
