#!/usr/bin/env node
// Measures the donor's pages in a real browser, slowed down; writes docs/performance.md.
//
//     cmake --preset release && ninja -C build/release centime
//     tests/bench/pages.mjs             # rewrites the figures; a minute
//     tests/bench/pages.mjs --quick     # one run of each; only shows that all of it runs
//
// A network of one with the example appeal, and a browser on the same machine: slow 4G as
// Lighthouse has it, and a quarter of the processor. Exit status 1 if a target is missed (not with
// --quick).
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
process.env.CENTIME_SOURCE_DIR ??= root;
process.env.CENTIME_PROGRAM ??= join(root, "build", "release", "centime");
const { Network } = await import("../browser/network.mjs");
const { launch } = await import("../browser/visitor.mjs");
const { budgets, checksOf, donorPages, steps, visitOnce } = await import("../browser/measures.mjs");

const isQuick = process.argv.includes("--quick");
const runs = isQuick ? 1 : 9;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function measurePage(browser, network, path) {
  const paints = [];
  let [shift, strangers] = [0, 0];
  for (let i = 0; i < runs; ++i) {
    const seen = await visitOnce(browser, network, path);
    paints.push(seen.paint);
    shift = Math.max(shift, seen.shift);
    strangers += seen.strangers;
  }
  const [html, raw] = [await network.transferred(path), (await network.read(path)).length];
  return { paint: median(paints), shift, strangers, html: html / 1000, raw: raw / 1000 };
}

async function measureCheck(browser, network, gift) {
  const took = { whole: [], verifying: [] };
  for await (const times of checksOf(browser, network, gift)) {
    for (const span of Object.keys(took)) took[span].push(times[span]);
    if (took.whole.length === runs) break;
  }
  return { whole: median(took.whole), verifying: median(took.verifying) };
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)];
}

function writePage(lines) {
  const file = join(root, "docs", "performance.md");
  const [begin, end] = ["<!-- figures: tests/bench/pages.mjs writes from here -->", "<!-- to here -->"];
  const text = readFileSync(file, "utf8");
  const from = text.indexOf(begin) + begin.length;
  if (from < begin.length) throw new Error(`${file} has no place for the figures`);
  const to = text.indexOf(end, from);
  writeFileSync(file, `${text.slice(0, from)}\n\n${lines.join("\n")}\n\n${text.slice(to)}`);
}

const load = loadavg()[0].toFixed(1);
const network = await Network.start();
const browser = await launch();
try {
  const { gift, pages } = await donorPages(network);
  const all = {};
  for (const [name, path] of Object.entries(pages)) all[name] = await measurePage(browser, network, path);
  const check = await measureCheck(browser, network, gift);
  const most = (field) => Math.max(...Object.values(all).map((page) => page[field]));
  const rows = [
    ["Largest paint, the slowest page", most("paint"), budgets.paint_ms, " ms", 0],
    ["What moved by itself, the worst page", most("shift"), budgets.shift, "", 3],
    [`Verification of a gift of ${steps} records`, check.verifying, budgets.check_ms, " ms", 0],
    ["First HTML, compressed, the largest page", most("html"), budgets.html_kb, " kB", 1],
    ["Requests to others", most("strangers"), budgets.strangers, "", 0],
  ];
  const isMet = ([, value, target]) => value <= target;
  const [cpu] = cpus();
  const lines = [
    `\`tests/bench/pages.mjs\` on ${new Date().toISOString().slice(0, 10)}: ${cpu.model}, ` +
      `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ` +
      `${release().split("-")[0]}; Chromium ${browser.version()}. Load before the run ${load}.`,
    "",
    ...table(["what", "figure", "target", ""], rows.map((row) => [
      row[0], row[1].toFixed(row[4]) + row[3], `at most ${row[2]}${row[3]}`,
      isMet(row) ? "met" : "**missed**"])),
    "",
    `From the press of the button to the verdict, with fetching policy and proof: ${check.whole.toFixed(0)} ms.`,
    "",
    ...table(["page", "largest paint, median", "moved", "HTML, compressed", "as it is"],
      Object.entries(all).map(([name, { paint, shift, html, raw }]) => [
        name, `${paint.toFixed(0)} ms`, shift.toFixed(3), `${html.toFixed(1)} kB`, `${raw.toFixed(1)} kB`])),
  ];
  console.log(lines.join("\n"));
  if (!isQuick) {
    writePage(lines);
    process.exitCode = rows.every(isMet) ? 0 : 1;
  }
} finally {
  await browser.close();
  await network.stop();
}
