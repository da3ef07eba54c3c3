// A donation is checked in a real browser: by an honest node, by lying ones, and without any.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import * as forgeries from "./bundle_forgeries.mjs";
import { Forger } from "./forger.mjs";
import { Network } from "./network.mjs";
import { launch, skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 180_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
let network, other, browser;

before(async () => {
  if (skip) return;
  [network, other] = [await Network.start(), await Network.start()];
  browser = await launch("--host-resolver-rules=MAP ledger.test 127.0.0.1");
});
after(async () => {
  await browser?.close();
  await network?.stop();
  await other?.stop();
});

// Of a page, or of a part of it.
async function picture(seen, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await seen.screenshot({ path: join(pictures, `${name}.png`), ...seen.goto && { fullPage: true } });
}

// Visits the donation at `url`, does `visit`, and finds nothing that should not happen.
async function visiting(url, visit, contextOptions = {}) {
  const visitor = await Visitor.arrive(browser, contextOptions);
  try {
    await visitor.page.goto(`${url}/d/${network.gift}?lang=${contextOptions.language ?? "en"}`);
    await visit(visitor);
    const strangers = visitor.requests.filter((request) =>
      ![url, network.url, other.url, ...visitor.asked ?? []].some((own) =>
        request.startsWith(own + "/") || request.startsWith("blob:")));
    assert.deepEqual(strangers, []);
    assert.deepEqual(visitor.faults.filter((fault) => !visitor.expected?.test(fault)), []);
  } finally {
    await visitor.leave();
  }
}

const isProof = (path) => path.endsWith("/proof");

test("an honest node's donation is verified, step by step", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal(visitor.requests.some((url) => /\/v1\/(?!events)/.test(url)), false, "asked before told");
    const { result, steps, struck } = await visitor.check();
    assert.equal(result, "verified");
    assert.deepEqual(Object.keys(steps), ["policy", "bundle", "checkpoint", "network", "seal",
      "entries", "accounts", "effects", "path", "sum", "history", "page"]);
    for (const [step, state] of Object.entries(steps)) {
      assert.equal(state, step === "history" ? "first" : "ok", step);
    }
    assert.equal(struck, 0);
    const { page } = visitor;
    const shown = (await page.locator("tr[data-part] td").allTextContents()).sort();
    const sum = await page.locator(".verified tfoot td").textContent();
    assert.equal(sum, "13,000,000.00\u00a0GBP");
    assert.ok(shown.length >= 8);
    assert.match(await page.locator(".verified").textContent(), /1 of the 1 in the policy, 1 needed/);
    assert.equal(await page.locator("[role=status]").textContent(), "Verified");
    assert.equal(await page.evaluate(() => document.activeElement.className), "result");
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, "verified");
  }));

for (const [language, word] of [["fr", "Vérifié"], ["es", "Verificado"]]) {
  test(`the check speaks ${language}`, options, () =>
    visiting(network.url, async (visitor) => {
      assert.equal((await visitor.check()).result, "verified");
      assert.equal(await visitor.page.locator("[role=status]").textContent(), word);
      assert.deepEqual(await visitor.violations(), []);
    }, { language }));
}

test("works by keyboard alone, narrow and dark", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    await page.locator("input[value=here]").focus();
    await page.keyboard.press("Tab");  // To the address, past the other radio of the group.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal((await visitor.outcome()).result, "verified");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${wide} px`);
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, "verified-narrow-dark");
  }, { viewport: { width: 320, height: 640 }, colorScheme: "dark" }));

test("the next visit finds that the ledger goes on, by its tiles", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    const size = await visitor.page.evaluate(() =>
      Number(Object.entries(localStorage).find(([key]) => key.startsWith("centime-head"))[1].split(" ")[0]));
    await network.import("correction.csv");
    await visitor.page.reload();
    const { result, steps } = await visitor.check();
    assert.equal(result, "verified");
    assert.equal(steps.history, "ok");
    assert.ok(visitor.requests.some((url) => url.includes("/tile/0/")), "no tile was read");
    const told = await visitor.page.locator("[data-step=history]").textContent();
    assert.ok(told.includes(String(size)), told);
    // And again, with nothing new.
    await visitor.page.reload();
    assert.equal((await visitor.check()).steps.history, "ok");
  }));

