// The one rule for Ed25519 keys: canonical, on the curve, of prime order, not the identity.
//
// WebCrypto admits more, and what it says of a signature is only worth something under such a key.
// Everything here is public, so nothing runs in constant time. Source: RFC 8032; extended
// coordinates of Hisil, Wong, Carter, Dawson, 2008.

const p = (1n << 255n) - 19n;
const order = (1n << 252n) + 27742317777372353535851937790883648493n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const rootOfMinusOne = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

const mod = (a: bigint): bigint => {
  const rest = a % p;
  return rest < 0n ? rest + p : rest;
};

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % p;
    base = (base * base) % p;
  }
  return result;
}

type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint];

function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * ((t2 * d) % p));
  const e = mod(2n * z1 * z2);
  const [f, g, h, i] = [b - a, e - c, e + c, b + a];
  return [mod(f * g), mod(h * i), mod(g * h), mod(f * i)];
}

function double([x, y, z]: Point): Point {
  const a = (x * x) % p;
  const b = (y * y) % p;
  const c = (2n * z * z) % p;
  const h = a + b;
  const e = h - mod((x + y) * (x + y));
  const g = a - b;
  const f = c + g;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

// The point that 32 bytes spell; nothing if they spell none, or one that has another spelling.
function decode(bytes: Uint8Array): Point | undefined {
  let y = 0n;
  for (let i = 31; i >= 0; --i) y = (y << 8n) | BigInt(bytes[i]!);
  const odd = y >> 255n;
  y &= (1n << 255n) - 1n;
  if (y >= p) return undefined;
  const u = mod(y * y - 1n);
  const v = mod(d * y * y + 1n);
  let x = (u * v ** 3n * power((u * v ** 7n) % p, (p - 5n) / 8n)) % p;
  const square = (v * x * x) % p;
  if (square !== u) {
    if (square !== mod(-u)) return undefined;
    x = (x * rootOfMinusOne) % p;
  }
  if (x === 0n && odd === 1n) return undefined;
  if ((x & 1n) !== odd) x = mod(-x);
  return [x, y, 1n, (x * y) % p];
}

const admitted = new Map<string, boolean>();

export function isAdmissibleKey(bytes: Uint8Array): boolean {
  const name = bytes.join();
  let answer = admitted.get(name);
  if (answer === undefined) {
    answer = bytes.length === 32 && hasPrimeOrder(bytes);
    if (admitted.size < 1000) admitted.set(name, answer);
  }
  return answer;
}

function hasPrimeOrder(bytes: Uint8Array): boolean {
  const point = decode(bytes);
  if (!point || (point[0] === 0n && point[1] === 1n)) return false;
  let multiple: Point = [0n, 1n, 1n, 0n];
  for (let bit = 252n; bit >= 0n; --bit) {
    multiple = double(multiple);
    if ((order >> bit) & 1n) multiple = add(multiple, point);
  }
  return multiple[0] === 0n && multiple[1] === multiple[2];
}

// What must hold of a signature's bytes before a library is asked: S below the group's order, and R
// the one spelling of a point other than the identity. Under an admissible key the equation leaves
// no other R of small order.
export function isAdmissibleSignature(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  let [r, s] = [0n, 0n];
  for (let i = 31; i >= 0; --i) {
    r = (r << 8n) | BigInt(signature[i]!);
    s = (s << 8n) | BigInt(signature[32 + i]!);
  }
  const y = r & ((1n << 255n) - 1n);
  return s < order && y < p && y !== 1n;
}
