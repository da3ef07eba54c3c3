// The members' keys change, and donors' browsers go on: a real node takes new keys while it is visited.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Forger } from "./forger.mjs";
import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let network, browser;

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

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
    assert.match(await visitor.page.locator(".verified").textContent(),
      /validators changed since the policy \(2\)/);
    assert.deepEqual(await visitor.violations(), []);
  }));

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
