// New entries are told to who looks at a page, over one stream for all tabs of a browser.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 120_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
const fund = "phase-1";
let network, browser;
started((own) => ({ network, browser } = own));

// A visitor at the path, whose stream is open.
async function arrive(path, contextOptions) {
  const visitor = await Visitor.arrive(browser, contextOptions);
  const streaming = visitor.page.waitForRequest(/v1\/events/);
  await visitor.page.goto(network.url + path);
  await streaming;
  return visitor;
}

async function told(page, text) {
  await page.locator("#live", { hasText: text }).waitFor({ timeout: 60_000 });
}

const streams = (visitor) => visitor.requests.filter((url) => url.includes("/v1/events"));
const words = { en: [/^1 new entry\. Show$/, /^3 new entries\. Show$/],
  fr: [/^1 nouvelle entrée\. Afficher$/, /^3 nouvelles entrées\. Afficher$/],
  es: [/^1 entrada nueva\. Mostrar$/, /^3 entradas nuevas\. Mostrar$/] };

for (const [language, [one, three]] of Object.entries(words)) {
  for (const path of ["/", `/f/${fund}`]) {
    test(`${path} tells of new entries in ${language}, and shows them when asked`, options, async () => {
      const visitor = await arrive(`${path}?lang=${language}`);
      const { page } = visitor;
      assert.equal(await page.locator("#live").textContent(), "");
      await network.give(fund);
      await told(page, one);
      await page.locator("#live button").focus();
      await network.give(fund, 2);
      await told(page, three);
      assert.equal(await page.evaluate(() => document.activeElement.closest("#live")?.id), "live", "focus is kept");
      assert.deepEqual(await visitor.violations(), []);
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `live-${language}-${path.length}.png`) });
      }
      await page.locator("#live button").click();
      await page.waitForLoadState();
      assert.equal(await page.locator("#live").textContent(), "");
      assert.deepEqual(visitor.faults, []);
      await visitor.leave();
    });
  }
}

test("a fund's page tells nothing of another fund", options, async () => {
  const visitor = await arrive(`/f/${fund}`);
  const { page } = visitor;
  await network.record([{ reference: "live-channel", type: "channel", channel: "live-till",
    kind: "other", company: "A till" }]);
  await network.give(fund);
  await told(page, words.en[0]);
  await visitor.leave();
});

test("a donation's page tells of news of that donation only", options, async () => {
  const gift = await network.give(fund);
  const visitor = await arrive(`/d/${gift}`);
  const { page } = visitor;
  const asked = page.waitForResponse((answer) => answer.request().method() === "HEAD");
  await network.give(fund);
  await asked;
  assert.equal(await page.locator("#live").textContent(), "");
  await network.record([{ reference: `refund-${gift.slice(0, 8)}`, type: "refund", donation: gift,
    amount: 40, paid_on: "2015-11-02", reason: "Paid twice" }]);
  await told(page, /^There is news of this donation\. Show$/);
  assert.deepEqual(await visitor.violations(), []);
  await page.locator("#live button").click();
  await page.locator("tr[data-part]", { hasText: "0.40" }).waitFor();
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
});

test("tabs share one stream, and the next one takes it over where the first left", options, async () => {
  const visitor = await arrive("/");
  const second = await visitor.context.newPage();
  const requests = [];
  second.on("request", (request) => request.url().includes("/v1/events") && requests.push(request.url()));
  await second.goto(`${network.url}/f/${fund}`);
  // The first reads for both, from the older of the two places.
  await visitor.page.waitForTimeout(500);
  assert.deepEqual(requests, []);
  await network.give(fund);
  await told(visitor.page, words.en[0]);
  await told(second, words.en[0]);
  const taken = second.waitForRequest(/v1\/events/);
  await visitor.page.close();
  await network.give(fund);
  assert.match((await taken).url(), new RegExp(`fund=${fund}$`));
  await network.give(fund);
  await told(second, words.en[1]);
  await visitor.context.close();
});

