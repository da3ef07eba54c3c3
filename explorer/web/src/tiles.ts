// Whether the log that a checkpoint signs goes on from one seen before, by the log's own tiles.
//
// Takes no consistency proof from anybody: it reads the hashes that the proof consists of, and what
// they hash to has to be both signed roots. Source: C2SP tlog-tiles; RFC 9162, 2.1.4.1.

import type { Bytes } from "./bytes.js";
import type { Merkle, Tree } from "./merkle.js";

// The bytes of "tile/…"; throws if there are none to be had.
export type TileSource = (path: string) => Promise<Bytes>;

const width = 256n;

// "tile/2/x001/067.p/8"
function tilePath(level: bigint, index: bigint, partial: bigint): string {
  const groups = [String(index % 1000n).padStart(3, "0")];
  for (let rest = index / 1000n; rest > 0n; rest /= 1000n) {
    groups.unshift("x" + String(rest % 1000n).padStart(3, "0"));
  }
  const suffix = partial === width ? "" : `.p/${partial}`;
  return `tile/${level}/${groups.join("/")}${suffix}`;
}

class TileReader {
  private readonly tiles = new Map<string, Promise<Bytes>>();

  constructor(
    private readonly source: TileSource,
    private readonly size: bigint,
    private readonly merkle: Merkle,
  ) {}

  // The hash of the complete subtree of 2^level leaves with this index.
  async subtree(level: bigint, index: bigint): Promise<Bytes> {
    const row = level / 8n;
    const count = 1n << (level % 8n);
    const first = index * count;
    const tile = await this.tile(row, first / width);
    let hashes: Bytes[] = [];
    for (let i = first % width; i < (first % width) + count; ++i) {
      const at = Number(i) * 32;
      if (at + 32 > tile.length) throw new Error("the tile is too short");
      hashes.push(tile.slice(at, at + 32));
    }
    while (hashes.length > 1) {
      const above: Bytes[] = [];
      for (let i = 0; i < hashes.length; i += 2) {
        above.push(await this.merkle.node(hashes[i]!, hashes[i + 1]!));
      }
      hashes = above;
    }
    return hashes[0]!;
  }

  private tile(row: bigint, index: bigint): Promise<Bytes> {
    const hashes = this.size >> (8n * row);
    const left = hashes - index * width;
    const path = tilePath(row, index, left < width ? left : width);
    const found = this.tiles.get(path) ?? this.source(path);
    this.tiles.set(path, found);
    return found;
  }

  // The root over [first, first + count), where first is a multiple of a power of two >= count.
  async range(first: bigint, count: bigint): Promise<Bytes> {
    const subtrees: Bytes[] = [];
    while (count > 0n) {
      const level = BigInt(count.toString(2).length - 1);
      subtrees.unshift(await this.subtree(level, first >> level));
      first += 1n << level;
      count -= 1n << level;
    }
    return this.merkle.foldSmallestFirst(subtrees);
  }
}

async function consistencyProof(
  tiles: TileReader,
  size1: bigint,
  size2: bigint,
): Promise<Bytes[]> {
  const proof: Bytes[] = [];
  let first = 0n;
  let count = size2;
  // From the root down to the subtree at which the first tree ends.
  while (size1 - first !== count) {
    const left = 1n << BigInt((count - 1n).toString(2).length - 1);
    if (size1 - first <= left) {
      proof.push(await tiles.range(first + left, count - left));
      count = left;
    } else {
      proof.push(await tiles.range(first, left));
      first += left;
      count -= left;
    }
  }
  if (first > 0n) proof.push(await tiles.range(first, count));
  return proof.reverse();
}

// Whether `before` is a prefix of `now`, which a quorum signed. Throws what the source throws.
export async function goesOnFrom(
  before: Tree,
  now: Tree,
  source: TileSource,
  merkle: Merkle,
): Promise<boolean> {
  if (before.size === 0n || before.size > now.size) return false;
  const tiles = new TileReader(source, now.size, merkle);
  const proof = await consistencyProof(tiles, before.size, now.size);
  return merkle.isPrefix(before, now, proof);
}
