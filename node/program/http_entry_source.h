// The log's entries as any node serves them: the entry bundles of its tiles, up to a checkpoint.
//
// Trusts none of them: the audit that reads them recomputes the root. Source: C2SP tlog-tiles.
#pragma once

#include "node/program/entry_spool.h"
#include "node/program/node_client.h"
#include "node/runtime/audit.h"

namespace centime::program {

class HttpEntrySource final : public runtime::EntrySource {
 public:
  // Reads the node's checkpoint, which says how many entries there are.
  static Expected<std::unique_ptr<HttpEntrySource>> open(const std::string& url);

  const std::string& checkpoint() const { return checkpoint_; }  // Signed note; not verified.

  std::uint64_t size() const override { return size_; }
  bool read(const std::function<bool(crypto::BytesView)>& visit, std::string& error) override;
  crypto::Bytes entry(ledger::EntryIndex index) override { return spool_.entry(index.value); }

 private:
  HttpEntrySource(NodeClient client, std::string checkpoint, std::uint64_t size, EntrySpool spool)
      : client_(std::move(client)),
        checkpoint_(std::move(checkpoint)),
        size_(size),
        spool_(std::move(spool)) {}

  NodeClient client_;  // Of the reading thread.
  std::string checkpoint_;
  std::uint64_t size_;
  EntrySpool spool_;
};

}  // namespace centime::program
