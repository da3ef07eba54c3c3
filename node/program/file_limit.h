// How many files and sockets the process may have open, and what a node does with them.
#pragma once

#include <cstddef>

#include "node/program/outcome.h"

namespace centime::program {

// Takes all that the system allows, which needs no rights: the soft limit becomes the hard one.
// Returns what is allowed then.
std::size_t raise_file_limit();

// What a node keeps for itself: 512 tables of its store (storage/tuning.cpp), 256 links and
// handshakes of other members, and 128 others, such as logs, and readers who are told that there
// are too many.
inline constexpr std::size_t files_kept = 512 + 256 + 128;

// Idle connections cost little, and few of them let a handful of strangers keep readers out; but
// the store must never be the one that finds none left.
struct ReaderConnections {
  std::size_t count = 0;
  bool few = false;  // A person should allow more.
};

// What is left for readers of so many files. Fails with too_few_files if that is next to nothing.
Expected<ReaderConnections> reader_connections(std::size_t files);

}  // namespace centime::program
