// The pages in a real browser: sound for everyone, on every screen, on paper, and small.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { firstPageMax, Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 300_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
let network, browser, pages;

// Fifty pounds beside the millions of the example: sent on in part, spent in part.
const simpleGift = `type,author,reference,fund,amount,currency,date,to,channel,purpose,payee,category,donor
donation,dec,gift-1,phase-3,50.00,GBP,2015-10-01,,appeal,,,,a person
disbursement,dec,sent-1,phase-3,40.00,GBP,2015-10-02,british-red-cross,,For the families,,,
expenditure,british-red-cross,paid-1,phase-3,24.50,GBP,2015-10-03,,,,Tents and Co,goods,
expenditure,british-red-cross,paid-2,phase-3,0.35,GBP,2015-10-03,,,,Bank,bank_fee,
`;

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
  await network.importText(simpleGift);
  pages = {
    home: "/",
    scattered: `/d/${network.gift}`,
    simple: `/d/${await network.idOf("dec/gift-1")}`,
    fund: "/f/phase-1",
  };
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

async function visiting(path, contextOptions, visit) {
  const visitor = await Visitor.arrive(browser, contextOptions);
  try {
    await visitor.page.goto(`${network.url}${path}?lang=${contextOptions.language ?? "en"}`);
    await visit(visitor);
    assert.deepEqual(visitor.faults, []);
    assert.deepEqual(visitor.requests.filter((url) => !url.startsWith(network.url + "/")), []);
  } finally {
    await visitor.leave();
  }
}

async function picture(page, name, more = {}) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true, ...more });
}

const screens = {
  light: {},
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 } },
  contrast: { forcedColors: "active" },
  french: { language: "fr", viewport: { width: 320, height: 640 } },
};

for (const name of ["home", "scattered", "simple", "fund"]) {
  for (const [screen, context] of Object.entries(screens)) {
    test(`${name}, ${screen}: nothing for axe to find, and no page that is too wide`, options, () =>
      visiting(pages[name], context, async (visitor) => {
        const { page } = visitor;
        await picture(page, `${name}-${screen}`);
        const details = page.locator("details");
        for (const one of await details.all()) await one.evaluate((element) => { element.open = true; });
        const wide = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, "the page scrolls sideways");
        const outside = await page.evaluate(() => {
          const { right } = document.querySelector("main").getBoundingClientRect();
          return [...document.querySelectorAll("main table:not(.scroll *) td, main p, main li")]
            .filter((element) => element.getBoundingClientRect().right > right + 1)
            .map((element) => element.outerHTML);
        });
        assert.deepEqual(outside, []);
        assert.deepEqual(await visitor.violations("best-practice"), []);
        await picture(page, `${name}-${screen}-open`);
      }));
  }

  test(`${name}: the first page is small`, options, async () => {
    const size = await network.transferred(pages[name]);
    assert.ok(size <= firstPageMax, `${size} bytes`);
  });
}

