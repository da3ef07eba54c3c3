// Watches everything that happens and says what must never: the invariants S1 to S25.
//
// It counts, checks signatures and compares values by its own arithmetic and calls none of the
// engine's functions, so that no fault is shared. What is checked where:
//   S1   no two final blocks of one height                              committed
//   S2   never both finalization and nullification of a view            spoken
//   S3   one notarized value per view                                   spoken
//   S4   finalized values are notarized                                 spoken
//   S5   a finalized value's parent is certified, views between skipped spoken
//   S6   final chains: consecutive, no submission twice, no empty block committed
//   S7   every vote is durable before it is sent                        spoken
//   S8   an honest validator never contradicts itself, in all its runs  spoken
//   S9   a view that was left has a certificate on an honest disk       holes
//   S10  whoever notarizes or finalizes a block has it on its disk      spoken
//   S11  bounded memory                                                 Node
//   S12  what was submitted becomes final once the network heals        Simulation
//   S13  nothing happens when there is nothing to do                    Simulation
//   S14  only liars are accused, honest engines raise no alarm          accused, alarmed
//   S15  states are equal, byte for byte                                committed
//   S16  the same seed gives the same trace                             the tests
//   S17  no vote of an epoch after its end                              Node
//   S18  the ledger's laws hold, and its log says the same when read anew Simulation
//   S19  who votes next is what the records of final blocks say         committed, entered
//   S20  every final block is certified, from the genesis' validators on certified
//   S21  what becomes final together is short enough to be sent together  runs
//   S22  with an alarm on its disk nobody votes                         alarm_kept
//   S23  who lost its votes has them counted again, also at rest        Simulation
//   S24  a block is executed or built on one that is final or valid     Node
//   S25  the honest send nothing for which a node cuts a link           Node
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/disk.h"
#include "tests/simulator/payload.h"
#include "tests/simulator/scenario.h"

namespace centime::simulator {

// What was broken, for a person. Thrown, and caught by whoever runs a seed.
struct Violation {
  std::string invariant;
  std::string what;
};

class Oracle {
 public:
  Oracle(const Scenario& scenario, const PayloadKind& kind);

  // A validator lets a vote of its own leave. `disk`: of an honest one, else null.
  void spoken(std::size_t participant, const consensus::Vote& vote, const Disk* disk);
  // An honest node has made these blocks final, on a chain of that many blocks.
  void committed(std::size_t participant, const consensus::Commit& commit, std::size_t chain,
                 const crypto::Digest& state);
  // A node, honest or not, is in this epoch now, with these validators and keys, on this chain.
  void entered(std::size_t participant, std::uint64_t epoch, const std::vector<Seat>& seats,
               const std::vector<consensus::BlockPtr>& chain);
  // A stranger who knows the genesis' validators alone follows the chain of an honest disk.
  void certified(std::size_t participant, const std::vector<FinalBlock>& chain) const;
  void accused(std::size_t participant, std::uint64_t epoch, const consensus::Evidence& evidence);
  void alarmed(std::size_t participant, consensus::Alarm alarm);
  // A vote of an honest node leaves.
  void alarm_kept(std::size_t participant, const Disk& disk) const;
  // `disks`: of all honest nodes that never lost anything synced, in the end.
  void runs(const std::vector<const Disk*>& disks) const;
  // `disks`: of all honest nodes that never lost anything synced.
  void holes(const std::vector<const Disk*>& disks);

  // In leader order. Of an epoch that somebody has entered.
  const std::vector<Seat>& validators(std::uint64_t epoch) const;
  const Electorate& electorate() const { return *electorate_; }
  bool votes_last(std::size_t participant) const {  // In the last epoch that has begun.
    return seat_of(participant, validators_.size() - 1) != nullptr;
  }
  std::size_t height() const { return chain_.size(); }
  std::size_t accusations() const { return guilty_.size(); }
  bool forked() const { return forked_; }
  std::uint64_t given_up() const { return given_up_; }  // Views, by each honest validator.

 private:
  struct ViewKey {
    std::uint64_t epoch = 0;
    std::uint64_t view = 0;
    auto operator<=>(const ViewKey&) const = default;
  };
  using Signers = std::set<std::size_t>;
  struct Spoken {
    std::map<consensus::Value, Signers> notarized;
    std::map<consensus::Value, Signers> finalized;
    Signers nullified;
  };
  struct Own {
    std::optional<consensus::Value> notarized;
    std::optional<consensus::Value> finalized;
    bool nullified = false;
  };

  std::size_t quorum(std::uint64_t epoch) const;
  const Seat* seat_of(std::size_t participant, std::uint64_t epoch) const;
  void see(const consensus::Block& block);
  std::set<std::size_t> signers_of(const consensus::Certificate& certificate,
                                   const std::vector<Seat>& validators) const;
  void check_own(std::size_t participant, const consensus::Vote& vote);
  void check_durable(std::size_t participant, const consensus::Vote& vote, const Disk& disk);
  void check_view(const ViewKey& key);
  void check_justified(const ViewKey& key, const consensus::Value& value);
  bool nullified(const ViewKey& key) const;
  [[noreturn]] void violated(std::string invariant, std::string what) const;
  // As violated, unless more lie than agreement is promised for.
  void fork(std::string invariant, std::string what);

  const Scenario& scenario_;
  const PayloadKind& kind_;
  std::unique_ptr<Electorate> electorate_;
  std::vector<std::vector<Seat>> validators_;  // By epoch.
  std::vector<crypto::Digest> seen_;           // Final somewhere, also at a liar's.
  std::map<ViewKey, Spoken> spoken_;
  std::map<std::pair<std::size_t, ViewKey>, Own> own_;
  std::vector<crypto::Digest> chain_;
  std::vector<crypto::Digest> states_;
  std::set<std::uint64_t> included_;
  std::set<std::size_t> guilty_;
  bool forked_ = false;
  std::uint64_t given_up_ = 0;
};

}  // namespace centime::simulator
