// Does the store hold all that this validator ever signed? If not, signing on could contradict it.
//
// Each start is counted twice: in the store's safety state and in a small file beside the store,
//
//   DIR/instance    "centime-instance-v1 <32 hexadecimal digits> <number of starts>\n"
//
// which agree, but for " begun" after a start that a crash may have kept out of the store. The row
// says whose votes the store has. A store without it has never voted, however long it has followed,
// or was made anew after its predecessor was lost; only the others can tell. It can't notice a
// whole directory that was put back: what then shows is an own vote that others hold and the store
// does not (consensus::Alarm::unknown_own_vote).
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "crypto/bytes.h"
#include "node/runtime/epoch_seat.h"
#include "node/storage/store.h"

namespace centime::runtime {

struct Start {
  Past past{};
  std::string reason;     // A sentence, if votes may be missing.
  bool given_up = false;  // By forget_instance, and not by what was put back.
};

// Counts this start of the member's node if all is known, and else changes nothing. The error is
// unreadable_file or unwritable_file, a colon and a sentence.
std::expected<Start, std::string> count_start(const std::filesystem::path& directory,
                                              storage::Store& store, const ledger::MemberId& self);

// What may be missing has been learnt from the others, or there is nothing: from now on votes are
// counted on. Durable in the store when it returns.
std::expected<void, std::string> begin_instance(const std::filesystem::path& directory,
                                                storage::Store& store,
                                                const ledger::MemberId& self);

// The next start finds that votes may be missing. On the disk when it returns.
std::expected<void, std::string> forget_instance(const std::filesystem::path& directory);

// Makes the store one that no file `instance` ever agrees with: a copy, which is older than its
// node from the next vote on. Durable when it returns.
void disown(storage::Store& copy);

// True for the row that this file keeps among those of the safety state.
bool is_instance_row(crypto::BytesView key);

}  // namespace centime::runtime
