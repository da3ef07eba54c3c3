// All of the verifier that a page or a test needs.
export { parseBundle } from "./bundle.js";
export * as epochs from "./epochs.js";
export { Fault, steps } from "./fault.js";
export { decodeAccount, decodeEntry } from "./ledger.js";
export { Merkle } from "./merkle.js";
export { noble } from "./noble.js";
export { isAdmissibleKey } from "./point.js";
export { parsePolicy, policyFingerprint } from "./policy.js";
export { webcrypto } from "./primitives.js";
export { history as goesOnFrom, isPrefix } from "./tiles.js";
export { verifyBundle } from "./verify.js";
