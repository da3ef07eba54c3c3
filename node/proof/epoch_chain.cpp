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
  if (const auto wrong = ledger::fault_of(link.next)) {
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

std::expected<TrustedEpoch, ChainFault> follow_epochs(const ledger::Genesis& genesis,
                                                      std::span<const EpochLink> links,
                                                      const Policy& policy) {
  const ledger::NetworkId network = ledger::network_id(genesis);
  const Policy wanted = without_urls(policy);
  TrustedEpoch trusted{ledger::governance_of(genesis).epoch, policy, 0};
  std::vector<std::pair<ledger::EpochRecord, ledger::Seal>> ends;
  std::optional<std::size_t> from;  // The link by which the policy's epoch ends.
  for (std::size_t i = 0;; ++i) {
    if (policy_of(network, genesis.origin, trusted.epoch) == wanted) from = i;
    if (i == links.size()) break;
    auto seal = check_link(trusted.epoch, links[i]);
    if (!seal) return std::unexpected(std::move(seal.error()));
    if (!ends.empty() && !(ends.back().second.height < seal->height)) {
      return broken(ChainError::bad_link,
                    fmt::format("epoch {} ends before it began", trusted.epoch.epoch));
    }
    ends.emplace_back(std::move(trusted.epoch), std::move(*seal));
    trusted.epoch = links[i].next;
  }
  if (!from) return trusted;
  for (std::size_t i = *from; i < links.size(); ++i) {
    if (auto held = check_signatures(network, ends[i].first, links[i], ends[i].second); !held)
      return std::unexpected(std::move(held.error()));
  }
  trusted.changes = links.size() - *from;
  if (trusted.changes > 0) trusted.policy = policy_of(network, genesis.origin, trusted.epoch);
  return trusted;
}

}  // namespace centime::proof
