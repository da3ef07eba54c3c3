#include "node/ledger/governance_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/ledger/approvals.h"

namespace centime::ledger {
namespace {

bool contains(const auto& list, const MemberId& member) {
  return std::ranges::find(list.items, member) != list.items.end();
}

}  // namespace

crypto::Bytes key_proof_message(const NetworkId& network, const MemberId& member,
                                const crypto::PublicKey& key) {
  const crypto::BytesView tag = crypto::as_bytes("centime/key-rotation/v1\n");
  crypto::Bytes message(tag.begin(), tag.end());
  message.insert(message.end(), network.bytes.begin(), network.bytes.end());
  crypto::encode_to(member, message);
  message.insert(message.end(), key.bytes.begin(), key.bytes.end());
  return message;
}

GovernanceRules::GovernanceRules(Overlay& state, const Member& author, const Record& record,
                                 EntryIndex entry, Date day)
    : state_(state),
      author_(author),
      record_(record),
      entry_(entry),
      day_(day),
      governance_(*state.governance()) {
  governance_.open.items = open_proposals(governance_, day_);
}

std::expected<Effects, Refusal> GovernanceRules::finish(Done done) {
  if (!done) return std::unexpected(std::move(done.error()));
  mention_subjects(record_.body);
  state_.set_governance(std::move(governance_));
  return Effects{};
}

std::expected<Effects, Refusal> GovernanceRules::apply(const MemberProposal& record) {
  if (find_standing(governance_, record.member) != nullptr) {
    return refuse(Word::member_exists, "a member is called '" + record.member.value + "' already");
  }
  if (record.role == Role::ngo && !record.agreement) {
    return refuse(Word::agreement_missing,
                  "an NGO joins with the SHA-256 of its signed agreement (agreement)");
  }
  if (auto fresh = check_new_key(record.key); !fresh) return finish(std::move(fresh));
  return finish(propose());
}

std::expected<Effects, Refusal> GovernanceRules::apply(const KeyRotation& record) {
  if (auto sound = check(record); !sound) return finish(std::move(sound));
  if (record.member != author_.member) return finish(propose());
  if (find_standing(governance_, record.member)->keys.items.size() >= keys_by_itself_max) {
    return refuse(Word::too_large,
                  fmt::format("a member takes at most {} keys by itself, one after the other; "
                              "another one is for the other members to propose",
                              keys_by_itself_max));
  }
  return finish(rotate(record));
}

std::expected<Effects, Refusal> GovernanceRules::apply(const MemberSuspension& record) {
  if (auto sound = check(record); !sound) return finish(std::move(sound));
  return finish(propose());
}

std::expected<Effects, Refusal> GovernanceRules::apply(const ValidatorChange& record) {
  if (auto sound = check(record); !sound) return finish(std::move(sound));
  return finish(propose());
}

std::expected<Effects, Refusal> GovernanceRules::apply(const Approval& record) {
  const OpenProposal* open = find_open(governance_, record.proposal);
  if (open == nullptr) {
    if (!state_.find_record(record.proposal)) {
      return refuse(Word::unknown_record, "no record has the id " + record.proposal.hex());
    }
    return refuse(Word::unknown_proposal,
                  "record " + record.proposal.hex().substr(0, 16) +
                      " is no open proposal: it never was one, is decided, or void");
  }
  const RecordEntry proposal = state_.record(open->entry);
  const bool again = contains(open->approvals, author_.member);
  // Since a new epoch wants fewer, what was approved before may be enough.
  if (again &&
      !wanted_approvals(governance_, state_, *open, proposal.authored.record.body).none()) {
    return refuse(Word::already_approved, "'" + author_.member.value + "' has approved it already");
  }
  if (!may_approve(proposal.authored.record.body)) {
    return refuse(Word::not_permitted,
                  "a proposal is approved by validators, by auditors, and a change of the "
                  "validators by those that it adds");
  }
  auto& approvals =
      governance_.open.items[static_cast<std::size_t>(open - governance_.open.items.data())]
          .approvals;
  if (!again) approvals.items.push_back(author_.member);
  if (auto decided = decide(record.proposal); !decided) return finish(std::move(decided));
  state_.add_statement(record.proposal, entry_, RecordKind::approval);
  state_.mention(proposal.authored.author, entry_);
  mention_subjects(proposal.authored.record.body);
  return finish({});
}

// Under each member that it is about, whether it is one yet or not.
void GovernanceRules::mention_subjects(const RecordBody& body) {
  std::visit(
      [&](const auto& record) {
        if constexpr (requires { record.validators; }) {
          for (const MemberId& member : record.validators.items) state_.mention(member, entry_);
        } else if constexpr (requires { record.member; }) {
          state_.mention(record.member, entry_);
        }
      },
      body);
}

// Opens a proposal, which its author approves thereby, and carries it out if that is enough.
GovernanceRules::Done GovernanceRules::propose() {
  const RecordId id = record_id(crypto::encode(AuthoredRecord{author_.member, record_}));
  OpenProposal made{id, entry_, author_.member, day_, {}};
  if (may_approve(record_.body)) made.approvals.items.push_back(author_.member);
  governance_.open.items.push_back(std::move(made));
  if (auto decided = decide(id); !decided) return decided;
  return check_room(id);
}

// What is carried out at once takes no place.
GovernanceRules::Done GovernanceRules::check_room(const RecordId& opened) const {
  const auto& open = governance_.open.items;
  if (find_open(governance_, opened) == nullptr) return {};
  const auto count = [&](auto is) {
    return static_cast<std::size_t>(std::ranges::count_if(open, is));
  };
  const auto votes = [&](const MemberId& member) {
    return validator_index(governance_.epoch, member).has_value();
  };
  const std::size_t of_author =
      count([&](const OpenProposal& each) { return each.author == author_.member; });
  // Beyond the shared places stands at most one of each author. Those run out only where member
  // after member got a vote, left one open and lost the vote again: a quorum's doing.
  if (votes(author_.member) && of_author == 1 && open.size() <= open_proposals_max) return {};
  const std::size_t of_others =
      votes(author_.member) ? 0
                            : count([&](const OpenProposal& each) { return !votes(each.author); });
  if (open.size() <= open_proposals_shared_max && of_author <= open_proposals_of_one_max &&
      of_others <= open_proposals_of_others_max)
    return {};
  return refuse(Word::too_many_proposals,
                fmt::format("at most {} proposals are open at a time, {} of one member and {} of "
                            "those without a vote, and one more of each validator that has no "
                            "other; they end when approved or after {} days",
                            open_proposals_shared_max, open_proposals_of_one_max,
                            open_proposals_of_others_max, proposal_days_max));
}

bool GovernanceRules::may_approve(const RecordBody& body) const {
  if (author_.role == Role::auditor) return true;
  if (validator_index(governance_.epoch, author_.member)) return true;
  const auto* change = std::get_if<ValidatorChange>(&body);
  return change != nullptr && contains(change->validators, author_.member);
}

// Carries a proposal out that has enough approvals.
GovernanceRules::Done GovernanceRules::decide(const RecordId& id) {
  const OpenProposal* open = find_open(governance_, id);
  const RecordBody body =
      open->entry == entry_ ? record_.body : state_.record(open->entry).authored.record.body;
  if (!wanted_approvals(governance_, state_, *open, body).none()) return {};
  std::erase_if(governance_.open.items, [&](const OpenProposal& each) { return each.id == id; });
  return std::visit(
      [&](const auto& proposal) -> Done {
        if constexpr (requires { carry_out(proposal); }) {
          return carry_out(proposal);
        } else {
          crypto::check(false, "only proposals are open");
          return {};
        }
      },
      body);
}

GovernanceRules::Done GovernanceRules::check_new_key(const crypto::PublicKey& key) const {
  if (!crypto::admit_key(key.bytes)) {
    return refuse(Word::bad_key, "this is not an admissible Ed25519 key");
  }
  for (const Standing& standing : governance_.members.items) {
    for (const KeyUse& use : standing.keys.items) {
      if (use.key != key) continue;
      return refuse(Word::key_exists,
                    "this key is or was one of member '" + standing.member.value + "'");
    }
  }
  return {};
}

GovernanceRules::Done GovernanceRules::carry_out(const MemberProposal& record) {
  // Another proposal may have made a member of this name, or with this key, since.
  if (find_standing(governance_, record.member) != nullptr) {
    return refuse(Word::member_exists, "a member is called '" + record.member.value + "' already");
  }
  if (auto fresh = check_new_key(record.key); !fresh) return fresh;
  if (governance_.members.items.size() >= members_max) {
    return refuse(Word::too_many_members,
                  fmt::format("a network has at most {} members", members_max));
  }
  governance_.members.items.push_back(
      {record.member, MemberStatus::active, {{{record.key, entry_}}}});
  state_.add_member({record.member, record.title, record.role, record.key});
  return {};
}

GovernanceRules::Done GovernanceRules::check(const KeyRotation& record) const {
  const Standing* standing = find_standing(governance_, record.member);
  if (standing == nullptr) {
    return refuse(Word::unknown_member, "no member is called '" + record.member.value + "'");
  }
  if (auto fresh = check_new_key(record.key); !fresh) return fresh;
  if (!crypto::verify(record.key, key_proof_message(governance_.network, record.member, record.key),
                      record.proof)) {
    return refuse(Word::bad_signature, "the proof is not the new key's signature (see proof)");
  }
  if (standing->keys.items.size() >= keys_of_one_max) {
    return refuse(Word::too_large, fmt::format("a member has at most {} keys, one after the other",
                                               keys_of_one_max));
  }
  return {};
}

// As others decided.
GovernanceRules::Done GovernanceRules::carry_out(const KeyRotation& record) {
  if (auto sound = check(record); !sound) return sound;
  take_back(record.member);
  return rotate(record);
}

GovernanceRules::Done GovernanceRules::rotate(const KeyRotation& record) {
  auto standing = std::ranges::find(governance_.members.items, record.member, &Standing::member);
  standing->keys.items.push_back({record.key, entry_});
  Member member = *state_.member(record.member);
  member.key = record.key;
  state_.add_member(std::move(member));
  // A change in the same block may have taken its vote already, or have given it one.
  const auto votes = [&](const EpochValidators& validators) {
    return std::ranges::find(validators.items, record.member, &EpochValidator::member) !=
           validators.items.end();
  };
  if (!votes(governance_.next ? *governance_.next : governance_.epoch.validators)) return {};
  std::ranges::find(next_validators().items, record.member, &EpochValidator::member)->key =
      record.key;
  return {};
}

GovernanceRules::Done GovernanceRules::check(const MemberSuspension& record) const {
  const Standing* standing = find_standing(governance_, record.member);
  if (standing == nullptr) {
    return refuse(Word::unknown_member, "no member is called '" + record.member.value + "'");
  }
  if (standing->status == record.status) {
    return refuse(Word::not_permitted, fmt::format("'{}' is {} already", record.member.value,
                                                   crypto::word_of(record.status)));
  }
  return {};
}

GovernanceRules::Done GovernanceRules::carry_out(const MemberSuspension& record) {
  if (auto sound = check(record); !sound) return sound;
  const EpochValidators& coming =
      governance_.next ? *governance_.next : governance_.epoch.validators;
  const bool votes =
      std::ranges::find(coming.items, record.member, &EpochValidator::member) != coming.items.end();
  const bool loses_vote = votes && record.status == MemberStatus::suspended;
  if (loses_vote && coming.items.size() == 1) {
    return refuse(Word::bad_validators, "the only validator can't be suspended");
  }
  auto standing = std::ranges::find(governance_.members.items, record.member, &Standing::member);
  standing->status = record.status;
  if (record.status == MemberStatus::suspended) take_back(record.member);
  if (loses_vote) {
    std::erase_if(next_validators().items,
                  [&](const EpochValidator& each) { return each.member == record.member; });
  }
  return {};
}

GovernanceRules::Done GovernanceRules::check(const ValidatorChange& record) const {
  if (record.epoch != governance_.epoch.epoch || governance_.next) {
    return refuse(
        Word::wrong_epoch,
        fmt::format("epoch {} {}; a change names the epoch that it ends", governance_.epoch.epoch,
                    governance_.next ? "ends with this block" : "is under way"));
  }
  if (record.validators.items.empty()) {
    return refuse(Word::bad_validators, "a network has at least one validator");
  }
  std::set<MemberId> seen;
  for (const MemberId& member : record.validators.items) {
    const Standing* standing = find_standing(governance_, member);
    if (standing == nullptr) {
      return refuse(Word::unknown_member, "no member is called '" + member.value + "'");
    }
    if (standing->status != MemberStatus::active) {
      return refuse(Word::member_suspended, "'" + member.value + "' is suspended");
    }
    if (!seen.insert(member).second) {
      return refuse(Word::bad_validators, "'" + member.value + "' is listed twice");
    }
  }
  const auto& now = governance_.epoch.validators.items;
  if (std::ranges::equal(record.validators.items, now, {}, {}, &EpochValidator::member)) {
    return refuse(Word::bad_validators, "these are the validators already, in this order");
  }
  return {};
}

GovernanceRules::Done GovernanceRules::carry_out(const ValidatorChange& record) {
  if (auto sound = check(record); !sound) return sound;
  EpochValidators next;
  for (const MemberId& member : record.validators.items) {
    next.items.push_back({member, find_standing(governance_, member)->keys.items.back().key});
  }
  next_validators() = std::move(next);
  return {};
}

void GovernanceRules::take_back(const MemberId& member) {
  auto& open = governance_.open.items;
  std::erase_if(open, [&](const OpenProposal& each) { return each.author == member; });
  for (OpenProposal& each : open) std::erase(each.approvals.items, member);
}

EpochValidators& GovernanceRules::next_validators() {
  if (!governance_.next) {
    governance_.next = governance_.epoch.validators;
    void_validator_changes();
  }
  return *governance_.next;
}

// They name the epoch that ends with this block.
void GovernanceRules::void_validator_changes() {
  std::erase_if(governance_.open.items, [&](const OpenProposal& open) {
    return state_.record(open.entry).authored.record.kind() == RecordKind::validator_change;
  });
}

}  // namespace centime::ledger
