// Whose approval an open proposal still wants: the rule that decides it, and what readers are told.
//
// A quorum of the validators of now approves everything. A new NGO wants an auditor too; a change
// of the validators every one that it adds, and a quorum of those that it leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "node/ledger/governance.h"
#include "node/ledger/state_view.h"

namespace centime::ledger {

// One approval may be what more than one of these want.
struct WantedApprovals {
  std::uint32_t validators = 0;       // So many more of the epoch's.
  bool auditor = false;               // Any one.
  std::vector<MemberId> added;        // Each of those that would vote and have not yet approved.
  std::uint32_t next_validators = 0;  // So many more of the proposed ones.

  bool none() const { return validators == 0 && !auditor && added.empty() && next_validators == 0; }
};

// Requires that `body` is the proposal's, of a kind that is proposed (governance_records.h). The
// state tells who is an auditor; `governance` may be ahead of it.
WantedApprovals wanted_approvals(const Governance& governance, const StateView& state,
                                 const OpenProposal& proposal, const RecordBody& body);

}  // namespace centime::ledger
