// Asks a state view everything it can be asked about a log, to compare one view with another.
#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/ledger/state_view.h"

namespace centime::test {

class StateProbe {
 public:
  // Takes the names in these log entries as things to ask about. Also asks about names that no log
  // holds.
  void learn(std::span<const crypto::Bytes> entries);

  // Every answer of the view, one line each, in an order that depends on the names alone.
  std::vector<std::string> ask(const ledger::StateView& view) const;

  // The first line in which two views differ, or nothing.
  std::string difference(const ledger::StateView& left, const ledger::StateView& right) const;

 private:
  std::set<ledger::MemberId> members_{{"nobody"}};
  std::set<ledger::FundId> funds_{{"no-such-fund"}};
  std::set<ledger::ChannelId> channels_{{"no-such-channel"}};
  std::set<ledger::Currency> currencies_;
  std::set<std::pair<ledger::MemberId, ledger::Reference>> references_;
  std::set<ledger::RecordId> ids_{ledger::RecordId{}};
};

}  // namespace centime::test
