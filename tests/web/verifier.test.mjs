// The verifier in TypeScript says of every bundle what the node's verifier says: step and word.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";

import { cases } from "./vectors.mjs";

const { decodeAccount, decodeEntry, epochs, Fault, noble, parseBundle, parsePolicy, steps, sumWith,
  verifyBundle, webcrypto } = await import(join(process.env.CENTIME_WEB, "verifier.mjs"));

// Signatures by WebCrypto, which is faster, hashes by noble, which is faster.
const quick = { ...noble, name: "both", verify: webcrypto.verify };

// What work gives, or the Fault that it throws.
async function outcomeOf(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

const policies = new Map();
async function policyOf(file, primitives) {
  const key = Buffer.from(file).toString("latin1");
  if (!policies.has(key)) policies.set(key, await outcomeOf(() => parsePolicy(file, primitives)));
  return policies.get(key);
}

async function verdictOf({ bundle: file, policy: policyFile }, primitives) {
  const policy = await policyOf(policyFile, primitives);
  if (policy instanceof Fault) return ["policy", policy.word];
  const bundle = await outcomeOf(() => parseBundle(file));
  if (bundle instanceof Fault) return ["bundle", bundle.word];
  // The step that fails is the first after those that held.
  const held = [];
  const onStep = (step) => held.push(step);
  const outcome = await outcomeOf(() => verifyBundle(bundle, policy, primitives, async () => epochs, { onStep }));
  assert.deepEqual(held, steps.slice(0, held.length));
  if (outcome instanceof Fault) return [steps[held.length], outcome.word];
  assert.equal(held.length, steps.length);
  return ["", ""];
}

async function decodeWord({ type, bytes }) {
  const decode = type === "entry" ? decodeEntry : decodeAccount;
  const outcome = await outcomeOf(() => decode(bytes));
  return outcome instanceof Fault ? outcome.why : "";
}

const classes = new Map();
const words = new Map();
let wrong = 0;
let changed = 0;

await test("agrees with the node on every whole and every damaged bundle", async () => {
  let number = 0;
  for await (const line of cases(process.env.CENTIME_VECTORS)) {
    ++number;
    const told = `line ${number}, ${line.class}`;
    if (line.class === "decode") {
      assert.equal(await decodeWord(line), line.word, told);
      words.set(`decode ${line.word}`, (words.get(`decode ${line.word}`) ?? 0) + 1);
      continue;
    }
    const expected = [line.step, line.word];
    assert.deepEqual(await verdictOf(line, quick), expected, told);
    // Now and then all with one of the two alone.
    if (number % 40 === 0) assert.deepEqual(await verdictOf(line, webcrypto), expected, told);
    if (number % 40 === 20) assert.deepEqual(await verdictOf(line, noble), expected, told);
    classes.set(line.class, (classes.get(line.class) ?? 0) + 1);
    const name = expected.join(" ");
    words.set(name, (words.get(name) ?? 0) + 1);
    if (line.class !== "whole") ++changed;
    if (line.step !== "") ++wrong;
  }
});

await test("ends that do not add up to the gift are found by the last step alone", async () => {
  let seen = 0;
  for await (const line of cases(process.env.CENTIME_VECTORS)) {
    if (line.class !== "whole" || ++seen > 40) continue;
    const policy = await parsePolicy(line.policy, quick);
    const trace = await verifyBundle(parseBundle(line.bundle), policy, quick, async () => epochs);
    assert.ok(sumWith(trace, 0n));
    for (const more of [1n, -1n, 1n << 64n]) {
      assert.equal((await outcomeOf(async () => sumWith(trace, more))).word, "wrong_sum");
    }
  }
  assert.ok(seen >= 40, `${seen} whole bundles`);
});

await test("takes no JSON for a bundle that is no object", async () => {
  for (const text of ["null", "[]", "1", "true", '""', "{}", ""]) {
    const outcome = await outcomeOf(() => parseBundle(Buffer.from(text)));
    assert.equal(outcome.word, "bad_bundle", text);
  }
});

// A list of epochs can be made by anybody and be long.
await test("an end that nobody signed costs the reader next to nothing", async () => {
  let seen = 0;
  for await (const line of cases(process.env.CENTIME_VECTORS)) {
    if (line.class !== "whole" || seen === 3) continue;
    const json = JSON.parse(Buffer.from(line.bundle).toString());
    if ((json.epochs?.length ?? 0) < 2) continue;
    json.epochs = json.epochs.map((text) => {
      const end = Buffer.from(text, "base64");
      // Behind the seal and two views is the list of signatures, of 66 bytes each.
      const at = 4 + end.readUInt32BE(0) + 16;
      const count = end.readUInt32BE(at);
      assert.ok(count > 0);
      const nobody = Buffer.alloc(4);
      return Buffer.concat([end.subarray(0, at), nobody, end.subarray(at + 4 + 66 * count)]).toString("base64");
    });
    let hashes = 0;
    const counting = { ...quick, sha256: (bytes) => (++hashes, quick.sha256(bytes)) };
    const policy = await parsePolicy(line.policy, quick);
    const bundle = parseBundle(Buffer.from(JSON.stringify(json)));
    const outcome = await outcomeOf(() => verifyBundle(bundle, policy, counting, async () => epochs));
    // A policy of the last epoch asks for no signature before it.
    if (outcome.word !== "quorum_short") continue;
    ++seen;
    assert.ok(hashes <= 3, `${hashes} hashes`);
  }
  assert.ok(seen > 0);
});

await test("takes nothing for a bundle that the engine can not take apart", async () => {
  for await (const line of cases(process.env.CENTIME_VECTORS)) {
    if (line.class !== "whole") continue;
    const text = Buffer.from(line.bundle).toString();
    const long = text.replace('"checkpoint":"', `"checkpoint":"${"\\n".repeat(5_000_000)}`);
    assert.ok(long.length > text.length);
    assert.equal((await outcomeOf(() => parseBundle(Buffer.from(long)))).word, "bad_bundle");
    break;
  }
});

await test("has met at least ten thousand damaged bundles, of each class", () => {
  assert.ok(changed >= 10_000, `${changed} changed bundles`);
  assert.ok(wrong >= 9_000, `${wrong} of them wrong`);
  for (const kind of ["entry", "effect", "path", "checkpoint", "cosignature", "policy", "head",
    "genesis", "seal", "parts", "needless", "file", "epoch"]) {
    assert.ok((classes.get(kind) ?? 0) >= 400, `${kind}: ${classes.get(kind)}`);
  }
});

await test("has met every step and nearly every word", () => {
  console.log([...words].sort().map(([name, count]) => `${count} ${name}`).join("\n"));
  for (const name of [
    "policy bad_policy", "bundle bad_bundle", "epochs wrong_network", "epochs bad_epoch",
    "epochs quorum_short", "epochs bad_signature", "seal bad_epoch", "checkpoint bad_checkpoint",
    "checkpoint bad_signature", "checkpoint unknown_log", "checkpoint quorum_short",
    "network wrong_inclusion", "network wrong_network", "network bad_entry",
    "seal wrong_inclusion", "seal wrong_seal", "entries wrong_order", "entries wrong_inclusion",
    "entries bad_entry", "entries wrong_donation",
    "accounts wrong_inclusion", "accounts bad_entry", "accounts wrong_order",
    "effects wrong_effects", "effects wrong_account", "effects needless_entry",
    "effects missing_account", "effects units_spent_twice", "path units_unaccounted",
    "path missing_account", "path needless_entry", "path needless_account",
    "decode ", "decode truncated", "decode trailing_bytes", "decode too_long", "decode bad_text",
    "decode bad_tag",
  ]) {
    assert.ok(words.has(name), name);
  }
});