async function expectFailure(url, failed, prepare) {
  await visiting(url, async (visitor) => {
    await prepare?.(visitor);
    const outcome = await visitor.check();
    assert.equal(outcome.result, "failed");
    assert.equal(outcome.failed, failed);
    assert.equal(outcome.steps[failed.split(":")[0]], "failed");
    assert.ok(outcome.struck > 2, "the figures are struck");
    const afterwards = Object.values(outcome.steps);
    assert.ok(afterwards.slice(afterwards.indexOf("failed") + 1).every((state) => state === "waiting"));
    assert.deepEqual(await visitor.violations(), []);
    await picture(visitor.page.locator("#check"), `failed-${failed.replace(": ", "-")}`);
  });
}

for (const [forgery, failed] of [
  ["hidesAnOutflow", "path: units_unaccounted"],
  ["shortensAnInterval", "entries: wrong_inclusion"],
  ["changesAHead", "accounts: wrong_inclusion"],
  ["changesASignature", "checkpoint: bad_signature"],
  ["dropsACosignature", "checkpoint: quorum_short"],
  ["truncates", "bundle: bad_bundle"],
]) {
  test(`a server that ${forgery} is told of: ${failed}`, options, async () => {
    const forger = await Forger.start(network.url, (path, body) =>
      isProof(path) ? forgeries[forgery](body) : undefined);
    await expectFailure(forger.url, failed);
    await forger.stop();
  });
}

test("the proof of another donation is told of", options, async () => {
  const second = await network.idOf("dec/income-2");
  const proof = await network.read(`/v1/donations/${second}/proof`);
  const forger = await Forger.start(network.url, (path) => (isProof(path) ? proof : undefined));
  await expectFailure(forger.url, "entries: wrong_donation");
  await forger.stop();
});

test("a forged page over a true proof is told of", options, async () => {
  const forger = await Forger.start(network.url, (path, body) => {
    if (!path.startsWith("/d/")) return undefined;
    // One pound from the first part to the last, everywhere it is shown.
    const html = body.toString();
    const shown = [...html.matchAll(/<tr data-part[^>]*>.*?<td>([^<]*)<\/td>/gs)].map((row) => row[1]);
    const changed = (text, by) => text.replace(/(\d)(?=\.\d\d&nbsp;|\.\d\d\u00a0)/, (digit) => (Number(digit) + by + 10) % 10);
    return Buffer.from(html.replaceAll(shown[0], changed(shown[0], 1)).replaceAll(shown.at(-1), changed(shown.at(-1), -1)));
  });
  await expectFailure(forger.url, "page: other_figures");
  await forger.stop();
});

test("another member's policy is told of", options, async () => {
  const policy = await other.read("/v1/policy");
  const forger = await Forger.start(network.url, (path) => (path === "/v1/policy" ? policy : undefined));
  await expectFailure(forger.url, "checkpoint: unknown_log");
  await forger.stop();
});

test("a policy that changed since the last visit is told of", options, async () => {
  let swapped;
  const forger = await Forger.start(network.url, (path) => (path === "/v1/policy" ? swapped : undefined));
  await expectFailure(forger.url, "policy: changed_policy", async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    swapped = await other.read("/v1/policy");
  });
  await forger.stop();
});

test("a stale checkpoint is told of", options, async () => {
  const proof = await network.read(`/v1/donations/${network.gift}/proof`);
  let stale;
  const forger = await Forger.start(network.url, (path) => (isProof(path) ? stale : undefined));
  await expectFailure(forger.url, "history: older_log", async (visitor) => {
    // What the visitor would remember of a ledger that had gone on.
    assert.equal((await visitor.check()).result, "verified");
    await visitor.page.evaluate(() => {
      const [key, value] = Object.entries(localStorage).find(([name]) => name.startsWith("centime-head"));
      const [size, root] = value.split(" ");
      localStorage.setItem(key, `${Number(size) + 1} ${root}`);
    });
    stale = proof;
  });
  await forger.stop();
});

