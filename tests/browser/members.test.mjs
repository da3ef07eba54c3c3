// A check where several members vote: how many signed, how few are too few, and another one's node.
import assert from "node:assert/strict";
import { test } from "node:test";

import { keepsCosignatures } from "./bundle_forgeries.mjs";
import { Forger } from "./forger.mjs";
import { Network } from "./network.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let network, browser;
started((own) => ({ network, browser } = own), Network.startFour);

async function visiting(url, visit) {
  const visitor = await Visitor.arrive(browser);
  try {
    await visitor.page.goto(`${url}/d/${network.gift}?lang=en`);
    await visit(visitor);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
  }
}

const signed = async ({ page }) =>
  /: (\d) of the 4 in the policy, 3 needed/.exec(await page.locator(".verified").textContent())?.[1];

test("a quorum of four members is counted", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    assert.ok(["3", "4"].includes(await signed(visitor)));
  }));

for (const [kept, expected] of [[3, "verified"], [2, "checkpoint: quorum_short"],
  [1, "checkpoint: quorum_short"], [0, "checkpoint: quorum_short"]]) {
  test(`with the signatures of ${kept} of four members it is ${expected}`, options, async () => {
    const forger = await Forger.start(network.url, (path, body) => {
      if (!path.endsWith("/proof")) return undefined;
      const { proof, had } = keepsCosignatures(body, kept);
      assert.ok(had >= 3, `${had} members signed`);
      return proof;
    });
    await visiting(forger.url, async (visitor) => {
      const { result, failed } = await visitor.check();
      assert.equal(failed ?? result, expected);
      if (!failed) assert.equal(await signed(visitor), "3");
    });
    await forger.stop();
  });
}

test("another member's own node is asked, and proves the same", options, () =>
  visiting(network.url, async (visitor) => {
    const other = network.urls["british-red-cross"];
    await visitor.page.fill("#check-node", other.replace("http://", ""));
    assert.equal((await visitor.check()).result, "verified");
    assert.ok(visitor.requests.includes(`${other}/v1/donations/${network.gift}/proof`));
    assert.ok(visitor.requests.includes(`${other}/v1/policy`));
    assert.equal(visitor.requests.includes(`${network.url}/v1/donations/${network.gift}/proof`), false);
  }));

test("while one of four is away the other three sign what is new", options, async () => {
  process.kill(network.pids.auditor, "SIGTERM");
  const gift = await network.give("phase-1");
  await visiting(network.url, async (visitor) => {
    await visitor.page.goto(`${network.url}/d/${gift}?lang=en`);
    assert.equal((await visitor.check()).result, "verified");
    assert.equal(await signed(visitor), "3");
  });
});
