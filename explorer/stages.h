// The stages of a gift in words: what has not happened yet, then what has, newest first.
//
// Pure: words from a summary that node/proof computed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explorer/catalogue.h"
#include "explorer/names.h"
#include "node/proof/summary.h"

namespace centime::explorer {

enum class StageMood : std::uint8_t {
  waiting,  // Has not happened.
  done,
  trouble,  // A dispute, a return, a refund, a doubt, another amount than was sent.
};

// The record that a statement is about.
struct StageSubject {
  std::string text;  // What it did, and the amount of it.
  ledger::RecordId id;
  bool donation = false;  // It is the gift itself.
};

struct StageWords {
  StageMood mood{};
  std::string title;
  bool undone = false;              // What it says was taken back in full.
  std::optional<ledger::Date> day;  // That the record states; attestations and evidence state none.
  std::vector<std::string> lines;
  std::string quote;                   // Words of the ledger as they are, or empty.
  std::optional<ledger::RecordId> id;  // Of the record that says so.
  ledger::EntryIndex entry;            // Of the same; nothing of what is awaited.
  std::optional<StageSubject> about;   // Of a statement.
  bool donation = false;               // That record is the gift itself.
  bool settled = false;                // Trouble that what was stated later has ended.
};

std::vector<StageWords> stages_of(const Catalogue& words, Names& names,
                                  const proof::Summary& summary);

}  // namespace centime::explorer