for (const [shorter, failed] of [[0, "history: forked_log"], [1, "history: rewritten_log"]]) {
  test(`a ledger that is not the one seen before is told of: ${failed}`, options, () =>
    expectFailure(network.url, failed, async (visitor) => {
      assert.equal((await visitor.check()).result, "verified");
      await visitor.page.evaluate((less) => {
        const [key, value] = Object.entries(localStorage).find(([name]) => name.startsWith("centime-head"));
        const size = Number(value.split(" ")[0]);
        localStorage.setItem(key, `${size - less} ${btoa("another root of thirty-two bytes")}`);
      }, shorter);
    }));
}

test("a log without tiles is verified in part, and it says what is missing", options, async () => {
  const forger = await Forger.start(network.url, (path) => (path.startsWith("/tile/") ? null : undefined));
  await visiting(forger.url, async (visitor) => {
    visitor.expected = /503/;
    await visitor.check();
    await visitor.page.evaluate(() => {
      const [key, value] = Object.entries(localStorage).find(([name]) => name.startsWith("centime-head"));
      const [size, root] = value.split(" ");
      localStorage.setItem(key, `${Number(size) - 3} ${root}`);
    });
    const { result, steps } = await visitor.check();
    assert.equal(result, "partly");
    assert.equal(steps.history, "skipped");
    assert.match(await visitor.page.locator("[data-step=history]").textContent(), /\/tile\/0\//);
    await picture(visitor.page, "partly");
  });
  await forger.stop();
});

test("another member's node can be asked, and nobody else", options, () =>
  visiting(network.url, async (visitor) => {
    const address = network.url.replace("127.0.0.1", "localhost");
    visitor.asked = [address];
    await visitor.page.fill("#check-node", address);
    assert.equal((await visitor.check()).result, "verified");
    assert.ok(visitor.requests.includes(`${address}/v1/donations/${network.gift}/proof`));
    // A node of another network names other signers.
    await visitor.page.fill("#check-node", other.url);
    assert.equal((await visitor.check()).failed, "policy: other_policy");
  }));

test("an address that is none is not asked", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    await page.fill("#check-node", "javascript:alert(1)");
    await page.locator("#check button[type=submit]").click();
    assert.equal(await page.locator("#check-node:invalid").count(), 1);
    assert.equal(await page.locator("[data-step]").count(), 0);
    await page.fill("#check-node", "http://127.0.0.1:9/");
    visitor.expected = /ERR_|Failed to load/;
    visitor.asked = ["http://127.0.0.1:9"];
    const { result } = await visitor.check();
    assert.equal(result, "stopped");
  }));

test("without WebCrypto the fallback is loaded, and agrees", options, async () => {
  const url = network.url.replace("127.0.0.1", "ledger.test");
  await visiting(url, async (visitor) => {
    assert.equal(await visitor.page.evaluate(() => window.isSecureContext), false);
    assert.equal((await visitor.check()).result, "verified");
    assert.ok(visitor.requests.some((request) => request.includes("check-noble")));
  });
});

test("without scripts the page is whole", options, () =>
  visiting(network.url, async ({ page }) => {
    assert.equal(await page.locator("#check").isVisible(), false);
    assert.equal(await page.locator("tr[data-part]").first().isVisible(), true);
    for (const href of [`/v1/donations/${network.gift}/proof`, "/v1/policy", "/verify.html"]) {
      assert.equal(await page.locator(`a[href="${href}"]`).isVisible(), true, href);
      assert.ok((await network.read(href)).length > 100);
    }
    await picture(page, "no-script");
  }, { javaScriptEnabled: false }));

