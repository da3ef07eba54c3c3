// A gift in more places than its page shows, some of it exchanged and returned: the page of an honest
// node holds, the rest and all, and the result has every amount in its own currency.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Forger } from "./forger.mjs";
import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
const holders = ["actionaid-uk", "age-international", "british-red-cross", "cafod",
  "care-international-uk", "christian-aid", "concern-worldwide", "oxfam", "plan-international-uk",
  "save-the-children", "tearfund", "world-vision-uk"];
let own, gift;

started((begun) => { own = begun; });

// The only francs of their fund, so that all that is spent of them is this gift's.
function records() {
  const columns = ["type", "author", "reference", "fund", "amount", "currency", "date", "to", "channel",
    "purpose", "payee", "category", "donor", "disbursement", "amount_seen", "donation", "reason",
    "to_amount", "to_currency", "rate_source"];
  const rows = [];
  const add = (type, author, reference, cells) => {
    const row = { type, author, reference, date: "2015-10-01", ...cells };
    rows.push(columns.map((column) => row[column] ?? "").join(","));
  };
  const francs = (amount) => ({ fund: "phase-3", amount, currency: "CHF" });
  add("donation", "dec", "francs", { ...francs("1000.00"), channel: "appeal", donor: "a person" });
  for (const to of holders) {
    for (const [i, amount] of ["20.00", "7.00", "3.00"].entries()) {
      add("disbursement", "dec", `${to}-${i}`, { ...francs(amount), to, purpose: "For the families" });
    }
    add("acknowledgement", to, "seen", { disbursement: `dec/${to}-0`, amount_seen: "20.00" });
    add("dispute", to, "unseen", { disbursement: `dec/${to}-2`, amount_seen: "0", reason: "It is not here" });
  }
  add("expenditure", "oxfam", "spent", { ...francs("4.00"), payee: "Tents and Co", category: "goods" });
  add("expenditure", "dec", "fee", { ...francs("1.50"), payee: "A bank", category: "bank_fee" });
  add("exchange", "dec", "changed",
    { ...francs("100.00"), to_amount: "15000", to_currency: "JPY", rate_source: "A bank" });
  add("disbursement", "dec", "yen",
    { ...francs("15000"), currency: "JPY", to: "ifrc", purpose: "For the families" });
  add("return", "ifrc", "yen-back", { disbursement: "dec/yen", amount: "15000", reason: "Not needed" });
  add("refund", "dec", "refunded", { donation: "francs", amount: "9.00", reason: "Given twice" });
  return [columns.join(","), ...rows, ""].join("\n");
}

async function giftOf(network) {
  await network.importText(records());
  return network.idOf("dec/francs");
}

async function checking(url, language, see) {
  const visitor = await Visitor.arrive(own.browser);
  gift ??= await giftOf(own.network);
  await visitor.page.goto(`${url}/d/${gift}?lang=${language}`);
  await see(await visitor.check(), visitor.page);
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
}

for (const language of ["en", "fr", "es"]) {
  test(`an honest page with a rest is verified, in ${language}`, options, () =>
    checking(own.network.url, language, async ({ result, steps, struck }, page) => {
      assert.equal(await page.locator("tr[data-part]").count(), 25);
      assert.equal(await page.locator("tr[data-part]").last().getAttribute("data-part"), "rest");
      assert.deepEqual([result, steps.page, struck], ["verified", "ok", 0]);
    }));
}

test("what was returned is in the currency in which it was sent", options, () =>
  checking(own.network.url, "en", async ({ result }, page) => {
    assert.equal(result, "verified");
    const told = (await page.locator(".result .records li").allTextContents())
      .filter((text) => /^Exchange|^Return|ifrc|International Federation/i.test(text));
    const amounts = told.map((text) => /[\d,.]+\u00a0[A-Z]{3}/.exec(text)[0].replace("\u00a0", " "));
    assert.deepEqual(amounts, ["100.00 CHF", "15,000 JPY", "15,000 JPY"]);
  }));

for (const kind of ["spent", "fees"]) {
  test(`a rest has nothing of a row before it, such as ${kind}`, options, async () => {
    const forger = await Forger.start(own.network.url, (path, body) => {
      if (!path.startsWith("/d/")) return undefined;
      // A franc from the one row to the other; the sentence tells neither by itself.
      return Buffer.from([[kind, -1], ["rest", 1]].reduce((html, [part, by]) =>
        html.replace(RegExp(`(<tr data-part="${part}" [^>]*data-told="no".*?<td>)(\\d+)`, "s"),
          (_, before, francs) => before + (Number(francs) + by)), body.toString()));
    });
    await checking(forger.url, "en", ({ result, failed }) =>
      assert.deepEqual([result, failed], ["failed", "page: other_figures"]));
    await forger.stop();
  });
}
