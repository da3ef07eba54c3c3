// SHA-256 and Ed25519, from the browser where it has them and from noble where it has not.
//
// WebCrypto exists in secure contexts only (https, localhost, mostly file://), and not every one
// knows Ed25519. Both ways keep the ledger's one rule for signatures (point.ts).

import type { Bytes } from "./bytes.js";
import { isAdmissibleKey, isAdmissibleSignature } from "./point.js";

export type Later<T> = T | Promise<T>;

export interface Primitives {
  readonly name: "webcrypto" | "noble";
  sha256(bytes: Bytes): Later<Bytes>;
  // False for a key that is not admissible, too.
  verify(key: Bytes, message: Bytes, signature: Bytes): Later<boolean>;
}

const webcrypto: Primitives = {
  name: "webcrypto",
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  verify: async (key, message, signature) => {
    if (!isAdmissibleKey(key) || !isAdmissibleSignature(signature)) return false;
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", imported, signature, message);
  },
};

// A key, a message and its signature: RFC 8032, 7.1, test 2.
const known = [
  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  "72",
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
].map((hex) => Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16)));

async function webcryptoWorks(): Promise<boolean> {
  if (typeof crypto === "undefined" || !crypto.subtle) return false;
  try {
    return await webcrypto.verify(known[0]!, known[1]!, known[2]!);
  } catch {
    return false;
  }
}

export async function choosePrimitives(noble: () => Promise<Primitives>): Promise<Primitives> {
  return (await webcryptoWorks()) ? webcrypto : noble();
}

export { webcrypto };
