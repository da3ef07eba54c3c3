// The consensus safety state as rows of the store.
#pragma once

#include <expected>
#include <string>

#include "consensus/durable.h"
#include "node/storage/store.h"

namespace centime::runtime {

// The row that a network begins with: its genesis block is final.
storage::VoteRow genesis_row(const crypto::Digest& block, ledger::TimeMs time);

// The stored safety state, which must be that of the head: a store whose two parts disagree was put
// together from different times. The error is a word, a colon and a sentence.
std::expected<consensus::Durable, std::string> read_durable(const storage::Store& store);

}  // namespace centime::runtime
