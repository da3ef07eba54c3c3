// The scripts write a title in a sentence as the pages do: without the same marks, isolated alike.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { sources } from "./sources.mjs";

const { inSentence } = await sources("names.ts");
const pages = readFileSync(join(process.env.CENTIME_SOURCE_DIR, "explorer", "names.cpp"), "utf8");

test("takes out the marks that the pages take out, and no other character", () => {
  const [, list] = /unseen_marks\{([^}]*)\}/.exec(pages);
  const marks = [...list.matchAll(/"\\u([0-9a-f]{4})"/g)].map(([, hex]) => parseInt(hex, 16));
  assert.equal(marks.length, Number(/(\d+)> unseen_marks/.exec(pages)[1]));
  const gone = [];
  for (let code = 0; code < 0x10000; ++code) {
    if (code === 0xd800) code = 0xe000;  // Halves of characters are no text.
    const said = inSentence(`a${String.fromCodePoint(code)}b`);
    if (said === "ab") gone.push(code);
    else assert.ok(said.includes(String.fromCodePoint(code)), code.toString(16));
  }
  assert.deepEqual(gone, marks.sort((a, b) => a - b));
});

test("isolates what may run from right to left", () => {
  for (const plain of ["Oxfam GB", "Médecins", "Ελλάδα", "Հայ", ""]) assert.equal(inSentence(plain), plain);
  for (const foreign of ["עזרה", "Aid إغاثة", "援助", "🎗"]) {
    assert.equal(inSentence(foreign), `\u2068${foreign}\u2069`);
  }
  assert.equal(inSentence("a\u202eb\u2066c\u200f"), "abc");
});
