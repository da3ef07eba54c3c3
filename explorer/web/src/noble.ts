// SHA-256 and Ed25519 in TypeScript alone, for where the browser lacks them.
//
// noble's own verification multiplies by the cofactor; the ledger's rule doesn't, so R is computed
// anew and its bytes are compared. The other half of the rule, which keys and signatures are looked
// at in the first place, is kept by who asks (primitives.ts).

import { CURVE, Point } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2";

import { type Bytes, concat, equal } from "./bytes.js";
import type { Primitives } from "./primitives.js";

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; --i) number = (number << 8n) | BigInt(bytes[i]!);
  return number;
}

function verify(key: Bytes, message: Bytes, signature: Bytes): boolean {
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concat(r, key, message))) % CURVE.n;
  // Without a defence against timing: nothing here is secret, and zero is a scalar like any other.
  const point = Point.fromHex(key).multiply(k, false);
  const computed = Point.BASE.multiply(s, false).add(point.negate());
  return !computed.is0() && equal(computed.toBytes(), r);
}

export const noble: Primitives = {
  sha256: (bytes) => new Uint8Array(sha256(bytes)),
  verify,
};
