#include "tests/simulator/ledger_payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/ledger/laws.h"
#include "node/ledger/memory_state.h"
#include "node/ledger/replay.h"
#include "node/runtime/block_body.h"
#include "node/runtime/parent_state.h"
#include "tests/simulator/oracle.h"
#include "tests/support/random_history.h"

namespace centime::simulator {
namespace {

using consensus::BlockVerdict;
using runtime::ParentState;

// The first of them are the genesis' validators; then who has no vote, if there is one left, and
// strangers.
std::vector<ledger::MemberId> members_of(const Scenario& scenario) {
  std::vector<ledger::MemberId> members = test::world_genesis().validators.items;
  while (members.size() > scenario.validators) members.pop_back();
  while (members.size() < scenario.validators) {
    members.push_back({fmt::format("member-{}", members.size())});
  }
  if (members.size() < scenario.participants) members.push_back(test::field_crew);
  while (members.size() < scenario.participants) {
    members.push_back({fmt::format("new-{}", members.size())});
  }
  return members;
}

ledger::Genesis genesis_of(const std::vector<ledger::MemberId>& members, std::size_t validators) {
  ledger::Genesis genesis = test::world_genesis();
  genesis.validators.items.assign(members.begin(),
                                  members.begin() + static_cast<std::ptrdiff_t>(validators));
  for (const ledger::MemberId& id : genesis.validators.items) {
    if (std::ranges::count(genesis.members.items, id, &ledger::Member::member) > 0) continue;
    genesis.members.items.push_back(
        {id, {id.value}, ledger::Role::ngo, test::fixed_key(id.value).public_key()});
  }
  crypto::check(!ledger::fault_of(genesis), "a network can start from it");
  return genesis;
}

// Each submission in the log of the world, from an entry on.
std::vector<ledger::Submission> submissions_in(const ledger::MemoryState& state,
                                               std::size_t entry) {
  std::vector<ledger::Submission> found;
  for (; entry < state.entries().size(); ++entry) {
    auto decoded = crypto::decode<ledger::Entry>(state.entries()[entry]);
    crypto::check(decoded.has_value(), "an entry of the log");
    if (auto* head = std::get_if<ledger::SubmissionHead>(&*decoded)) {
      found.push_back({std::move(*head), {}});
    } else if (auto* record = std::get_if<ledger::RecordEntry>(&*decoded)) {
      found.back().records.items.push_back(std::move(record->authored.record));
    }
  }
  return found;
}

// ---- one node's

class LedgerPayload final : public Payload {
 public:
  LedgerPayload(const LedgerKind& kind, const std::vector<consensus::BlockPtr>& chain);

  BlockVerdict execute(const consensus::Block& block) override;
  bool stands(const crypto::Digest& block) const override {
    return block == tip_.hash || open(block) != nullptr;
  }
  std::optional<consensus::Block> build(const consensus::Build& request, std::uint16_t proposer,
                                        std::uint64_t wall_clock_ms,
                                        std::size_t submissions_max) override;
  void commit(const consensus::Block& block) override;
  void add(SubmissionId submission) override;
  std::vector<SubmissionId> waiting() const override { return {ready_.begin(), ready_.end()}; }
  std::uint32_t pending() const override { return static_cast<std::uint32_t>(ready_.size()); }
  bool is_settled(SubmissionId submission) const override {
    if (final_.contains(submission)) return true;
    return known_.contains(submission) ? !ready_.contains(submission) : !is_ready(submission);
  }
  crypto::Digest state() const override { return state_root_; }
  const std::vector<ledger::EpochRecord>& epochs() const override { return epochs_; }
  std::optional<crypto::PublicKey> key_of(std::size_t participant) const override;
  std::optional<std::string> fault() const override;

 private:
  struct Open {
    crypto::Digest parent;
    std::shared_ptr<ParentState> base;  // Outlives the block's state.
    ledger::Block block;
    std::set<SubmissionId> submissions;
    crypto::Digest body;
  };
  // What a block is executed on.
  struct Ground {
    std::shared_ptr<ParentState> base;
    ledger::Tip tip;
    ledger::AccountLeaves inherited;
    std::set<SubmissionId> included;  // By the open ancestors.
  };

