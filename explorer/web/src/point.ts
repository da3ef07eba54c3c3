// The one rule for Ed25519 keys: canonical, on the curve, of prime order, not the identity.
//
// WebCrypto admits more, and what it says of a signature is only worth something under such a key.
// Everything here is public, so nothing runs in constant time. Source: RFC 8032; the order is found
// on the Montgomery form of the curve, by RFC 7748's ladder, which needs one coordinate only.

import { bigEndian } from "./bytes.js";

const p = (1n << 255n) - 19n;
const order = (1n << 252n) + 27742317777372353535851937790883648493n;
const highBit = 1n << 255n;

const littleEndian = (bytes: Uint8Array): bigint => bigEndian(bytes.slice().reverse());

const square = (value: bigint): bigint => (value * value) % p;

// Whether a square has this value, other than zero. Euler's criterion.
function isSquare(value: bigint): boolean {
  let power = 1n;
  for (const bit of (p >> 1n).toString(2)) {
    power = square(power);
    if (bit === "1") power = (power * value) % p;
  }
  return power === 1n || power === 1n - p;
}

// Whether `order` times the points with u = n / d are the point at infinity.
function hasPrimeOrder(n: bigint, d: bigint): boolean {
  // u of a multiple k, which begins as 0, and of k + 1.
  let [x, z, nextX, nextZ] = [1n, 0n, n, d];
  for (const bit of order.toString(2)) {
    const isOdd = bit === "1";
    const one = ((nextX - nextZ) * (x + z)) % p;
    const other = ((nextX + nextZ) * (x - z)) % p;
    const plus = square(isOdd ? nextX + nextZ : x + z);
    const minus = square(isOdd ? nextX - nextZ : x - z);
    const added = [(d * square(one + other)) % p, (n * square(one - other)) % p] as const;
    const rest = plus - minus;
    const doubled = [(plus * minus) % p, (rest * (plus + 121665n * rest)) % p] as const;
    [x, z] = isOdd ? added : doubled;
    [nextX, nextZ] = isOdd ? doubled : added;
  }
  return z % p === 0n;
}

const admitted = new Map<string, boolean>();

export function isAdmissibleKey(bytes: Uint8Array): boolean {
  const name = bytes.join();
  let answer = admitted.get(name);
  if (answer === undefined) {
    const y = littleEndian(bytes) % highBit;
    const [n, d] = [1n + y, 1n - y];
    const isCanonical = bytes.length === 32 && y < p;
    const isOnCurve = isCanonical && isSquare((n * d * (n * n + 486662n * n * d + d * d)) % p);
    answer = isOnCurve && hasPrimeOrder(n, d);
    if (admitted.size < 1000) admitted.set(name, answer);
  }
  return answer;
}

// What must hold of a signature's bytes before a library is asked: S below the group's order, and R
// the one spelling of a point other than the identity. Under an admissible key the equation leaves
// no other R of small order.
export function isAdmissibleSignature(signature: Uint8Array): boolean {
  const y = littleEndian(signature.subarray(0, 32)) % highBit;
  const s = littleEndian(signature.subarray(32));
  return signature.length === 64 && s < order && y < p && y !== 1n;
}
