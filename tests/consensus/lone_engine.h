// One engine, whose peers are the test itself.
#pragma once

#include <memory>
#include <utility>

#include "tests/consensus/samples.h"

namespace centime::consensus::test {

using Disk = std::map<crypto::Bytes, crypto::Bytes>;

inline Disk genesis_disk() { return {first_row(genesis_row())}; }

inline Durable read_disk(const Disk& disk) {
  const std::vector<Row> rows(disk.begin(), disk.end());
  auto durable = read_rows(rows);
  crypto::check(durable.has_value(), "readable rows");
  return std::move(*durable);
}

inline void write(const Step& step, Disk& disk) {
  for (const Row& row : step.rows) {
    if (row.second.empty()) {
      disk.erase(row.first);
    } else {
      disk[row.first] = row.second;
    }
  }
}

class LoneEngine {
 public:
  explicit LoneEngine(std::uint16_t self, std::uint16_t validators = 4,
                      const Disk& disk_in = genesis_disk())
      : LoneEngine(options_for(validators, self), disk_in) {}
  explicit LoneEngine(EngineOptions options, const Disk& disk_in = genesis_disk())
      : engine(std::move(options), read_disk(disk_in)), disk(disk_in) {
    started = keep(engine.start(now()));
  }

  Step give(PeerIndex from, Message message) {
    return keep(engine.step(now(), Received{from, std::move(message)}));
  }
  Step give(Input input) { return keep(engine.step(now(), std::move(input))); }
  // Lets time pass, ticking as often as the engine asks for.
  Step wait(std::int64_t ms) {
    const std::int64_t until = time + ms;
    Step all_of_it;
    while (time < until) {
      const std::int64_t next = last.next_tick ? last.next_tick->count() : until;
      time = std::min(until, std::max(next, time + 1));
      Step step = give(Tick{});
      for (Row& row : step.rows) all_of_it.rows.push_back(std::move(row));
      for (Effect& effect : step.effects) all_of_it.effects.push_back(std::move(effect));
    }
    return all_of_it;
  }
  // Executes what is asked for, and what is asked for after that.
  Step execute(Step step, BlockVerdict verdict = BlockVerdict::valid) {
    Step all_of_it = std::move(step);
    for (std::size_t i = 0; i < all_of_it.effects.size(); ++i) {
      const auto* execute = std::get_if<Execute>(&all_of_it.effects[i]);
      if (!execute) continue;
      Step next = give(Executed{execute->block->hash, verdict});
      for (Effect& effect : next.effects) all_of_it.effects.push_back(std::move(effect));
    }
    return all_of_it;
  }

  // As validator `signer`, on its own channel.
  Step vote(std::uint16_t signer, VoteKind kind, View view, const Value& value = {}) {
    return give(signer, signed_vote(kind, view, value, signer));
  }
  Step certificate(VoteKind kind, View view, const Value& value = {},
                   const std::vector<std::uint16_t>& signers = {0, 1, 2}) {
    return give(signers.back(), certificate_of(kind, view, value, signers));
  }
  // From the leader's channel.
  Step propose(View view, const Value& value, const std::optional<Block>& block,
               std::vector<Certificate> justification = {}) {
    const std::uint16_t leader = engine.leader(view);
    return give(leader, Proposal{signed_vote(VoteKind::notarize, view, value, leader),
                                 block,
                                 {std::move(justification)}});
  }

  Now now() const { return {Millis{time}, 1'000'000 + static_cast<std::uint64_t>(time)}; }

  Engine engine;
  std::int64_t time = 1'000;
  Step last;
  Step started;
  Disk disk;  // Everything is synced at once.

 private:
  Step keep(Step step) {
    write(step, disk);
    const std::uint64_t batch = step.batch;
    last = step;
    if (batch > synced_) {
      synced_ = batch;
      const Step after = engine.step(now(), Synced{batch});
      last.next_tick = after.next_tick;
    }
    return step;
  }

  std::uint64_t synced_ = 0;
};

}  // namespace centime::consensus::test