for (const name of ["scattered", "simple", "fund"]) {
  test(`${name}: the diagram adds up, layer by layer, and says what the table says`, options, () =>
    visiting(pages[name], {}, async ({ page }) => {
      const groups = await page.locator("table.flows tbody").evaluateAll((bodies) =>
        bodies.map((body) => [body.dataset.flow, [...body.rows].slice(1).map((row) =>
          Number(row.cells[row.cells.length - 1].textContent.replace(/\D/g, "")))]));
      const sums = {};
      for (const [group, amounts] of groups.filter(([name]) => name !== "between")) {
        const sum = amounts.pop();
        assert.equal(amounts.reduce((all, one) => all + one, 0), sum, group);
        sums[group] = sum;
      }
      assert.ok(sums.in > 0);
      assert.equal(sums.in, sums.out);
      // The boxes of each layer and the bands beside them are as high as the money together.
      const layers = await page.locator(".flow svg.wide").first().evaluate((flow) => {
        const byX = {};
        for (const box of flow.querySelectorAll(".box")) {
          const { x } = box.getBBox();
          const label = box.nextElementSibling.querySelector(".money").textContent;
          (byX[x] ??= []).push(Number(label.replace(/\D/g, "")));
        }
        return Object.values(byX);
      });
      const sum = (layer) => layer.reduce((all, one) => all + one, 0);
      assert.equal(sum(layers[0]), sums.in);
      assert.equal(sum(layers.at(-1)), sums.out);
      for (const layer of layers) assert.ok(sum(layer) <= sums.in);
    }));

  test(`${name}: what the diagram draws together is in the table, to the cent`, options, () =>
    visiting(pages[name], {}, async ({ page }) => {
      const rows = await page.locator("tbody[data-flow=out] tr:not(.sum)").evaluateAll((lines) =>
        lines.slice(1).map((line) => [line.cells[1].firstChild.textContent.trim(),
          Number(line.cells[2].textContent.replace(/\D/g, ""))]));
      const left = new Map();
      for (const [to, amount] of rows) left.set(to, (left.get(to) ?? 0) + amount);
      const ends = await page.locator(".flow svg.wide").evaluate((flow) => {
        const boxes = [...flow.querySelectorAll(".box")].map((box) => {
          const text = box.nextElementSibling;
          const whole = text.querySelector("title")?.textContent;
          const lines = [...text.querySelectorAll("tspan:not(.money)")].map((line) => line.textContent);
          const amount = Number(text.querySelector(".money").textContent.replace(/\D/g, ""));
          return { x: box.getBBox().x, label: whole ?? lines.join(" "), amount };
        });
        const last = Math.max(...boxes.map(({ x }) => x));
        return boxes.filter(({ x }) => x === last);
      });
      let others = 0;
      for (const { label, amount } of ends) {
        if (/^\d+ others$/.test(label)) {
          others += amount;
          continue;
        }
        assert.equal(left.get(label), amount, label);
        left.delete(label);
      }
      assert.equal([...left.values()].reduce((all, one) => all + one, 0), others);
      assert.equal(others > 0, name !== "simple", "something is drawn together");
    }));

  for (const [form, width] of [["wide", 1280], ["column", 320], ["column", 600]]) {
    test(`${name}: words of the diagram do not run over each other, ${width} px`, options, () =>
      visiting(pages[name], { viewport: { width, height: 900 } }, async ({ page }) => {
        const shown = await page.locator(".flow svg").evaluateAll((all) =>
          all.filter((svg) => svg.checkVisibility()).map((svg) => svg.getAttribute("class")));
        assert.deepEqual([...new Set(shown)], [form], "one form is shown");
        const flow = page.locator(".flow").first();
        const room = await flow.evaluate((one) => one.getBoundingClientRect().toJSON());
        const boxes = await flow.locator(`svg.${form} text`).evaluateAll((texts) =>
          texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect().toJSON() })));
        if (form === "column") {
          assert.equal(await flow.evaluate((one) => one.scrollWidth - one.clientWidth), 0);
          for (const { text, box } of boxes)
            assert.ok(box.left >= room.left && box.right <= room.right + 1, `${text} is cut off`);
        }
        for (const [i, one] of boxes.entries()) {
          for (const other of boxes.slice(i + 1)) {
            const apart = one.box.right <= other.box.left || other.box.right <= one.box.left ||
              one.box.bottom <= other.box.top + 1 || other.box.bottom <= one.box.top + 1;
            assert.ok(apart, `${one.text} / ${other.text}`);
          }
        }
      }));
  }

  test(`${name}: on paper there is the address and the log's root, and nothing to press`, options, () =>
    visiting(pages[name], {}, async ({ page }) => {
      await page.emulateMedia({ media: "print" });
      const root = (await network.read("/checkpoint")).toString().split("\n")[2];
      const shown = await page.locator("footer .printed").innerText();
      assert.ok(shown.includes(network.url + pages[name]), shown);
      assert.ok(shown.includes(root), shown);
      assert.equal(await page.locator("footer nav").first().isVisible(), false);
      assert.equal(await page.locator("form").first().isVisible(), false);
      const isGift = pages[name].startsWith("/d/");
      assert.equal(await page.locator(".receipt").count(), isGift ? 1 : 0);
      if (isGift) {
        assert.equal(await page.locator(".receipt .qr").isVisible(), true);
        const receipt = await page.locator(".receipt").innerText();
        const policy = createHash("sha256").update(await network.read("/v1/policy")).digest("hex");
        assert.ok(receipt.includes(pages[name].slice(3)), receipt);
        assert.ok(receipt.includes(policy.replace(/.{4}(?=.)/g, "$& ")), receipt);
        const begin = Buffer.from(root, "base64").toString("hex").slice(0, 16);
        assert.ok(receipt.includes(begin.replace(/.{4}(?=.)/g, "$& ")), receipt);
        const record = JSON.parse(await network.read(`/v1/records/${pages[name].slice(3)}`)).record;
        assert.ok(receipt.includes(record.commitment), receipt);
        await page.emulateMedia({ media: "screen" });
        assert.equal(await page.locator(".receipt").isVisible(), false, "on paper only");
        await page.emulateMedia({ media: "print" });
      }
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        await page.pdf({ path: join(pictures, `${name}-print.pdf`), format: "A4" });
      }
      await picture(page, `${name}-print`);
    }));
}

// The width of A4 without its margins. An exchange gives the totals two columns more.
test("on paper no column is out of sight, as nothing can be scrolled", options, async () => {
  await network.importText(`type,author,reference,fund,amount,currency,date,to_amount,to_currency,rate_source
exchange,dec,exchange-1,phase-3,1.00,GBP,2015-10-04,1.20,USD,A bank
`);
  for (const language of ["en", "fr", "es"]) {
    for (const path of ["/", "/m/dec", "/m/british-red-cross", "/f/phase-3"]) {
      await visiting(path, { language, viewport: { width: 718, height: 1000 } }, async ({ page }) => {
        await page.emulateMedia({ media: "print" });
        const boxes = await page.evaluate(() =>
          [...document.querySelectorAll(".scroll")].map((box) => [box.scrollWidth, box.clientWidth]));
        assert.ok(boxes.length > 0, path);
        for (const [all, shown] of boxes) assert.ok(all <= shown, `${language} ${path}: ${all} of ${shown} px`);
      });
    }
  }
});

test("the code on the page leads to the page", options, () =>
  visiting(pages.scattered, {}, async ({ page }) => {
    await page.locator("details.code summary").click();
    const seen = page.locator("details.code .qr");
    assert.equal(await seen.isVisible(), true);
    const { width, height } = await seen.boundingBox();
    assert.equal(Math.round(width), Math.round(height));
    assert.ok(width >= 150, "large enough for a camera");
    const said = await page.locator('meta[property="og:url"]').getAttribute("content");
    assert.equal(said, network.url + pages.scattered);
  }));
