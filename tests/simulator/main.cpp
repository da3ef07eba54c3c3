// centime-sim: runs seeds of the whole-network simulator; exit 0 only if every one held.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "consensus/mutation.h"
#include "tests/simulator/message_text.h"
#include "tests/simulator/simulation.h"

// Of tests/fuzz/fuzz_step.cpp; stops the program at whatever must not be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace centime::simulator;

// The seed that is running, for when the engine itself stops the program.
std::uint64_t running_seed = 0;
std::string running_mutant;

extern "C" void stopped(int) {
  fmt::print("seed {}: the engine stopped the program\n  replay: centime-sim --seed {} --trace{}\n",
             running_seed, running_seed, running_mutant);
  std::fflush(stdout);
  std::_Exit(1);
}

struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1;
  std::optional<std::size_t> nodes;
  std::string mutant;
  bool twins = false;
  bool beyond = false;
  bool ledger = false;
  bool thin = false;
  bool handover = false;
  bool unfinished = false;
  bool restored = false;
  bool trace = false;
  bool verbose = false;
};

std::string replay(const Options& options, std::uint64_t seed) {
  std::string command = fmt::format("centime-sim --seed {} --trace", seed);
  if (options.twins) command += " --twins";
  if (options.beyond) command += " --beyond";
  if (options.ledger) command += " --ledger";
  if (options.thin) command += " --thin";
  if (options.handover) command += " --handover";
  if (options.unfinished) command += " --unfinished";
  if (options.restored) command += " --restored";
  if (!options.mutant.empty()) command += " --mutant " + options.mutant;
  if (options.nodes) command += fmt::format(" --nodes {}", *options.nodes);
  return command;
}

// True if it held.
bool run_seed(const Options& options, std::uint64_t seed, Result& total) {
  const Scenario scenario = options.twins        ? twin_case(seed - 1)
                            : options.beyond     ? draw_beyond(seed)
                            : options.handover   ? draw_handover(seed)
                            : options.unfinished ? draw_unfinished(seed)
                            : options.restored   ? draw_restored(seed)
                            : options.ledger     ? draw_ledger(seed, options.nodes)
                            : options.thin       ? draw_thin(seed, options.nodes)
                                                 : draw_scenario(seed, options.nodes);
  Simulation simulation(scenario, options.trace);
  const Result result = simulation.run();
  total.events += result.events;
  total.messages += result.messages;
  total.height += result.height;
  total.accusations += result.accusations;
  total.forks += result.forked ? 1 : 0;
  total.epochs += result.epochs - 1;
  total.healed_after = std::max(total.healed_after, result.healed_after);
  if (options.verbose) {
    fmt::print("seed {}: trace {:016x}, {} messages, height {}, healed after {} ms\n", seed,
               result.trace_hash, result.messages, result.height,
               result.healed_after / std::chrono::milliseconds{1});
  }
  if (result.held) return true;
  fmt::print("seed {}: {} broken at {:.3f} s: {}\n  {}\n  replay: {}\n", seed, result.invariant,
             static_cast<double>(result.at.count()) / 1e6, result.what, describe(scenario),
             replay(options, seed));
  return false;
}

// The fuzzed step on random bytes.
void run_steps(std::uint64_t inputs) {
  for (running_seed = 1; running_seed <= inputs; ++running_seed) {
    Random random(running_seed, "step");
    centime::crypto::Bytes input(50 + random.below(850));
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random.next());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
}

void print_costs() {
  fmt::print("validators  messages/block  bytes/block  signature checks/block\n");
  for (const std::size_t n : {1, 4, 7, 16, 31}) {
    const Spent spent = Simulation(cost_case(n), false).run().spent;
    const auto each = [&](std::uint64_t sum) {
      return static_cast<double>(sum) / static_cast<double>(spent.blocks);
    };
    fmt::print("{:>10}  {:>14.1f}  {:>11.0f}  {:>22.1f}\n", n, each(spent.messages),
               each(spent.bytes), each(spent.checks));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::optional<std::uint64_t> seed;
  CLI::App app("Runs whole simulated networks; each seed decides everything about its run.",
               "centime-sim");
  app.add_option("--seed", seed, "run this seed");
  app.add_option("--from", options.from, "first seed");
  app.add_option("--to", options.to, "last seed");
  app.add_option("--nodes", options.nodes, "participants, instead of as the seed says")
      ->check(CLI::Range(1, 50));
  const auto words = enum_words(centime::consensus::Mutation{});
  app.add_option("--mutant", options.mutant, "run an engine with this wrong rule")
      ->check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())));
  app.add_flag("--twins", options.twins,
               "seeds 1 to 16384 are all cases of one twin among four in two views");
  app.add_flag("--beyond", options.beyond, "more twins than agreement is promised for");
  app.add_flag("--ledger", options.ledger,
               "validators agree on real records of the ledger, not on numbers");
  app.add_flag("--thin", options.thin, "slow lines and large submissions");
  app.add_flag("--handover", options.handover,
               "all who vote leave, and one that was away knows nobody else who votes");
  app.add_flag("--unfinished", options.unfinished,
               "one of four finalizes nothing and another is away");
  app.add_flag("--restored", options.restored, "one node's disk is put back as it was before");
  app.add_flag("--trace", options.trace, "print what happens");
  app.add_flag("--verbose", options.verbose, "print a line per seed");
  bool costs = false;
  app.add_flag("--costs", costs, "print what a block costs at several sizes, and nothing else");
  std::uint64_t steps = 0;
  app.add_option("--steps", steps,
                 "run the fuzzed step of one engine on this many random inputs, and nothing else");
  CLI11_PARSE(app, argc, argv);
  if (costs) {
    print_costs();
    return 0;
  }
  if (seed) options.from = options.to = *seed;
  if (!options.mutant.empty()) {
    const auto word = std::ranges::find(words, options.mutant);
    centime::consensus::active_mutation =
        static_cast<centime::consensus::Mutation>(word - words.begin());
    running_mutant = " --mutant " + options.mutant;
  }
  std::signal(SIGABRT, stopped);
  if (steps > 0) {
    run_steps(steps);
    return 0;
  }

  const auto started = std::chrono::steady_clock::now();
  Result total;
  std::uint64_t broken = 0;
  for (std::uint64_t at = options.from; at <= options.to; ++at) {
    running_seed = at;
    if (!run_seed(options, at, total)) ++broken;
    if (broken == (options.mutant.empty() ? 10U : 1U)) break;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  fmt::print(
      "{} seeds, {} broken: {} final blocks, {} epochs closed, {} messages, {} liars convicted, "
      "{} forks, longest recovery {:.1f} s, {:.1f} s\n",
      options.to - options.from + 1, broken, total.height, total.epochs, total.messages,
      total.accusations, total.forks, static_cast<double>(total.healed_after.count()) / 1e6,
      took.count());
  return broken == 0 ? 0 : 1;
}
