// What the people behind the members decide while a run goes on: who is a member, who votes, keys.
//
// One matter after the other, right ones and wrong ones: a proposal, then the approvals that it
// still lacks, each signed with the key that its member has at that moment. It proposes only sets
// of validators of whom few enough lie, whatever else is open: what an epoch promises it promises
// no others. Sees what is final anywhere.
#pragma once

#include <functional>
#include <optional>

#include "tests/simulator/ledger_payload.h"
#include "tests/simulator/random.h"

namespace centime::simulator {

class Council {
 public:
  // Both outlive the council.
  Council(const Scenario& scenario, LedgerKind& kind);

  // Something is handed in at this participant's node.
  struct Act {
    std::size_t at = 0;
    SubmissionId submission = 0;
  };
  // What it knows of a participant's node.
  struct Nodes {
    std::function<bool(std::size_t)> runs;
    std::function<bool(std::size_t)> settled;  // It has all votes that it ever cast.
  };
  std::vector<Act> turn(const MemberBook& book, const Nodes& nodes);
  bool done() const { return left_ == 0 && !matter_; }

 private:
  struct Matter {
    ledger::RecordId proposal;
    SubmissionId submission = 0;
    std::set<ledger::MemberId> asked;    // Whose approvals were handed in.
    std::optional<std::uint64_t> epoch;  // Void behind it.
    bool seen = false;                   // The proposal has been open.
    bool moves_votes = false;
    std::size_t turns = 0;
  };

  void begin(const MemberBook& book);
  void go_on(const MemberBook& book);
  void join(const MemberBook& book);
  void change(const MemberBook& book);
  void rotate(const MemberBook& book);
  void suspend(const MemberBook& book);
  void err(const MemberBook& book);

  bool has_node(const ledger::MemberId& member) const;
  bool may_vote(const std::vector<ledger::MemberId>& validators) const;
  std::vector<ledger::MemberId> active(const MemberBook& book) const;  // Those that have nodes.
  SubmissionId hand_in(const MemberBook& book, const ledger::MemberId& author,
                       ledger::RecordBody body, bool old_key = false);
  void propose(const MemberBook& book, const ledger::MemberId& author, ledger::RecordBody body,
               bool moves_votes);
  const crypto::SecretKey& key_now(const MemberBook& book, const ledger::MemberId& member) const;

  const Scenario& scenario_;
  LedgerKind& kind_;
  Random random_;
  std::size_t left_;
  std::size_t references_ = 0;
  std::optional<Matter> matter_;
  std::vector<Act> acts_;
  const Nodes* nodes_ = nullptr;  // Within a turn.
};

}  // namespace centime::simulator
