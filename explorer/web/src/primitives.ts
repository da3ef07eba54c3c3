// SHA-256 and Ed25519, from the browser where it has them and from noble where it has not.
//
// WebCrypto exists in secure contexts only (https, localhost, mostly file://), and not every one
// knows Ed25519. Both ways keep the ledger's one rule for signatures (point.ts).

import { type Bytes, fromHex } from "./bytes.js";
import { isAdmissibleKey, isAdmissibleSignature } from "./point.js";

export type Later<T> = T | Promise<T>;

export interface Primitives {
  sha256(bytes: Bytes): Later<Bytes>;
  // False for a key that is not admissible, too.
  verify(key: Bytes, message: Bytes, signature: Bytes): Later<boolean>;
}

const importKey = (key: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);

// A library that is asked only about what the ledger's rule admits.
export const admitting = ({ sha256, verify }: Primitives): Primitives => ({
  sha256,
  verify: (key, message, signature) =>
    isAdmissibleKey(key) && isAdmissibleSignature(signature) && verify(key, message, signature),
});

export const webcrypto = admitting({
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  verify: async (key, message, signature) =>
    crypto.subtle.verify("Ed25519", await importKey(key), signature, message),
});

// The base point of the curve.
const anyKey = fromHex("58".padEnd(64, "6"))!;

// The loader's library need not keep the rule.
export async function choosePrimitives(noble: () => Promise<Primitives>): Promise<Primitives> {
  try {
    await importKey(anyKey);
    return webcrypto;
  } catch {
    return admitting(await noble());  // There is no WebCrypto, or it does not know Ed25519.
  }
}
