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

// What a proof tells of it: statements move no money. The script that holds a page against its
// proof expects the money of such rows to be listed alike.
ShareKind provable_kind(ShareKind kind) {
  return kind == ShareKind::underway || kind == ShareKind::disputed ? ShareKind::held : kind;
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
    std::map<ledger::Currency, std::uint64_t> units;
  };
  std::map<std::pair<ShareKind, ledger::MemberId>, Sum> sums;
  std::map<std::pair<ShareKind, ledger::MemberId>, Sum> provable;
  for (std::size_t i = 0; i < trace.leaves.size(); ++i) {
    const auto& leaf = trace.leaves[i];
    const auto& account = trace.path.accounts.at(leaf.account);
    const auto holder = leaf.kind == proof::LeafKind::held ? account.holder : ledger::MemberId{};
    for (auto* sum : {&sums[{kinds[i], holder}], &provable[{provable_kind(kinds[i]), holder}]}) {
      sum->given += leaf.given;
      sum->units[account.currency] += leaf.units.size();
    }
  }

  std::vector<Share> shares;
  for (const auto& [key, sum] : sums) {
    auto& share = shares.emplace_back(Share{key.first, key.second, sum.given, {}});
    const auto& all = provable.at({provable_kind(key.first), key.second});
    const auto same = all.units.find(trace.summary.gift.currency);
    if (same != all.units.end() && same->second == all.given) continue;
    for (const auto& [currency, units] : sum.units) share.money.push_back({{units}, currency});
  }
  return shares;
}

}  // namespace centime::explorer
