// A person's word that a stopped node's store has all that the node ever signed.
//
// For the only validator of a network, whose store was put back or made anew and who has nobody to
// ask. Wrong, it makes the node sign a second history: so it is of one height, and never taken
// where others vote, who know better.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "node/ledger/entries.h"
#include "node/ledger/ids.h"

namespace centime::runtime {

// From its next start the member's node signs what follows the block of this height. On the disk
// when it returns. The error is a word, a colon and a sentence; `height_differs` if the store's
// last block is another, `not_permitted` unless the member alone votes.
std::expected<void, std::string> accept_store(const std::filesystem::path& directory,
                                              const ledger::MemberId& self, ledger::Height height);

}  // namespace centime::runtime
