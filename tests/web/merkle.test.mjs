// Inclusion and consistency as others publish them, and consistency read from a log's own tiles.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const { goesOnFrom, isPrefix, Merkle, noble } = await import(join(process.env.CENTIME_WEB, "verifier.mjs"));

const folder = join(process.env.CENTIME_SHARED_DIR, "vectors", "transparency-dev-merkle", "testdata");
const skip = existsSync(folder) ? false : `there is no ${folder}`;
const merkle = new Merkle(noble);
const bytes = (base64) => new Uint8Array(Buffer.from(base64 ?? "", "base64"));

// Sizes up to 2^64 - 1, which JSON.parse would round.
function read(file) {
  const text = readFileSync(file, "utf8");
  return JSON.parse(text.replace(/:\s*(\d+)/g, ': "$1"'));
}

function* probes(kind) {
  for (const place of readdirSync(join(folder, kind), { recursive: true, withFileTypes: true })) {
    if (place.name.endsWith(".json")) yield read(join(place.parentPath ?? place.path, place.name));
  }
}

async function expectVerdicts(kind, holds) {
  let [all, valid] = [0, 0];
  for (const probe of probes(kind)) {
    const answer = await holds(probe);
    assert.equal(answer, !probe.wantErr, JSON.stringify(probe));
    ++all;
    if (answer) ++valid;
  }
  assert.deepEqual([all, valid], [98, 6]);
}

test("inclusion probes of transparency-dev", { skip }, () =>
  expectVerdicts("inclusion", ({ leafIdx, treeSize, root, leafHash, proof }) => {
    const hashes = (proof ?? []).map(bytes);
    // Of other lengths there are none in a bundle: its reader refuses them.
    if (bytes(leafHash).length !== 32) return false;
    const tree = { size: BigInt(treeSize), root: bytes(root) };
    return merkle.includesHash(tree, BigInt(leafIdx), bytes(leafHash), hashes);
  }));

test("consistency probes of transparency-dev", { skip }, () =>
  expectVerdicts("consistency", async ({ size1, size2, root1, root2, proof }) => {
    // The ranges that are asked for are those of the proof, the last first.
    const hashes = (proof ?? []).map(bytes);
    const none = new Uint8Array(32);
    const source = async () => hashes.pop() ?? none;
    const holds = await isPrefix({ size: BigInt(size1), root: bytes(root1) },
      { size: BigInt(size2), root: bytes(root2) }, merkle, source);
    return holds && hashes.length === 0;
  }));

// A log that is large enough for three levels of tiles.
const size = 70_000;
const levels = [[]];
for (let i = 0; i < size; ++i) {
  levels[0].push(noble.sha256(new Uint8Array([0, i, i >> 8, i >> 16])));
}
while (levels.at(-1).length > 1) {
  const below = levels.at(-1);
  const above = [];
  for (let i = 0; i + 1 < below.length; i += 2) above.push(merkle.node(below[i], below[i + 1]));
  levels.push(above);
}

function rootOf(count) {
  const subtrees = [];
  let first = 0;
  for (let level = 20; level >= 0; --level) {
    if (count & (1 << level)) {
      subtrees.unshift(levels[level][first >> level]);
      first += 1 << level;
    }
  }
  return merkle.foldSmallestFirst(subtrees);
}

const treeOf = async (count) => ({ size: BigInt(count), root: await rootOf(count) });

function tilesOf(count, asked) {
  return async (path) => {
    asked?.push(path);
    const [, level, index, partial] = /^tile\/(\d)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
    const number = Number(index.replaceAll(/[x/]/g, ""));
    const row = levels[8 * Number(level)].slice(0, count >> (8 * Number(level)));
    const width = Number(partial ?? 256);
    const tile = row.slice(256 * number, 256 * number + width);
    assert.equal(tile.length, width, `${path} of ${count}`);
    return new Uint8Array(Buffer.concat(tile));
  };
}

test("a log goes on from each of its earlier sizes, by its tiles", async () => {
  const sizes = [1, 2, 3, 255, 256, 257, 511, 512, 4095, 40_000, 65_535, 65_536, 65_537, 69_999, size];
  for (const before of sizes) {
    for (const now of sizes.filter((other) => other >= before)) {
      const holds = await goesOnFrom(await treeOf(before), await treeOf(now), tilesOf(now), merkle);
      assert.equal(holds, true, `${before} of ${now}`);
    }
  }
});

test("another past, another root and a shorter log are refused", async () => {
  const now = await treeOf(size);
  for (const before of [1, 255, 256, 40_000, 65_537, 69_999]) {
    const tree = await treeOf(before);
    const other = { ...tree, root: Uint8Array.from(tree.root, (byte) => byte ^ 1) };
    assert.equal(await goesOnFrom(other, now, tilesOf(size), merkle), false, `${before}`);
    const changed = { ...now, root: other.root };
    assert.equal(await goesOnFrom(tree, changed, tilesOf(size), merkle), false, `${before}`);
    const lying = async (path) => {
      const tile = await tilesOf(size)(path);
      tile.fill(7);
      return tile;
    };
    assert.equal(await goesOnFrom(tree, now, lying, merkle), false, `${before}`);
  }
  assert.equal(await goesOnFrom(now, await treeOf(256), tilesOf(256), merkle), false);
  assert.equal(await goesOnFrom({ size: 0n, root: now.root }, now, tilesOf(size), merkle), false);
});

test("tiles are asked for by their C2SP names", async () => {
  const asked = [];
  await goesOnFrom(await treeOf(69_999), await treeOf(size), tilesOf(size, asked), merkle);
  assert.ok(asked.includes("tile/0/273.p/112"), asked.join());
  assert.ok(asked.includes("tile/2/000.p/1"), asked.join());
});
