// The one file and the node's page for saved proofs say of damaged bundles what the node's verifier
// says of them, in a real browser.
//
// The one is opened from the disk and takes one damaged file after the other: all that write_vectors
// makes, ten thousand and more. The page, which is made of the same parts, takes every tenth.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { damages } from "../web/vectors.mjs";
import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

// By the bundle that they change: pairs of files as text, and the damages to try.
async function groupsOfDamages() {
  const groups = [];
  for await (const line of damages(process.env.CENTIME_VECTORS)) {
    if (line.bundle !== undefined) groups.push({ files: line, lines: [] });
    else if (line.class !== "decode") groups.at(-1).lines.push(line);
  }
  return groups.filter(({ lines }) => lines.length > 0);
}

// In the page: what the file says of each, "" where it holds, else "step: word".
async function verdicts({ files, lines, prefix, submit }) {
  const decoded = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const encoded = (text) => new TextEncoder().encode(text);
  const whole = { bundle: encoded(files.bundle), policy: encoded(files.policy) };
  const choose = (kind, ...parts) => {
    const input = document.getElementById(prefix + kind);
    const data = new DataTransfer();
    data.items.add(new File(parts, kind));
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
  };
  const resultAfter = async (result) => {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const now = document.querySelector("[data-result]");
      if (now && now !== result) return now;
      await scheduler.postTask(() => {});
    }
    throw new Error(`no result: ${document.querySelector("[role=status]").textContent}`);
  };
  // What is said is read from the document: to draw it ten thousand times is a third of the time.
  document.body.style.display = "none";
  let result = null;
  const tried = async (kind, ...parts) => {
    choose(kind, ...parts);
    if (submit) document.querySelector(submit).click();
    result = await resultAfter(result);
    return result.dataset.result === "failed" ? result.querySelector("code").textContent : "";
  };
  choose("policy", whole.policy);
  const said = [await tried("bundle", whole.bundle)];
  let damaged = "bundle";
  for (const { in: kind, at, cut, put } of lines) {
    if (kind !== damaged) await tried(damaged, whole[damaged]);
    damaged = kind;
    const before = whole[kind];
    said.push(await tried(kind, before.slice(0, at), decoded(put), before.slice(at + cut)));
  }
  // Whole again, it holds: nothing of all that has stuck.
  said.push(await tried(damaged, whole[damaged]));
  return said;
}

// Visits a page with a control for either file, whose ids have this prefix; what to press, or nothing.
async function agrees(url, { prefix = "", submit = "", stride = 1 } = {}) {
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    await visitor.page.goto(url);
    const counts = new Map();
    let all = 0;
    for (const { files, lines } of await groupsOfDamages()) {
      const some = lines.filter((_, i) => i % stride === 0);
      const bundles = some.filter((line) => line.in === "bundle");
      const policies = some.filter((line) => line.in === "policy");
      const ordered = [...bundles, ...policies];
      const said = await visitor.page.evaluate(verdicts, { files, lines: ordered, prefix, submit });
      assert.deepEqual([said.shift(), said.pop()], ["", ""]);
      for (const [i, { step, word, class: kind }] of ordered.entries()) {
        const expected = step && `${step}: ${word}`;
        assert.equal(said[i], expected, `${kind}: ${JSON.stringify(ordered[i])}`);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        ++all;
      }
      await visitor.page.reload();
    }
    console.log(Object.fromEntries(counts));
    assert.ok(all >= 10_000 / stride, `${all} damaged bundles`);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await browser.close();
  }
}

test("the one file agrees with the node on damaged bundles", { skip, timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "centime-file-"));
  try {
    const file = join(folder, "verify.html");
    copyFileSync(join(process.env.CENTIME_WEB, "assets", "verify.html"), file);
    await agrees(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the page that checks files agrees with it", { skip, timeout: 600_000 }, async () => {
  const network = await Network.start();
  try {
    await agrees(`${network.url}/verify?lang=en`,
      { prefix: "check-", submit: "#check-file [type=submit]", stride: 10 });
  } finally {
    await network.stop();
  }
});
