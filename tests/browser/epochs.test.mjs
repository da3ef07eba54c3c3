// The members' keys change, and donors' browsers go on: a real node takes new keys while it is visited.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { Forger } from "./forger.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let network, browser;
started((own) => ({ network, browser } = own));

async function visiting(url, visit) {
  const visitor = await Visitor.arrive(browser, {});
  try {
    await visitor.page.goto(`${url}/d/${network.gift}?lang=en`);
    await visit(visitor);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
  }
}

// The result of checking a saved proof at `at`; with a policy of the reader's own, or without.
async function checkSaved(visitor, at, proof, policy) {
  const { page } = visitor;
  await page.goto(at);
  const [bundleInput, policyInput] = at.endsWith(".html")
    ? ["#bundle", "#policy"] : ["#check-bundle", "#check-policy"];
  await page.setInputFiles(bundleInput, proof);
  if (policy) await page.setInputFiles(policyInput, policy);
  await page.locator(at.endsWith(".html") ? "form [type=submit]" : "#check-file [type=submit]").click();
  const outcome = await visitor.outcome();
  return { ...outcome, advice: await page.locator(".advice").allTextContents() };
}

const loaded = (visitor) => visitor.requests.some((url) => /\/check-epochs\./.test(url));

test("who trusted the first validators follows them over two new keys", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    assert.equal(loaded(visitor), false, "nothing has changed yet");
    for (const epoch of [1, 2]) {
      await network.rotateKey(epoch);
      await network.give("phase-1");
      await visitor.page.reload();
      const { result, steps } = await visitor.check();
      assert.equal(result, "verified");
      assert.equal(steps.epochs, "ok");
      assert.equal(steps.history, "ok");
    }
    assert.equal(loaded(visitor), true);
    const told = await (await fetch(`${network.url}/proposals?lang=en`)).text();
    assert.equal(told.match(/: new key · /g)?.length, 2, "each epoch says why it began");
    assert.match(await visitor.page.locator(".verified").textContent(),
      /validators changed since the policy \(2\)/);
    // A receipt of today has another fingerprint than the policy that this browser trusted first.
    const digest = createHash("sha256").update(await network.read("/v1/policy")).digest("hex");
    const fingerprints = await visitor.page.locator(".verified code.whole").allTextContents();
    assert.equal(fingerprints.length, 2);
    assert.notEqual(fingerprints[0], fingerprints[1]);
    assert.equal(fingerprints[1].replaceAll(" ", ""), digest);
    assert.deepEqual(await visitor.violations(), []);
  }));

test("who checks a proof that is older than the policy is told what to do", options, async () => {
  const [proof, policy] = [network.path("old.trace.json"), network.path("old-policy.txt")];
  const newer = network.path("new-policy.txt");
  writeFileSync(proof, await network.read(`/v1/donations/${network.gift}/proof`));
  writeFileSync(policy, await network.read("/v1/policy"));
  await network.rotateKey(3);
  await network.give("phase-1");
  writeFileSync(newer, await network.read("/v1/policy"));
  const told = { en: /saved with the proof/, fr: /enregistrée avec la preuve/, es: /se guardó con la prueba/ };
  for (const [language, sentence] of Object.entries(told)) {
    const visitor = await Visitor.arrive(browser, {});
    const at = `${network.url}/verify?lang=${language}`;
    const today = await checkSaved(visitor, at, proof);
    assert.equal(today.result, "failed");
    assert.match(today.failed, /^checkpoint: (bad_checkpoint|quorum_short|unknown_log)$/);
    assert.equal(today.advice.length, 1);
    assert.match(today.advice[0], sentence);
    const saved = await checkSaved(visitor, at, proof, policy);
    assert.equal(saved.result, "verified");
    assert.deepEqual(saved.advice, []);
    assert.deepEqual(visitor.faults, []);
    await visitor.leave();
  }
  const visitor = await Visitor.arrive(browser, {});
  const alone = await checkSaved(visitor, `${network.url}/verify.html`, proof, newer);
  assert.equal(alone.result, "failed");
  assert.match(alone.advice[0], told.en);
  await visitor.leave();
  const { stdout } = await network.program("verify", proof, "--policy", newer);
  assert.match(stdout, /step checkpoint failed/);
  assert.match(stdout, /saved with the proof/);
});

test("a proof that hides a change does not hold for who trusts the first", options, async () => {
  const forger = await Forger.start(network.url, async (path) => {
    if (!path.endsWith("/proof")) return undefined;
    const { epochs, ...rest } = JSON.parse(await network.read(path));
    return Buffer.from(JSON.stringify({ ...rest, epochs: epochs.slice(1) }));
  });
  await visiting(forger.url, async (visitor) => {
    const { result, failed } = await visitor.check();
    assert.equal(result, "failed");
    assert.equal(failed, "epochs: bad_epoch");
  });
  await forger.stop();
});
