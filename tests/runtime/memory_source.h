// A log held in memory, for reading as an audit does and for changing before.
#pragma once

#include <string>
#include <vector>

#include "node/runtime/audit.h"

namespace centime::test {

class MemorySource final : public runtime::EntrySource {
 public:
  std::vector<crypto::Bytes> entries;
  std::uint64_t given = 0;  // By read(), to be asked after it.
  std::string error;        // Not empty: reading fails with it, after the last entry.

  std::uint64_t size() const override { return entries.size(); }
  bool read(const std::function<bool(crypto::BytesView)>& visit, std::string& why) override {
    for (const crypto::Bytes& entry : entries) {
      ++given;
      if (!visit(entry)) return true;
    }
    why = error;
    return error.empty();
  }
  crypto::Bytes entry(ledger::EntryIndex index) override { return entries.at(index.value); }
};

}  // namespace centime::test
