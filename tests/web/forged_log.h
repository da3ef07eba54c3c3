// A log that a lying quorum has signed: entries and account heads as one likes, hashed and sealed.
//
// What is left to catch it are the rules about what the entries say.
#pragma once

#include <vector>

#include "tests/proof/bundle_world.h"

namespace centime::test {

class ForgedLog {
 public:
  explicit ForgedLog(const LedgerWorld& world);

  std::vector<crypto::Bytes> entries;
  std::vector<crypto::Bytes> accounts;  // Leaves of the state, by index.

  // Another amount, author, account or interval in a record's entry, by a random number.
  void change_effects(std::uint64_t entry, std::uint64_t random);
  // Another head, sum or hole. Requires a leaf that is still an account.
  void change_account(std::uint64_t account, std::uint64_t random);
  // Another field of the last seal, left as it is by bundle_like.
  void change_seal(std::uint64_t random);

  // With the bytes of this log at the indexes of `bundle`, and proofs of them.
  proof::TraceBundle bundle_like(const proof::TraceBundle& bundle);

 private:
  bool sealed_ = true;  // Whether the last seal is to be made right.
};

}  // namespace centime::test
