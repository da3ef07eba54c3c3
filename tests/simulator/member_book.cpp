#include "tests/simulator/member_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/runtime/block_body.h"
#include "tests/simulator/big_endian.h"
#include "tests/simulator/oracle.h"
#include "tests/simulator/quorums.h"

namespace centime::simulator {

MemberBook::MemberBook(const ledger::Genesis& genesis, Names names) : names_(std::move(names)) {
  for (const ledger::Member& each : genesis.members.items) {
    members_[each.member] = {each.role, true, each.key};
  }
  validators_ = genesis.validators.items;
  for (const ledger::MemberId& each : validators_) keys_.push_back(members_.at(each).key);
}

bool MemberBook::votes(const ledger::MemberId& member) const {
  return std::ranges::count(validators_, member) > 0;
}

std::vector<Seat> MemberBook::seats() const {
  std::vector<Seat> seats;
  for (std::size_t at = 0; at < validators_.size(); ++at) {
    seats.push_back({names_.participant(validators_[at]), names_.voting_key(keys_[at])});
  }
  return seats;
}

void MemberBook::read(const consensus::Block& block) {
  const auto body = crypto::decode<runtime::BlockBody>(block.body.value);
  if (!body || body->seal.height.value != ++height_) throw Violation{"S19", "no block of a ledger"};
  if (body->seal.epoch != epoch_) {
    throw Violation{"S19", fmt::format("block {} says it is of epoch {}, and {} is under way",
                                       height_, body->seal.epoch, epoch_)};
  }
  coming_ = validators_;
  changed_ = false;
  for (const auto& bytes : body->submissions.items) {
    const auto submission = crypto::decode<ledger::Submission>(bytes.value);
    if (!submission) throw Violation{"S19", "no submission of a ledger"};
    for (const ledger::Record& record : submission->records.items) {
      take(submission->head.author, record);
    }
  }
  if (changed_) {
    ++epoch_;
    validators_ = coming_;
    keys_.clear();
    for (const ledger::MemberId& each : validators_) keys_.push_back(members_.at(each).key);
  }
  const crypto::Digest next = changed_ ? record_hash() : crypto::Digest{};
  if (block.closing != changed_ || body->seal.next_epoch != next) {
    throw Violation{"S19",
                    fmt::format("block {} {} its epoch, and its records say {}", height_,
                                block.closing ? "closes" : "does not close",
                                changed_ ? "that other validators follow" : "no such thing")};
  }
}

void MemberBook::take(const ledger::MemberId& author, const ledger::Record& record) {
  const ledger::RecordId id =
      ledger::record_id(crypto::encode(ledger::AuthoredRecord{author, record}));
  const ledger::RecordBody& body = record.body;
  if (const auto* approval = std::get_if<ledger::Approval>(&body)) {
    open_.at(approval->proposal).approvals.insert(author);
    return decide(approval->proposal);
  }
  if (const auto* rotation = std::get_if<ledger::KeyRotation>(&body);
      rotation && rotation->member == author) {
    return rotate(*rotation);
  }
  if (std::holds_alternative<ledger::KeyRotation>(body) ||
      std::holds_alternative<ledger::MemberProposal>(body) ||
      std::holds_alternative<ledger::MemberSuspension>(body) ||
      std::holds_alternative<ledger::ValidatorChange>(body)) {
    Proposal proposal{author, body, {}};
    if (may_approve(author, body)) proposal.approvals.insert(author);
    open_[id] = std::move(proposal);
    decide(id);
  }
}

bool MemberBook::may_approve(const ledger::MemberId& member, const ledger::RecordBody& body) const {
  if (votes(member) || members_.at(member).role == ledger::Role::auditor) return true;
  const auto* change = std::get_if<ledger::ValidatorChange>(&body);
  return change != nullptr && std::ranges::count(change->validators.items, member) > 0;
}

bool MemberBook::is_decided(const Proposal& proposal) const {
  const auto approved = [&](const ledger::MemberId& member) {
    return proposal.approvals.contains(member);
  };
  const auto of_now = static_cast<std::size_t>(std::ranges::count_if(validators_, approved));
  if (of_now < quorum_of(validators_.size())) return false;
  if (const auto* joining = std::get_if<ledger::MemberProposal>(&proposal.body)) {
    return joining->role != ledger::Role::ngo ||
           std::ranges::any_of(proposal.approvals, [&](const ledger::MemberId& member) {
             return members_.at(member).role == ledger::Role::auditor;
           });
  }
  if (const auto* change = std::get_if<ledger::ValidatorChange>(&proposal.body)) {
    const auto& after = change->validators.items;
    if (static_cast<std::size_t>(std::ranges::count_if(after, approved)) <
        quorum_of(after.size())) {
      return false;
    }
    return std::ranges::all_of(after,
                               [&](const auto& each) { return votes(each) || approved(each); });
  }
  return true;
}

std::vector<ledger::MemberId>& MemberBook::coming() {
  changed_ = true;
  // Changes of the validators name the epoch that ends.
  std::erase_if(open_, [](const auto& each) {
    return std::holds_alternative<ledger::ValidatorChange>(each.second.body);
  });
  return coming_;
}

// What it proposed and approved counts no more.
void MemberBook::take_back(const ledger::MemberId& member) {
  std::erase_if(open_, [&](const auto& each) { return each.second.author == member; });
  for (auto& [id, proposal] : open_) proposal.approvals.erase(member);
}

void MemberBook::rotate(const ledger::KeyRotation& rotation) {
  Member& member = members_.at(rotation.member);
  member.key = rotation.key;
  ++member.keys;
  if (std::ranges::count(coming_, rotation.member) > 0) coming();
}

void MemberBook::decide(const ledger::RecordId& id) {
  if (!is_decided(open_.at(id))) return;
  const ledger::RecordBody body = open_.at(id).body;
  open_.erase(id);
  if (const auto* joining = std::get_if<ledger::MemberProposal>(&body)) {
    members_[joining->member] = {joining->role, true, joining->key};
  } else if (const auto* rotation = std::get_if<ledger::KeyRotation>(&body)) {
    take_back(rotation->member);  // Others decided that: it may have lost its key.
    rotate(*rotation);
  } else if (const auto* change = std::get_if<ledger::ValidatorChange>(&body)) {
    coming() = change->validators.items;
  } else if (const auto* suspension = std::get_if<ledger::MemberSuspension>(&body)) {
    const ledger::MemberId& member = suspension->member;
    members_.at(member).active = suspension->status == ledger::MemberStatus::active;
    if (members_.at(member).active) return;
    take_back(member);
    if (std::ranges::count(coming_, member) > 0) std::erase(coming(), member);
  }
}

// SHA-256("centime/epoch/v1\n" || epoch || validators, each slug and key || quorum).
crypto::Digest MemberBook::record_hash() const {
  crypto::Bytes bytes = crypto::to_bytes("centime/epoch/v1\n");
  put(bytes, epoch_, 8);
  put(bytes, validators_.size(), 4);
  for (std::size_t at = 0; at < validators_.size(); ++at) {
    crypto::encode_to(validators_[at], bytes);
    bytes.insert(bytes.end(), keys_[at].bytes.begin(), keys_[at].bytes.end());
  }
  put(bytes, quorum_of(validators_.size()), 4);
  return crypto::sha256(bytes);
}

}  // namespace centime::simulator
