// What a seed decides before anything happens: who takes part, who lies how, and what goes wrong.
//
// Options are drawn per seed ("swarm testing", Groce et al., 2012): a run without some fault goes
// where a run with all of them never gets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/engine.h"
#include "tests/simulator/event_queue.h"
#include "tests/simulator/signatures.h"

namespace centime::simulator {

// What a participant does, named by its sin.
enum class Role : std::uint8_t {
  honest,
  equivocator,  // Signs every value it sees, and nullifies and finalizes the same view.
  nuller,       // Nullifies every view at once, and finalizes it all the same.
  silent,       // Says nothing.
  amnesiac,     // Forgets its votes whenever it restarts, which it does often.
  forger,       // Makes up votes, certificates and accusations of others.
  withholder,   // Tells each peer only some of what it should.
  outdated,     // Says old things again.
  spammer,      // Sends far too much of what is allowed.
  twin,         // Runs twice with one key; each peer is heard by one, both or none.
  // In scenarios of their own only.
  boaster,     // Tells of blocks and epochs that nobody has, and gives none.
  unfinisher,  // Notarizes like everybody, and keeps back its FINALIZE and what it made of them.
  restored,    // Means well; once its disk is put back as it was before its last votes.
};
inline constexpr std::size_t roles = 13;
inline constexpr std::size_t common_roles = 10;  // All but the last three.
std::string_view word(Role role);

struct Scenario {
  std::uint64_t seed = 0;
  std::size_t participants = 4;  // Validators of every epoch, but for those that rotate.
  std::vector<Role> roles;
  bool beyond_bound = false;  // More liars than the quorum allows: no agreement is asked for.
  // Who hears which instance of a twin, by view from 1 and peer: bit 0 the first, bit 1 the second.
  // In later views everybody hears both. Empty: drawn anew every half-second.
  std::vector<std::vector<std::uint8_t>> heard_in_view;
  std::uint64_t leader_offset = 0;

  // Safety phase.
  Time safety{};
  std::uint64_t loss_percent = 0;
  std::uint64_t repeat_percent = 0;
  std::uint64_t partition_percent = 0;  // Of half-seconds in which links between two sides are cut.
  bool one_way_cuts = false;
  Time delay_min{};
  Time delay_max{};
  std::uint64_t crash_percent = 0;  // Per node and second.
  bool all_crash = false;           // Once, everybody at the same moment.
  bool wiped = false;               // One honest node loses its votes once, and rejoins.
  bool disk_lost = false;           // With them all that it had.

  // Always.
  Time disk_min{};
  Time disk_max{};
  std::int64_t drift_ppm_max = 0;      // Of a node's ticks.
  std::int64_t wall_clock_off_ms = 0;  // At most, either way.
  std::size_t submissions = 0;         // During the safety phase.
  std::size_t closings = 0;            // Of them, those that end an epoch.
  std::size_t submissions_per_block = 4;
  // Bytes that a node sends to all others each millisecond; 0: lines take no time. And those that a
  // submission counts there, and in a block.
  std::uint64_t line_bytes_each_ms = 0;
  std::size_t submission_bytes = 0;
  // Not 0: so many vote in each epoch, others each time, and behind them all are who never vote.
  // Who has no vote any more does not come back.
  std::size_t handover = 0;
  bool last_away = false;  // The last participant, who is honest, stops early and heals last.
  consensus::Timing timing;
  bool ingress = false;  // Nodes say from whom submissions seem to come, so idle leaders give way.

  // Liveness phase.
  std::chrono::seconds recovery_max{240};  // All that was submitted is final by then.
  std::size_t stay_dead = 0;  // Honest nodes that never come back, at most what a quorum allows.

  // What is agreed on, and how it is signed.
  bool ledger = false;            // Records, not numbers.
  std::size_t ledger_steps = 0;   // Of the history that the records are taken from.
  std::size_t validators = 0;     // Of the genesis: the first participants.
  std::size_t council_steps = 0;  // Matters that members decide: who is one, who votes, keys.
  Signing signing = Signing::cheap;

  std::size_t liars() const;
  // Whether nodes begin with stores that hold nothing, and a newcomer counts for no liar. Who comes
  // late to an epoch's first view rejoins, and is one too many where others are faulty: then the
  // stores of the genesis' validators are known to hold all from the start.
  bool begins_with_nothing() const { return ledger && liars() == 0 && !wiped && stay_dead == 0; }
  crypto::PublicKey key_of(std::size_t participant) const {
    return simulator::key_of(participant, signing);
  }
};

// Every draw follows from the seed. `participants`, if given, is not drawn.
Scenario draw_scenario(std::uint64_t seed, std::optional<std::size_t> participants = {});

// As draw_scenario, with slow lines and large submissions: all that waits takes longer to send than
// any view lasts, a single one does not.
Scenario draw_thin(std::uint64_t seed, std::optional<std::size_t> participants = {});

// Twins of a network of four, in all ways: one validator runs twice with one key, and in each of
// the first two views each of the three others hears the first, the second, both or none of the
// two; whoever leads. Nothing else goes wrong. Requires number < twin_cases.
inline constexpr std::uint64_t twin_cases = 4 * 64 * 64;
Scenario twin_case(std::uint64_t number);

// All who vote leave, and with them all whom one that is away knows to vote: it must learn what was
// decided from whoever is there, also where some of them lie.
Scenario draw_handover(std::uint64_t seed);

// Four of whom one finalizes nothing and one is away: what is notarized becomes final late.
Scenario draw_unfinished(std::uint64_t seed);

// One node's disk is put back, which it can't notice by itself: the others' messages tell it.
Scenario draw_restored(std::uint64_t seed);

// More twins than agreement is promised for: a fork is allowed, but not without proof.
Scenario draw_beyond(std::uint64_t seed);

// As draw_scenario, on records; one in eight with real signatures.
Scenario draw_ledger(std::uint64_t seed, std::optional<std::size_t> participants = {});

// Nothing goes wrong; 200 lone submissions in 20 s, to count what a block costs.
Scenario cost_case(std::size_t participants);

// The validators of an epoch, by participant, in leader order. They rotate with the epoch.
std::vector<std::size_t> validators_of(const Scenario& scenario, std::uint64_t epoch);

// One line for a person.
std::string describe(const Scenario& scenario);

}  // namespace centime::simulator
