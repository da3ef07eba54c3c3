// Seeds that have to hold, and wrong rules that must not.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "consensus/mutation.h"
#include "tests/simulator/ledger_payload.h"
#include "tests/simulator/quorums.h"
#include "tests/simulator/simulation.h"

namespace centime::simulator {
namespace {

Result run(const Scenario& scenario) { return Simulation(scenario, false).run(); }

std::string account(const Scenario& scenario, const Result& result) {
  return fmt::format("seed {}: {} broken: {}\n{}", scenario.seed, result.invariant, result.what,
                     describe(scenario));
}

void expect_held(const Scenario& scenario) {
  const Result result = run(scenario);
  EXPECT_TRUE(result.held) << account(scenario, result);
}

struct Line {
  std::string word;
  std::uint64_t number = 0;
  std::string mode;       // Of centime-sim, if one is given.
  std::string invariant;  // The first word of the comment.
};

// Lines of "word number", or "word number mode", the rest of a line being a comment after #.
std::vector<Line> read_lines(const std::string& name) {
  std::ifstream file(std::string(CENTIME_SIMULATOR_DIR) + "/" + name);
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    std::istringstream words(text.substr(0, text.find('#')));
    Line line;
    if (!(words >> line.word >> line.number)) continue;
    words >> line.mode;
    std::istringstream comment(text.substr(std::min(text.find('#'), text.size() - 1) + 1));
    comment >> line.invariant;
    if (line.invariant.ends_with(':')) line.invariant.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

// How centime-sim ended: its exit code, and the invariants that it says are broken.
struct Outcome {
  int exit_code = -1;
  std::string output;

  bool held() const { return exit_code == 0; }
  // The program found something, and did not merely fail.
  bool caught() const { return exit_code == 1; }
  bool broke(const std::string& invariant) const {
    return caught() && output.contains(": " + invariant + " broken at ");
  }
};

Outcome simulate(const std::string& arguments) {
  const std::string command = std::string(CENTIME_SIM) + " " + arguments + " 2>&1";
  Outcome run;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    run.output.append(piece.data(), got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  return run;
}

TEST(Simulator, HoldsOnTwoHundredSeeds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) expect_held(draw_scenario(seed));
}

TEST(Simulator, HoldsWhereAllThatWaitsTakesLongerToSendThanAViewLasts) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) expect_held(draw_thin(seed));
}

TEST(Simulator, HoldsOnSeedsThatOnceDidNot) {
  const auto lines = read_lines("regressions.txt");
  ASSERT_FALSE(lines.empty());
  for (const auto& [mode, seed, none, nothing] : lines) {
    if (mode == "twins") {
      expect_held(twin_case(seed - 1));
    } else if (mode == "beyond") {
      expect_held(draw_beyond(seed));
    } else if (mode == "ledger") {
      expect_held(draw_ledger(seed));
    } else if (mode == "thin") {
      expect_held(draw_thin(seed));
    } else if (mode == "handover") {
      expect_held(draw_handover(seed));
    } else if (mode == "unfinished") {
      expect_held(draw_unfinished(seed));
    } else if (mode == "restored") {
      expect_held(draw_restored(seed));
    } else {
      ASSERT_EQ(mode, "seed");
      expect_held(draw_scenario(seed));
    }
  }
}

TEST(Simulator, HoldsWhereAllWhoVoteLeave) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) expect_held(draw_handover(seed));
}

TEST(Simulator, HoldsWhereOneFinalizesNothing) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) expect_held(draw_unfinished(seed));
}

TEST(Simulator, HoldsWhereADiskIsPutBack) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) expect_held(draw_restored(seed));
}

TEST(Simulator, RunsTheSameFromTheSameSeed) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Result first = run(draw_scenario(seed));
    const Result second = run(draw_scenario(seed));
    EXPECT_EQ(first.trace_hash, second.trace_hash) << "seed " << seed;
    EXPECT_EQ(first.events, second.events) << "seed " << seed;
    hashes.insert(first.trace_hash);
  }
  EXPECT_EQ(hashes.size(), 30U);
}

TEST(Simulator, HoldsOnTheLedgersRecords) {
  std::set<Signing> signings;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Scenario scenario = draw_ledger(seed);
    expect_held(scenario);
    signings.insert(scenario.signing);
  }
  EXPECT_EQ(signings.size(), 2U) << "real and cheap signatures";
}

TEST(Simulator, RunsTheSameOnTheLedgerFromTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Result first = run(draw_ledger(seed));
    EXPECT_EQ(first.trace_hash, run(draw_ledger(seed)).trace_hash) << "seed " << seed;
    EXPECT_NE(first.trace_hash, run(draw_scenario(seed)).trace_hash) << "seed " << seed;
  }
}

