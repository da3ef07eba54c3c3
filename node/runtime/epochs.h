// The epochs of a log: who voted when, and the proof that each followed from the one before.
#pragma once

#include <vector>

#include "node/proof/epoch_chain.h"
#include "node/storage/snapshot.h"

namespace centime::runtime {

// Who agreed on the last block. At a closing block that is not who votes next.
ledger::EpochRecord sealing_epoch(const storage::Snapshot& snapshot);

// The end of each epoch before the one of the last block, from epoch 0. A store whose blocks came
// without their certificates (rebuilt from a bare log) ends earlier.
std::vector<proof::EpochLink> epoch_links(const storage::Snapshot& snapshot);

// The signed end of this epoch; nothing if it goes on, or its certificate is not here.
std::optional<proof::EpochLink> epoch_link(const storage::Snapshot& snapshot, std::uint64_t epoch);

}  // namespace centime::runtime
