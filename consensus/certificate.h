// A quorum's votes of one kind for one value in one view.
//
// A certificate is judged on its own signatures only, never on which votes were seen first: a vote
// that its signer contradicted elsewhere counts here all the same.
#pragma once

#include <expected>

#include "consensus/vote.h"

namespace centime::consensus {

struct SignerSignature {
  std::uint16_t signer = 0;
  crypto::Signature signature;
  bool operator==(const SignerSignature&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("signer", signer), cereal::make_nvp("signature", signature));
  }
};

struct Certificate {
  std::uint64_t epoch = 0;
  VoteKind kind{};
  View view;
  Value value;  // As in Vote: no bytes of it in a nullification.
  crypto::List<SignerSignature, validators_max> signatures;  // By ascending signer.
  bool operator==(const Certificate&) const = default;

  // The vote of its i-th signer.
  Vote vote(std::size_t i) const {
    const SignerSignature& by = signatures.items.at(i);
    return {epoch, kind, view, value, by.signer, by.signature};
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("kind", kind),
            cereal::make_nvp("view", view));
    if (kind != VoteKind::nullify) archive(cereal::make_nvp("value", value));
    archive(cereal::make_nvp("signatures", signatures));
  }
};

enum class CertificateError : std::uint8_t {
  bad_signers,    // Not ascending, or not validators.
  no_quorum,      // Too few signers.
  bad_signature,  // A signature that does not hold.
};
constexpr auto enum_words(CertificateError) {
  return std::to_array<std::string_view>({"bad_signers", "no_quorum", "bad_signature"});
}

// Judges everything but the signatures themselves.
std::expected<void, CertificateError> check_signers(std::size_t validators,
                                                    const Certificate& certificate);

std::expected<void, CertificateError> verify_certificate(const ValidatorSet& validators,
                                                         const Certificate& certificate);

}  // namespace centime::consensus
