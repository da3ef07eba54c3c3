// RFC 9162 trees: what a leaf and its proof hash to.
//
// Sizes and indexes are bigint throughout: a log may have more than 2^53 leaves.

import { type Bytes, concat, equal } from "./bytes.js";
import type { Primitives } from "./primitives.js";

export interface Tree {
  readonly size: bigint;
  readonly root: Bytes;
}

// The leaves to the left of a tree of size >= 2: the largest power of two below it.
export const leftOf = (size: bigint): bigint => 1n << BigInt((size - 1n).toString(2).length - 1);

export class Merkle {
  constructor(private readonly primitives: Primitives) {}

  leaf(entry: Bytes) {
    return this.primitives.sha256(concat([0], entry));
  }

  node(left: Bytes, right: Bytes) {
    return this.primitives.sha256(concat([1], left, right));
  }

  // The root over complete subtrees, smallest first, as the last leaf's proof has them.
  async foldSmallestFirst([smallest, ...others]: Bytes[]): Promise<Bytes> {
    let root = smallest ?? await this.primitives.sha256(concat());
    for (const left of others) root = await this.node(left, root);
    return root;
  }

  // Whether the bytes are leaf `index` of the tree.
  async includes(tree: Tree, index: bigint, bytes: Bytes, proof: Bytes[]): Promise<boolean> {
    return this.includesHash(tree, index, await this.leaf(bytes), proof);
  }

  async includesHash(tree: Tree, index: bigint, hash: Bytes, proof: Bytes[]): Promise<boolean> {
    if (index >= tree.size) return false;
    // From the root down: whether the leaf is in the right part.
    const turns: boolean[] = [];
    for (let { size } = tree; size > 1n;) {
      const left = leftOf(size);
      const isRight = index >= left;
      turns.unshift(isRight);
      if (isRight) index -= left;
      size = isRight ? size - left : left;
    }
    if (proof.length !== turns.length) return false;
    for (const [i, sibling] of proof.entries()) {
      hash = await (turns[i] ? this.node(sibling, hash) : this.node(hash, sibling));
    }
    return equal(hash, tree.root);
  }
}
