// centime-sim: runs seeds of the whole-network simulator; exit 0 only if every one held.
#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/simulator/message_text.h"
#include "tests/simulator/simulation.h"

namespace {

using namespace centime::simulator;

struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1;
  std::optional<std::size_t> nodes;
  bool trace = false;
  bool verbose = false;
};

std::string replay(const Options& options, std::uint64_t seed) {
  std::string command = fmt::format("centime-sim --seed {} --trace", seed);
  if (options.nodes) command += fmt::format(" --nodes {}", *options.nodes);
  return command;
}

// True if it held.
bool run_seed(const Options& options, std::uint64_t seed, Result& total) {
  Scenario scenario = draw_scenario(seed, options.nodes);
  Simulation simulation(scenario, options.trace);
  const Result result = simulation.run();
  total.events += result.events;
  total.messages += result.messages;
  total.height += result.height;
  total.accusations += result.accusations;
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
  app.add_flag("--trace", options.trace, "print what happens");
  app.add_flag("--verbose", options.verbose, "print a line per seed");
  CLI11_PARSE(app, argc, argv);
  if (seed) options.from = options.to = *seed;

  const auto started = std::chrono::steady_clock::now();
  Result total;
  std::uint64_t broken = 0;
  for (std::uint64_t at = options.from; at <= options.to; ++at) {
    if (!run_seed(options, at, total)) ++broken;
    if (broken == 10) break;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  fmt::print(
      "{} seeds, {} broken: {} final blocks, {} epochs closed, {} messages, {} liars convicted, "
      "longest recovery {:.1f} s, {:.1f} s\n",
      options.to - options.from + 1, broken, total.height, total.epochs, total.messages,
      total.accusations, static_cast<double>(total.healed_after.count()) / 1e6, took.count());
  return broken == 0 ? 0 : 1;
}
