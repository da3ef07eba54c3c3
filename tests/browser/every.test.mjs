// Every page that is not looked at more closely elsewhere, and every state of a donation: sound for
// everyone on every screen, complete without a script, small, and asking nobody but its own node.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { firstPageMax, Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 300_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
let network, browser;
const ids = {};

// Gifts of pounds in a fund of the example, where a pound is left over: one for each state.
const gifts = `type,author,reference,fund,amount,currency,date,to,channel,purpose,payee,category,donor
donation,dec,state-complete,phase-3,50.00,GBP,2015-10-01,,appeal,,,,a
expenditure,dec,state-complete-paid,phase-3,51.00,GBP,2015-10-02,,,,Tents and Co,goods,
donation,dec,state-progress,phase-3,50.00,GBP,2015-10-03,,appeal,,,,b
disbursement,dec,state-sent,phase-3,20.00,GBP,2015-10-04,british-red-cross,,For the families,,,
donation,dec,state-received,phase-3,12.34,GBP,2015-10-05,,appeal,,,,c
`;

// What records of the examples' members need that name a record: made by the program as well.
const rest = (gift, sent) => `type,author,reference,donation,disbursement,amount,amount_seen,date,reason
refund,dec,state-refund,${gift},,12.34,,2015-10-06,The donor asked for it
dispute,british-red-cross,state-dispute,,${sent},,19.00,2015-10-06,Less arrived
return,british-red-cross,state-return,,${sent},5.00,,2015-10-07,Not needed
`;

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
  await network.importText(gifts);
  for (const state of ["complete", "progress", "received"])
    ids[state] = await network.idOf(`dec/state-${state}`);
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

const places = {
  explore: "/explore",
  "explore-filtered": "/explore?kind=donation&kind=expenditure&from=2014-11-01&currency=GBP&by=category",
  "explore-wrong": "/explore?from=soon&min=much&currency=EURO",
  "explore-none": "/explore?text=no+such+words&fund=phase-1",
  search: "/search?q=phase",
  "search-day": "/search?q=2015-09-28",
  "search-none": "/search?q=no-such-thing",
  block: "/b/5",
  "block-first": "/b/0",
  status: "/status",
  proposals: "/proposals",
  "search-amount": "/search?q=51%2C00%C2%A0GBP",
  api: "/api",
  schemas: "/api/schemas",
  verify: "/verify",
  "verify-wrong": "/verify?id=123&node=ledger",
  "verify-elsewhere": () => `/verify?id=${ids.complete}&node=https://ledger.example.org`,
  funds: "/funds",
  member: "/m/british-red-cross",
  record: () => `/r/${ids.complete}`,
  rule: "/rule",
  errors: "/docs/errors",
  "unknown-page": "/nowhere",
  "unknown-donation": "/d/0123456789abcdef0123",
  "unknown-block": "/b/99999999",
  complete: () => `/d/${ids.complete}`,
  progress: () => `/d/${ids.progress}`,
  received: () => `/d/${ids.received}`,
};
const screens = {
  light: {},
  narrow: { viewport: { width: 320, height: 640 } },
  "spanish-narrow": { language: "es", viewport: { width: 320, height: 640 } },
  "french-narrow": { language: "fr", viewport: { width: 320, height: 640 } },
};

// The light page in other colours; whatever else there is to find was looked for there.
const colours = { dark: { colorScheme: "dark" }, contrast: { forcedColors: "active" } };

const pathOf = (place) => (typeof place === "function" ? place() : place);
const inLanguage = (path, language = "en") =>
  `${network.url}${path}${path.includes("?") ? "&" : "?"}lang=${language}`;

// One visitor a screen, who comes to each page from an empty one: to open a window takes a second.
const visitors = new Map();
async function arrive(screen, context) {
  if (!visitors.has(screen)) visitors.set(screen, await Visitor.arrive(browser, context));
  const visitor = visitors.get(screen);
  await visitor.page.goto("about:blank");
  visitor.forget();
  return visitor;
}

