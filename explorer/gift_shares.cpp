#include "explorer/gift_shares.h"

#include <map>

namespace centime::explorer {
namespace {

using ledger::EntryIndex;
using proof::HandOver;

ShareKind held_kind(const api::DonationTrace& trace, const proof::Leaf& leaf,
                    const std::map<EntryIndex, HandOver>& hand_overs) {
  const auto sent = hand_overs.find(trace.path.trace.pieces[leaf.piece].arrived_by);
  if (sent == hand_overs.end() || sent->second == HandOver::acknowledged) return ShareKind::held;
  return sent->second == HandOver::disputed ? ShareKind::disputed : ShareKind::underway;
}

ShareKind kind_of(const api::DonationTrace& trace, const proof::Leaf& leaf,
                  const std::map<EntryIndex, HandOver>& hand_overs) {
  switch (leaf.kind) {
    case proof::LeafKind::held:
      return held_kind(trace, leaf, hand_overs);
    case proof::LeafKind::refunded:
      return ShareKind::refunded;
    case proof::LeafKind::rounded:
      return ShareKind::rounded;
    case proof::LeafKind::spent:
      break;
  }
  const auto& body = trace.path.record(leaf.entry).entry.authored.record.body;
  const auto* expenditure = std::get_if<ledger::Expenditure>(&body);
  return expenditure && ledger::is_fee(expenditure->category) ? ShareKind::fees : ShareKind::spent;
}

}  // namespace

std::vector<ShareKind> share_kinds(const api::DonationTrace& trace) {
  std::map<EntryIndex, HandOver> hand_overs;
  for (const auto& step : trace.summary.steps)
    if (step.kind == proof::StepKind::sent) hand_overs.emplace(step.entry, step.hand_over);
  std::vector<ShareKind> kinds;
  for (const auto& leaf : trace.leaves) kinds.push_back(kind_of(trace, leaf, hand_overs));
  return kinds;
}

std::vector<Share> gift_shares(const api::DonationTrace& trace) {
  const auto kinds = share_kinds(trace);
  struct Sum {
    std::uint64_t given = 0;
    std::map<ledger::Currency, std::uint64_t> elsewhere;
  };
  std::map<std::pair<ShareKind, ledger::MemberId>, Sum> sums;
  for (std::size_t i = 0; i < trace.leaves.size(); ++i) {
    const auto& leaf = trace.leaves[i];
    const auto& account = trace.path.accounts.at(leaf.account);
    const bool held = leaf.kind == proof::LeafKind::held;
    auto& sum = sums[{kinds[i], held ? account.holder : ledger::MemberId{}}];
    sum.given += leaf.given;
    if (held && account.currency != trace.summary.gift.currency)
      sum.elsewhere[account.currency] += leaf.units.size();
  }

  std::vector<Share> shares;
  for (const auto& [key, sum] : sums) {
    auto& share = shares.emplace_back(Share{key.first, key.second, sum.given, {}});
    for (const auto& [currency, units] : sum.elsewhere)
      share.elsewhere.push_back({{units}, currency});
  }
  return shares;
}

}  // namespace centime::explorer
