// A member that joined after the genesis holds some of a gift: the proof has no name for it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Forger } from "./forger.mjs";
import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let network, browser, gift;

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
  await network.admit("well-diggers", "The Well Diggers");
  gift = await network.give("phase-1");
  await network.record([{ reference: "to-a-newcomer", type: "disbursement", fund: "phase-1",
    to: "well-diggers", amount: 100, currency: "GBP", sent_on: "2015-11-02", purpose: "A well", evidence: [] }]);
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

async function checking(url, language, see) {
  const visitor = await Visitor.arrive(browser);
  await visitor.page.goto(`${url}/d/${gift}?lang=${language}`);
  await see(await visitor.check(), visitor);
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
}

for (const language of ["en", "fr", "es"]) {
  test(`what the page calls it is not vouched for, in ${language}`, options, () =>
    checking(network.url, language, async ({ result, steps, struck }, { page }) => {
      assert.match(await page.locator("h1").textContent(), /The Well Diggers/);
      assert.equal(result, "partly");
      assert.equal(steps.page, "skipped");
      assert.equal(struck, 0);
      assert.match(await page.locator("[data-step=page]").textContent(),
        /The Well Diggers \(well-diggers\)/);
    }));
}

test("whatever it is called, the words around its name are compared", options, async () => {
  for (const [forge, expected] of [
    [(html) => html.replaceAll("The Well Diggers", "Another Charity"), "partly"],
    [(html) => html.replaceAll("sent to The Well Diggers, not yet acknowledged", "spent on wells"), "failed"],
    [(html) => html.replaceAll(" data-who=", " data-other="), "failed"]]) {
    const forger = await Forger.start(network.url, (path, body) =>
      (path.startsWith("/d/") ? Buffer.from(forge(body.toString())) : undefined));
    await checking(forger.url, "en", ({ result }) => assert.equal(result, expected));
    await forger.stop();
  }
});
