// Agreement on blocks as a pure state machine: (state, input) -> effects. No I/O, clock or threads.
//
// This is Simplex for a network of one validator: the validator leads every view, its own vote is a
// quorum, and what it proposes is notarized and finalized in the same step. Votes, tallies and
// certificates are those of any number of validators; the rules that need other validators'
// messages (nullification, deadlines, catching up) are not here, and the constructor refuses more
// than one validator.
//
// Order of effects: the caller makes `fin` durable in the same atomic write as the block, and only
// then lets anything of the step leave the process. Since no vote leaves before its view is final,
// own votes need no rows of their own. Source: Chan and Pass, Simplex Consensus, 2023.
#pragma once

#include <expected>

#include "consensus/vote.h"

namespace centime::consensus {

// The last final block: all the safety state that a network of one needs.
struct Finalized {
  std::uint64_t epoch = 0;
  View view;
  BlockHeight height;
  crypto::Digest block;
  bool operator==(const Finalized&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("view", view),
            cereal::make_nvp("height", height), cereal::make_nvp("block", block));
  }
};

// A block that was executed here and is valid.
struct Proposal {
  BlockHeight height;
  crypto::Digest block;
  crypto::Digest parent;
};

struct Step {
  Finalized fin;             // Durable with the block.
  Certificate finalization;  // Stored with the block.
};

enum class EngineError {
  wrong_parent,  // The block does not extend the last final one.
};

class Engine {
 public:
  // Requires one validator, whose key this is, and the safety state that was stored last.
  Engine(ValidatorSet validators, crypto::SecretKey key, Finalized fin);

  // Leads the next view with this block. On error nothing changes.
  std::expected<Step, EngineError> propose(const Proposal& proposal);

  const Finalized& fin() const { return fin_; }

 private:
  Certificate vote(VoteKind kind, View view, const Value& value) const;

  ValidatorSet validators_;
  crypto::SecretKey key_;
  Finalized fin_;
};

}  // namespace centime::consensus
