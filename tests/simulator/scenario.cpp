#include "tests/simulator/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "tests/simulator/quorums.h"
#include "tests/simulator/random.h"

namespace centime::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void draw_roles(Scenario& scenario, Random& random) {
  const std::size_t n = scenario.participants;
  const std::size_t faulty = liars_max(n);
  scenario.roles.assign(n, Role::honest);
  std::size_t liars = random.below(faulty + 1);
  if (random.percent(40)) liars = faulty;
  std::vector<std::size_t> who(n);
  std::iota(who.begin(), who.end(), 0);
  random.shuffle(who);
  for (std::size_t i = 0; i < liars; ++i) {
    scenario.roles[who[i]] = static_cast<Role>(1 + random.below(common_roles - 1));
  }
  // Who is wiped counts as faulty until it has rejoined, and needs a quorum of the others.
  scenario.wiped = n >= 4 && liars < faulty && random.percent(20);
}

// From numbers of its own: whatever else a seed decides stays as it is without.
void draw_leading(Scenario& scenario) {
  Random random(scenario.seed, "leading");
  scenario.ingress = random.percent(60);
  scenario.timing.give_way = milliseconds{random.pick({20, 250, 1'000})};
}

void draw_faults(Scenario& scenario, Random& random) {
  scenario.safety = seconds{random.pick({0, 4, 8, 15})};
  scenario.loss_percent = random.pick({0, 0, 5, 15, 30, 60});
  scenario.repeat_percent = random.pick({0, 0, 10, 50});
  scenario.partition_percent = random.pick({0, 0, 30, 60});
  scenario.one_way_cuts = random.percent(40);
  scenario.delay_min = milliseconds{random.pick({0, 1, 10})};
  scenario.delay_max = milliseconds{random.pick({20, 50, 200, 1'000})};
  scenario.crash_percent = random.pick({0, 0, 3, 10, 25});
  scenario.all_crash = random.percent(30);
  scenario.disk_min = std::chrono::microseconds{100};
  scenario.disk_max = milliseconds{random.pick({1, 5, 100, 400})};
  scenario.drift_ppm_max = random.pick({0, 1'000, 50'000});
  scenario.wall_clock_off_ms = random.pick({0, 500, 4'000});
}

}  // namespace

std::string_view word(Role role) {
  constexpr std::array<std::string_view, roles> words = {
      "honest",   "equivocator", "nuller", "silent",  "amnesiac",   "forger",  "withholder",
      "outdated", "spammer",     "twin",   "boaster", "unfinisher", "restored"};
  return words[static_cast<std::size_t>(role)];
}

std::size_t Scenario::liars() const {
  return roles.size() - static_cast<std::size_t>(std::ranges::count(roles, Role::honest));
}

Scenario draw_scenario(std::uint64_t seed, std::optional<std::size_t> participants) {
  Random random(seed, "scenario");
  Scenario scenario;
  scenario.seed = seed;
  scenario.participants = random.pick<std::size_t>({1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 7, 10});
  if (participants) scenario.participants = *participants;
  draw_roles(scenario, random);
  draw_faults(scenario, random);
  scenario.submissions = 1 + random.below(25);
  scenario.closings = random.percent(30) ? 1 + random.below(2) : 0;
  scenario.submissions_per_block = random.pick<std::size_t>({1, 4, 100});
  scenario.timing.deadline_base = milliseconds{random.pick({400, 700, 1'500})};
  scenario.timing.deadline_max = milliseconds{random.pick({4'000, 8'000})};
  scenario.timing.flush = milliseconds{random.pick({100, 250})};
  scenario.timing.request = milliseconds{random.pick({100, 300})};
  draw_leading(scenario);
  // With a set that rotates, everybody has to come back: who is needed depends on the epoch.
  const std::size_t honest = scenario.participants - scenario.liars();
  if (scenario.closings == 0 && !scenario.wiped && random.percent(50)) {
    scenario.stay_dead = honest - quorum_of(scenario.participants);
  }
  return scenario;
}

Scenario draw_thin(std::uint64_t seed, std::optional<std::size_t> participants) {
  Random random(seed, "thin");
  Scenario scenario = draw_scenario(seed, participants);
  // What a spammer asks for fills the lines of those who answer: that has no bound yet that goes by
  // how fast a line is.
  std::ranges::replace(scenario.roles, Role::spammer, Role::silent);
  scenario.submissions = 5 + random.below(40);
  scenario.submissions_per_block = 100;
  scenario.line_bytes_each_ms = 1'000;
  // To all others within so long, all by itself.
  const std::size_t each_ms = random.pick<std::size_t>({200, 500, 900});
  scenario.submission_bytes =
      scenario.line_bytes_each_ms * each_ms / std::max<std::size_t>(scenario.participants - 1, 1);
  // What was lost is sent again, as much as all of it and more, at that pace.
  scenario.recovery_max = std::chrono::seconds{900};
  return scenario;
}

Scenario twin_case(std::uint64_t number) {
  Scenario scenario;
  scenario.seed = number;
  scenario.roles = {Role::twin, Role::honest, Role::honest, Role::honest};
  scenario.leader_offset = number % 4;
  number /= 4;
  for (int view = 0; view < 2; ++view) {
    std::vector<std::uint8_t>& heard = scenario.heard_in_view.emplace_back(4, 3);
    for (std::size_t peer = 1; peer < 4; ++peer) {
      heard[peer] = static_cast<std::uint8_t>(number % 4);
      number /= 4;
    }
  }
  scenario.safety = seconds{0};
  scenario.delay_min = milliseconds{5};
  scenario.delay_max = milliseconds{15};
  scenario.disk_min = std::chrono::microseconds{100};
  scenario.disk_max = milliseconds{1};
  scenario.submissions = 4;
  scenario.submissions_per_block = 1;
  scenario.timing.deadline_base = milliseconds{400};
  scenario.timing.deadline_max = milliseconds{4'000};
  return scenario;
}

Scenario cost_case(std::size_t participants) {
  Scenario scenario;
  scenario.participants = participants;
  scenario.roles.assign(participants, Role::honest);
  scenario.safety = seconds{20};
  scenario.delay_min = milliseconds{1};
  scenario.delay_max = milliseconds{2};
  scenario.disk_min = std::chrono::microseconds{100};
  scenario.disk_max = std::chrono::microseconds{200};
  scenario.submissions = 200;
  scenario.submissions_per_block = 1;
  return scenario;
}

Scenario draw_handover(std::uint64_t seed) {
  Random random(seed, "handover");
  Scenario scenario;
  scenario.seed = seed;
  draw_faults(scenario, random);
  scenario.safety = seconds{random.pick({8, 15, 25})};
  scenario.handover = random.pick<std::size_t>({1, 2, 3, 4, 4, 4, 5});
  scenario.closings = 1 + random.below(3);
  const std::size_t followers = 1 + random.below(3);
  const auto lie = [&](std::size_t at) {
    scenario.roles[at] =
        random.percent(30) ? Role::boaster : static_cast<Role>(1 + random.below(common_roles - 1));
  };
  for (std::size_t epoch = 0; epoch <= scenario.closings; ++epoch) {
    const std::size_t first = scenario.roles.size();
    scenario.roles.resize(first + scenario.handover, Role::honest);
    for (std::size_t liars = liars_max(scenario.handover); liars > 0; --liars) {
      if (random.percent(50)) lie(first + random.below(scenario.handover));
    }
  }
  for (std::size_t i = 0; i < followers; ++i) {
    scenario.roles.push_back(Role::honest);
    if (i + 1 < followers && random.percent(60)) lie(scenario.roles.size() - 1);
  }
  scenario.participants = scenario.roles.size();
  scenario.last_away = true;
  scenario.submissions = scenario.closings + 5 + random.below(20);
  scenario.submissions_per_block = random.pick<std::size_t>({1, 4, 100});
  scenario.timing.deadline_base = milliseconds{random.pick({400, 700, 1'500})};
  scenario.timing.deadline_max = milliseconds{random.pick({4'000, 8'000})};
  scenario.timing.request = milliseconds{random.pick({100, 300})};
  draw_leading(scenario);
  return scenario;
}

Scenario draw_unfinished(std::uint64_t seed) {
  Random random(seed, "unfinished");
  Scenario scenario;
  scenario.seed = seed;
  scenario.roles = {Role::unfinisher, Role::honest, Role::honest, Role::honest};
  scenario.leader_offset = random.below(4);
  scenario.last_away = true;
  scenario.safety = seconds{random.pick({20, 40, 60})};
  scenario.loss_percent = random.pick({0, 0, 5});
  scenario.delay_min = milliseconds{1};
  scenario.delay_max = milliseconds{random.pick({5, 20, 50})};
  scenario.disk_min = std::chrono::microseconds{100};
  scenario.disk_max = milliseconds{random.pick({1, 5})};
  scenario.crash_percent = random.pick({0, 0, 3});
  scenario.submissions = 100;
  scenario.submissions_per_block = 1;
  scenario.timing.deadline_base = milliseconds{400};
  scenario.timing.deadline_max = milliseconds{2'000};
  return scenario;
}

Scenario draw_restored(std::uint64_t seed) {
  Random random(seed, "restored");
  Scenario scenario;
  scenario.seed = seed;
  draw_faults(scenario, random);
  scenario.safety = seconds{random.pick({8, 15})};
  scenario.participants = random.pick<std::size_t>({4, 4, 5, 7});
  scenario.roles.assign(scenario.participants, Role::honest);
  scenario.roles[random.below(scenario.participants)] = Role::restored;
  scenario.submissions = 5 + random.below(30);
  scenario.submissions_per_block = random.pick<std::size_t>({1, 4});
  scenario.timing.deadline_base = milliseconds{random.pick({400, 700})};
  scenario.timing.deadline_max = milliseconds{4'000};
  draw_leading(scenario);
  return scenario;
}

Scenario draw_beyond(std::uint64_t seed) {
  Random random(seed, "beyond");
  Scenario scenario = draw_scenario(seed, random.pick<std::size_t>({4, 4, 5, 7}));
  const std::size_t n = scenario.participants;
  scenario.beyond_bound = true;
  scenario.wiped = false;
  scenario.closings = 0;
  scenario.stay_dead = 0;
  scenario.roles.assign(n, Role::honest);
  // As many as two quorums share: fewer cannot fork it.
  const std::size_t liars = std::min(2 * quorum_of(n) - n + random.below(2), n - 2);
  for (std::size_t i = 0; i < liars; ++i) {
    scenario.roles[i] = random.percent(80) ? Role::twin : Role::equivocator;
  }
  random.shuffle(scenario.roles);
  return scenario;
}

Scenario draw_ledger(std::uint64_t seed, std::optional<std::size_t> participants) {
  Random random(seed, "ledger");
  Scenario scenario = draw_scenario(seed, participants);
  // Members close epochs, not submissions.
  scenario.closings = 0;
  scenario.ledger = true;
  scenario.ledger_steps = 3 + random.below(25);
  if (random.percent(12)) scenario.signing = Signing::ed25519;
  scenario.validators = scenario.participants;
  if (random.percent(30)) return scenario;
  scenario.council_steps = 1 + random.below(5);
  // Everybody comes back: who is needed depends on the epoch.
  scenario.stay_dead = 0;
  scenario.disk_lost = random.percent(50);
  for (std::size_t more = random.below(3); more > 0; --more) {
    scenario.roles.push_back(
        random.percent(85) ? Role::honest : static_cast<Role>(1 + random.below(common_roles - 1)));
    ++scenario.participants;
  }
  return scenario;
}

std::vector<std::size_t> validators_of(const Scenario& scenario, std::uint64_t epoch) {
  if (scenario.handover > 0) {
    std::vector<std::size_t> those(scenario.handover);
    std::iota(those.begin(), those.end(), epoch * scenario.handover);
    return those;
  }
  std::vector<std::size_t> validators(scenario.participants);
  std::iota(validators.begin(), validators.end(), 0);
  // Another order with each epoch; with enough honest ones, one of them sits out every third.
  std::rotate(validators.begin(),
              validators.begin() + static_cast<std::ptrdiff_t>(epoch % scenario.participants),
              validators.end());
  if (epoch % 3 == 1) {
    for (std::size_t i = 0; i < validators.size(); ++i) {
      const std::size_t n = validators.size() - 1;
      if (n == 0 || scenario.liars() > liars_max(n)) break;
      if (scenario.wiped && scenario.liars() + 1 > liars_max(n)) break;
      if (scenario.roles[validators[i]] != Role::honest) continue;
      validators.erase(validators.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  return validators;
}

std::string describe(const Scenario& scenario) {
  std::string liars;
  for (const Role role : scenario.roles) {
    if (role != Role::honest) liars += fmt::format(" {}", word(role));
  }
  return fmt::format(
      "{} nodes,{}{} lie; safety {} s, loss {} %, repeats {} %, cuts {} %{}, delay {}-{} ms, "
      "crashes "
      "{} %/s{}{}, disk <= {} ms, drift {} ppm, {} submissions{}{}{}{}, {} closings{}, {} stay "
      "dead",
      scenario.participants,
      scenario.ledger ? fmt::format(" of which {} vote at first, {} matters to decide,",
                                    scenario.validators, scenario.council_steps)
                      : "",
      liars.empty() ? " none" : liars, scenario.safety / std::chrono::seconds{1},
      scenario.loss_percent, scenario.repeat_percent, scenario.partition_percent,
      scenario.one_way_cuts ? " one way" : "", scenario.delay_min / std::chrono::milliseconds{1},
      scenario.delay_max / std::chrono::milliseconds{1}, scenario.crash_percent,
      scenario.all_crash ? ", all at once" : "",
      !scenario.wiped      ? ""
      : scenario.disk_lost ? ", one disk lost"
                           : ", one wiped",
      scenario.disk_max / std::chrono::milliseconds{1}, scenario.drift_ppm_max,
      scenario.submissions, scenario.ledger ? " to the ledger" : "",
      scenario.line_bytes_each_ms > 0
          ? fmt::format(" of {} KB over {} KB/s", scenario.submission_bytes / 1'000,
                        scenario.line_bytes_each_ms)
          : "",
      scenario.signing == Signing::ed25519 ? ", Ed25519" : "",
      scenario.ingress
          ? fmt::format(", idle leaders give way after {} ms", scenario.timing.give_way.count())
          : "",
      scenario.closings,
      scenario.handover > 0 ? fmt::format(" after which {} others vote", scenario.handover) : "",
      scenario.stay_dead);
}

}  // namespace centime::simulator
