// One seed's run of a whole network, in one thread and virtual time.
//
// Two phases. Safety: whatever the scenario's faults are may happen, and nothing has to get better.
// Then the network heals and a random quorum of honest nodes is running for good, the others
// perhaps never again, liars going on as ever: now all that was submitted has to become final in
// bounded time, nothing more happens when nothing is left to do, and a lone submission wakes all up
// again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "tests/simulator/council.h"
#include "tests/simulator/lines.h"
#include "tests/simulator/node.h"

namespace centime::simulator {

// Until the network heals.
struct Spent {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checks = 0;  // Of signatures.
  std::size_t blocks = 0;
};

struct Result {
  Spent spent;
  bool held = true;
  std::string invariant;  // That broke, and how and when.
  std::string what;
  Time at{};
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  std::size_t height = 0;
  std::uint64_t epochs = 0;
  std::size_t accusations = 0;
  bool forked = false;
  std::size_t forks = 0;  // Over several runs.
  Time healed_after{};    // From the healing until everything was final.
};

class Simulation final : public World {
 public:
  Simulation(Scenario scenario, bool print);

  // Once.
  Result run();

  const Scenario& scenario() const override { return scenario_; }
  EventQueue& queue() override { return queue_; }
  const PayloadKind& kind() const override { return *kind_; }
  Oracle& oracle() override { return oracle_; }
  Trace& trace() override { return trace_; }
  void carry(const Node& from, std::size_t to, const MessagePtr& message) override;
  void carry(const Node& from, std::size_t to, SubmissionId submission) override;
  void count_check() override { ++spent_.checks; }
  bool strikes(Node& node) override;

 private:
  void safety_phase();
  void liveness_phase();
  void idle_phase();
  void remake_phase();
  void lone_phase();
  void check_payloads();
  void every(Time period, std::function<void()> action);
  void run_until(Time until);

  void strike();
  void restart_later(Node& node);
  void crash_all();
  void wipe_one();
  bool may_lose_disk(const Node& node) const;
  void hold_council();
  const MemberBook& book() const;
  void start(Node& node);
  std::optional<std::string> chain_fault(const Node& node) const;
  void redraw_links();
  std::uint64_t handed_over_to() const;
  void heal();
  void submit_all();
  void check_holes();
  bool all_final() const;
  std::string why_not_final() const;
  std::vector<const Node*> core() const;

  // Instances of a participant that hear what comes from there, once or more often, or not.
  template <class Give>
  void deliver(const Node& from, std::size_t to, const Give& give, std::uint64_t what,
               const Lines::Sending& sending);
  template <class Give>
  void arrive(const Node& from, Node& to, const Give& give, std::uint64_t what);
  Lines::Sending on_the_line(const consensus::Message& message) const;
  bool routed(const Node& from, const Node& to) const;
  Time delay();

  Scenario scenario_;
  std::unique_ptr<PayloadKind> kind_;
  LedgerKind* ledger_ = nullptr;  // The same, if it is of records.
  std::unique_ptr<Council> council_;
  Trace trace_;
  EventQueue queue_;
  std::optional<Lines> lines_;  // If they are slow.
  Oracle oracle_;
  Random network_;
  Random faults_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<bool> joined_;       // Participants whose nodes may run.
  std::vector<std::size_t> core_;  // Participants that must get there.

  bool healed_ = false;
  bool stopped_ = false;  // No more periodic faults.
  std::vector<bool> side_;
  bool cut_ = false;
  std::vector<std::uint8_t> heard_;  // Of a twin by a peer: bit 0 the first, bit 1 the second.
  std::uint64_t messages_ = 0;
  // The message carried last: one is mostly told to everybody.
  struct Carried {
    MessagePtr message;
    std::size_t bytes = 0;
    std::uint64_t sum = 0;
  };
  Carried carried_;
  crypto::Bytes encoded_;  // Kept for its room.
  std::uint64_t carried_other_than_status_ = 0;
  Time healed_after_{};
  Spent spent_;
  Spent spent_before_healing_;
};

}  // namespace centime::simulator
