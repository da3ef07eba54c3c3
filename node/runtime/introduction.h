// Whom a node may dial that was away so long that its ledger knows none of the others' keys.
//
//   DIR/epochs   "centime-epochs-v1\n", and the canonical proof::EpochLink of each epoch's end from
//                the genesis' on, in base64, one a line
//
// Any node's answers may be kept there and nothing of them is believed: each end has to be signed
// by a quorum of the validators before it, and the first of these stand in the genesis. What the
// links need of it is the keys of those who vote now; all else the node learns from them, as ever.
// Once its own ledger has come as far, the file is of no use any more.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "node/ledger/entries.h"
#include "node/ledger/governance.h"
#include "node/proof/epoch_chain.h"

namespace centime::runtime {

// The validators of the epoch after the last end. The error is "bad_epochs: " and a sentence.
std::expected<ledger::EpochRecord, std::string> introduced(const ledger::Genesis& genesis,
                                                           std::span<const proof::EpochLink> ends);

// Checks the ends and keeps them, durable when it returns. What is kept already and leads further
// stays. Errors: bad_epochs, older_epochs, unwritable_file.
std::expected<ledger::EpochRecord, std::string> keep_introduction(
    const std::filesystem::path& directory, const ledger::Genesis& genesis,
    std::span<const proof::EpochLink> ends);

// What was kept, checked anew. Nothing if there is no file. Errors: bad_epochs.
std::expected<std::optional<ledger::EpochRecord>, std::string> read_introduction(
    const std::filesystem::path& directory, const ledger::Genesis& genesis);

}  // namespace centime::runtime