TEST(LedgerPayload, HoldsABlockAgainstItsSeal) {
  Scenario scenario = draw_ledger(1, 4);
  scenario.ledger_steps = 10;
  const LedgerKind kind(scenario);
  std::vector<consensus::BlockPtr> chain{kind.genesis()};
  const auto leader = kind.start(chain);
  const auto follower = kind.start(chain);
  for (SubmissionId id = 1; id <= kind.submissions(); ++id) leader->add(id);
  for (std::uint64_t height = 1; leader->pending() > 0; ++height) {
    const auto block = leader->build(
        {{height}, chain.back()->hash, {height}, chain.back()->timestamp_ms + 1}, 1, 0, 2);
    ASSERT_TRUE(block && kind.matches(*block, leader->epochs().back()));
    // Of two at most; the second may be one that waited for the first.
    const std::size_t taken = kind.content(*block)->submissions.size();
    EXPECT_LE(taken, 2U);
    EXPECT_GE(taken, std::min<std::size_t>(leader->pending(), 2));
    consensus::Block odd = *block;
    odd.timestamp_ms |= 1;  // Of which `another` has another state root.
    EXPECT_EQ(follower->execute(kind.another(odd)), consensus::BlockVerdict::invalid);
    consensus::Block cut = *block;
    cut.body.value.pop_back();
    EXPECT_EQ(follower->execute(cut), consensus::BlockVerdict::wrong_body);
    EXPECT_EQ(follower->execute(*block), consensus::BlockVerdict::valid);
    leader->commit(*block);
    follower->commit(*block);
    EXPECT_EQ(leader->state(), follower->state());
    EXPECT_EQ(leader->state(), kind.content(*block)->state);
    chain.push_back(std::make_shared<const consensus::Block>(*block));
  }
  ASSERT_GT(chain.size(), 3U);
  EXPECT_EQ(leader->fault(), std::nullopt);
  EXPECT_EQ(kind.start(chain)->state(), leader->state());
  chain[2] = std::make_shared<const consensus::Block>(kind.another(*chain[2]));
  EXPECT_THROW(kind.start(chain), Violation);
}

TEST(Simulator, HoldsWithTwinsInTwoViews) {
  // Spread over all cases; centime-sim --twins --to 16384 runs each of them.
  for (std::uint64_t number = 0; number < twin_cases; number += 79) expect_held(twin_case(number));
}

TEST(Simulator, ConvictsSomebodyWhereMoreLieThanAreTolerated) {
  std::size_t forks = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Scenario scenario = draw_beyond(seed);
    const Result result = run(scenario);
    EXPECT_TRUE(result.held) << account(scenario, result);
    if (!result.forked) continue;
    ++forks;
    EXPECT_GT(result.accusations, 0U) << account(scenario, result);
  }
  EXPECT_GT(forks, 0U) << "the twins do not try";
}

TEST(Simulator, HoldsAtOddSizes) {
  for (const std::size_t nodes : {1, 2, 3, 8, 9, 13, 16}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) expect_held(draw_scenario(seed, nodes));
  }
}

TEST(Simulator, CatchesEveryWrongRule) {
  const auto words = enum_words(consensus::Mutation{});
  std::set<std::string> wanted(words.begin() + 1, words.end());
  for (const auto& [name, seed, mode, invariant] : read_lines("mutants.txt")) {
    EXPECT_EQ(wanted.erase(name), 1U) << name << " is no wrong rule, or stands there twice";
    const std::string run = fmt::format("--seed {}{}{}", seed, mode.empty() ? "" : " --", mode);
    EXPECT_TRUE(simulate(run).held()) << run;
    const Outcome mutant = simulate(fmt::format("{} --mutant {}", run, name));
    EXPECT_TRUE(mutant.broke(invariant)) << name << ", seed " << seed << ": " << mutant.output;
  }
  // In rare_rule_test.cpp: one takes three dead leaders in a row behind a final block, and one a
  // liar's block that comes in the very step in which another becomes final.
  EXPECT_EQ(wanted, (std::set<std::string>{"final_repeated", "executed_on_nothing"}))
      << "each other one has a seed";
}

TEST(StepFuzz, CatchesWrongRulesOnRandomBytes) {
  EXPECT_TRUE(simulate("--steps 2000").held());
  for (const std::string_view name :
       {"quorum_too_small", "voices_repeated", "signature_unchecked", "stale_certificate",
        "notarize_twice", "finalize_after_nullify", "nullify_after_finalize", "finalize_another",
        "votes_forgotten", "sent_before_sync", "body_not_durable", "evidence_by_signature"}) {
    const Outcome mutant = simulate(fmt::format("--steps 2000 --mutant {}", name));
    EXPECT_TRUE(mutant.caught()) << name << ": " << mutant.output;
  }
}

TEST(Quorums, AgreeWithTheDesignsTable) {
  constexpr std::array<std::pair<std::size_t, std::size_t>, 8> table = {
      {{4, 3}, {5, 4}, {6, 4}, {7, 5}, {8, 6}, {13, 9}, {20, 14}, {50, 34}}};
  for (const auto& [n, q] : table) EXPECT_EQ(quorum_of(n), q) << n;
}

}  // namespace
}  // namespace centime::simulator
