// What a check found and the bar can be seen by a reader whose browser replaces a page's colours.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import * as forgeries from "./bundle_forgeries.mjs";
import { Forger } from "./forger.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
let network, browser;
started((own) => ({ network, browser } = own));

// The share of light in a computed colour that hides what is behind it, as WCAG 2.2 defines it.
function luminance(colour) {
  assert.match(colour, /^rgb\(/, "opaque");
  const [red, green, blue] = colour.match(/\d+/g).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

// What a picture needs against what is behind it: WCAG 2.2, 1.4.11.
const pictureContrastMin = 3;

// The colours in which a result and the bar are drawn; of each pattern in the bar, all that it has.
// What is struck is faded on purpose: how much shows through is not counted.
const coloursOf = (page) => page.evaluate(() => {
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const drawn = [style("[data-result]").borderLeftColor, style(".bar").outlineColor];
  for (const mark of document.querySelectorAll(".checks .mark")) {
    drawn.push(getComputedStyle(mark).color, getComputedStyle(mark).borderLeftColor);
  }
  const patterns = [...document.querySelectorAll(".bar rect[fill]")].map((part) => {
    const pattern = document.querySelector(part.getAttribute("fill").slice("url(".length, -1));
    return [...pattern.children].map((shape) => getComputedStyle(shape).fill);
  });
  const lines = [style("[data-result]").borderLeftStyle, style(".bar").outlineStyle];
  return { behind: style("body").backgroundColor, drawn, patterns, lines };
});

async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

for (const [result, forge] of [["verified", () => undefined], ["failed", forgeries.hidesAnOutflow]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`a check that ${result} can be seen, and the bar, ${colorScheme}`, options, async () => {
      const forger = await Forger.start(network.url, (path, body) =>
        (path.endsWith("/proof") ? forge(body) : undefined));
      const visitor = await Visitor.arrive(browser, { forcedColors: "active", colorScheme });
      const { page } = visitor;
      await page.goto(`${forger.url}/d/${network.gift}?lang=en`);
      assert.equal((await visitor.check()).result, result);
      const { behind, drawn, patterns, lines } = await coloursOf(page);
      const isSeen = (colour) => contrast(colour, behind) >= pictureContrastMin;
      assert.deepEqual(drawn.filter((colour) => !isSeen(colour)), []);
      assert.ok(patterns.length > 0);
      assert.deepEqual(patterns.filter((colours) => !colours.some(isSeen)), []);
      assert.deepEqual(lines, ["solid", "solid"]);
      assert.deepEqual(visitor.faults, []);
      await picture(page, `contrast-${result}-${colorScheme}`);
      await visitor.leave();
      await forger.stop();
    });
  }
}
