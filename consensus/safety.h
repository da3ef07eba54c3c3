// The own votes, and what they still allow: all of the state that safety rests on.
//
// The rules per view: at most one NOTARIZE; never both NULLIFY and FINALIZE; never FINALIZE P after
// NOTARIZE of another P' (D5). Nothing is signed at or below the floor, where votes are forgotten:
// a vote whose contradiction was pruned would be the way to a fork.
#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include "consensus/vote.h"

namespace centime::consensus {

// What this validator signed in one view, signatures included: sent again, it is the same bytes.
struct OwnVotes {
  std::optional<Vote> notarized;
  std::optional<Vote> finalized;
  std::optional<Vote> nullified;
  bool operator==(const OwnVotes&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("notarized", notarized), cereal::make_nvp("finalized", finalized),
            cereal::make_nvp("nullified", nullified));
  }
};

class Safety {
 public:
  // The last final view, and through which view a validator that lost its votes abstains.
  explicit Safety(View fin, View abstain_through = {});

  // The decision table. Whether the view is the current one and the value good is the caller's.
  bool may_notarize(View view) const;
  bool may_nullify(View view) const;
  bool may_finalize(View view, const Value& value) const;
  bool may_cast(const Vote& vote) const;

  // Requires may_cast. The caller makes it durable before it sends the vote.
  void record(const Vote& vote);

  // What was durable. Requires that the votes could have been cast in some order: see well_formed.
  void restore(View view, OwnVotes votes);

  // Forgets the votes of views up to the last final one, and never signs there again.
  void prune(View fin);
  // Signs nothing through this view.
  void abstain(View through);

  const OwnVotes* at(View view) const;  // Null if nothing was signed.
  const std::map<View, OwnVotes>& all() const { return votes_; }
  View floor() const { return std::max(fin_, abstain_through_); }
  View abstain_through() const { return abstain_through_; }

 private:
  View fin_;
  View abstain_through_;
  std::map<View, OwnVotes> votes_;  // Views above fin_.
};

// False if no honest validator has signed these together in this view.
bool well_formed(View view, const OwnVotes& votes);

}  // namespace centime::consensus
