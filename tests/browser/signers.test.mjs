// Who vouches for the signers: where nobody does but the server that is checked, the verdict says so, and
// nothing that it then showed is held against anybody later.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { Forger } from "./forger.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
const onlyHere = "The proof holds, by the signers that this server names";
let network, browser;

started((own) => { ({ network, browser } = own); });

const isPage = (path) => path.startsWith("/d/");

async function visiting(path, visit) {
  const visitor = await Visitor.arrive(browser);
  try {
    await visitor.page.goto(path);
    await visit(visitor, visitor.page);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
  }
}
const visitingGift = (url, visit) => visiting(`${url}/d/${network.gift}?lang=en`, visit);

const remembered = (page) => page.evaluate(() =>
  Object.entries(localStorage).filter(([key]) => key.startsWith("centime-")).sort());
const forgetting = (page) => page.getByRole("button", { name: "Forget earlier checks" });

test("a saved proof holds by the policy of this page's node, which is said, until another is known", options, () =>
  visiting(`${network.url}/verify?lang=en`, async (visitor, page) => {
    writeFileSync(network.path("signers.trace.json"), await network.read(`/v1/donations/${network.gift}/proof`));
    writeFileSync(network.path("signers.txt"), await network.read("/v1/policy"));
    const checkFile = async () => {
      await page.setInputFiles("#check-bundle", network.path("signers.trace.json"));
      await page.locator("#check-file [type=submit]").click();
      await page.locator("#check-file [type=submit]:enabled").waitFor();
      const { result, steps } = await visitor.outcome();
      assert.equal(result, "verified");
      return { policy: steps.policy, status: await page.locator("#check-file [role=status]").textContent(),
        told: await page.locator("#check-file .result").textContent(),
        detail: await page.locator("[data-step=policy]").textContent() };
    };

    const first = await checkFile();
    assert.deepEqual([first.policy, first.status], ["first", onlyHere]);
    assert.match(first.detail, /first visit.*nothing in this browser confirms them yet/);
    assert.match(first.told, /both their list and this script came from this server/);
    assert.deepEqual(await visitor.violations("best-practice"), []);
    assert.deepEqual(await checkFile(), first, "nothing confirms them the second time either");

    await page.setInputFiles("#check-policy", network.path("signers.txt"));
    const given = await checkFile();
    assert.deepEqual([given.policy, given.status], ["ok", "Verified"]);
    assert.doesNotMatch(given.told, /came from this server/);

    await page.goto(`${network.url}/d/${network.gift}?lang=en`);
    assert.equal((await visitor.check()).result, "verified");
    await page.goto(`${network.url}/verify?lang=en`);
    const known = await checkFile();
    assert.deepEqual([known.policy, known.status], ["ok", "Verified"]);
    assert.match(known.detail, /that this browser trusted before/);
  }));

test("this page's own address is no other node", options, () =>
  visitingGift(network.url, async (visitor, page) => {
    const { host, port } = new URL(network.url);
    for (const typed of [network.url, host, `HTTP://${host}/`]) {
      await page.fill("#check-node", typed);
      const { result, steps } = await visitor.check();
      assert.deepEqual([result, steps.policy], ["verified", "first"], typed);
      assert.equal(await page.locator("#check [role=status]").textContent(), onlyHere);
      await forgetting(page).click();
    }
    await page.fill("#check-node", `localhost:${port}`);
    assert.equal((await visitor.check()).steps.policy, "ok");
    assert.equal(await page.locator("#check [role=status]").textContent(), "Verified");
  }));

test("an address that the page fills in is asked nothing", options, async () => {
  const forger = await Forger.start(network.url, (path, body) => isPage(path)
    ? Buffer.from(body.toString().replace('id="check-node"', `id="check-node" value="${network.url}"`)
      .replace('value="here" checked', 'value="here"').replace('value="other"', 'value="other" checked'))
    : undefined);
  await visitingGift(forger.url, async (visitor, page) => {
    assert.equal(await page.locator("#check [value=other]").isChecked(), true);
    await page.locator("#check button[type=submit]").click();
    assert.equal(await page.locator("#check-node:invalid").count(), 1);
    assert.equal(await page.locator("[data-step]").count(), 0);
    assert.equal(visitor.requests.some((url) => url.startsWith(network.url)), false);
  });
  await forger.stop();
});

test("a first visit to a page that lies leaves nothing behind", options, async () => {
  let lies = true;
  const forger = await Forger.start(network.url, (path, body) => isPage(path) && lies
    ? Buffer.from(body.toString().replace(/<h1>/, "<h1>All well: ")) : undefined);
  await visitingGift(forger.url, async (visitor, page) => {
    assert.equal((await visitor.check()).failed, "page: other_words");
    assert.deepEqual(await remembered(page), []);
    assert.equal(await forgetting(page).isVisible(), false);
    lies = false;
    await page.reload();
    const { result, steps } = await visitor.check();
    assert.deepEqual([result, steps.history], ["verified", "first"]);
    assert.equal((await remembered(page)).length, 2);
    assert.equal(await forgetting(page).isVisible(), true);

    // Of signers who are known, what they signed is remembered, whatever the page says.
    lies = true;
    const before = await remembered(page);
    await network.give("phase-1");
    await page.reload();
    assert.equal((await visitor.check()).failed, "page: other_words");
    const after = await remembered(page);
    assert.equal(after.length, 2);
    assert.deepEqual(after.at(-1), before.at(-1), "the policy");
    assert.notDeepEqual(after[0], before[0], "the ledger's head");
  });
  await forger.stop();
});

test("whatever is remembered can be forgotten", options, () =>
  visitingGift(network.url, async (visitor, page) => {
    await page.evaluate(() => localStorage.setItem("centime-head-00", "3 AAAA"));
    await page.reload();
    await forgetting(page).click();
    assert.deepEqual(await remembered(page), []);
    assert.equal(await forgetting(page).isVisible(), false);
  }));
