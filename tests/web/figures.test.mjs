// What a page says of a gift is held against the proof: every honest page agrees, and no row may say less
// than the proof has of it by leaving the difference to the rest.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";

import { inOrder, pageOf, rowsOf, traceOf } from "./gift_page.mjs";
import { sources } from "./sources.mjs";

const { comparePage, Words } = await sources("figures.ts", "words.ts");
const wordsOf = async (language) =>
  new Words((await import(join(process.env.CENTIME_WEB, "assets", `check.${language}.js`))).default);
const english = await wordsOf("en");

const compared = (shares, rows, words = english) => {
  const trace = traceOf(shares);
  return comparePage(pageOf(rows, trace.gift.amount, words), trace, words, { height: "9", size: 20n });
};

// Below `max`, the same in every run.
let state = 1;
function random(max) {
  state = (state * 48_271) % 2_147_483_647;
  return state % max;
}

function randomShares() {
  const shares = [];
  const add = (kind, holder) => {
    const share = { kind, holder, given: BigInt(random(8) ? random(9_999_999) : 0) };
    const money = ["EUR", "GBP", "JPY"].filter(() => random(4) === 0)
      .map((currency) => [currency, BigInt(1 + random(5_000))]);
    shares.push(money.length ? { ...share, money } : share);
  };
  for (const kind of ["spent", "fees", "refunded", "rounded"]) if (random(2)) add(kind, "");
  const [holders, each] = [random(40), 1 + random(8)];
  for (let i = 0; i < holders; ++i) {
    for (const kind of ["held", "underway", "disputed"]) {
      if (random(8) < each) add(kind, `member-${i.toString(36)}`);
    }
  }
  // Of a gift of something.
  shares.push({ kind: "held", holder: "platform", given: 100n });
  return inOrder(shares);
}

test("every honest page agrees, in every language and with any number of places", async () => {
  let withRest = 0;
  for (const language of ["en", "fr", "es"]) {
    const words = await wordsOf(language);
    for (let i = 0; i < 400; ++i) {
      const shares = randomShares();
      if (shares.length > 25) ++withRest;
      const told = `${language}: ${shares.map(({ kind, holder, given }) => `${kind} ${holder} ${given}`)}`;
      assert.deepEqual(compared(shares, rowsOf(shares), words), {}, told);
    }
  }
  assert.ok(withRest > 200 && withRest < 1_000, `${withRest} pages with a rest`);
});

const few = inOrder([
  { kind: "spent", given: 5_000n }, { kind: "fees", given: 300n }, { kind: "refunded", given: 200n },
  { kind: "rounded", given: 1n }, { kind: "held", holder: "b", given: 700n, money: [["GBP", 600n], ["JPY", 90n]] },
  { kind: "underway", holder: "b", given: 400n }, { kind: "held", holder: "a", given: 600n },
]);
// 12 members, with two shares each.
const many = inOrder([...few, ...Array.from({ length: 12 }, (_, i) => `m-${10 + i}`).flatMap((holder) => [
  { kind: "held", holder, given: 80n, money: [["EUR", 70n]] },
  { kind: "underway", holder, given: 50n },
])]);
const rest = (given, places = 2) => ({ kind: "rest", holder: "", given, places, isTold: false });

for (const [i, { kind, holder = "" }] of few.entries()) {
  test(`a rest on a page of few rows is none: less ${kind} ${holder}`, () => {
    const rows = rowsOf(few);
    rows[i] = { ...rows[i], given: rows[i].given - 1n };
    assert.deepEqual(compared(few, [...rows, rest(1n)]), { word: "other_figures" });
  });
}

test("a page of many rows has a rest, and what stands before its last row is not in it", () => {
  const honest = rowsOf(many);
  assert.equal(honest.at(-1).kind, "rest");
  assert.deepEqual(compared(many, honest), {});
  const lastShown = honest.at(-2);
  assert.equal(lastShown.kind, "underway");
  for (const [i, { kind }] of honest.slice(0, -1).entries()) {
    const rows = honest.map((row) => ({ ...row }));
    rows[i].given -= 1n;
    rows.at(-1).given += 1n;
    // What a member holds may yet be disputed, which would stand behind.
    const may = ["held", "underway"].includes(kind);
    assert.deepEqual(compared(many, rows), may ? {} : { word: "other_figures" }, kind);
  }
});

