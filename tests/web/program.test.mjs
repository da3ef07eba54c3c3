// `centime verify` says of damaged bundles what the verifier that it is made of says.
//
// Some hundreds, spread over every kind of damage and every verdict: each is a process of its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { cases } from "./vectors.mjs";

const eachAtMost = 6;

// Its exit code, and "step: word" of a refusal. It reads the policy before there are any steps.
function verdict(bundle, policy) {
  return new Promise((resolve) => {
    execFile(process.env.CENTIME_PROGRAM, ["verify", bundle, "--policy", policy, "--json"],
      (error, stdout) => {
        const { verified, error: told } = JSON.parse(stdout);
        resolve([error?.code ?? 0, verified ? "" : `${told.step ?? "policy"}: ${told.code}`]);
      });
  });
}

test("the program agrees with its verifier on damaged bundles", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "centime-program-"));
  try {
    const seen = new Map();
    let all = 0;
    for await (const { class: kind, bundle, policy, step, word } of cases(process.env.CENTIME_VECTORS)) {
      if (kind === "decode") continue;
      const name = `${kind} ${step} ${word}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      if (seen.get(name) > eachAtMost) continue;
      const files = [join(folder, "gift.trace.json"), join(folder, "policy.txt")];
      writeFileSync(files[0], bundle);
      writeFileSync(files[1], policy);
      const [code, said] = await verdict(...files);
      assert.equal(said, step ? `${step}: ${word}` : "", name);
      assert.equal(code === 0, !step, `exit code ${code} of ${name}`);
      ++all;
    }
    console.log(`${all} bundles, ${seen.size} kinds`);
    assert.ok(all >= 300, `${all} bundles`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
