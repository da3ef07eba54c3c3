// Proof bundles, policies and single proofs, as a stranger's verifier reads them.
#include "node/proof/bundle.h"
#include "node/proof/entry_proof.h"
#include "node/proof/policy.h"
#include "node/proof/verify.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

fuzz::Door bundles, policies;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto bundle = proof::parse_bundle(text)) {
    bundles.pass();
    const auto again = proof::parse_bundle(proof::format_bundle(*bundle));
    crypto::check(again && *again == *bundle, "a bundle survives its file");
    static const proof::Policy nobody{};
    crypto::check(!proof::verify_bundle(*bundle, nobody), "a policy of nobody accepts nothing");
  }
  if (const auto policy = proof::parse_policy(text)) {
    policies.pass();
    const auto again = proof::parse_policy(proof::format_policy(*policy));
    crypto::check(again && *again == *policy, "a policy survives its file");
  }
  if (const auto proof = proof::parse_entry_proof(text)) {
    crypto::check(proof::format_entry_proof(*proof) == text, "a proof has one spelling");
  }
  return 0;
}
