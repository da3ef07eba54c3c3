// What readers see when it is not their turn, when the node is busy, and when it can't know whether
// what it shows is the newest: sound for everyone, in each language, like every other page.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 300_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
const narrow = { viewport: { width: 320, height: 640 } };
const screens = {
  en: { light: {}, dark: { colorScheme: "dark" }, narrow, contrast: { forcedColors: "active" } },
  fr: { light: {}, narrow },
  es: { dark: { colorScheme: "dark" }, narrow },
};
let browser;

before(async () => {
  if (!skip) browser = await launch();
});
after(() => browser?.close());

// Comes by `arrive`, which gives the answer, in each language and on every screen of one; sees that
// it has this status and, by `see`, what it says.
async function look(name, { arrive, status, see }) {
  for (const [language, some] of Object.entries(screens)) {
    for (const [screen, context] of Object.entries(some)) {
      const visitor = await Visitor.arrive(browser, { ...context, locale: language });
      const { page } = visitor;
      const where = `${name}, ${language}, ${screen}`;
      try {
        const answer = await arrive(visitor);
        assert.equal(answer.status(), status, where);
        assert.equal(await page.locator("html").getAttribute("lang"), language, where);
        await see(page, language);
        const wide = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `${where}: the page scrolls sideways`);
        assert.deepEqual(await visitor.violations("best-practice"), [], where);
        if (pictures) {
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: join(pictures, `${name}-${language}-${screen}.png`), fullPage: true });
        }
        // A browser notes in its console what was refused.
        assert.deepEqual(visitor.faults.filter((text) => !text.includes("Failed to load resource")), []);
      } finally {
        await visitor.leave();
      }
    }
  }
}

const isStyled = (page) => page.evaluate(() => getComputedStyle(document.body).maxWidth !== "none");

const heading = (texts) => async (page, language) => {
  assert.equal(await page.locator("h1").textContent(), texts[language]);
  assert.equal(await page.locator("main .button").isVisible(), true, "a next step");
  assert.match(await page.locator("main .aside code").textContent(), /^[0-9a-f]{16}$/);
  // With its style, which colours are judged by.
  assert.equal(await isStyled(page), true);
};

// An address of this machine over which requests are counted: those over loopback are not.
const outside = Object.values(networkInterfaces()).flat()
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;
const counted = skip || (outside ? false : "this machine has no address but loopback");

test("who asks too often is told to wait", { ...options, skip: counted }, async () => {
  const network = await Network.start();
  let asking;
  try {
    await network.restart({
      address: `${outside}:0`, settings: { requests_per_second: 20, request_burst: 20 },
    });
    const ask = () => fetch(`${network.url}/v1/status`).catch(() => undefined);
    await look("429", {
      // First as anyone does, so that the style is in the browser's cache, then as one of many.
      arrive: async (visitor) => {
        const { page } = visitor;
        clearInterval(asking);
        let answer;
        do {
          answer = await page.goto(`${network.url}/rule`);
        } while (answer.status() !== 200 || !await isStyled(page));
        visitor.faults.length = 0;
        asking = setInterval(ask, 5);
        do answer = await page.goto(`${network.url}/rule`); while (answer.status() === 200);
        return answer;
      },
      status: 429,
      see: heading({ en: "Too many requests", fr: "Trop de demandes", es: "Demasiadas peticiones" }),
    });
  } finally {
    clearInterval(asking);
    await network.stop();
  }
});

test("a busy node says so", options, async () => {
  const network = await Network.start();
  try {
    await network.restart({ settings: { event_streams: 0 } });
    await look("503", {
      arrive: ({ page }) => page.goto(`${network.url}/v1/events`),
      status: 503,
      see: heading({ en: "The node is busy or stopping", fr: "Le nœud est occupé ou s’arrête",
        es: "El nodo está ocupado o se está parando" }),
    });
  } finally {
    await network.stop();
  }
});

test("a node that can't know the newest says so on its pages", options, async () => {
  const network = await Network.startFour();
  const cutOff = { en: "Too few validators are connected.", fr: "Trop peu de validateurs sont reliés.",
    es: "Hay muy pocos validadores conectados." };
  const stale = { en: "This page may be out of date.", fr: "Cette page n’est peut-être plus à jour.",
    es: "Puede que esta página no esté al día." };
  try {
    // Two of four are less than the three whose word counts.
    for (const [member, pid] of Object.entries(network.pids).slice(-2)) {
      assert.notEqual(network.urls[member], network.url);
      process.kill(pid, "SIGTERM");
    }
    while (JSON.parse(await network.read("/v1/status")).status !== "cut_off") await sleep(100);
    for (const [name, path] of Object.entries({
      home: "/", gift: `/d/${network.gift}`, fund: "/f/phase-3", search: "/search?q=phase" })) {
      await look(`stale-${name}`, {
        arrive: ({ page }) => page.goto(network.url + path),
        status: 200,
        see: async (page, language) => {
          assert.equal(await page.locator(".stale strong").textContent(), stale[language]);
          assert.equal(await page.locator(".stale a").isVisible(), true);
        },
      });
    }
    await look("stale-status", {
      arrive: ({ page }) => page.goto(`${network.url}/status`),
      status: 200,
      see: async (page, language) => {
        assert.equal(await page.locator(".lead.cut_off strong").textContent(), cutOff[language]);
      },
    });
  } finally {
    await network.stop();
  }
});
