// Holds what each record of a bundle did against what it says, and against its accounts' heads.
//
// Part of verify_bundle; everything that comes in is in the log or the state already, and still not
// believed.
#pragma once

#include <map>
#include <optional>

#include "node/ledger/account.h"
#include "node/proof/path.h"
#include "node/proof/verify.h"

namespace centime::proof {

using ProvenRecords = std::map<ledger::EntryIndex, PathRecord>;
using ProvenAccounts = std::map<ledger::AccountIndex, ledger::Account>;

// Afterwards: every record moves money, in accounts of the fund, holder and currency that it names
// and by the amount that it states; spent units are in ascending, non-empty segments of a proven
// account, are spent there, and no two records share any; likewise units that came in.
std::optional<VerifyFault> check_effects(const ProvenRecords& records,
                                         const ProvenAccounts& accounts,
                                         ledger::EntryIndex donation);

// Follows the gift through its accounts, as ledger::trace_forward does, and finds every unit in an
// entry or unspent at the account's head. Requires what check_effects makes sure of. Refuses
// records and accounts that were not on the way.
std::expected<Path, VerifyFault> follow_gift(const ProvenRecords& records,
                                             const ProvenAccounts& accounts,
                                             ledger::EntryIndex donation);

}  // namespace centime::proof
