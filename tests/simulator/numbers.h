// The cheap payload: numbered submissions, and a sum over them as the state.
//
// A block's body says the state before and after it and the submissions in it; a block is valid if
// that is so and no submission is in it or its ancestors twice. A submission with the closing bit
// ends its epoch. Blocks without submissions are invalid.
#pragma once

#include <map>
#include <set>

#include "tests/simulator/payload.h"

namespace centime::simulator {

class NumberKind final : public PayloadKind {
 public:
  consensus::BlockPtr genesis() const override;
  std::unique_ptr<Payload> start(const std::vector<consensus::BlockPtr>& chain) const override;
  bool matches(const consensus::Block& block) const override;
  std::optional<Content> content(const consensus::Block& block) const override;
  std::vector<SubmissionId> known() const override { return {}; }
  consensus::Block another(const consensus::Block& block) const override;
  consensus::Block made_up(consensus::BlockHeight height,
                           const crypto::Digest& parent) const override;
};

}  // namespace centime::simulator
