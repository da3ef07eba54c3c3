#include "tests/simulator/council.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulator/quorums.h"
#include "tests/support/ledger_world.h"

namespace centime::simulator {
namespace {

// A matter that nobody decides is dropped after so many turns.
constexpr std::size_t turns_max = 60;

}  // namespace

Council::Council(const Scenario& scenario, LedgerKind& kind)
    : scenario_(scenario),
      kind_(kind),
      random_(scenario.seed, "council"),
      left_(scenario.council_steps) {}

std::vector<Council::Act> Council::turn(const MemberBook& book, const Nodes& nodes) {
  nodes_ = &nodes;
  if (random_.percent(8)) err(book);
  if (matter_) {
    go_on(book);
  } else if (left_ > 0 && book.height() >= 1 && random_.percent(60)) {
    --left_;
    begin(book);
  }
  return std::exchange(acts_, {});
}

bool Council::has_node(const ledger::MemberId& member) const {
  for (std::size_t at = 0; at < scenario_.participants; ++at) {
    if (kind_.member(at) == member)
      return scenario_.roles[at] != Role::silent || at < scenario_.validators;
  }
  return false;
}

// Who is wiped counts as one that lies until it has rejoined; and so does a newcomer, which comes
// too late for the first view if others go on with a liar's votes.
bool Council::may_vote(const std::vector<ledger::MemberId>& validators) const {
  std::size_t liars = scenario_.wiped ? 1 : 0;
  for (const ledger::MemberId& each : validators) {
    const std::size_t participant = kind_.participant(each);
    const bool honest = scenario_.roles[participant] == Role::honest;
    if (!honest || (!scenario_.begins_with_nothing() && !nodes_->settled(participant))) ++liars;
  }
  return !validators.empty() && liars <= liars_max(validators.size());
}

std::vector<ledger::MemberId> Council::active(const MemberBook& book) const {
  std::vector<ledger::MemberId> found;
  for (const auto& [id, member] : book.members()) {
    if (member.active && has_node(id)) found.push_back(id);
  }
  return found;
}

const crypto::SecretKey& Council::key_now(const MemberBook& book,
                                          const ledger::MemberId& member) const {
  return LedgerKind::secret(member, book.members().at(member).keys - 1);
}

SubmissionId Council::hand_in(const MemberBook& book, const ledger::MemberId& author,
                              ledger::RecordBody body, bool old_key) {
  const ledger::Record record{{fmt::format("council-{}", ++references_)}, std::move(body)};
  const SubmissionId id =
      kind_.sign(author, old_key ? LedgerKind::secret(author, 0) : key_now(book, author), {record});
  acts_.push_back({random_.below(scenario_.participants), id});
  return id;
}

void Council::propose(const MemberBook& book, const ledger::MemberId& author,
                      ledger::RecordBody body, bool moves_votes) {
  const SubmissionId id = hand_in(book, author, std::move(body));
  matter_ = Matter{};
  matter_->submission = id;
  matter_->moves_votes = moves_votes;
  const ledger::CheckedRecord& record = kind_.find(id)->checked.records.front();
  const auto* change = std::get_if<ledger::ValidatorChange>(&record.record.body);
  if (change != nullptr) matter_->epoch = change->epoch;
  matter_->proposal = record.id;
}

void Council::begin(const MemberBook& book) {
  const std::uint64_t roll = random_.below(100);
  if (roll < 20) return join(book);
  if (roll < 60) return change(book);
  if (roll < 80) return rotate(book);
  suspend(book);
}

void Council::go_on(const MemberBook& book) {
  Matter& matter = *matter_;
  const auto found = book.open().find(matter.proposal);
  if (found != book.open().end()) {
    matter.seen = true;
    for (const ledger::MemberId& each : active(book)) {
      if (found->second.approvals.contains(each) || !book.may_approve(each, found->second.body)) {
        continue;
      }
      // Who is to get a vote has a node that follows.
      if (!book.votes(each) && !nodes_->runs(kind_.participant(each))) continue;
      if (matter.asked.contains(each) || random_.percent(50)) continue;
      matter.asked.insert(each);
      hand_in(book, each, ledger::Approval{matter.proposal, {}});
    }
    // At the same time somebody takes a new key, which may end the epoch first.
    if (random_.percent(3)) rotate(book);
    if (matter.turns % 12 == 11) matter.asked.clear();  // Some nodes were down.
  } else if (matter.seen || (matter.epoch && book.epoch() != *matter.epoch)) {
    return matter_.reset();
  } else if (matter.turns % 6 == 5) {
    acts_.push_back({random_.below(scenario_.participants), matter.submission});
  }
  if (++matter.turns < turns_max) return;
  // It may still be decided at any time, and another change of votes then comes on top of it.
  if (matter.moves_votes) left_ = 0;
  matter_.reset();
}

void Council::join(const MemberBook& book) {
  std::vector<ledger::MemberId> strangers;
  for (std::size_t at = 0; at < scenario_.participants; ++at) {
    if (!book.members().contains(kind_.member(at))) strangers.push_back(kind_.member(at));
  }
  if (strangers.empty()) return change(book);
  const ledger::MemberId& newcomer = random_.pick(strangers);
  propose(book, random_.pick(active(book)),
          ledger::MemberProposal{newcomer,
                                 {newcomer.value},
                                 random_.pick({ledger::Role::ngo, ledger::Role::auditor}),
                                 LedgerKind::secret(newcomer, 0).public_key(),
                                 test::digest_of("agreement")},
          false);
}

void Council::change(const MemberBook& book) {
  std::vector<ledger::MemberId> candidates = active(book);
  for (int attempt = 0; attempt < 20; ++attempt) {
    random_.shuffle(candidates);
    std::vector<ledger::MemberId> chosen = candidates;
    // Mostly all but a few.
    const std::size_t most = std::min<std::size_t>(chosen.size() - 1, 2);
    std::size_t leave = random_.below(most + 1);
    if (random_.percent(10)) leave = random_.below(chosen.size());
    chosen.resize(chosen.size() - leave);
    if (!may_vote(chosen) || chosen == book.validators()) continue;
    ledger::ValidatorChange body;
    body.epoch = book.epoch();
    body.validators.items = std::move(chosen);
    return propose(book, random_.pick(active(book)), std::move(body), true);
  }
}

// By itself with the old key, or by the others.
void Council::rotate(const MemberBook& book) {
  const ledger::MemberId member = random_.pick(active(book));
  const crypto::SecretKey& key = LedgerKind::secret(member, book.members().at(member).keys);
  const crypto::PublicKey fresh = key.public_key();
  const crypto::Signature proof =
      key.sign(ledger::key_proof_message(kind_.ledger_network(), member, fresh));
  if (matter_ || random_.percent(70)) {
    hand_in(book, member, ledger::KeyRotation{member, fresh, proof});
    return;
  }
  propose(book, random_.pick(active(book)), ledger::KeyRotation{member, fresh, proof}, false);
}

void Council::suspend(const MemberBook& book) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    std::vector<ledger::MemberId> members;
    for (const auto& [id, member] : book.members()) {
      if (has_node(id)) members.push_back(id);
    }
    const ledger::MemberId member = random_.pick(members);
    std::vector<ledger::MemberId> rest = book.validators();
    std::erase(rest, member);
    const bool is_active = book.members().at(member).active;
    if (is_active && (!may_vote(rest) || active(book).size() < 2)) continue;
    const auto status = is_active ? ledger::MemberStatus::suspended : ledger::MemberStatus::active;
    return propose(book, random_.pick(active(book)),
                   ledger::MemberSuspension{member, status, {"It is silent"}}, is_active);
  }
}

