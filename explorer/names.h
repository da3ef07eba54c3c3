// The titles of members, funds and channels as they stand in a sentence.
//
// Text of the ledger is anybody's: direction marks are taken out of it, and text that may run from
// right to left is isolated, so that it can't rearrange the sentence around it (Unicode UAX 9).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "node/storage/snapshot.h"

namespace centime::explorer {

// The text made safe for the inside of a sentence; still to be escaped.
std::string in_sentence(std::string_view text);

// Looks titles up once. The snapshot must outlive it; one thread.
class Names {
 public:
  explicit Names(const storage::Snapshot& snapshot) : snapshot_(snapshot) {}

  // The title, or the id of what is not there.
  const std::string& member(const ledger::MemberId& id);
  const std::string& fund(const ledger::FundId& id);
  std::string channel(const ledger::ChannelId& id) const;  // The company behind it.

  const storage::Snapshot& snapshot() const { return snapshot_; }

 private:
  const storage::Snapshot& snapshot_;
  std::map<ledger::MemberId, std::string> members_;
  std::map<ledger::FundId, std::string> funds_;
};

// "3f2a9c1b04d7e655…": the beginning of an id, as many digits as a search needs.
std::string short_id(const ledger::RecordId& id);

}  // namespace centime::explorer
