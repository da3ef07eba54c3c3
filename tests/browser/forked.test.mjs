// Two histories that the same validators truly signed: a donor's browser that has seen one of them
// finds out about the other, and names what it is.
//
// The node's store is copied before the two part, so both are whole: every signature holds, every
// proof and every tile.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { test } from "node:test";

import { Network } from "./network.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let network, browser;
started((own) => ({ network, browser } = own));

// The node goes on with another store, at the same address. What it gives from then on are records
// that the other store does not have.
async function goOnWith(data) {
  await network.end();
  network.data = network.path(data);
  await network.run(network.url.replace("http://", ""));
  network.given = data === "other" ? 1000 : 2000;
}

async function sizeOfLog() {
  const [, size] = (await network.read("/checkpoint")).toString().split("\n");
  return Number(size);
}

async function visiting(visit) {
  const visitor = await Visitor.arrive(browser);
  try {
    const check = async () => {
      await visitor.page.goto(`${network.url}/d/${network.gift}?lang=en`);
      return visitor.check();
    };
    const { result } = await check();
    assert.equal(result, "verified");
    await visit(check, visitor);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
  }
}

const expectFailed = (told, failed) => {
  assert.equal(told.failed, failed);
  assert.equal(told.result, "failed");
  assert.ok(told.struck > 0);
};

test("two histories that were both signed are told apart by a browser that has seen one", options, async () => {
  await network.give("phase-1"); // What both have in common, with the token to record more.
  await network.end();
  cpSync(network.data, network.path("other"), { recursive: true });
  await network.run(network.url.replace("http://", ""));
  await network.give("phase-1");
  const size = await sizeOfLog();

  await visiting(async (check, visitor) => {
    await goOnWith("other");
    await network.give("phase-1");
    assert.equal(await sizeOfLog(), size, "two heads of one size");
    expectFailed(await check(), "history: forked_log");
    const told = await visitor.page.locator("[data-result=failed]").textContent();
    assert.match(told, /two/i);
    assert.equal(await visitor.page.locator("[data-result=failed] a[download]").count(), 1, "the evidence");

    // Another record on the other history: it is longer, and has not what was seen.
    await network.give("phase-1");
    assert.ok(await sizeOfLog() > size);
    expectFailed(await check(), "history: rewritten_log");

    // The history that was seen goes on, and what was remembered is still that one.
    await goOnWith("node");
    await network.give("phase-1");
    const { result, steps } = await check();
    assert.deepEqual([result, steps.history], ["verified", "ok"]);
  });

  // A browser that has seen more than the other history has. The log that it saw can be read as long as
  // its page's node has it, so another node's shorter one is found out; and if nobody can be asked
  // for it, that is said.
  await network.give("phase-1", 3);
  await network.give("phase-1");
  await visiting(async (check, visitor) => {
    const twin = new Network();
    try {
      twin.data = network.path("other");
      await twin.run("127.0.0.1:0");
      await visitor.page.fill("#check-node", twin.url);
      expectFailed(await visitor.check(), "history: older_log");
    } finally {
      await twin.stop();
    }
    await goOnWith("other");
    const { result, steps } = await check();
    assert.deepEqual([result, steps.history], ["partly", "skipped"]);
    const told = await visitor.page.locator("[data-step=history]").textContent();
    assert.match(told, /fewer than .* could not be compared/);
    assert.match(visitor.faults.pop(), /404/, "the tile that it does not have");
  });

  // Who comes for the first time can't know; both hold for themselves.
  await visiting(async (check) => assert.equal((await check()).result, "verified"));
});