test("the one file verifies a saved proof from the disk", options, async () => {
  const file = network.path("verify.html");
  writeFileSync(file, await network.read("/verify.html"));
  const proof = await network.read(`/v1/donations/${network.gift}/proof`);
  writeFileSync(network.path("gift.trace.json"), proof);
  writeFileSync(network.path("forged.trace.json"), forgeries.hidesAnOutflow(proof));
  writeFileSync(network.path("policy.txt"), await network.read("/v1/policy"));
  writeFileSync(network.path("other.txt"), await other.read("/v1/policy"));
  for (const [name, view] of [["wide", {}],
    ["narrow-dark", { viewport: { width: 320, height: 640 }, colorScheme: "dark" }]]) {
    const visitor = await Visitor.arrive(browser, view);
    const { page } = visitor;
    await page.goto(pathToFileURL(file).href);
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, `offline-empty-${name}`);
    await page.getByRole("button", { name: "Check now" }).click();
    assert.equal((await visitor.outcome()).result, "stopped");
    const giving = async (policy, bundle) => {
      await page.setInputFiles("#policy", network.path(policy));
      await page.setInputFiles("#bundle", network.path(bundle));
      await page.getByRole("button", { name: "Check now" }).click();
      await page.waitForFunction(() => document.querySelector("[data-result]"));
      return visitor.outcome();
    };
    const whole = await giving("policy.txt", "gift.trace.json");
    assert.equal(whole.result, "verified");
    assert.equal(Object.keys(whole.steps).length, 10);
    assert.deepEqual(await visitor.violations(), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= page.viewportSize().width, `${wide} px`);
    await picture(page, `offline-verified-${name}`);
    assert.equal((await giving("policy.txt", "forged.trace.json")).failed, "path: units_unaccounted");
    assert.equal((await giving("other.txt", "gift.trace.json")).failed, "checkpoint: unknown_log");
    await page.getByRole("button", { name: "Español" }).click();
    assert.equal(await page.locator("h1").textContent(), "Comprobar una prueba");
    assert.deepEqual(visitor.faults, []);
    assert.deepEqual(visitor.requests.filter((url) => !/^(file|blob):/.test(url)), []);
    await visitor.leave();
  }
});

test("the one file takes both files when they are dropped", options, async () => {
  const visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await page.goto(`${network.url}/verify.html`);
  const files = [(await network.read("/v1/policy")).toString(),
    (await network.read(`/v1/donations/${network.gift}/proof`)).toString()];
  await page.evaluate(([policy, bundle]) => {
    const data = new DataTransfer();
    data.items.add(new File([policy], "policy.txt"));
    data.items.add(new File([bundle], "gift.trace.json"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
  assert.equal((await visitor.outcome()).result, "verified");
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
});

test("every page is without a violation of WCAG 2.2 AA, light, dark and narrow", options, async () => {
  for (const view of [{}, { colorScheme: "dark" }, { viewport: { width: 320, height: 640 } }]) {
    const visitor = await Visitor.arrive(browser, view);
    for (const path of ["/", "/funds", "/f/phase-1", "/m/dec", `/d/${network.gift}`,
      `/r/${network.gift}`, "/search?q=dec", "/rule", "/nowhere", "/verify.html"]) {
      await visitor.page.goto(network.url + path);
      assert.deepEqual(await visitor.violations(), [], path);
    }
    assert.deepEqual(visitor.faults.filter((fault) => !/404/.test(fault)), []);
    assert.deepEqual(visitor.requests.filter((url) => !url.startsWith(network.url)), []);
    await visitor.leave();
  }
});

test("the page and its scripts keep their budgets", options, async () => {
  const html = await network.read(`/d/${network.gift}`);
  const of = async (name) => {
    const path = new RegExp(`/assets/${name}\\.[0-9a-f]{16}\\.\\w+`).exec(html.toString())[0];
    return gzipSync(await network.read(path)).length;
  };
  const sizes = { html: gzipSync(html).length, check: await of("check"), run: await of("check-run"),
    noble: await of("check-noble"), live: await of("live") };
  console.log(sizes);
  assert.ok(sizes.html <= 14 * 1024, "html");
  assert.ok(sizes.check <= 1024, "the script that comes with the page");
  assert.ok(sizes.live <= 3 * 1024, "what tells of news");
  assert.ok(sizes.run <= 14.5 * 1024, "the verifier, loaded when it is asked for");
  assert.ok(sizes.noble <= 16 * 1024, "the fallback, loaded where WebCrypto is missing");
});