async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

async function lookInOtherColours(visitor, name) {
  const { page } = visitor;
  for (const [colour, media] of Object.entries(colours)) {
    await page.emulateMedia(media);
    assert.deepEqual(await visitor.violationsOfColours(), [], colour);
    await picture(page, `${name}-${colour}`);
    await page.emulateMedia(Object.fromEntries(Object.keys(media).map((feature) => [feature, null])));
  }
}

async function look(path, name, screen, context) {
  const visitor = await arrive(screen, context);
  const { page } = visitor;
  const answer = await page.goto(inLanguage(path, context.language));
  for (const one of await page.locator("details").all())
    await one.evaluate((element) => { element.open = true; });
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, "the page scrolls sideways");
  assert.deepEqual(await visitor.violations("best-practice"), []);
  await picture(page, `${name}-${screen}`);
  if (screen === "light") await lookInOtherColours(visitor, name);
  // A browser notes it in its console that an answer was 404.
  const faults = visitor.faults.filter((text) =>
    answer.ok() || !text.includes("Failed to load resource"));
  assert.deepEqual(faults, []);
  assert.deepEqual(visitor.requests.filter((url) => !url.startsWith(network.url + "/")), []);
}

for (const [name, place] of Object.entries(places)) {
  for (const [screen, context] of Object.entries(screens)) {
    test(`${name}, ${screen}: nothing for axe to find, and nothing too wide`, options, () =>
      look(pathOf(place), name, screen, context));
  }

  test(`${name}: the first page is small`, options, async () => {
    const size = await network.transferred(pathOf(place), undefined, null);
    assert.ok(size <= firstPageMax, `${size} bytes`);
  });
}

test("states that other records make of a gift", options, async () => {
  const found = JSON.parse(await network.read("/v1/search?q=dec/state-sent"));
  await network.importText(rest(ids.received, found.records[0].id));
  for (const [name, path, ...words] of [
    ["refunded", `/d/${ids.received}`, "Refunded"],
    ["disputed-and-returned", `/d/${ids.progress}`, "who disputes it",
      "Returned to Disasters Emergency Committee by British Red Cross"]]) {
    for (const [screen, context] of Object.entries(screens)) await look(path, name, screen, context);
    const html = (await network.read(`${path}?lang=en`)).toString();
    for (const said of words) assert.ok(html.includes(said), `${name}: ${said}`);
  }
});

