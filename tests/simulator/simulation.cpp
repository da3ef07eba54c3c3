#include "tests/simulator/simulation.h"

#include <algorithm>
#include <numeric>

#include "crypto/check.h"
#include "node/proof/epoch_chain.h"
#include "node/runtime/block_body.h"
#include "tests/simulator/ledger_payload.h"
#include "tests/simulator/numbers.h"
#include "tests/simulator/quorums.h"

namespace centime::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A healed network has this long. Longest: every leader of a row of liars waits for the largest
// deadline, and a node catches up with the others afterwards.
constexpr Time settle = seconds{15};
constexpr Time watched = seconds{20};

// The scenario's, which with records says how many there are to submit.
std::unique_ptr<PayloadKind> make_kind(Scenario& scenario) {
  if (!scenario.ledger) return std::make_unique<NumberKind>(scenario);
  auto kind = std::make_unique<LedgerKind>(scenario);
  scenario.submissions = kind->submissions();
  return kind;
}

}  // namespace

Simulation::Simulation(Scenario scenario, bool print)
    : scenario_(std::move(scenario)),
      kind_(make_kind(scenario_)),
      ledger_(dynamic_cast<LedgerKind*>(kind_.get())),
      trace_(print),
      oracle_(scenario_, *kind_),
      network_(scenario_.seed, "network"),
      faults_(scenario_.seed, "faults") {
  trace_.line(queue_.now(), "{}", describe(scenario_));
  if (scenario_.line_bytes_each_ms > 0) lines_.emplace(queue_, scenario_.line_bytes_each_ms);
  for (std::size_t participant = 0; participant < scenario_.participants; ++participant) {
    nodes_.push_back(std::make_unique<Node>(*this, participant, 0));
    if (scenario_.roles[participant] == Role::twin) {
      nodes_.push_back(std::make_unique<Node>(*this, participant, 1));
    }
  }
  joined_.assign(scenario_.participants, true);
  if (ledger_ != nullptr) {
    for (std::size_t at = 0; at < joined_.size(); ++at)
      joined_[at] = ledger_->is_member_at_first(at);
  }
  if (scenario_.council_steps > 0) council_ = std::make_unique<Council>(scenario_, *ledger_);
  side_.assign(scenario_.participants, false);
  heard_.assign(scenario_.participants * scenario_.participants, 3);
}

Result Simulation::run() {
  Result result;
  try {
    safety_phase();
    liveness_phase();
    idle_phase();
    remake_phase();
    lone_phase();
    check_payloads();
  } catch (const Violation& violation) {
    result.held = false;
    result.invariant = violation.invariant;
    result.what = violation.what;
    result.at = queue_.now();
  }
  result.spent = spent_before_healing_;
  result.trace_hash = trace_.hash();
  result.events = trace_.events();
  result.messages = messages_;
  result.height = oracle_.height() - 1;
  for (const auto& node : nodes_) result.epochs = std::max(result.epochs, node->epoch() + 1);
  result.accusations = oracle_.accusations();
  result.forked = oracle_.forked();
  result.healed_after = healed_after_;
  return result;
}

void Simulation::run_until(Time until) {
  while (queue_.run_next(until)) {
  }
}

void Simulation::every(Time period, std::function<void()> action) {
  queue_.after(period, [this, period, action = std::move(action)] {
    if (stopped_) return;
    action();
    every(period, action);
  });
}

void Simulation::safety_phase() {
  for (const auto& node : nodes_) {
    if (node->role() == Role::silent || !joined_[node->participant()]) continue;
    queue_.after(milliseconds{faults_.between(0, 500)}, [this, &node = *node] {
      if (!node.running()) start(node);
    });
  }
  submit_all();
  every(milliseconds{500}, [this] {
    redraw_links();
    if (!healed_) strike();
  });
  every(seconds{1}, [this] {
    for (const auto& node : nodes_) {
      if (node->running()) node->offer_again();
    }
  });
  const auto within = [this] {
    return milliseconds{faults_.between(0, scenario_.safety / milliseconds{1})};
  };
  if (council_) every(milliseconds{250}, [this] { hold_council(); });
  if (scenario_.all_crash) {
    queue_.after(within(), [this] { crash_all(); });
  }
  if (scenario_.wiped) {
    queue_.after(within(), [this] { wipe_one(); });
  }
  if (scenario_.last_away) {
    // After all have started.
    queue_.after(milliseconds{600} + within() / (scenario_.handover > 0 ? 2 : 20),
                 [&node = *nodes_.back()] { node.crash(); });
  }
  run_until(scenario_.safety);
  check_holes();
}

