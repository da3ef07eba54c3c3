// The way from the validators that a verifier trusts to those that signed: one link an epoch.
//
// An epoch ends with a block whose seal commits to the next epoch's validators, and that block is
// final by the signatures of a quorum of this epoch's. So whoever knows the validators of one epoch
// knows those of all later ones. Pure; a link proves nothing about what else is in the log.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "consensus/certificate.h"
#include "node/ledger/governance.h"
#include "node/proof/policy.h"

namespace centime::proof {

struct LinkSignature {
  std::uint16_t signer = 0;  // Index among the epoch's validators.
  crypto::Signature signature;
  bool operator==(const LinkSignature&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(signer), CENTIME_FIELD(signature));
  }
};

// The end of one epoch. What the signatures cover is consensus::vote_message of a FINALIZE in
// `view` for the block whose seal this is.
struct EpochLink {
  static constexpr std::string_view name = "epoch_link";
  crypto::Blob<1'024> seal;  // Canonical bytes of the closing block's last entry.
  std::uint64_t view = 0;
  std::uint64_t parent_view = 0;
  crypto::List<LinkSignature, ledger::validators_max> signatures;  // By ascending signer.
  ledger::EpochRecord next;
  bool operator==(const EpochLink&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(seal), CENTIME_FIELD(view), CENTIME_FIELD(parent_view),
            CENTIME_FIELD(signatures), CENTIME_FIELD(next));
  }
};

// Requires the finalization of the block with this seal, and the record that the seal commits to.
EpochLink link_of(crypto::Bytes seal, const consensus::Certificate& finalization,
                  ledger::EpochRecord next);

enum class ChainError : std::uint8_t {
  bad_link,       // Not an epoch's end, or out of order, or its record is another one.
  bad_signature,  // A signature that does not hold.
  quorum_short,   // Too few signers, or not validators in ascending order.
};
constexpr auto enum_words(ChainError) {
  return std::to_array<std::string_view>({"bad_link", "bad_signature", "quorum_short"});
}

struct ChainFault {
  ChainError error{};
  std::string detail;  // One sentence.
};

// The validators that end the chain, if they follow from whom the policy trusts.
struct TrustedEpoch {
  ledger::EpochRecord epoch;
  Policy policy;            // The one given, or that of `epoch`.
  std::size_t changes = 0;  // Links from the policy's epoch on; each was checked.
};

// The links lead from epoch 0, the genesis', to the epoch of the log's last block. Those from the
// latest epoch on whose validators and quorum are exactly the policy's are checked; the ones before
// it only tell which that is. If the policy is of none of them, it is left to speak for itself.
// Requires a genesis whose hash is the policy's network.
std::expected<TrustedEpoch, ChainFault> follow_epochs(const ledger::Genesis& genesis,
                                                      std::span<const EpochLink> links,
                                                      const Policy& policy);

}  // namespace centime::proof
