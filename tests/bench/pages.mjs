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
const { launch, Visitor } = await import("../browser/visitor.mjs");

const isQuick = process.argv.includes("--quick");
const runs = isQuick ? 1 : 9;
const slow4g = {
  offline: false, latency: 150, downloadThroughput: (1638.4 * 1024) / 8, uploadThroughput: (750 * 1024) / 8,
};
const slowdown = 4;
const targets = { paint_ms: 1000, shift: 0.02, check_ms: 150, html_kb: 14, strangers: 0 };
const steps = 20;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// A gift whose path has so many records: sent on once, and spent little by little.
async function recordLongGift(network) {
  const rows = ["type,author,reference,fund,amount,currency,date,to,channel,purpose,payee,category,donor",
    "donation,dec,long-gift,phase-3,50.00,GBP,2015-10-01,,appeal,,,,a person",
    "disbursement,dec,long-sent,phase-3,50.00,GBP,2015-10-02,british-red-cross,,For the families,,,"];
  for (let i = 2; i < steps; ++i) {
    rows.push(`expenditure,british-red-cross,long-paid-${i},phase-3,2.00,GBP,2015-10-03,,,,Tents and Co,goods,`);
  }
  await network.importText(rows.join("\n") + "\n");
  return network.idOf("dec/long-gift");
}

async function slowVisitor(browser, conditions) {
  const visitor = await Visitor.arrive(browser);
  const devtools = await visitor.context.newCDPSession(visitor.page);
  await devtools.send("Network.enable");
  if (conditions) await devtools.send("Network.emulateNetworkConditions", conditions);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  return visitor;
}

// Milliseconds to the largest paint, and how far things moved by themselves.
const observed = (page) => page.evaluate(() => new Promise((resolve) => {
  let [paint, shift] = [0, 0];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve({ paint, shift }), 500);
}));

async function measurePage(browser, network, path) {
  const paints = [];
  let [shift, strangers] = [0, 0];
  for (let i = 0; i < runs; ++i) {
    const visitor = await slowVisitor(browser, slow4g);
    await visitor.page.goto(network.url + path, { waitUntil: "load" });
    const seen = await observed(visitor.page);
    paints.push(seen.paint);
    shift = Math.max(shift, seen.shift);
    strangers += visitor.requests.filter((url) => !url.startsWith(network.url + "/")).length;
    await visitor.leave();
  }
  const [html, raw] = [await network.transferred(path), (await network.read(path)).length];
  return { paint: median(paints), shift, strangers, html: html / 1000, raw: raw / 1000 };
}

// Milliseconds to the verdict, from the press of the button and from when the proof was there. With
// scripts that are there: the network is fast.
async function measureCheck(browser, network, gift) {
  const visitor = await slowVisitor(browser);
  const { page } = visitor;
  const took = { whole: [], verifying: [] };
  for (let i = 0; i <= runs; ++i) {
    await page.goto(`${network.url}/d/${gift}`);
    const times = await page.evaluate(() => new Promise((resolve) => {
      const begin = performance.now();
      new MutationObserver(() => {
        const result = document.querySelector("[data-result]")?.dataset.result;
        if (!result) return;
        const now = performance.now();
        const proof = performance.getEntriesByType("resource").findLast(({ name }) => name.endsWith("/proof"));
        resolve({ result, whole: now - begin, verifying: now - proof.responseEnd });
      }).observe(document.getElementById("check"), { childList: true, subtree: true });
      document.querySelector("#check button[type=submit]").click();
    }));
    if (times.result !== "verified") throw new Error("the gift is not verified");
    if (i > 0) for (const span of Object.keys(took)) took[span].push(times[span]);
  }
  await visitor.leave();
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
  const gift = await recordLongGift(network);
  const pages = {
    "home": "/", "fund": "/f/phase-3", [`gift of ${steps} records`]: `/d/${gift}`,
    "gift in many places": `/d/${network.gift}`,
  };
  const all = {};
  for (const [name, path] of Object.entries(pages)) all[name] = await measurePage(browser, network, path);
  const check = await measureCheck(browser, network, gift);
  const most = (field) => Math.max(...Object.values(all).map((page) => page[field]));
  const rows = [
    ["Largest paint, the slowest page", most("paint"), targets.paint_ms, " ms", 0],
    ["What moved by itself, the worst page", most("shift"), targets.shift, "", 3],
    [`Verification of a gift of ${steps} records`, check.verifying, targets.check_ms, " ms", 0],
    ["First HTML, compressed, the largest page", most("html"), targets.html_kb, " kB", 1],
    ["Requests to others", most("strangers"), targets.strangers, "", 0],
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
