// RFC 9162 trees: what a leaf and its proof hash to, and whether one tree goes on from another.
//
// Sizes and indexes are bigint throughout: a log may have more than 2^53 leaves.

import { type Bytes, concat, equal } from "./bytes.js";
import type { Primitives } from "./primitives.js";

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export interface Tree {
  readonly size: bigint;
  readonly root: Bytes;
}

export class Merkle {
  constructor(private readonly primitives: Primitives) {}

  leaf(entry: Bytes) {
    return this.primitives.sha256(concat(leafPrefix, entry));
  }

  node(left: Bytes, right: Bytes) {
    return this.primitives.sha256(concat(nodePrefix, left, right));
  }

  // The root over complete subtrees, smallest first, as the last leaf's proof has them.
  async foldSmallestFirst(subtrees: Bytes[]): Promise<Bytes> {
    if (subtrees.length === 0) return this.primitives.sha256(new Uint8Array(0));
    let root = subtrees[0]!;
    for (const left of subtrees.slice(1)) root = await this.node(left, root);
    return root;
  }

  // Whether the bytes are leaf `index` of the tree.
  async includes(tree: Tree, index: bigint, bytes: Bytes, proof: Bytes[]): Promise<boolean> {
    return this.includesHash(tree, index, await this.leaf(bytes), proof);
  }

  // RFC 9162, 2.1.3.2.
  async includesHash(tree: Tree, index: bigint, leaf: Bytes, proof: Bytes[]): Promise<boolean> {
    if (index >= tree.size) return false;
    let node = index;
    let last = tree.size - 1n;
    let hash = leaf;
    for (const sibling of proof) {
      if (last === 0n) return false;
      if ((node & 1n) === 1n || node === last) {
        hash = await this.node(sibling, hash);
        // A last node that is a left child rises as it is until it is a right one.
        while ((node & 1n) === 0n) {
          node >>= 1n;
          last >>= 1n;
        }
      } else {
        hash = await this.node(hash, sibling);
      }
      node >>= 1n;
      last >>= 1n;
    }
    return last === 0n && equal(hash, tree.root);
  }

  // Whether `first` is a prefix of `second`. RFC 9162, 2.1.4.2.
  async isPrefix(first: Tree, second: Tree, proof: Bytes[]): Promise<boolean> {
    if (first.size === 0n || first.size > second.size) return false;
    if (first.size === second.size) return proof.length === 0 && equal(first.root, second.root);
    let node = first.size - 1n;
    let last = second.size - 1n;
    while ((node & 1n) === 1n) {
      node >>= 1n;
      last >>= 1n;
    }
    // A first tree that is one complete subtree is its own first hash.
    const complete = (first.size & (first.size - 1n)) === 0n;
    const [start, ...siblings] = complete ? [first.root, ...proof] : proof;
    if (!start || proof.length === 0) return false;
    let [hash1, hash2] = [start, start];
    for (const sibling of siblings) {
      if (last === 0n) return false;
      if ((node & 1n) === 1n || node === last) {
        hash1 = await this.node(sibling, hash1);
        hash2 = await this.node(sibling, hash2);
        while ((node & 1n) === 0n && node !== 0n) {
          node >>= 1n;
          last >>= 1n;
        }
      } else {
        hash2 = await this.node(hash2, sibling);
      }
      node >>= 1n;
      last >>= 1n;
    }
    return last === 0n && equal(hash1, first.root) && equal(hash2, second.root);
  }
}
