#include "consensus/certificate.h"

#include "consensus/mutation.h"
#include "consensus/quorum.h"

namespace centime::consensus {

std::expected<void, CertificateError> check_signers(std::size_t validators,
                                                    const Certificate& certificate) {
  const auto& signatures = certificate.signatures.items;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    const bool ascending = i == 0 || signatures[i - 1].signer < signatures[i].signer ||
                           mutated(Mutation::voices_repeated);
    if (!ascending || signatures[i].signer >= validators) {
      return std::unexpected(CertificateError::bad_signers);
    }
  }
  const std::size_t needed = quorum(validators) - (mutated(Mutation::quorum_too_small) ? 1 : 0);
  if (signatures.size() < needed) return std::unexpected(CertificateError::no_quorum);
  return {};
}

std::expected<void, CertificateError> verify_certificate(const ValidatorSet& validators,
                                                         const Certificate& certificate) {
  if (const auto signers = check_signers(validators.keys.size(), certificate); !signers) {
    return signers;
  }
  for (std::size_t i = 0; i < certificate.signatures.items.size(); ++i) {
    if (!verify_vote(validators, certificate.vote(i))) {
      return std::unexpected(CertificateError::bad_signature);
    }
  }
  return {};
}

}  // namespace centime::consensus
