// Whether the log that a checkpoint signs goes on from one seen before, by the log's own tiles.
//
// Takes no consistency proof from anybody: it reads the hashes that the proof consists of, and what
// they hash to has to be both signed roots. Loaded when the log has grown since the last visit.
// Source: C2SP tlog-tiles; RFC 9162, 2.1.4.

import { type Bytes, equal } from "./bytes.js";
import { leftOf, type Merkle, type Tree } from "./merkle.js";

// The root over the leaves [first, first + count) of the larger tree.
export type RangeSource = (first: bigint, count: bigint) => Promise<Bytes>;

// The bytes of "tile/…"; throws if there are none to be had.
export type TileSource = (path: string) => Promise<Bytes>;

const width = 256n;

// Whether `before` is a prefix of `now`. Asks the source for the ranges of a consistency proof, the
// last first, and throws what it throws.
export async function isPrefix(
  before: Tree,
  now: Tree,
  merkle: Merkle,
  source: RangeSource,
): Promise<boolean> {
  if (before.size === 0n || before.size > now.size) return false;
  // The roots of the leaves [first, first + count), before and now.
  async function roots(first: bigint, count: bigint): Promise<[Bytes, Bytes]> {
    const known = before.size - first;
    if (known === count) {
      const whole = first === 0n ? before.root : await source(first, count);
      return [whole, whole];
    }
    const left = leftOf(count);
    if (known <= left) {
      const right = await source(first + left, count - left);
      const [then, later] = await roots(first, left);
      return [then, await merkle.node(later, right)];
    }
    const same = await source(first, left);
    const [then, later] = await roots(first + left, count - left);
    return [await merkle.node(same, then), await merkle.node(same, later)];
  }
  const [then, later] = await roots(0n, now.size);
  return equal(then, before.root) && equal(later, now.root);
}

// "tile/2/x001/067.p/8"
function tilePath(level: bigint, index: bigint, partial: bigint): string {
  let name = "";
  for (let rest = index; name === "" || rest > 0n; rest /= 1000n) {
    name = `/${name && "x"}${String(rest % 1000n).padStart(3, "0")}${name}`;
  }
  return `tile/${level}${name}${partial < width ? `.p/${partial}` : ""}`;
}

// Whether `before` is a prefix of `now`, which a quorum signed. Throws what the source throws.
export async function history(
  before: Tree,
  now: Tree,
  source: TileSource,
  merkle: Merkle,
): Promise<boolean> {
  const tiles = new Map<string, Promise<Bytes>>();

  function tile(row: bigint, index: bigint): Promise<Bytes> {
    const left = (now.size >> (8n * row)) - index * width;
    const path = tilePath(row, index, left);
    const found = tiles.get(path) ?? source(path);
    tiles.set(path, found);
    return found;
  }

  // The hash of the complete subtree of 2^level leaves with this index.
  async function subtree(level: bigint, index: bigint): Promise<Bytes> {
    if (level % 8n > 0n) {
      const left = await subtree(level - 1n, 2n * index);
      return merkle.node(left, await subtree(level - 1n, 2n * index + 1n));
    }
    const at = Number(index % width) * 32;
    const hash = (await tile(level / 8n, index / width)).slice(at, at + 32);
    if (hash.length < 32) throw new Error("the tile is too short");
    return hash;
  }

  // The first leaf is a multiple of a power of two >= count.
  return isPrefix(before, now, merkle, async (first, count) => {
    const subtrees: Bytes[] = [];
    while (count > 0n) {
      const level = BigInt(count.toString(2).length - 1);
      subtrees.unshift(await subtree(level, first >> level));
      first += 1n << level;
      count -= 1n << level;
    }
    return merkle.foldSmallestFirst(subtrees);
  });
}
