// What an auditor reads: the donations behind a payment, and what a fund's records still wait for.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 120_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
let network, browser, spent;

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
  const fund = "phase-1";
  await network.give(fund, 30);
  const { ids } = await network.record([{ reference: "audit-1", type: "expenditure", fund,
    amount: 2000, currency: "GBP", paid_on: "2015-11-03", category: "goods", evidence: [] }]);
  spent = ids[0];
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

const words = {
  en: ["donations make up these", "Expenditures without evidence"],
  fr: ["dons constituent ces", "Dépenses sans justificatif"],
  es: ["donaciones forman estos", "Gastos sin justificante"],
};

for (const [language, [sources, missing]] of Object.entries(words)) {
  for (const [name, path, text] of [
    ["sources", () => `/r/${spent}?lang=${language}`, sources],
    ["groups", () => `/r/${spent}?group=day&lang=${language}`, sources],
    ["missing", () => `/f/phase-1?lang=${language}`, missing]]) {
    for (const width of [1280, 320]) {
      test(`${name} in ${language}, ${width} pixels wide`, options, async () => {
        const visitor = await Visitor.arrive(browser, { viewport: { width, height: 900 } });
        const { page } = visitor;
        await page.goto(network.url + path());
        await page.getByText(text).first().waitFor();
        assert.deepEqual(await visitor.violations(), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        if (pictures) {
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: join(pictures, `audit-${name}-${language}-${width}.png`),
            fullPage: true });
        }
        assert.deepEqual(visitor.faults, []);
        await visitor.leave();
      });
    }
  }
}

test("the choice of groups is a link, and what is shown is there as a file", options, async () => {
  const visitor = await Visitor.arrive(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await page.goto(`${network.url}/r/${spent}?lang=en`);
  await page.getByRole("link", { name: "By day" }).click();
  const section = page.locator("section", { has: page.locator("#sources") });
  const csv = await section.getByRole("link", { name: "CSV" }).getAttribute("href");
  const rows = (await network.read(csv)).toString().trim().split("\r\n");
  assert.equal(rows.length - 1, await section.locator("ul.records li").count());
  await visitor.leave();
});
