// The budgets of the donor's pages, held on every run. tests/bench/pages.mjs measures the same, more
// often, for docs/performance.md; scripts' bytes are held by check.test.mjs and zoom.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { budgets, checksOf, donorPages, likeAPhone, steps, visitOnce } from "./measures.mjs";
import { Network } from "./network.mjs";
import { launch, skip } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
// Of what the clock measures, the best of so many counts: whatever else the machine does beside it
// seldom adds to each of twelve, while a page that became slower is slow each time.
const tries_max = 12;
let network, browser, gift;
const pages = {};

before(async () => {
  if (skip) return;
  network = await Network.start();
  browser = await launch();
  const found = await donorPages(network);
  gift = found.gift;
  Object.assign(pages, found.pages);
});
after(async () => {
  await browser?.close();
  await network?.stop();
});

for (const name of ["home", "fund", `gift of ${steps} records`, "gift in many places"]) {
  test(`${name}: is small, seen soon, and does not move`, options, async () => {
    const html_kb = (await network.transferred(pages[name])) / 1000;
    assert.ok(html_kb <= budgets.html_kb, `${html_kb} kB of HTML`);
    const paints = [];
    do {
      const { paint, shift, strangers, faults } = await visitOnce(browser, network, pages[name],
        likeAPhone);
      assert.ok(paint > 0, "nothing was painted");
      assert.ok(shift <= budgets.shift, `moved by ${shift}`);
      assert.equal(strangers, budgets.strangers);
      assert.deepEqual(faults, []);
      paints.push(paint);
    } while (paints.at(-1) > budgets.paint_ms && paints.length < tries_max);
    console.log(name, { html_kb, paints });
    assert.ok(Math.min(...paints) <= budgets.paint_ms, `largest paint after ${paints} ms`);
  });
}

test(`a gift of ${steps} records is verified soon`, options, async () => {
  const took = [];
  for await (const { verifying } of checksOf(browser, network, gift, likeAPhone)) {
    took.push(verifying);
    if (verifying <= budgets.check_ms || took.length === tries_max) break;
  }
  console.log({ took });
  assert.ok(Math.min(...took) <= budgets.check_ms, `verified after ${took} ms`);
});
