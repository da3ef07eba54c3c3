// Finds the record that a cell names: by its id, or by the reference its author gave it.
//
// A record of the file itself is found without asking anybody, since a record's id follows from its
// content. Others are asked of the node once each.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <unordered_map>

#include "node/ledger/records.h"
#include "node/program/node_client.h"

namespace centime::program {

// What is said of a row that names another of the file, "author/reference", that is refused.
std::string refused_itself(const std::string& key, std::uint64_t line);

struct FoundRecord {
  ledger::RecordId id;
  std::optional<ledger::Currency> currency;  // Of the money it moves; nothing if it moves none.
  std::uint64_t line = 0;                    // In the file; 0 for one that only the ledger has.
};

class RecordFinder {
 public:
  explicit RecordFinder(NodeClient& node) : node_(node) {}  // Must outlive the finder.

  // Makes a row of the file known to the rows after it. The first with a reference counts.
  void add(const ledger::MemberId& author, const ledger::Reference& reference,
           const FoundRecord& record);

  // Remembers a row that can't be recorded, for the rows after it that name it.
  void add_refused(const ledger::MemberId& author, const std::string& reference,
                   std::uint64_t line);

  // The first row with this id that was added; null if there is none. Until the next add.
  const FoundRecord* in_file(const ledger::RecordId& id) const;

  // `name` is a record id, a reference of `author`, or AUTHOR/REFERENCE, tried in this order.
  // Fails with unknown_record, or as the node does.
  Expected<FoundRecord> find(const ledger::MemberId& author, const std::string& name);

 private:
  using Answer = std::optional<FoundRecord>;

  Expected<Answer> by_id(const std::string& hex);
  Expected<Answer> by_reference(const std::string& author, const std::string& reference);
  Expected<Answer> ask_for_reference(const std::string& author, const std::string& reference);

  NodeClient& node_;
  std::unordered_map<std::string, FoundRecord> in_file_;    // By "author/reference".
  std::unordered_map<std::string, FoundRecord> by_hex_;     // Of the file.
  std::unordered_map<std::string, Answer> asked_;           // By id or "author/reference".
  std::unordered_map<std::string, std::uint64_t> refused_;  // Lines, by "author/reference".
};

}  // namespace centime::program
