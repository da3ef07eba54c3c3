// The way from the validators that a verifier trusts to those that signed: one link an epoch.
//
// An epoch ends with a block whose seal commits to the next epoch's validators, and that block is
// final by the signatures of a quorum of this epoch's. So whoever knows the validators of one epoch
// knows those of all later ones. Pure; a link proves nothing about what else is in the log.
#pragma once

#include <expected>
#include <optional>
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
  std::size_t changes = 0;  // Links since the latest epoch that is the policy's.
};

// Follows links from epoch 0, the genesis', to the epoch of the log's last block. From the first
// epoch on whose validators and quorum are exactly the policy's, each must be signed by those of
// the epoch that it ends, before any key of the next is looked at: whoever made the links need not
// be anybody, and gets little work out of who reads them. If the policy is of no epoch, it is left
// to speak for itself.
class EpochChain {
 public:
  // Requires a genesis whose hash is the policy's network.
  EpochChain(const ledger::Genesis& genesis, const Policy& policy);

  // Nothing may be added after a fault.
  std::expected<void, ChainFault> add(const EpochLink& link);
  TrustedEpoch end() const;

 private:
  bool is_policys() const;

  ledger::NetworkId network_;
  ledger::Origin origin_;
  Policy given_, wanted_;  // With URLs and without.
  ledger::EpochRecord epoch_;
  std::optional<ledger::Height> height_;  // Of the block that ended the epoch before.
  std::optional<std::size_t> changes_;    // Nothing: no epoch was the policy's so far.
};

// All links at once.
std::expected<TrustedEpoch, ChainFault> follow_epochs(const ledger::Genesis& genesis,
                                                      std::span<const EpochLink> links,
                                                      const Policy& policy);

}  // namespace centime::proof
