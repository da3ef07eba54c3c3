#include "node/proof/epoch_chain.h"

#include <fmt/format.h>

#include <optional>

#include "consensus/quorum.h"
#include "crypto/check.h"
#include "crypto/merkle.h"

namespace centime::proof {
namespace {

// Neither layer may know the other; here both are known.
static_assert(ledger::validators_max == consensus::validators_max);
static_assert([] {
  for (std::size_t n = 1; n <= consensus::validators_max; ++n) {
    if (ledger::quorum_of(n) != consensus::quorum(n)) return false;
  }
  return true;
}());

std::unexpected<ChainFault> broken(ChainError error, std::string detail) {
  return std::unexpected(ChainFault{error, std::move(detail)});
}

// URLs say where a key's owner is found, not who is trusted.
Policy without_urls(Policy policy) {
  for (PolicyLog& log : policy.logs) log.url.clear();
  for (PolicyWitness& witness : policy.witnesses) witness.url.clear();
  return policy;
}

std::optional<ledger::Seal> read_seal(const EpochLink& link) {
  auto entry = crypto::decode<ledger::Entry>(link.seal.value);
  auto* seal = entry ? std::get_if<ledger::Seal>(&*entry) : nullptr;
  if (seal == nullptr) return std::nullopt;
  return std::move(*seal);
}

// What needs no signature: the link ends this epoch and begins the one that it says.
std::expected<ledger::Seal, ChainFault> check_link(const ledger::EpochRecord& epoch,
                                                   const EpochLink& link) {
  const auto seal = read_seal(link);
  if (!seal) {
    return broken(ChainError::bad_link, fmt::format("the end of epoch {} is no seal", epoch.epoch));
  }
  if (seal->epoch != epoch.epoch || link.next.epoch != epoch.epoch + 1 ||
      seal->next_epoch != ledger::epoch_hash(link.next)) {
    return broken(ChainError::bad_link,
                  fmt::format("epoch {} does not end with these validators", epoch.epoch));
  }
  if (const auto wrong = ledger::shape_fault_of(link.next)) {
    return broken(ChainError::bad_link, fmt::format("epoch {}: {}", link.next.epoch, *wrong));
  }
  return *seal;
}

std::expected<void, ChainFault> check_signatures(const ledger::NetworkId& network,
                                                 const ledger::EpochRecord& epoch,
                                                 const EpochLink& link, const ledger::Seal& seal) {
  consensus::ValidatorSet set{{network.bytes}, {}};
  for (const ledger::EpochValidator& validator : epoch.validators.items)
    set.keys.push_back(validator.key);
  consensus::Certificate finalization;
  finalization.epoch = epoch.epoch;
  finalization.kind = consensus::VoteKind::finalize;
  finalization.view = {link.view};
  finalization.value = {
      {link.parent_view}, {seal.height.value}, crypto::hash_leaf(link.seal.value)};
  for (const LinkSignature& each : link.signatures.items)
    finalization.signatures.items.push_back({each.signer, each.signature});
  const auto held = consensus::verify_certificate(set, finalization);
  if (held) return {};
  if (held.error() == consensus::CertificateError::bad_signature) {
    return broken(ChainError::bad_signature,
                  fmt::format("a signature under the end of epoch {} does not hold", epoch.epoch));
  }
  return broken(ChainError::quorum_short,
                fmt::format("the end of epoch {} has the signatures of {} of its {} validators; {} "
                            "are needed",
                            epoch.epoch, link.signatures.items.size(),
                            epoch.validators.items.size(), epoch.quorum));
}

}  // namespace

EpochLink link_of(crypto::Bytes seal, const consensus::Certificate& finalization,
                  ledger::EpochRecord next) {
  crypto::check(finalization.kind == consensus::VoteKind::finalize &&
                    finalization.value.block == crypto::hash_leaf(seal),
                "the finalization is of the closing block");
  EpochLink link{{std::move(seal)},
                 finalization.view.value,
                 finalization.value.parent_view.value,
                 {},
                 std::move(next)};
  for (const consensus::SignerSignature& each : finalization.signatures.items)
    link.signatures.items.push_back({each.signer, each.signature});
  return link;
}

EpochChain::EpochChain(const ledger::Genesis& genesis, const Policy& policy)
    : network_(ledger::network_id(genesis)),
      origin_(genesis.origin),
      given_(policy),
      wanted_(without_urls(policy)),
      epoch_(ledger::governance_of(genesis).epoch),
      changes_(is_policys() ? std::optional<std::size_t>(0) : std::nullopt) {}

bool EpochChain::is_policys() const { return policy_of(network_, origin_, epoch_) == wanted_; }

std::expected<void, ChainFault> EpochChain::add(const EpochLink& link) {
  auto seal = check_link(epoch_, link);
  if (!seal) return std::unexpected(std::move(seal.error()));
  if (height_ && !(*height_ < seal->height))
    return broken(ChainError::bad_link, fmt::format("epoch {} ends before it began", epoch_.epoch));
  if (changes_) {
    if (auto held = check_signatures(network_, epoch_, link, *seal); !held) return held;
    if (const auto wrong = ledger::key_fault_of(link.next))
      return broken(ChainError::bad_link, fmt::format("epoch {}: {}", link.next.epoch, *wrong));
    ++*changes_;
  }
  height_ = seal->height;
  epoch_ = link.next;
  if (is_policys()) changes_ = 0;
  return {};
}

TrustedEpoch EpochChain::end() const {
  const bool goes_on = changes_.value_or(0) > 0;
  return {epoch_, goes_on ? policy_of(network_, origin_, epoch_) : given_, changes_.value_or(0)};
}

std::expected<TrustedEpoch, ChainFault> follow_epochs(const ledger::Genesis& genesis,
                                                      std::span<const EpochLink> links,
                                                      const Policy& policy) {
  EpochChain chain(genesis, policy);
  for (const EpochLink& link : links) {
    if (auto added = chain.add(link); !added) return std::unexpected(std::move(added.error()));
  }
  return chain.end();
}

}  // namespace centime::proof
