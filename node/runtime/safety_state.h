// The consensus safety state as rows of the store.
#pragma once

#include <expected>
#include <string>

#include "consensus/engine.h"
#include "node/storage/store.h"

namespace centime::runtime {

// The row that says which block was final last; written in the same batch as the block.
storage::VoteRow finalized_row(const consensus::Finalized& fin);

// The stored safety state, which must be that of the head: a store whose two parts disagree was put
// together from different times. The error is a word, a colon and a sentence.
std::expected<consensus::Finalized, std::string> read_finalized(const storage::Store& store);

}  // namespace centime::runtime
