// All of the verifier that a page or a test needs. What only tests call by name has its name here, in
// quotes, which the bundles do not shorten.
import type { Bytes } from "./bytes.js";
import { Merkle } from "./merkle.js";
import { noble as library } from "./noble.js";
import { admitting } from "./primitives.js";
import { checkSum, type VerifiedTrace, verifyBundle as verify } from "./verify.js";

const { foldSmallestFirst, includesHash } = Merkle.prototype;
Object.assign(Merkle.prototype, {
  ["foldSmallestFirst"]: foldSmallestFirst,
  ["includesHash"]: includesHash,
});
export { Merkle };

type Arguments = Parameters<typeof verify>;
export const verifyBundle = (
  bundle: Arguments[0],
  policy: Arguments[1],
  primitives: Arguments[2],
  load: Arguments[3],
  options: Record<string, unknown> = {},
) => verify(bundle, policy, primitives, load, {
  asked: options["asked"] as Bytes,
  onStep: options["onStep"] as () => unknown,
});

// The last step alone, of a trace that holds, had the gift been of `more` units more.
export const sumWith = (trace: VerifiedTrace, more: bigint) =>
  checkSum({ ...trace, gift: { ...trace.gift, amount: trace.gift.amount + more } });

export const noble = admitting(library);

export { parseBundle } from "./bundle.js";
export * as epochs from "./epochs.js";
export { Fault, steps } from "./fault.js";
export { policyFingerprint } from "./fingerprint.js";
export { decodeAccount, decodeEntry } from "./ledger.js";
export { isAdmissibleKey } from "./point.js";
export { parsePolicy } from "./policy.js";
export { webcrypto } from "./primitives.js";
export { history as goesOnFrom, isPrefix } from "./tiles.js";
