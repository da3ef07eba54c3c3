#include "node/ledger/approvals.h"

#include <algorithm>

namespace centime::ledger {
namespace {

// How many of the members have not approved of `needed` that have to.
std::uint32_t missing(std::uint32_t needed, std::ptrdiff_t approved) {
  return needed - std::min(needed, static_cast<std::uint32_t>(approved));
}

}  // namespace

WantedApprovals wanted_approvals(const Governance& governance, const StateView& state,
                                 const OpenProposal& proposal, const RecordBody& body) {
  const auto& approvals = proposal.approvals.items;
  const auto votes_now = [&](const MemberId& member) {
    return validator_index(governance.epoch, member).has_value();
  };
  const auto has_approved = [&](const MemberId& member) {
    return std::ranges::find(approvals, member) != approvals.end();
  };
  WantedApprovals wanted;
  wanted.validators = missing(governance.epoch.quorum, std::ranges::count_if(approvals, votes_now));
  if (const auto* joining = std::get_if<MemberProposal>(&body)) {
    wanted.auditor =
        joining->role == Role::ngo && std::ranges::none_of(approvals, [&](const MemberId& member) {
          return state.member(member)->role == Role::auditor;
        });
  } else if (const auto* change = std::get_if<ValidatorChange>(&body)) {
    const auto& after = change->validators.items;
    for (const MemberId& member : after) {
      if (!votes_now(member) && !has_approved(member)) wanted.added.push_back(member);
    }
    wanted.next_validators =
        missing(quorum_of(after.size()), std::ranges::count_if(after, has_approved));
  }
  return wanted;
}

}  // namespace centime::ledger
