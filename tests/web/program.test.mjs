// `centime verify` says of every whole and every damaged bundle what the verifier that it is made of
// says: of one file alone, and of many files at once.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { cases } from "./vectors.mjs";

const filesAtOnce = 100;
const aloneEach = 3; // Of each kind of damage and verdict, so many are given alone too.

// The exit code, and what it prints.
function run(files, policy) {
  return new Promise((resolve) => {
    const call = ["verify", ...files, "--policy", policy, "--json"];
    execFile(process.env.CENTIME_PROGRAM, call, { maxBuffer: 1 << 26 }, (error, stdout) => {
      resolve([error?.code ?? 0, JSON.parse(stdout)]);
    });
  });
}

// "step: word" of a refusal. The policy is read before there are any steps.
const told = (error) => error ? `${error.step ?? "policy"}: ${error.code}` : "";

async function saidOf(files, policy) {
  const [code, { error, proofs }] = await run(files, policy);
  const each = error?.proofs ?? proofs;
  const said = each ? each.map((proof) => told(proof.error)) : files.map(() => told(error));
  assert.equal(code === 0, said.every((word) => word === ""), `exit code ${code}`);
  return said;
}

test("the program agrees with its verifier on damaged bundles", { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "centime-program-"));
  const path = (name) => join(folder, name);
  const seen = new Map();
  let [all, waiting, policyOfThem] = [0, [], undefined];

  async function settle() {
    if (waiting.length === 0) return;
    const files = waiting.map((_, i) => path(`${i}.trace.json`));
    writeFileSync(path("policy.txt"), policyOfThem);
    waiting.forEach(({ bundle }, i) => writeFileSync(files[i], bundle));
    const said = await saidOf(files, path("policy.txt"));
    for (const [i, { name, expected, isAlone }] of waiting.entries()) {
      assert.equal(said[i], expected, name);
      if (isAlone) assert.deepEqual(await saidOf([files[i]], path("policy.txt")), [expected], name);
    }
    all += waiting.length;
    waiting = [];
  }

  try {
    for await (const line of cases(process.env.CENTIME_VECTORS)) {
      const { class: kind, bundle, policy, step, word } = line;
      if (kind === "decode") continue;
      const text = Buffer.from(policy);
      if (waiting.length === filesAtOnce || !policyOfThem?.equals(text)) await settle();
      policyOfThem = text;
      const name = `${kind} ${step} ${word}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      const expected = step && `${step}: ${word}`;
      waiting.push({ bundle, name, expected, isAlone: seen.get(name) <= aloneEach });
    }
    await settle();
    console.log(`${all} bundles, ${seen.size} kinds`);
    assert.ok(all >= 10_000, `${all} bundles`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
