// What the donor's pages cost a reader, in a browser that is slowed down: slow 4G as Lighthouse has
// it, and a slower processor. tests/bench/pages.mjs and budgets.test.mjs measure by it.
import { firstPageMax } from "./network.mjs";
import { Visitor } from "./visitor.mjs";

export const budgets = {
  paint_ms: 1000, shift: 0.02, check_ms: 150, html_kb: firstPageMax / 1000, strangers: 0,
};
export const steps = 20; // Records on the way of the gift whose check is timed.

const slow4g = {
  offline: false, latency: 150, downloadThroughput: (1638.4 * 1024) / 8, uploadThroughput: (750 * 1024) / 8,
};

// How many times slower the processor of a visitor's page is made: four times, as Lighthouse does it, or
// so many that whatever machine this is does the work below as the phone that is meant would. Four
// times is right where it takes 20 ms, as on the machine of docs/performance.md on a slow day.
export const aQuarter = async () => 4;
const work_ms = 80;

export async function likeAPhone(page) {
  // Elements, text and layout, as a page needs them. The median: what else the machine does counts.
  const times = await page.evaluate(() => Array.from({ length: 11 }, () => {
    const begin = performance.now();
    const place = document.body.appendChild(document.createElement("div"));
    for (let i = 0; i < 200; ++i) {
      const line = place.appendChild(document.createElement("p"));
      line.textContent = `Line ${i} of many words `.repeat(10);
    }
    place.getBoundingClientRect();
    place.style.width = "200px";
    place.getBoundingClientRect();
    place.remove();
    return performance.now() - begin;
  }));
  return Math.max(1, work_ms / times.sort((a, b) => a - b)[5]);
}

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

// The pages that are measured, by name, and the gift whose check is.
export async function donorPages(network) {
  const gift = await recordLongGift(network);
  const pages = {
    "home": "/", "fund": "/f/phase-3", [`gift of ${steps} records`]: `/d/${gift}`,
    "gift in many places": `/d/${network.gift}`,
  };
  return { gift, pages };
}

async function slowVisitor(browser, slowdown, conditions) {
  const visitor = await Visitor.arrive(browser);
  const devtools = await visitor.context.newCDPSession(visitor.page);
  await devtools.send("Network.enable");
  if (conditions) await devtools.send("Network.emulateNetworkConditions", conditions);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: await slowdown(visitor.page) });
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

// One visit with nothing in the cache: `paint` in ms, `shift`, how many requests went to others, and
// what the visitor noted that should not happen.
export async function visitOnce(browser, network, path, slowdown = aQuarter) {
  const visitor = await slowVisitor(browser, slowdown, slow4g);
  try {
    await visitor.page.goto(network.url + path, { waitUntil: "load" });
    const seen = await observed(visitor.page);
    const strangers = visitor.requests.filter((url) => !url.startsWith(network.url + "/")).length;
    return { ...seen, strangers, faults: visitor.faults };
  } finally {
    await visitor.leave();
  }
}

// Times checks of a gift one after the other: a generator of the milliseconds to the verdict, from
// the press of the button (`whole`) and from when the proof was there (`verifying`). With scripts that
// are there: the network is fast, and a first check is not counted.
export async function* checksOf(browser, network, gift, slowdown = aQuarter) {
  const visitor = await slowVisitor(browser, slowdown);
  const { page } = visitor;
  try {
    for (let isFirst = true; ; isFirst = false) {
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
      if (!isFirst) yield times;
    }
  } finally {
    await visitor.leave();
  }
}