// Chromium under automation never hides a tab, so the page is told that it is hidden.
async function hide(page, hidden) {
  await page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

// Stands between a browser and the node, and knows which event streams are open.
class Counter {
  open = new Set();
  all = 0; // That were ever asked for.

  static async start(upstream) {
    const counter = new Counter();
    counter.server = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const inner = ask(upstream + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      inner.on("error", () => outgoing.destroy());
      if (url.startsWith("/v1/events")) {
        ++counter.all;
        counter.open.add(incoming);
      }
      outgoing.on("close", () => {
        counter.open.delete(incoming);
        inner.destroy();
      });
      incoming.pipe(inner);
    });
    await new Promise((resolve) => counter.server.listen(0, "127.0.0.1", resolve));
    counter.url = `http://127.0.0.1:${counter.server.address().port}`;
    return counter;
  }

  // That many are open, and stay so.
  async holds(count) {
    for (let i = 0; i < 100 && this.open.size !== count; ++i) await sleep(100);
    await sleep(500);
    assert.equal(this.open.size, count, [...this.open].map(({ url }) => url).join(" "));
  }

  async stop() {
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

// Three tabs of a browser at the start page, by way of a counter.
async function threeTabs(visit, prepare) {
  const counter = await Counter.start(network.url);
  const visitor = await Visitor.arrive(browser);
  try {
    if (prepare) await visitor.context.addInitScript(prepare);
    const tabs = [visitor.page, await visitor.context.newPage(), await visitor.context.newPage()];
    for (const tab of tabs) await tab.goto(`${counter.url}/`);
    await visit(tabs, counter);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
    await counter.stop();
  }
}

const entries = (count) => new RegExp(`^${count} new entr${count === 1 ? "y" : "ies"}\\. Show$`);

test("the node has one stream of three tabs, and hiding or closing its tab loses and repeats nothing", options, () =>
  threeTabs(async ([first, second, third], counter) => {
    await counter.holds(1);
    await network.give(fund);
    for (const tab of [first, second, third]) await told(tab, entries(1));
    // The second takes over from behind what is known, also what comes meanwhile.
    await hide(first, true);
    await network.give(fund);
    for (const tab of [second, third]) await told(tab, entries(2));
    await counter.holds(1);
    await second.close();
    await network.give(fund, 2);
    await told(third, entries(4));
    await counter.holds(1);
    await hide(third, true);
    await counter.holds(0);
    await network.give(fund);
    await hide(first, false);
    await hide(third, false);
    for (const tab of [first, third]) await told(tab, entries(5));
    await counter.holds(1);
    for (const tab of [first, third])
      assert.match(await tab.locator("#live").textContent(), entries(5));
  }));

test("a tab that comes back misses nothing, whatever is told while it does", options, () =>
  threeTabs(async ([first, second, third], counter) => {
    await counter.holds(1);
    await hide(second, true);
    await network.give(fund, 3);
    for (const tab of [first, third]) await told(tab, entries(3));
    // Told to the others before the stream is where the second left.
    await hide(second, false);
    await network.give(fund);
    for (const tab of [first, second, third]) await told(tab, entries(4));
    // And while another tab takes the stream over.
    await hide(second, true);
    await network.give(fund, 2);
    for (const tab of [first, third]) await told(tab, entries(6));
    await Promise.all([hide(second, false), hide(first, true), network.give(fund)]);
    for (const tab of [second, third]) await told(tab, entries(7));
    await counter.holds(1);
  }));

for (const [lacking, prepare] of Object.entries({
  "no locks": () => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined }),
  "no channel to other tabs": () => delete window.BroadcastChannel,
  "locks that are refused": () => {
    LockManager.prototype.request = () => Promise.reject(new DOMException("", "SecurityError"));
  },
})) {
  test(`with ${lacking} each tab that can be seen has its own stream`, options, () =>
    threeTabs(async (tabs, counter) => {
      await counter.holds(3);
      assert.equal(counter.all, 3, "none for another's sake");
      await network.give(fund);
      for (const tab of tabs) await told(tab, entries(1));
      await hide(tabs[0], true);
      await counter.holds(2);
    }, prepare));
}

test("a hidden page has no stream, and counts what it missed when it is seen again", options, async () => {
  const visitor = await arrive(`/f/${fund}`);
  const { page } = visitor;
  await network.give(fund);
  await told(page, words.en[0]);
  await hide(page, true);
  await network.give(fund, 2);
  await page.waitForTimeout(1000);
  assert.match(await page.locator("#live").textContent(), words.en[0]);
  const before = streams(visitor).length;
  await hide(page, false);
  await told(page, words.en[1]);
  assert.equal(streams(visitor).length, before + 1);
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
});

test("a restart of the node loses and repeats nothing", options, async () => {
  const visitor = await arrive(`/f/${fund}`);
  const { page } = visitor;
  await network.give(fund);
  await told(page, words.en[0]);
  await network.restart();
  await network.give(fund, 2);
  await told(page, words.en[1]);
  await page.waitForTimeout(500);
  assert.match(await page.locator("#live").textContent(), words.en[1]);
  await visitor.leave();
});

test("without scripts there is nothing to see of it", options, async () => {
  const visitor = await Visitor.arrive(browser, { javaScriptEnabled: false });
  await visitor.page.goto(`${network.url}/`);
  await network.give(fund);
  assert.equal(await visitor.page.locator("#live").textContent(), "");
  assert.equal(await visitor.page.locator("#live").evaluate((place) => place.offsetHeight), 0);
  assert.deepEqual(streams(visitor), []);
  await visitor.leave();
});