// What everybody refuses.
void Council::err(const MemberBook& book) {
  const std::vector<ledger::MemberId> members = active(book);
  const ledger::MemberId author = random_.pick(members);
  const ledger::MemberId other = random_.pick(members);
  switch (random_.below(8)) {
    case 0:
      hand_in(book, author,
              ledger::Approval{ledger::RecordId::from(test::digest_of("no record")), {}});
      return;
    case 1: {  // Once more.
      for (const auto& [id, proposal] : book.open()) {
        if (!proposal.approvals.contains(author) || book.is_decided(proposal)) continue;
        hand_in(book, author, ledger::Approval{id, {}});
      }
      return;
    }
    case 2: {  // Of another epoch.
      ledger::ValidatorChange body;
      body.epoch = book.epoch() + 1 + random_.below(3);
      body.validators.items = {author};
      // Refused now; it must not wait until it is right.
      body.epoch += 1'000;
      hand_in(book, author, std::move(body));
      return;
    }
    case 3: {  // With somebody twice, a stranger, or nobody.
      ledger::ValidatorChange body;
      body.epoch = book.epoch();
      body.validators.items =
          random_.pick<std::vector<ledger::MemberId>>({{author, author}, {author, {"nobody"}}, {}});
      hand_in(book, author, std::move(body));
      return;
    }
    case 4: {  // Signed by the old key.
      const crypto::SecretKey& old = LedgerKind::secret(author, 0);
      const auto id = old.public_key();
      hand_in(
          book, author,
          ledger::KeyRotation{
              author, id, old.sign(ledger::key_proof_message(kind_.ledger_network(), author, id))});
      return;
    }
    case 5: {  // Without holding the key.
      hand_in(book, author,
              ledger::KeyRotation{author, test::fixed_key("nobody").public_key(), {}});
      return;
    }
    case 6:
      hand_in(book, author,
              ledger::MemberSuspension{other, ledger::MemberStatus::active, {"It was never"}});
      return;
    default:  // By who has another key now.
      if (book.members().at(author).keys == 1) return;
      hand_in(book, author,
              ledger::MemberSuspension{other, ledger::MemberStatus::suspended, {"No"}}, true);
  }
}

}  // namespace centime::simulator