test("filters work without a script, and their files hold what is shown", options, async () => {
  const visitor = await Visitor.arrive(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await page.goto(`${network.url}/explore?lang=en`);
  await page.getByLabel("Kind of record").selectOption("expenditure");
  await page.getByLabel("From day").fill("2015-10-01");
  await page.getByLabel("To day").fill("2015-10-31");
  await page.getByLabel("At least").fill("10");
  await page.getByRole("button", { name: "Show" }).click();
  const list = page.locator("section", { has: page.locator("#records") });
  assert.deepEqual(await list.locator("ul.records li a").allTextContents(),
    ["Disasters Emergency Committee paid Tents and Co (goods)"]);
  const csv = await list.getByRole("link", { name: "CSV" }).getAttribute("href");
  const rows = (await network.read(csv)).toString().trim().split("\r\n");
  assert.equal(rows.length - 1, 1);
  assert.ok(rows[1].includes("state-complete-paid"));
  await page.getByRole("link", { name: /^Remove Kind of record/ }).click();
  assert.ok(page.url().includes("from=2015-10-01") && !page.url().includes("kind="));
  await visitor.leave();
});

// What a reader has without scripts: every word, every figure, and links that lead somewhere.
for (const path of ["/", "/funds", "/f/phase-3", "/m/british-red-cross", "/m/dec", "/b/1", "/b/5",
  "/status", "/proposals", "/docs/errors"]) {
  test(`${path}: whole without a script`, options, async () => {
    const plain = await arrive("plain", { javaScriptEnabled: false });
    const scripted = await arrive("scripted", {});
    const told = [];
    for (const { page } of [plain, scripted]) {
      await page.goto(`${network.url}${path}?lang=en`);
      // There are buttons only where there is something to press them for.
      await page.locator(".zoom").evaluateAll((bars) => bars.forEach((bar) => bar.remove()));
      // Of the state of the network some figures move by themselves.
      const text = await page.locator("main").innerText();
      told.push(text.replace(/\d+/g, path === "/status" ? "0" : "$&"));
    }
    assert.equal(told[0], told[1], "scripts add nothing that a reader would miss");
    assert.ok(told[0].length > 150, told[0]);
    for (const selector of ["h1", "footer nav a", "footer nav [lang=fr]"])
      assert.equal(await plain.page.locator(selector).first().isVisible(), true, selector);
    const links = await plain.page.locator("main a[href^='/']").evaluateAll((all) =>
      [...new Set(all.map((link) => link.getAttribute("href").replace(/#.*$/, "")))]);
    assert.ok(links.length > 0 || path === "/docs/errors");
    for (const link of links.slice(0, 40)) assert.ok((await network.read(link)).length > 0, link);
    assert.deepEqual(plain.faults, []);
    assert.deepEqual(plain.requests.filter((url) => /\.js$/.test(url)), []);
  });
}

test("search works without a script", options, async () => {
  const visitor = await Visitor.arrive(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await page.goto(`${network.url}/f/phase-3?lang=fr`);
  await page.locator("header input[name=q]").fill("british-red");
  await page.keyboard.press("Enter");
  await page.waitForURL(/british-red/);
  assert.ok(page.url().includes("lang=fr"), page.url());
  await visitor.leave();
});

test("a donation is found by its code, here and at another node", options, async () => {
  const visitor = await Visitor.arrive(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await page.goto(`${network.url}/verify?lang=en`);
  await page.getByLabel("Code of the donation").fill(` ${ids.complete.slice(0, 24).toUpperCase()} `);
  await page.getByRole("button", { name: "Go to the check" }).click();
  assert.equal(new URL(page.url()).pathname, `/d/${ids.complete}`);
  await page.goto(`${network.url}/verify?lang=en&id=${ids.complete}&node=https://other.example/`);
  assert.equal(await page.locator("#elsewhere a").getAttribute("href"),
    `https://other.example/d/${ids.complete}#verify`);
  await visitor.leave();
});

// More than any page has.
const stopsMax = 200;

// Tabs on to the last link of the page: each stop can be seen, and none is lost on the way.
async function walkToTheEnd(page) {
  for (let i = 0; i < stopsMax; ++i) {
    await page.keyboard.press("Tab");
    const { isLost, isSeen, isLast } = await page.evaluate(() => {
      const { activeElement: stop, body, links } = document;
      return {
        isLost: stop === body,
        isSeen: getComputedStyle(stop).outlineStyle !== "none",
        isLast: stop === [...links].at(-1),
      };
    });
    assert.equal(isLost, false, `focus ${i} is on no element`);
    assert.ok(isSeen, `focus ${i} can't be seen`);
    if (isLast) return;
  }
  assert.fail(`no end after ${stopsMax} stops`);
}

const walks = {
  "/": "/",
  "/d/…": () => `/d/${network.gift}`,
  "/f/…": "/f/phase-3",
  "/m/…": "/m/british-red-cross",
  "/r/…": () => `/r/${network.gift}`,
  "/search?q=…": "/search?q=phase",
  "/explore": "/explore",
  "/b/…": "/b/5",
  "/status": "/status",
  "/verify": "/verify",
  "/api": "/api",
};
for (const [name, place] of Object.entries(walks)) {
  test(`${name} can be walked through with the keyboard, and shows where it is`, options, async () => {
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    await page.goto(inLanguage(pathOf(place)));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    await walkToTheEnd(page);
    assert.deepEqual(visitor.faults, []);
    await visitor.leave();
  });
}
