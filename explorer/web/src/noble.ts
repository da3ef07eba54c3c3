// SHA-256 and Ed25519 in TypeScript alone, for where the browser lacks them.
//
// noble's own verification multiplies by the cofactor; the ledger's rule doesn't, so R is computed
// anew and its bytes are compared.

import { ed25519 } from "@noble/curves/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2";

import { type Bytes, concat, equal } from "./bytes.js";
import { isAdmissibleKey, isAdmissibleSignature } from "./point.js";
import type { Primitives } from "./primitives.js";

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; --i) number = (number << 8n) | BigInt(bytes[i]!);
  return number;
}

function verify(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (!isAdmissibleKey(key) || !isAdmissibleSignature(signature)) return false;
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concat(r, key, message))) % order;
  const point = Point.fromHex(key);
  const computed = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
  return equal(computed.toBytes(), r);
}

export const noble: Primitives = {
  name: "noble",
  sha256: (bytes) => new Uint8Array(sha256(bytes)),
  verify,
};