  const std::shared_ptr<Open>* open(const crypto::Digest& block) const;
  std::optional<Ground> ground(const crypto::Digest& parent) const;
  // Somebody else's bytes on the draft.
  bool add(ledger::Draft& draft, crypto::BytesView canonical, Open& open) const;
  // The next block could have it.
  bool is_ready(SubmissionId submission) const;

  const LedgerKind& kind_;
  ledger::MemoryState state_;  // At the last final block.
  ledger::Tip tip_;
  crypto::Digest state_root_;
  std::vector<ledger::EpochRecord> epochs_;
  std::set<SubmissionId> final_;
  std::set<SubmissionId> known_;  // Not final.
  std::set<SubmissionId> ready_;  // Of them.
  std::map<crypto::Digest, std::shared_ptr<Open>> open_;
};

LedgerPayload::LedgerPayload(const LedgerKind& kind, const std::vector<consensus::BlockPtr>& chain)
    : kind_(kind) {
  const ledger::Block& genesis = kind.first_block();
  state_.apply(genesis);
  tip_ = genesis.tip;
  state_root_ = genesis.seal.state_root;
  epochs_.push_back(state_.governance()->epoch);
  for (std::size_t height = 1; height < chain.size(); ++height) {
    if (execute(*chain[height]) != BlockVerdict::valid) {
      throw Violation{"S15", fmt::format("executed anew, block {} is another", height)};
    }
    commit(*chain[height]);
  }
}

const std::shared_ptr<LedgerPayload::Open>* LedgerPayload::open(const crypto::Digest& block) const {
  const auto found = open_.find(block);
  return found == open_.end() ? nullptr : &found->second;
}

std::optional<LedgerPayload::Ground> LedgerPayload::ground(const crypto::Digest& parent) const {
  if (parent == tip_.hash) {
    const std::shared_ptr<const ledger::StateView> final(std::shared_ptr<void>(), &state_);
    return Ground{std::make_shared<ParentState>(final), tip_, {}, {}};
  }
  const auto* found = open(parent);
  if (found == nullptr) return std::nullopt;
  const std::shared_ptr<Open>& last = *found;
  const std::shared_ptr<const ledger::StateView> state(last, last->block.state.get());
  Ground ground{std::make_shared<ParentState>(state), last->block.tip, {}, {}};
  for (const auto* at = found; at != nullptr; at = open((*at)->parent)) {
    const Open& block = **at;
    ground.included.insert(block.submissions.begin(), block.submissions.end());
    // The newest block that changed an account says what it is.
    for (const auto& [index, account] : block.block.state->changes().accounts) {
      ground.inherited.try_emplace(index.value, block.block.leaves.at(index.value));
    }
  }
  return ground;
}

bool LedgerPayload::add(ledger::Draft& draft, crypto::BytesView canonical, Open& open) const {
  const auto number = kind_.find(canonical);
  std::optional<ledger::CheckedSubmission> checked;
  if (!number) {
    auto result = ledger::check_submission(kind_.ledger_network(), canonical);
    if (!result) return false;
    checked = std::move(*result);
  }
  const ledger::CheckedSubmission& submission = number ? kind_.find(*number)->checked : *checked;
  const auto outcome = draft.add(submission);
  if (!outcome || outcome->repeat) return false;
  if (number) open.submissions.insert(*number);
  return true;
}

BlockVerdict LedgerPayload::execute(const consensus::Block& block) {
  // The hash alone says nothing of the body.
  const crypto::Digest body_hash = crypto::sha256(block.body.value);
  if (const auto* known = open(block.hash))
    return (*known)->body == body_hash ? BlockVerdict::valid : BlockVerdict::wrong_body;
  const auto body = crypto::decode<runtime::BlockBody>(block.body.value);
  if (!body) return BlockVerdict::wrong_body;
  auto on = ground(block.parent);
  if (!on) return BlockVerdict::invalid;
  const ledger::Seal& seal = body->seal;
  if (seal.epoch != on->tip.epoch || seal.height != on->tip.height + 1 ||
      seal.first_entry != on->tip.next_entry() || seal.entry_count == 0 ||
      seal.time <= on->tip.time) {
    return BlockVerdict::invalid;
  }
  auto made = std::make_shared<Open>(block.parent, on->base, ledger::Block{}, decltype(final_){},
                                     body_hash);
  ledger::Draft draft(*on->base, on->tip, std::move(on->inherited), kind_.ledger_genesis().policies,
                      seal.time);
  for (const auto& submission : body->submissions.items) {
    if (!add(draft, submission.value, *made)) return BlockVerdict::wrong_body;
  }
  if (draft.empty()) return BlockVerdict::wrong_body;
  made->block = std::move(draft).seal(seal.proposer, state_);
  if (made->block.tip.hash != block.hash) {
    // What the seal commits to was executed, and gives something else: no body can make it good.
    const bool same_entries = made->block.seal.log_root == seal.log_root &&
                              made->block.seal.entry_count == seal.entry_count;
    return same_entries ? BlockVerdict::invalid : BlockVerdict::wrong_body;
  }
  open_.emplace(block.hash, std::move(made));
  return BlockVerdict::valid;
}

std::optional<consensus::Block> LedgerPayload::build(const consensus::Build& request,
                                                     std::uint16_t proposer,
                                                     std::uint64_t wall_clock_ms,
                                                     std::size_t submissions_max) {
  auto on = ground(request.parent);
  if (!on) return std::nullopt;
  auto made = std::make_shared<Open>(request.parent, on->base, ledger::Block{}, decltype(final_){},
                                     crypto::Digest{});
  ledger::Draft draft(*on->base, on->tip, std::move(on->inherited), kind_.ledger_genesis().policies,
                      {std::max(wall_clock_ms, request.earliest_ms)});
  runtime::BlockBody body;
  for (const SubmissionId id : known_) {
    if (on->included.contains(id)) continue;
    if (body.submissions.items.size() == submissions_max) break;
    const LedgerKind::Item& item = *kind_.find(id);
    const auto outcome = draft.add(item.checked);
    if (!outcome && !outcome.error().rejection) break;
    if (!outcome || outcome->repeat) continue;
    made->submissions.insert(id);
    body.submissions.items.push_back({item.canonical});
  }
  if (draft.empty()) return std::nullopt;
  const ledger::EpochRecord& epoch = epochs_.at(on->tip.epoch);
  made->block = std::move(draft).seal(epoch.validators.items.at(proposer).member, state_);
  body.seal = made->block.seal;
  consensus::Block block = runtime::to_consensus(body, proposer);
  made->body = crypto::sha256(block.body.value);
  open_.emplace(block.hash, std::move(made));
  return block;
}

void LedgerPayload::commit(const consensus::Block& block) {
  const auto* found = open(block.hash);
  crypto::check(found != nullptr && block.parent == tip_.hash, "blocks become final in order");
  const std::shared_ptr<Open> final = *found;
  const auto governance = state_.governance();
  state_.apply(final->block);
  const bool governed = state_.governance() != governance;
  tip_ = final->block.tip;
  state_root_ = final->block.seal.state_root;
  if (block.closing) epochs_.push_back(state_.governance()->epoch);
  for (const SubmissionId id : final->submissions) {
    final_.insert(id);
    known_.erase(id);
  }
  // What stands on it stays, and what does not can never be final.
  const auto stands = [&](const Open* at) {
    while (at != nullptr && at->parent != block.hash) {
      const auto* below = open(at->parent);
      at = below == nullptr ? nullptr : below->get();
    }
    return at != nullptr;
  };
  std::vector<crypto::Digest> dropped;
  for (const auto& [hash, each] : open_) {
    if (!stands(each.get())) dropped.push_back(hash);
  }
  for (const auto& [hash, each] : open_) {
    if (each->parent == block.hash) each->base->move_to({std::shared_ptr<void>(), &state_});
  }
  for (const crypto::Digest& hash : dropped) open_.erase(hash);
  std::erase_if(ready_, [&](SubmissionId id) { return !known_.contains(id); });
  for (const SubmissionId id : known_) {
    // What only the members could make possible they have not; another record may have its
    // reference.
    if (!governed && kind_.find(id)->governs && !ready_.contains(id)) continue;
    ready_.erase(id);
    if (is_ready(id)) ready_.insert(id);
  }
}

std::optional<crypto::PublicKey> LedgerPayload::key_of(std::size_t participant) const {
  const ledger::Standing* standing =
      ledger::find_standing(*state_.governance(), kind_.member(participant));
  if (standing == nullptr) return std::nullopt;
  return standing->keys.items.back().key;
}

bool LedgerPayload::is_ready(SubmissionId submission) const {
  const LedgerKind::Item* item = kind_.find(submission);
  if (item == nullptr) return false;
  ledger::Overlay scratch(state_, tip_.next_entry());
  ledger::ReadBudget budget;
  const auto outcome = ledger::execute(
      scratch, {{tip_.time.value + 1}, kind_.ledger_genesis().policies}, item->checked, budget);
  return outcome && !outcome->repeat;
}

void LedgerPayload::add(SubmissionId submission) {
  if (final_.contains(submission) || kind_.find(submission) == nullptr) return;
  if (known_.insert(submission).second && is_ready(submission)) ready_.insert(submission);
}

// ---- the laws

std::optional<std::string> law_broken(const std::optional<ledger::LawBreach>& breach) {
  if (!breach) return std::nullopt;
  return fmt::format("law {}: {}", breach->law, breach->detail);
}

// Law 5: from its entries the log gives the same bytes. The state that it gives goes to `state`.
std::optional<std::string> read_anew(const std::vector<crypto::Bytes>& log,
                                     const ledger::NetworkId& network, const ledger::Tip& tip,
                                     ledger::MemoryState& state) {
  const auto genesis = ledger::read_genesis(log.front());
  if (!genesis) return genesis.error().detail;
  const ledger::Block first = ledger::genesis_block(state, *genesis);
  state.apply(first);
  if (first.state->changes().entries.back() != log[1]) return "the genesis block has another seal";
  ledger::BlockParser parser(network, first.tip.next_entry());
  ledger::Replayer replayer(*genesis, first.tip);
  std::set<ledger::RecordId> records;
  for (std::size_t entry = first.tip.next_entry().value; entry < log.size(); ++entry) {
    auto parsed = parser.add(log[entry]);
    if (!parsed) return parsed.error().detail;
    if (!*parsed) continue;
    for (const ledger::CheckedSubmission& submission : (*parsed)->submissions) {
      for (const ledger::CheckedRecord& record : submission.records) {
        if (!records.insert(record.id).second) return "a record is in the log twice";
      }
    }
    const auto block = replayer.execute(state, state, **parsed);
    if (!block) return block.error().detail;
    state.apply(*block);
  }
  if (!parser.at_boundary() || replayer.tip().hash != tip.hash) return "the log ends elsewhere";
  return std::nullopt;
}

std::optional<std::string> LedgerPayload::fault() const {
  if (kind_.is_new(state_.entries())) {
    ledger::MemoryState again;
    if (auto broken = read_anew(state_.entries(), kind_.ledger_network(), tip_, again)) {
      return "law 5: " + *broken;
    }
  }
  std::vector<ledger::FundId> funds;
  for (const auto& [id, fund] : state_.funds()) funds.push_back(id);
  if (auto broken = law_broken(ledger::check_laws(state_, state_.flows(), funds))) return broken;
  for (std::size_t at = 0; at < state_.entries().size(); ++at) {
    if (state_.entries()[at].front() != ledger::record_entry_tag) continue;
    const ledger::EntryIndex entry{at};
    const ledger::RecordEntry record = state_.record(entry);
    const ledger::RecordBody& body = record.authored.record.body;
    std::optional<ledger::LawBreach> breach;
    if (std::holds_alternative<ledger::Donation>(body)) {
      breach = ledger::check_trace_laws(state_, entry).breach;
    } else if (std::holds_alternative<ledger::Expenditure>(body) ||
               std::holds_alternative<ledger::Refund>(body)) {
      breach = ledger::check_source_laws(state_, entry);
    }
    if (breach) return law_broken(breach);
  }
  return std::nullopt;
}

}  // namespace

// ---- everybody's

LedgerKind::LedgerKind(const Scenario& scenario)
    : signing_(scenario.signing),
      members_(members_of(scenario)),
      genesis_(genesis_of(members_, scenario.validators)),
      network_(ledger::network_id(genesis_)),
      network_digest_{network_.bytes},
      first_block_(ledger::genesis_block(nothing_, genesis_)) {
  for (const ledger::MemberId& member : members_) secret(member, 0);
  test::LedgerWorld world(genesis_);
  // Who votes is the council's to say: it knows what agreement needs.
  test::RandomHistory history(world, {.validator_changes = false});
  world.seal();
  sign(test::red_aid, secret(test::red_aid, 0), {{{"lone"}, test::proposal_of({"lone-fund"})}});
  const auto add = [this](const ledger::MemberId& author, std::vector<ledger::Record> records) {
    sign(author, secret(author, 0), std::move(records));
  };
  for (ledger::Submission& each : submissions_in(world.state(), 2)) {
    add(each.head.author, std::move(each.records.items));
  }
  known_ = submissions();
  test::Dice dice(scenario.seed);
  for (std::size_t step = 0; step < scenario.ledger_steps; ++step) {
    test::StepResult made = history.step(dice.roll());
    add(made.author, std::move(made.records));
    if (dice.percent(40)) world.seal();
  }
}

LedgerKind::Item LedgerKind::item(ledger::CheckedSubmission checked) {
  crypto::Bytes canonical = runtime::canonical_bytes(checked);
  const bool governs = std::ranges::all_of(checked.records, [](const auto& each) {
    const ledger::RecordBody& body = each.record.body;
    return std::holds_alternative<ledger::Approval>(body) ||
           std::holds_alternative<ledger::KeyRotation>(body) ||
           std::holds_alternative<ledger::MemberProposal>(body) ||
           std::holds_alternative<ledger::MemberSuspension>(body) ||
           std::holds_alternative<ledger::ValidatorChange>(body);
  });
  return {std::move(checked), std::move(canonical), governs};
}

const crypto::SecretKey& LedgerKind::secret(const ledger::MemberId& member, std::size_t rotations) {
  static std::map<std::pair<std::string, std::size_t>, crypto::SecretKey> keys;
  const auto found = keys.find({member.value, rotations});
  if (found != keys.end()) return found->second;
  const std::string name =
      rotations == 0 ? member.value : fmt::format("{} {}", member.value, rotations);
  add_secret(test::fixed_key(name));
  return keys.emplace(std::pair(member.value, rotations), test::fixed_key(name)).first->second;
}

SubmissionId LedgerKind::sign(const ledger::MemberId& author, const crypto::SecretKey& key,
                              std::vector<ledger::Record> records) {
  auto checked = ledger::sign_checked(network_, author, key, std::move(records));
  crypto::check(checked.has_value(), "it is not too large");
  Item made = item(std::move(*checked));
  const auto [number, fresh] = numbers_.try_emplace(
      crypto::sha256(made.canonical), items_.empty() ? lone_submission : items_.size());
  if (fresh) items_.push_back(std::move(made));
  return number->second;
}

SubmissionId LedgerKind::sign_again(SubmissionId id, const MemberBook& book) {
  const Item* item = find(id);
  if (item == nullptr) return id;
  const ledger::MemberId& author = item->checked.head.author;
  const auto member = book.members().find(author);
  if (member == book.members().end() || member->second.keys == 1) return id;
  const crypto::SecretKey& key = secret(author, member->second.keys - 1);
  if (key.public_key() != member->second.key) return id;
  std::vector<ledger::Record> records;
  for (const ledger::CheckedRecord& each : item->checked.records) records.push_back(each.record);
  return sign(author, key, std::move(records));
}

void LedgerKind::set_lone(const ledger::MemberId& author, const crypto::SecretKey& key) {
  auto checked =
      ledger::sign_checked(network_, author, key, {{{"lone"}, test::proposal_of({"lone-fund"})}});
  items_.front() = item(std::move(*checked));
  numbers_[crypto::sha256(items_.front().canonical)] = lone_submission;
}

bool LedgerKind::is_new(const std::vector<crypto::Bytes>& log) const {
  if (log == read_) return false;
  read_ = log;
  return true;
}

bool LedgerKind::is_member_at_first(std::size_t participant) const {
  return std::ranges::count(genesis_.members.items, members_.at(participant),
                            &ledger::Member::member) > 0;
}

std::size_t LedgerKind::participant(const ledger::MemberId& member) const {
  const auto found = std::ranges::find(members_, member);
  crypto::check(found != members_.end(), "only who has a node gets a vote");
  return static_cast<std::size_t>(found - members_.begin());
}

crypto::PublicKey LedgerKind::first_key(std::size_t participant) const {
  return secret(members_.at(participant), 0).public_key();
}

std::unique_ptr<Electorate> LedgerKind::electorate() const {
  return std::make_unique<MemberBook>(
      genesis_, MemberBook::Names{[this](const auto& member) { return participant(member); },
                                  [this](const auto& key) { return voting_key(key, signing_); }});
}

const LedgerKind::Item* LedgerKind::find(SubmissionId id) const {
  if (id == lone_submission) return &items_.front();
  return id > 0 && id < items_.size() ? &items_[id] : nullptr;
}

std::optional<SubmissionId> LedgerKind::find(crypto::BytesView canonical) const {
  const auto found = numbers_.find(crypto::sha256(canonical));
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<SubmissionId> LedgerKind::known() const {
  std::vector<SubmissionId> ids;
  for (SubmissionId id = 1; id <= known_; ++id) ids.push_back(id);
  return ids;
}

consensus::BlockPtr LedgerKind::genesis() const {
  return std::make_shared<const consensus::Block>(
      runtime::to_consensus({first_block_.seal, {}}, 0));
}

std::unique_ptr<Payload> LedgerKind::start(const std::vector<consensus::BlockPtr>& chain) const {
  return std::make_unique<LedgerPayload>(*this, chain);
}

bool LedgerKind::matches(const consensus::Block& block, const ledger::EpochRecord& epoch) const {
  return runtime::read_body(block, epoch).has_value();
}

std::optional<Content> LedgerKind::content(const consensus::Block& block) const {
  const auto body = crypto::decode<runtime::BlockBody>(block.body.value);
  if (!body) return std::nullopt;
  Content content{body->seal.state_root, {}};
  for (const auto& submission : body->submissions.items) {
    const auto number = find(submission.value);
    if (!number) return std::nullopt;
    content.submissions.push_back(*number);
  }
  return content;
}

// It differs in its time, so it is just as valid, or in its state, so it is not.
consensus::Block LedgerKind::another(const consensus::Block& block) const {
  auto body = crypto::decode<runtime::BlockBody>(block.body.value);
  crypto::check(body.has_value(), "a block that was built");
  if (block.timestamp_ms % 2 == 0) {
    body->seal.time.value += 1;
  } else {
    body->seal.state_root.bytes[0] ^= 1;
  }
  return runtime::to_consensus(*body, block.proposer);
}

consensus::Block LedgerKind::made_up(consensus::BlockHeight height,
                                     const crypto::Digest& parent) const {
  runtime::BlockBody body;
  body.seal.height = {height.value};
  body.seal.previous = parent;
  body.seal.proposer = genesis_.validators.items.front();
  body.seal.time = genesis_.time;
  return runtime::to_consensus(body, 0);
}

}  // namespace centime::simulator
