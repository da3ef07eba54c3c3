// Founders whose titles have marks that nobody sees: their pages are checked like all others, and the
// result shows such a title as the pages do.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "./network.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
let own;

const marked = (toml) => toml
  .replace(/"Disasters Emergency Committee"/, '"Disasters\\u200B \\u202EEmergency\\u202C \\u2060Committee\\u061C"')
  .replace(/"Oxfam GB"/, '"\\u2067Oxfam GB\\uFEFF"')
  .replace(/"ActionAid UK"/, '"\\u202Eאקשן\\u061C איד"');

started((begun) => { own = begun; }, () => Network.start(marked));

for (const language of ["en", "fr", "es"]) {
  test(`a title with marks is verified and rearranges nothing, in ${language}`, options, async () => {
    const visitor = await Visitor.arrive(own.browser);
    const { page } = visitor;
    await page.goto(`${own.network.url}/d/${own.network.gift}?lang=${language}`);
    const { result, struck } = await visitor.check();
    assert.equal(result, "verified");
    assert.equal(struck, 0);
    for (const part of [".result", "article table.parts"]) {
      const told = await page.locator(part).first().textContent();
      assert.match(told, /Oxfam GB/);
      assert.match(told, /\u2068אקשן איד\u2069/);
      assert.equal(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066\u2067\ufeff]/.test(told), false);
    }
    assert.match(await page.locator(".result").textContent(), /Disasters Emergency Committee/);
    assert.deepEqual(visitor.faults, []);
    await visitor.leave();
  });
}