void Simulation::submit_all() {
  const auto last_ms = scenario_.safety / milliseconds{1} + 1'500;
  for (SubmissionId id = 1; id <= scenario_.submissions; ++id) {
    const bool closes = id <= scenario_.closings;
    const std::size_t to = faults_.below(nodes_.size());
    queue_.after(milliseconds{faults_.between(0, last_ms)}, [this, id, closes, to] {
      Node& node = *nodes_[to];
      const bool takes = node.honest() || node.role() == Role::twin;
      if (!node.running() || !takes) return;
      const SubmissionId now = council_ ? ledger_->sign_again(id, book()) : id;
      node.submit(closes ? now | closing_bit : now, node.honest());
    });
  }
}

void Simulation::strike() {
  for (const auto& node : nodes_) {
    if (!node->running() || !faults_.percent(scenario_.crash_percent)) continue;
    if (faults_.percent(50)) continue;  // The draw is twice a second.
    node->crash();
    restart_later(*node);
  }
}

bool Simulation::strikes(Node& node) {
  if (healed_ || scenario_.crash_percent == 0 || faults_.below(1'000) >= 15) return false;
  restart_later(node);
  return true;
}

void Simulation::restart_later(Node& node) {
  queue_.after(milliseconds{faults_.between(10, 3'000)}, [this, &node] {
    const bool away = scenario_.last_away && &node == nodes_.back().get();
    if (!node.running() && !healed_ && !away) start(node);
  });
}

void Simulation::crash_all() {
  if (healed_) return;
  trace_.line(queue_.now(), "everybody crashes");
  for (const auto& node : nodes_) {
    if (!node->running()) continue;
    node->crash();
    restart_later(*node);
  }
  check_holes();
}

void Simulation::wipe_one() {
  if (healed_) return;
  // One at a time: a newcomer that has to rejoin is as good as wiped.
  const bool settled = std::ranges::all_of(nodes_, [&](const auto& node) {
    return !node->honest() || node->settled() || !oracle_.votes_last(node->participant());
  });
  if (!settled) {
    queue_.after(milliseconds{500}, [this] { wipe_one(); });
    return;
  }
  for (const auto& node : nodes_) {
    if (!node->honest() || !joined_[node->participant()]) continue;
    node->crash();
    if (scenario_.disk_lost && may_lose_disk(*node)) {
      node->lose_disk();
    } else {
      node->wipe();
    }
    restart_later(*node);
    return;
  }
}

// Who comes back with nothing while the others are where their epoch began takes itself for new
// (docs/decisions/0014). What it then says counts among what liars say.
bool Simulation::may_lose_disk(const Node& node) const {
  const std::uint64_t last = oracle_.electorate().epoch();
  return std::ranges::all_of(nodes_, [&](const auto& other) {
    const consensus::Finalized& fin = other->disk().fin();
    return other.get() == &node || !other->honest() || !joined_[other->participant()] ||
           (fin.epoch == last && fin.view.value > 0);
  });
}

const MemberBook& Simulation::book() const {
  return dynamic_cast<const MemberBook&>(oracle_.electorate());
}

// Members decide, and newcomers' nodes are started once they are members.
void Simulation::hold_council() {
  const auto any = [this](std::size_t participant, const auto& what) {
    return std::ranges::any_of(nodes_, [&](const auto& node) {
      return node->participant() == participant && what(*node);
    });
  };
  const Council::Nodes known{
      [&](std::size_t at) { return any(at, [](const Node& node) { return node.running(); }); },
      [&](std::size_t at) { return any(at, [](const Node& node) { return node.settled(); }); }};
  for (const Council::Act& act : council_->turn(book(), known)) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = *nodes_[(act.at + i) % nodes_.size()];
      if (!node.running() || node.role() == Role::withholder) continue;
      node.submit(act.submission, true);
      break;
    }
  }
  for (const auto& node : nodes_) {
    const std::size_t at = node->participant();
    if (joined_[at] || !book().members().contains(kind_->member(at))) continue;
    joined_[at] = true;
    if (node->role() == Role::silent) continue;
    start(*node);
    if (healed_ && node->honest()) core_.push_back(at);
  }
}

void Simulation::start(Node& node) {
  node.start();
  if (ledger_ == nullptr) return;
  // New links: both ends tell where they are.
  for (const auto& other : nodes_) {
    if (!other->running() || other->participant() == node.participant()) continue;
    node.greet(other->participant());
    other->greet(node.participant());
  }
}

void Simulation::check_holes() {
  std::vector<const Disk*> disks;
  for (const auto& node : nodes_) {
    if (node->honest() && !node->was_wiped()) disks.push_back(&node->disk());
  }
  oracle_.holes(disks);
}

void Simulation::redraw_links() {
  cut_ = !healed_ && faults_.percent(scenario_.partition_percent);
  for (std::size_t i = 0; i < side_.size(); ++i) side_[i] = faults_.percent(50);
  for (std::uint8_t& heard : heard_) heard = static_cast<std::uint8_t>(faults_.below(4));
}

// The last epoch that all its honest validators know to have begun.
std::uint64_t Simulation::handed_over_to() const {
  for (std::uint64_t epoch = scenario_.closings; epoch > 0; --epoch) {
    const auto validators = validators_of(scenario_, epoch);
    const bool known = std::ranges::all_of(nodes_, [&](const auto& node) {
      return !node->honest() || std::ranges::count(validators, node->participant()) == 0 ||
             node->disk().fin().epoch >= epoch;
    });
    if (known) return epoch;
  }
  return 0;
}

void Simulation::heal() {
  healed_ = true;
  cut_ = false;
  trace_.line(queue_.now(), "the network heals");
  std::vector<std::size_t> honest;
  for (std::size_t participant = 0; participant < scenario_.participants; ++participant) {
    if (scenario_.roles[participant] == Role::honest && joined_[participant]) {
      honest.push_back(participant);
    }
  }
  if (scenario_.handover > 0) {
    const std::size_t first = handed_over_to() * scenario_.handover;
    std::erase_if(honest, [first](std::size_t participant) { return participant < first; });
  }
  faults_.shuffle(honest);
  honest.resize(honest.size() - std::min(scenario_.stay_dead, honest.size()));
  core_ = honest;
  for (const auto& node : nodes_) {
    const bool lives = !node->honest() || std::ranges::count(core_, node->participant()) > 0;
    if (!lives) node->crash();
    if (!joined_[node->participant()] || node->role() == Role::silent) continue;
    if (lives && !node->running()) start(*node);
  }
}

std::vector<const Node*> Simulation::core() const {
  std::vector<const Node*> found;
  for (const auto& node : nodes_) {
    if (std::ranges::count(core_, node->participant()) > 0) found.push_back(node.get());
  }
  return found;
}

bool Simulation::all_final() const {
  if (council_ && !council_->done()) return false;
  std::set<SubmissionId> wanted;
  for (const Node* node : core()) wanted.insert(node->known().begin(), node->known().end());
  for (const Node* node : core()) {
    if (!node->running() || node->chain() != oracle_.height()) return false;
    for (const SubmissionId id : wanted) {
      if (!node->payload().is_settled(id)) return false;
    }
  }
  return true;
}

std::string Simulation::why_not_final() const {
  std::string text;
  for (const Node* node : core()) {
    if (!node->running()) continue;
    text += fmt::format("; {}: epoch {} height {} view {} final view {} pending {}{}{}",
                        node->participant(), node->epoch(), node->chain() - 1,
                        node->engine().view().value, node->engine().fin().view.value,
                        node->payload().pending(), node->engine().observing() ? " observing" : "",
                        node->engine().halted() ? " halted" : "");
  }
  return text;
}

void Simulation::liveness_phase() {
  spent_before_healing_ = spent_;
  spent_before_healing_.messages = messages_;
  spent_before_healing_.blocks = oracle_.height() - 1;
  heal();
  const Time healed_at = queue_.now();
  // What comes in during the first seconds counts too.
  run_until(healed_at + seconds{2});
  while (!all_final()) {
    if (scenario_.beyond_bound) {
      if (queue_.now() > healed_at + seconds{30}) break;
    } else if (queue_.now() > healed_at + scenario_.recovery_max) {
      throw Violation{"S12", "not everything is final" + why_not_final()};
    }
    run_until(queue_.now() + milliseconds{250});
  }
  healed_after_ = queue_.now() - healed_at;
  if (oracle_.forked() && oracle_.accusations() == 0) {
    throw Violation{"S14", "a fork, and nobody is convicted"};
  }
  trace_.line(queue_.now(), "everything is final");
}

// With liars about, views may still change: a leader among them may propose at any time.
void Simulation::idle_phase() {
  if (scenario_.beyond_bound) return;
  run_until(queue_.now() + settle);
  std::map<std::size_t, std::uint64_t> views;
  for (const Node* node : core()) views[node->participant()] = node->engine().view().value;
  carried_other_than_status_ = 0;
  run_until(queue_.now() + watched);
  if (scenario_.liars() > 0) return;
  if (!all_final()) throw Violation{"S13", "blocks without submissions" + why_not_final()};
  for (const Node* node : core()) {
    if (node->engine().view().value != views[node->participant()]) {
      throw Violation{"S13", fmt::format("{} changes its view while nothing is to do{}",
                                         node->participant(), why_not_final())};
    }
  }
  // Own votes of a view that nobody needs are repeated, as rarely as STATUS is sent.
  const auto repeats = 1 + static_cast<std::uint64_t>(watched / scenario_.timing.status_idle);
  const std::uint64_t n = scenario_.participants;
  if (carried_other_than_status_ > repeats * n * n * 6) {
    throw Violation{"S13", fmt::format("{} messages other than STATUS while nothing is to do",
                                       carried_other_than_status_)};
  }
}

// At rest, one after the other: who lost its votes has them counted again though nothing is
// submitted, and so the next may lose its own, until all have.
void Simulation::remake_phase() {
  if (scenario_.beyond_bound || !scenario_.wiped) return;
  for (const auto& node : nodes_) {
    if (!node->honest() || !node->running() || !node->index()) continue;
    const std::size_t n = node->validators().size();
    if (liars_max(n) < scenario_.liars() + 1) continue;
    node->crash();
    node->wipe();
    start(*node);
    const Time wiped_at = queue_.now();
    while (!node->votes()) {
      if (queue_.now() > wiped_at + scenario_.recovery_max) {
        throw Violation{"S23", fmt::format("{} lost its votes and abstains for ever{}",
                                           node->participant(), why_not_final())};
      }
      run_until(queue_.now() + milliseconds{250});
    }
  }
}

// Once everybody has the same.
void Simulation::check_payloads() {
  if (scenario_.beyond_bound) return;
  std::vector<const Disk*> disks;
  for (const auto& node : nodes_) {
    if (node->honest() && !node->was_wiped()) disks.push_back(&node->disk());
  }
  oracle_.runs(disks);
  for (const Node* node : core()) {
    oracle_.certified(node->participant(), node->disk().chain());
    if (const auto fault = chain_fault(*node)) {
      throw Violation{"S20", fmt::format("{}: {}", node->participant(), *fault)};
    }
    const auto fault = node->payload().fault();
    if (fault) throw Violation{"S18", fmt::format("{}: {}", node->participant(), *fault)};
  }
}

// The product's own verifier follows the ends of the epochs, where signatures are real.
std::optional<std::string> Simulation::chain_fault(const Node& node) const {
  if (ledger_ == nullptr || scenario_.signing != Signing::ed25519) return std::nullopt;
  std::vector<proof::EpochLink> links;
  for (const FinalBlock& final : node.disk().chain()) {
    if (!final.block->closing || !final.finalization) continue;
    const auto body = crypto::decode<runtime::BlockBody>(final.block->body.value);
    links.push_back(proof::link_of(crypto::encode(ledger::Entry(body->seal)), *final.finalization,
                                   node.payload().epochs().at(links.size() + 1)));
  }
  const ledger::Genesis& genesis = ledger_->ledger_genesis();
  const auto trusted = proof::follow_epochs(genesis, links, proof::policy_of(genesis));
  if (!trusted) return trusted.error().detail;
  if (trusted->epoch != node.payload().epochs().back()) {
    return "the links lead to other validators";
  }
  return std::nullopt;
}

void Simulation::lone_phase() {
  if (scenario_.beyond_bound) return;
  if (council_) {
    for (const auto& [id, member] : book().members()) {
      const crypto::SecretKey& key = LedgerKind::secret(id, member.keys - 1);
      if (member.role != ledger::Role::ngo || !member.active || key.public_key() != member.key) {
        continue;
      }
      ledger_->set_lone(id, key);
      break;
    }
  }
  const std::size_t participant = core_[faults_.below(core_.size())];
  for (const auto& node : nodes_) {
    if (node->participant() == participant) node->submit(lone_submission, true);
  }
  const Time submitted_at = queue_.now();
  while (!all_final()) {
    if (queue_.now() > submitted_at + scenario_.recovery_max) {
      throw Violation{"S12", "a lone submission does not become final" + why_not_final()};
    }
    run_until(queue_.now() + milliseconds{250});
  }
  // Everybody had time enough: no deadline may run on when the work is done.
  const bool fast =
      scenario_.disk_max <= milliseconds{5} && scenario_.stay_dead == 0 && !lines_.has_value();
  // But idle leaders give way, a few times.
  if (scenario_.ingress) run_until(queue_.now() + seconds{5});
  const std::uint64_t given_up = oracle_.given_up();
  run_until(queue_.now() + seconds{10});
  if (scenario_.liars() == 0 && fast && oracle_.given_up() != given_up) {
    throw Violation{"S13", "a view is given up when its work is done" + why_not_final()};
  }
  stopped_ = true;
}

}  // namespace centime::simulator