test("less that was refunded or lost is told of, where they have rows", () => {
  // No row can follow but that of what was lost.
  const shares = inOrder([{ kind: "refunded", given: 9n }, { kind: "rounded", given: 1n },
    ...Array.from({ length: 24 }, (_, i) => ({ kind: "disputed", holder: `m-${10 + i}`, given: 5n }))]);
  const honest = rowsOf(shares);
  assert.deepEqual(compared(shares, honest), {});
  for (const changed of [0, 23]) {
    const rows = honest.map((row) => ({ ...row }));
    rows[changed].given -= 1n;
    rows[24].given += 1n;
    assert.deepEqual(compared(shares, rows), { word: "other_figures" });
  }
  const first = rowsOf(shares.slice(1));
  first[24] = { ...first[24], kind: "refunded", given: 8n, places: 1 };
  assert.deepEqual(compared(shares, [...first, rest(2n)]), { word: "other_figures" });
});

test("a row left out of the middle is told of, though the rest has its money", () => {
  const shares = Array.from({ length: 30 }, (_, i) => ({ kind: "disputed", holder: `m-${10 + i}`, given: 5n }));
  assert.deepEqual(compared(shares, rowsOf(shares)), {});
  const moved = [...shares.slice(0, 9), ...shares.slice(10), shares[9]];
  assert.deepEqual(compared(shares, rowsOf(moved)), { word: "other_figures" });
});

test("money that was exchanged there and back is told of by what it is", () => {
  const shares = [{ kind: "refunded", given: 100n, money: [["GBP", 90n]] }];
  const rows = rowsOf(shares);
  assert.deepEqual(rows[0].money, [["GBP", 90n]]);
  assert.deepEqual(compared(shares, rows), {});
  for (const money of [[], [["GBP", 100n]], [["EUR", 90n]]]) {
    assert.deepEqual(compared(shares, [{ ...rows[0], money }]), { word: "other_figures" });
  }
});

// It would be read as 000,000.00,31.
test("figures that a mark of direction turns round are other words", () => {
  const rows = rowsOf(few);
  const trace = traceOf(few);
  const page = pageOf(rows, trace.gift.amount, english);
  const h1 = page.querySelector("h1");
  h1.textContent = h1.textContent.replace(/\d/, "\u202e$&\u202c");
  assert.deepEqual(comparePage(page, trace, english, { height: "9", size: 20n }), { word: "other_words" });
});

test("rows stand in one order, each once", () => {
  const honest = rowsOf(few);
  assert.deepEqual(compared(few, [...honest].reverse()), { word: "other_figures" });
  const again = [...honest.slice(0, 3), { ...honest[2], given: 0n }, ...honest.slice(3)];
  assert.deepEqual(compared(few, again), { word: "other_figures" });
});

for (const places of [0, "x", "", "1", 1, -3, "2.5", "1e3", "02"]) {
  test(`a rest of "${places}" places is told of`, () => {
    const rows = rowsOf(many);
    rows[24] = { ...rows[24], places };
    assert.deepEqual(compared(many, rows), { word: "other_figures" });
  });
}

for (const places of [0, "x", "5"]) {
  test(`rows that are not in the sentence are places there, whatever they say: "${places}"`, () => {
    const rows = rowsOf(few).map((row) => (row.isTold ? row : { ...row, places }));
    assert.deepEqual(compared(few, rows), { word: "other_words" });
  });
}

test("a page's figures and sum are the proof's", () => {
  const rows = rowsOf(few);
  rows[0] = { ...rows[0], given: rows[0].given + 1n };
  assert.deepEqual(compared(few, rows), { word: "other_figures" });
  const trace = traceOf(many);
  const page = pageOf(rowsOf(many), trace.gift.amount - 1n, english);
  assert.deepEqual(comparePage(page, trace, english, { height: "9", size: 20n }), { word: "other_figures" });
});

test("a title with marks that nobody sees is the same as the page's, which has them no more", () => {
  for (const mark of ["\u061c", "\u200b", "\u2060", "\ufeff", "\u202e", "\u2066"]) {
    const trace = traceOf(few);
    for (const member of trace.genesis.members) member.title = `The${mark} ${member.member}${mark}`;
    const page = pageOf(rowsOf(few), trace.gift.amount, english);
    assert.deepEqual(comparePage(page, trace, english, { height: "9", size: 20n }), {},
      mark.codePointAt(0).toString(16));
  }
});
