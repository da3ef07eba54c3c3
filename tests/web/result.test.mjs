// What the result says of the proof's records: in which currency each moved how much, and by whom.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";

import { sources } from "./sources.mjs";

const { result, Words, webcrypto } = await sources("result.ts", "words.ts", "primitives.ts");
const words = new Words((await import(join(process.env.CENTIME_WEB, "assets", "check.en.js"))).default);

// As much of a document as the result makes elements with.
class FakeElement {
  constructor(name) {
    this.name = name;
    this.children = [];
  }
  append(...children) {
    this.children.push(...children);
  }
  setAttribute() {}
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
  all(name) {
    const below = this.children.flatMap((child) => child.all?.(name) ?? []);
    return this.name === name ? [this, ...below] : below;
  }
}
globalThis.document = { createElement: (name) => new FakeElement(name) };

const idOf = (index) => new Uint8Array(32).fill(index);
const gift = { is: "donation", fund: "water", amount: 10_000n, currency: "GBP", paid_on: 20_000 };
const sent = { is: "disbursement", fund: "water", to: "aid", sent_on: 20_002 };

// The items of the list of records, of a gift and what these bodies did after it.
async function listOf(bodies, members = []) {
  const records = [gift, ...bodies].map((body, i) => {
    const index = BigInt(i + 1);
    const author = body.is === "return" ? "aid" : "platform";
    return [index, { index, id: idOf(i + 1), entry: { authored: { author, record: { body } } } }];
  });
  const trace = {
    gift, records: new Map(records), donation: records[0][1],
    genesis: { members }, seal: { height: 7n, time: 0n }, trusted: { changes: 0 },
    parts: members.map(({ member }) => ({ kind: "held", holder: member, given: 1n })),
    signatures: { signed: 1, known: 1, needed: 1 },
  };
  const told = new FakeElement("body");
  told.append(...await result(words, trace, new Uint8Array(), webcrypto));
  const items = told.all("ol")[0].children.map((item) => item.children.map((part) => part.textContent));
  return { told: told.textContent, items };
}

test("every kind of record is in the currency that it moved", async () => {
  const exchange = { is: "exchange", fund: "water", from_currency: "GBP", from_amount: 10_000n,
    to_currency: "JPY", to_amount: 15_000n, exchanged_on: 20_001 };
  const { items } = await listOf([
    exchange,
    { ...sent, amount: 15_000n, currency: "JPY" },
    { is: "return", disbursement: idOf(3), amount: 15_000n, sent_on: 20_003 },
    { ...sent, amount: 40n, currency: "GBP" },
    { is: "return", disbursement: idOf(5), amount: 40n, sent_on: 20_003 },
    { is: "expenditure", fund: "water", category: "goods", amount: 900n, currency: "JPY", paid_on: 20_004 },
    { is: "refund", donation: idOf(1), amount: 250n, paid_on: 20_005 },
  ]);
  assert.deepEqual(items.map(([, amount]) => amount.replace("\u00a0", " ")), [
    "100.00 GBP", "100.00 GBP", "15,000 JPY", "15,000 JPY", "0.40 GBP", "0.40 GBP", "900 JPY", "2.50 GBP",
  ]);
});

test("a title can't rearrange what stands beside it", async () => {
  const { told, items } = await listOf([{ ...sent, amount: 40n, currency: "GBP" }], [
    { member: "platform", title: "Aid \u202eand\u200b \u2067hope" },
    { member: "aid", title: "עזרה\u2069" },
  ]);
  assert.match(items[0][0], /: Aid and hope$/);
  assert.match(items[1][0], /: Aid and hope → \u2068עזרה\u2069$/);
  assert.ok(told.includes("stated by Aid and hope."));
  assert.ok(told.includes("held by \u2068עזרה\u2069"));
  assert.equal(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066\u2067\ufeff]/.test(told), false);
});
