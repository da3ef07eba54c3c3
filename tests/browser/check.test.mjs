// A donation is checked in a real browser: by an honest node, by lying ones, and without any.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import * as forgeries from "./bundle_forgeries.mjs";
import { Forger } from "./forger.mjs";
import { firstPageMax, Network } from "./network.mjs";
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

test("until it is asked for, the page claims nothing of a check", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    assert.equal(await page.locator("#check").isVisible(), true);
    assert.equal(await page.locator("[data-step], [data-result], .verified, .struck").count(), 0);
    assert.equal(await page.locator("#check [role=status]").textContent(), "");
    assert.equal(await page.locator("#check button.plain").isVisible(), false, "nothing to forget");
    await picture(page, "unverified");
  }));

test("while it runs, the steps that hold are told from those to come", options, async () => {
  let letGo;
  const held = new Promise((resolve) => { letGo = resolve; });
  const forger = await Forger.start(network.url, async (path) => {
    if (isProof(path)) await held;
  });
  await visiting(forger.url, async (visitor) => {
    const { page } = visitor;
    await page.locator("#check button[type=submit]").click();
    await page.locator("[data-step=policy][data-state=first]").waitFor();
    assert.equal(await page.locator("[data-state=waiting]").count(), 12);
    assert.equal(await page.locator("#check [role=status]").textContent(), "Checking…");
    assert.equal(await page.locator("#check button[type=submit]").isDisabled(), true);
    assert.equal(await page.locator("[data-result], .verified").count(), 0);
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, "checking");
    letGo();
    assert.equal((await visitor.outcome()).result, "verified");
  });
  await forger.stop();
});

test("an honest node's donation is verified, step by step", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal(visitor.requests.some((url) => /\/v1\/(?!events)/.test(url)), false, "asked before told");
    const { result, steps, struck } = await visitor.check();
    assert.equal(result, "verified");
    assert.deepEqual(Object.keys(steps), ["policy", "bundle", "epochs", "checkpoint", "network", "seal",
      "entries", "accounts", "effects", "path", "sum", "history", "page"]);
    for (const [step, state] of Object.entries(steps)) {
      assert.equal(state, ["policy", "history"].includes(step) ? "first" : "ok", step);
    }
    assert.equal(struck, 0);
    const { page } = visitor;
    const shown = (await page.locator("tr[data-part] td").allTextContents()).sort();
    const sum = await page.locator(".verified tfoot td").textContent();
    assert.equal(sum, "13,000,000.00\u00a0GBP");
    assert.ok(shown.length >= 8);
    assert.match(await page.locator(".verified").textContent(), /1 of the 1 in the policy, 1 needed/);
    // Nobody but this server has named the signers.
    const named = "The proof holds, by the signers that this server names";
    assert.equal(await page.locator("[role=status]").textContent(), named);
    const first = await page.locator(".verified").textContent();
    assert.ok(first.indexOf("Fingerprint") < first.indexOf("What the proof says"), "the fingerprint is on top");
    assert.match(first, /both their list and this script came from this server/);
    assert.equal(await page.evaluate(() => document.activeElement.className), "result");
    await page.locator(".result summary").click();
    const records = await page.locator(".result ol.records li").allTextContents();
    assert.ok(records.length >= 8);
    for (const record of records) assert.match(record, /\d,\d{3}\.\d{2}\sGBP\d{1,2} \w+ 20\d\d/, record);
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, "verified");
  }));

for (const [language, word] of [["fr", "Vérifié"], ["es", "Verificado"]]) {
  test(`the check speaks ${language}`, options, () =>
    visiting(network.url, async (visitor) => {
      assert.equal((await visitor.check()).result, "verified");
      // From now on this browser knows the signers.
      assert.equal((await visitor.check()).steps.policy, "ok");
      assert.equal(await visitor.page.locator("[role=status]").textContent(), word);
      assert.deepEqual(await visitor.violations(), []);
    }, { language }));
}

for (const language of ["en", "fr", "es"]) {
  test(`nothing sticks out of 320 pixels after a check, in ${language}`, options, () =>
    visiting(network.url, async (visitor) => {
      const { page } = visitor;
      const isInside = async (when) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 320, `${when}: ${wide} px`);
      };
      assert.equal((await visitor.check()).result, "verified");
      assert.equal(await page.locator("#check button.plain").isVisible(), true);
      await isInside("verified");
      await page.locator(".result summary").click();
      await isInside("with the records");
      await picture(page, `verified-narrow-${language}`);
    }, { language, viewport: { width: 320, height: 640 } }));
}

test("a node that does not give the proof is told with its reason", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    visitor.expected = /503/;
    await page.route("**/proof", (route) => route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "busy", detail: "Too much is waiting." }),
    }));
    const { result } = await visitor.check();
    assert.equal(result, "stopped");
    const told = await page.locator("[data-result=stopped]").textContent();
    assert.match(told, /\/proof was not given\. The node says: Too much is waiting\. \(busy\)/);
    assert.deepEqual(await visitor.violations(), []);
    await picture(page, "check-busy");
  }));

test("a check that can't be loaded says so in the page's language, and can be asked for again", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    visitor.expected = /ERR_FAILED|Failed to fetch/;
    const button = page.locator("#check button[type=submit]");
    for (const script of ["check-run", "check-result"]) {
      await page.route(`**/${script}*`, (route) => route.abort());
      await button.click();
      const status = page.locator("#check [role=status]", { hasText: "n’a pas pu être chargée" });
      await status.waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.type), "submit", "the button keeps the focus");
      await page.unroute(`**/${script}*`);
      await page.reload();
    }
    assert.equal((await visitor.check()).result, "verified");
  }, { language: "fr" }));

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

test("a reader who has it forget earlier checks is on a first visit again", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    const remembered = () => page.evaluate(() =>
      Object.keys(localStorage).filter((key) => key.startsWith("centime-")).length);
    assert.equal((await visitor.check()).steps.history, "first");
    await page.reload();
    assert.equal(await remembered(), 2, "the signers and the head");
    await page.getByRole("button", { name: "Forget earlier checks" }).click();
    assert.equal(await remembered(), 0);
    assert.equal(await page.locator("#check button.plain").isVisible(), false, "nothing to forget");
    assert.equal(await page.evaluate(() => document.activeElement.type), "submit");
    const { result, steps } = await visitor.check();
    assert.equal(result, "verified");
    assert.equal(steps.history, "first");
    assert.match(await page.locator("[data-step=history]").textContent(), /first visit.*first check/);
    // And now it goes on from there.
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

for (const forgery of ["hidesAnOutflow", "truncates"]) {
  test(`the evidence of a server that ${forgery} is saved byte for byte`, options, async () => {
    let served;
    const forger = await Forger.start(network.url, (path, body) => {
      if (!isProof(path)) return undefined;
      served = forgeries[forgery](body);
      return served;
    });
    await visiting(forger.url, async (visitor) => {
      const { page } = visitor;
      assert.equal((await visitor.check()).result, "failed");
      const coming = page.waitForEvent("download");
      await page.getByRole("link", { name: "Save the evidence" }).click();
      const saved = await coming;
      assert.equal(saved.suggestedFilename(), "centime-failed.trace.json");
      assert.deepEqual(readFileSync(await saved.path()), served);
    });
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

test("another donation's page and proof at this one's address are told of", options, async () => {
  const second = await network.idOf("dec/income-2");
  const [page, proof] = [await network.read(`/d/${second}?lang=en`), await network.read(`/v1/donations/${second}/proof`)];
  for (const forge of [
    (html) => html,
    (html) => html.replace(/(<div id="check"[^>]* data-id=")[^"]*/, "$1zz"),
  ]) {
    const forger = await Forger.start(network.url, (path) => {
      if (isProof(path)) return proof;
      return path.startsWith("/d/") ? Buffer.from(forge(page.toString())) : undefined;
    });
    await expectFailure(forger.url, "page: wrong_donation");
    await forger.stop();
  }
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

// Of the page's first member that was sent some of the gift: its slug, the row's label, the name in it.
const sentTo = (html) =>
  /<tr data-part="underway" data-holder="([^"]*)"[^>]*>.*?<\/svg>(sent to ([^,\n<]*),[^\n<]*)/s.exec(html);

// A pound less of the largest part, and a row more that has it: in the table, the sentence and the bar.
function understated(html) {
  const shown = [...html.matchAll(/<tr data-part="[^>]*data-told="yes".*?<td>([^<]*)<\/td>/gs)];
  const less = (text, by) => text.replace(/[\d,]+(?=\.)/, (whole) =>
    (Number(whole.replaceAll(",", "")) + by).toLocaleString("en-GB"));
  const [largest] = shown.map(([, amount]) => amount).sort((a, b) =>
    parseFloat(b.replaceAll(",", "")) - parseFloat(a.replaceAll(",", "")));
  const row = '<tr data-part="rest" data-holder="" data-told="no" data-places="2"><th class="keyed" scope="row">' +
    `in other places</th><td>${largest.replace(/[\d,.]+/, "1.00")}</td></tr>`;
  return html.replaceAll(largest, less(largest, -1))
    .replace(/(<table class="parts">.*?)(\s*<\/tbody>)/s, `$1${row}$2`)
    .replaceAll(/and ([\d,]+) more places?: ([\d,.]+)/g, (_, places, amount) =>
      `and ${Number(places) + 2} more places: ${less(amount, 1)}`);
}

for (const [lie, failed, forge] of [
  ["a false sentence", "other_words", (html) =>
    html.replace(/<h1>.*?<\/h1>/s, (title) => title.replace(/given:/, "given, all for medicine for children:"))],
  ["a sentence that has all the figures, and another story", "other_words", (html) =>
    html.replace(/<h1>(.*?)<\/h1>/s, (_, told) =>
      `<h1>All was spent on medicine for children (${told.match(/[\d,.]+(\u00a0|&nbsp;)GBP/g).join(" + ")})</h1>`)],
  ["another sentence for who listens to the bar", "other_words", (html) =>
    html.replace(/(<svg class="bar"[^>]*aria-label=")[^"]*/, "$1All was spent")],
  ["a row's label, wherever it stands", "other_words", (html) =>
    html.replaceAll(sentTo(html)[2], "spent with suppliers and recipients")],
  ["a row's label and its kind", "other_figures", (html) =>
    html.replace('data-part="underway"', 'data-part="spent"').replaceAll(sentTo(html)[2], "spent with suppliers and recipients")],
  ["the name of a holder, wherever it stands", "other_words", (html) =>
    html.replaceAll(sentTo(html)[3], "Another Charity")],
  ["a holder for another one", "other_figures", (html) =>
    html.replace(`data-holder="${sentTo(html)[1]}"`, 'data-holder="another-charity"')],
  ["every row, so that none can be compared", "other_words", (html) =>
    html.replaceAll("<tr data-part=", "<tr data-share=").replace(/<h1>.*?<\/h1>/s, "<h1>All was spent well</h1>")],
  ["every row, and not the sentence", "other_words", (html) => html.replaceAll("<tr data-part=", "<tr data-share=")],
  ["rows that are not there, under the sentence of a gift that is not followed", "other_words", (html) =>
    html.replaceAll("<tr data-part=", "<tr data-share=").replace(/<h1>(.*?) given.*?<\/h1>/s, "<h1>$1 given</h1>")],
  ["its block's number too", "other_figures", (html) =>
    html.replace(/data-size="[^"]*"/, 'data-size="x"').replace('data-part="underway"', 'data-part="spent"')],
  ["an earlier block's number, of a log with all that moved the gift", "other_figures", (html) =>
    html.replace(/data-height="[^"]*"/, 'data-height="1"').replace('data-part="underway"', 'data-part="spent"')],
  ["a log from before the gift", "other_figures", (html) =>
    html.replace(/data-size="[^"]*"/, 'data-size="3"').replace('data-part="underway"', 'data-part="spent"')],
  ["less of a part, as if a rest had the difference", "other_figures", understated],
  ["a number of places that leaves none for the sentence", "other_words", (html) =>
    html.replaceAll(/( \u00b7 and [\d,]+ more places?: [\d,.]+(\u00a0|&nbsp;)GBP)/g, "")
      .replaceAll('data-told="no"', 'data-told="no" data-places="0"')],
  ["a row that is not compared by its figures", "other_words", (html) =>
    html.replace(/(<table class="parts">.*?)<tfoot>/s, "$1<tr><th scope=\"row\">spent well</th><td>1.00</td></tr><tfoot>")],
]) {
  test(`a page that forges ${lie} is told of: page: ${failed}`, options, async () => {
    const forger = await Forger.start(network.url, (path, body) => {
      if (!path.startsWith("/d/")) return undefined;
      const html = body.toString();
      const forged = forge(html);
      assert.notEqual(forged, html);
      return Buffer.from(forged);
    });
    await expectFailure(forger.url, `page: ${failed}`);
    await forger.stop();
  });
}

test("what was not compared with the proof is said beside the verdict", options, () =>
  visiting(network.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    const told = await visitor.page.locator(".verified").textContent();
    assert.match(told, /not checked by this are the line with the fund, the day and the channel, its bar, its status, stages and statements, its diagram and the line about the whole fund/);
  }));

test("another member's policy is told of", options, async () => {
  const policy = await other.read("/v1/policy");
  const forger = await Forger.start(network.url, (path) => (path === "/v1/policy" ? policy : undefined));
  await expectFailure(forger.url, "checkpoint: unknown_log");
  await forger.stop();
});

test("a policy that changed since the last visit is told of", options, async () => {
  let swapped;
  const forger = await Forger.start(network.url, (path) => (path === "/v1/policy" ? swapped : undefined));
  await expectFailure(forger.url, "epochs: changed_policy", async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    swapped = await other.read("/v1/policy");
  });
  await forger.stop();
});

// A node that shows the proof of before for as long as `isBehind` says; all else it has of now.
async function laggingNode(isBehind) {
  const proof = await network.read(`/v1/donations/${network.gift}/proof`);
  await network.give("phase-1");
  return Forger.start(network.url, (path) => (isProof(path) && isBehind() ? proof : undefined));
}

test("a node that is behind for a moment is asked again", options, async () => {
  let old = 0;
  const forger = await laggingNode(() => --old >= 0);
  await visiting(forger.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    old = 2;
    const { result, steps } = await visitor.check();
    assert.equal(old, -1, "asked until it showed the newest");
    assert.equal(result, "verified");
    assert.equal(steps.history, "ok");
  });
  await forger.stop();
});

test("a node that proved something and then answers no more has still proved it", options, async () => {
  const proof = await network.read(`/v1/donations/${network.gift}/proof`);
  await network.give("phase-1");
  let asked = 0;
  const forger = await Forger.start(network.url, (path) =>
    (isProof(path) ? (++asked === 1 ? proof : null) : undefined));
  await visiting(forger.url, async (visitor) => {
    visitor.expected = /503/;
    const { result, steps } = await visitor.check();
    assert.ok(asked > 1);
    assert.deepEqual([result, steps.page], ["partly", "skipped"]);
    assert.equal(await visitor.page.locator("[data-result=partly].notice").count(), 1, "not as what is verified");
  });
  await forger.stop();
});

test("a page that is of a later block than its own proof is told of, on a first visit too", options, async () => {
  // What is given to another fund changes no figure of this gift.
  let old = Infinity;
  const forger = await laggingNode(() => --old >= 0);
  for (const [times, expected] of [[Infinity, "partly"], [2, "verified"]]) {
    await visiting(forger.url, async (visitor) => {
      old = times;
      const { result, steps, struck } = await visitor.check();
      assert.equal(result, expected);
      assert.equal(steps.page, expected === "partly" ? "skipped" : "ok");
      assert.equal(struck, 0);
      const told = await visitor.page.locator("[data-step=page]").textContent();
      assert.equal(/What came in between is not proven/.test(told), expected === "partly");
    });
  }
  await forger.stop();
});

test("a node that stays behind is told of, and not called a liar", options, async () => {
  const forger = await laggingNode(() => true);
  await visiting(network.url, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    const head = () => visitor.page.evaluate(() =>
      Object.entries(localStorage).find(([key]) => key.startsWith("centime-head"))[1]);
    const seen = await head();
    // The page's node has gone on since, so that what it is asked for is no longer its newest.
    await network.give("phase-1");
    visitor.asked = [forger.url];
    await visitor.page.fill("#check-node", forger.url);
    const { result, steps, struck } = await visitor.check();
    assert.equal(result, "partly");
    assert.equal(steps.history, "skipped");
    assert.equal(struck, 0);
    assert.match(await visitor.page.locator("[data-step=history]").textContent(), /behind/);
    assert.equal(await head(), seen, "the newest that was seen is remembered");
    assert.deepEqual(await visitor.violations(), []);
    await picture(visitor.page.locator("#check"), "behind");
  });
  await forger.stop();
});

test("an older ledger that can't be compared is told of", options, async () => {
  const proof = await network.read(`/v1/donations/${network.gift}/proof`);
  await network.give("phase-1");
  let isBehind = false;
  const forger = await Forger.start(network.url, (path) => {
    if (isBehind && path.startsWith("/tile/")) return null;
    return isBehind && isProof(path) ? proof : undefined;
  });
  await visiting(forger.url, async (visitor) => {
    visitor.expected = /503/;
    assert.equal((await visitor.check()).result, "verified");
    isBehind = true;
    const { result, steps } = await visitor.check();
    assert.equal(result, "partly");
    assert.equal(steps.history, "skipped");
    assert.match(await visitor.page.locator("[data-step=history]").textContent(), /fewer than.*\/tile\//);
  });
  await forger.stop();
});

test("an older ledger that is no beginning of the one seen before is told of", options, async () => {
  let isBehind = false;
  const forger = await laggingNode(() => isBehind);
  await expectFailure(forger.url, "history: older_log", async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    isBehind = true;
    await visitor.page.evaluate(() => {
      const [key, value] = Object.entries(localStorage).find(([name]) => name.startsWith("centime-head"));
      localStorage.setItem(key, `${value.split(" ")[0]} ${btoa("another root of thirty-two bytes")}`);
    });
  });
  await forger.stop();
});

test("signers that two nodes name while they change are asked for again", options, async () => {
  const policy = await other.read("/v1/policy");
  let old = 2;
  const forger = await Forger.start(network.url, (path) =>
    (path === "/v1/policy" && --old >= 0 ? policy : undefined));
  await visiting(network.url, async (visitor) => {
    visitor.asked = [forger.url];
    await visitor.page.fill("#check-node", forger.url);
    assert.equal((await visitor.check()).result, "verified");
    assert.equal(old, -1);
  });
  await forger.stop();
});

test("a good check takes back what a failed one struck", options, async () => {
  let forgery = forgeries.hidesAnOutflow;
  const forger = await Forger.start(network.url, (path, body) => (isProof(path) ? forgery?.(body) : undefined));
  await visiting(forger.url, async (visitor) => {
    const failed = await visitor.check();
    assert.equal(failed.result, "failed");
    assert.ok(failed.struck > 2);
    forgery = undefined;
    const { result, struck } = await visitor.check();
    assert.equal(result, "verified");
    assert.equal(struck, 0);
  });
  await forger.stop();
});

test("a page from before the gift's last movement is struck where it says otherwise than the proof", options, async () => {
  const gift = await network.give("phase-1");
  const html = await network.read(`/d/${gift}?lang=en`);
  await network.record([{ reference: "early-refund", type: "refund", donation: gift, amount: 40,
    paid_on: "2015-11-02", reason: "Paid twice" }]);
  const forger = await Forger.start(network.url, (path) => (path.startsWith("/d/") ? html : undefined));
  const visitor = await Visitor.arrive(browser);
  try {
    await visitor.page.goto(`${forger.url}/d/${gift}?lang=en`);
    // It was true of the log that it names, or is a lie: nobody signs a page.
    const { result, steps } = await visitor.check();
    assert.equal(result, "partly");
    assert.equal(steps.page, "skipped");
    const struck = (selector) => visitor.page.locator(selector).evaluateAll((figures) =>
      figures.map((figure) => figure.classList.contains("struck")));
    for (const part of ["tr[data-part] td", "h1", ".bar", ".flow svg"]) {
      assert.equal((await struck(part)).includes(false), false, part);
    }
    assert.deepEqual(await struck("tr[data-sum] td"), [false], "what agrees stands");
    assert.match(await visitor.page.locator("[data-step=page]").textContent(), /is struck\. Reload the page/);
    await picture(visitor.page, "partly-page");
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
    await forger.stop();
  }
});

test("an earlier page whose figures have not changed since agrees", options, async () => {
  const html = await network.read(`/d/${network.gift}?lang=en`);
  await network.give("phase-1");
  const forger = await Forger.start(network.url, (path) => (path.startsWith("/d/") ? html : undefined));
  await visiting(forger.url, async (visitor) => {
    const { result, struck } = await visitor.check();
    assert.equal(result, "verified");
    assert.equal(struck, 0);
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
    // As it stands in the address bar of one of its pages, too.
    for (const page of ["/?lang=fr", "/verify#main", `/d/${network.gift}`, ""]) {
      await visitor.page.fill("#check-node", address + page);
      assert.equal((await visitor.check()).result, "verified", page);
    }
    assert.ok(visitor.requests.includes(`${address}/v1/donations/${network.gift}/proof`));
    // A node of another network names other signers.
    await visitor.page.fill("#check-node", other.url);
    assert.equal((await visitor.check()).failed, "policy: other_policy");
  }));

test("a node that says a byte now and then has not answered", options, async () => {
  const policy = await network.read("/v1/policy");
  let told = 0;
  const slow = createServer((request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (request.url === "/v1/policy") return response.end(policy);
    const timer = setInterval(() => (++told, response.write(" ")), 20);
    return response.on("close", () => clearInterval(timer));
  });
  await new Promise((listening) => slow.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${slow.address().port}`;
  await visiting(network.url, async (visitor) => {
    const { page } = visitor;
    visitor.asked = [url];
    visitor.expected = /ERR_|Failed to load/;
    // Its two minutes pass a hundred times as fast.
    await page.evaluate(() => {
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (time) => timeout.call(AbortSignal, time / 100);
    });
    await page.fill("#check-node", url);
    assert.equal((await visitor.check()).result, "stopped");
    assert.ok(told > 0);
    assert.match(await page.locator("[data-result]").textContent(), /There is no answer from/);
    assert.equal(await page.locator("#check button[type=submit]").isEnabled(), true);
  });
  slow.closeAllConnections();
  slow.close();
});

test("an address that is none is not asked", options, () =>
  visiting(network.url, async (visitor) => {
    const { page } = visitor;
    await page.fill("#check-node", "javascript:alert(1)");
    await page.locator("#check button[type=submit]").click();
    assert.equal(await page.locator("#check-node:invalid").count(), 1);
    assert.equal(await page.locator("[data-step]").count(), 0);
    // An address without a scheme is one: what was found before is gone while it is asked.
    await page.locator("input[value=here]").check();
    assert.equal((await visitor.check()).result, "verified");
    await page.fill("#check-node", "https://");
    await page.locator("#check button[type=submit]").click();
    assert.equal(await page.locator("#check-node:invalid").count(), 1);
    assert.equal(await page.locator("[data-step], [data-result]").count(), 0);
    assert.equal(await page.locator("#check [role=status]").textContent(), "");
    await page.fill("#check-node", " " + network.url.replace("http://", ""));
    assert.equal((await visitor.check()).result, "verified");
    await page.fill("#check-node", "http://127.0.0.1:9/");
    visitor.expected = /ERR_|Failed to load/;
    visitor.asked = ["http://127.0.0.1:9"];
    const { result } = await visitor.check();
    assert.equal(result, "stopped");
    assert.deepEqual(await visitor.violations(), []);
  }));

test("without WebCrypto the fallback is loaded, and agrees", options, async () => {
  const url = network.url.replace("127.0.0.1", "ledger.test");
  await visiting(url, async (visitor) => {
    assert.equal(await visitor.page.evaluate(() => window.isSecureContext), false);
    assert.equal((await visitor.check()).result, "verified");
    assert.ok(visitor.requests.some((request) => request.includes("check-noble")));
    assert.deepEqual(await visitor.violations(), []);
    await picture(visitor.page.locator("#check"), "insecure");
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
    assert.equal(Object.keys(whole.steps).length, 11);
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
  const drop = (...both) => page.evaluate(([policy, bundle]) => {
    const data = new DataTransfer();
    data.items.add(new File([policy], "policy.txt"));
    data.items.add(new File([bundle], "gift.trace.json"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, both);
  await drop(...files);
  assert.equal((await visitor.outcome()).result, "verified");
  // What is named is what was checked, by whichever way it came and in whichever language.
  assert.equal(await page.locator("#bundle-hint").textContent(), "gift.trace.json");
  await page.locator("nav [lang=fr]").click();
  assert.equal(await page.locator("#bundle-hint").textContent(), "gift.trace.json");
  writeFileSync(network.path("chosen.trace.json"), files[1]);
  await page.setInputFiles("#bundle", network.path("chosen.trace.json"));
  assert.equal((await visitor.outcome()).result, "verified");
  assert.notEqual(await page.locator("#bundle-hint").textContent(), "gift.trace.json");
  await drop(...files);
  // A dropped file is not the chosen one.
  await page.waitForFunction(() => document.querySelector("#bundle").value === "");
  assert.deepEqual(visitor.faults, []);
  await visitor.leave();
});

test("the page that checks takes a saved proof, by keyboard or dropped, and names the step that fails",
  options, async () => {
    const proof = await network.read(`/v1/donations/${network.gift}/proof`);
    writeFileSync(network.path("saved.trace.json"), proof);
    writeFileSync(network.path("lied.trace.json"), forgeries.hidesAnOutflow(proof));
    writeFileSync(network.path("others.txt"), await other.read("/v1/policy"));
    for (const [name, view] of [["wide", {}],
      ["narrow-dark", { viewport: { width: 320, height: 640 }, colorScheme: "dark" }]]) {
      const visitor = await Visitor.arrive(browser, view);
      const { page } = visitor;
      await page.goto(`${network.url}/verify?lang=en`);
      await page.locator("#check-file").waitFor();
      await picture(page, `verify-file-${name}`);
      const button = page.locator("#check-file [type=submit]");
      const outcome = async () => {
        await page.locator("#check-file [type=submit]:enabled").waitFor();
        return visitor.outcome();
      };
      await button.click();
      assert.equal((await outcome()).result, "stopped");
      await page.setInputFiles("#check-bundle", network.path("saved.trace.json"));
      // From the choice of the file on with the keyboard alone.
      await page.locator("#check-bundle").focus();
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.id), "check-policy");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("[data-result=verified]"));
      const whole = await outcome();
      assert.equal(Object.keys(whole.steps).length, 11);
      const policy = (await page.locator("#check-file .result .whole").textContent()).replaceAll(" ", "");
      assert.equal(policy,
        createHash("sha256").update(await network.read("/v1/policy")).digest("hex"));
      assert.deepEqual(await visitor.violations("best-practice"), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= page.viewportSize().width, `${wide} px`);
      await picture(page, `verify-file-verified-${name}`);

      await page.setInputFiles("#check-bundle", network.path("lied.trace.json"));
      assert.equal(await page.locator("[data-result], [data-step]").count(), 0, "of the file before");
      await button.click();
      assert.equal((await outcome()).failed, "path: units_unaccounted");
      await picture(page, `verify-file-failed-${name}`);
      await page.setInputFiles("#check-policy", network.path("others.txt"));
      await page.setInputFiles("#check-bundle", network.path("saved.trace.json"));
      await button.click();
      assert.equal((await outcome()).failed, "checkpoint: unknown_log");

      const drop = (text, file) => page.evaluate(([content, named]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], named));
        document.body.dispatchEvent(
          new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      }, [text, file]);
      await drop((await network.read("/v1/policy")).toString(), "policy.txt");
      await page.getByText("policy.txt", { exact: true }).waitFor();
      await drop(proof.toString(), "dropped.trace.json");
      await page.waitForFunction(() => document.querySelector("[data-result=verified]"));
      assert.equal(await page.locator("#check-bundle-dropped").textContent(), "dropped.trace.json");
      assert.deepEqual(visitor.faults, []);
      assert.deepEqual(visitor.requests.filter((url) =>
        !url.startsWith(network.url + "/") && !url.startsWith("blob:")), []);
      await visitor.leave();
    }
  });

// Of the others every.test.mjs says it.
test("pages around a check are without a violation of WCAG 2.2 AA, light, dark and narrow", options, async () => {
  for (const view of [{}, { colorScheme: "dark" }, { viewport: { width: 320, height: 640 } }]) {
    const visitor = await Visitor.arrive(browser, view);
    for (const path of ["/", "/f/phase-1", "/m/dec", `/d/${network.gift}`, "/verify.html"]) {
      await visitor.page.goto(network.url + path);
      assert.deepEqual(await visitor.violations(), [], path);
    }
    assert.deepEqual(visitor.faults.filter((fault) => !/404/.test(fault)), []);
    assert.deepEqual(visitor.requests.filter((url) => !url.startsWith(network.url)), []);
    await visitor.leave();
  }
});

for (const [locale, heading] of [["fr-FR", "Vérifier une preuve"], ["es-ES", "Comprobar una prueba"]]) {
  test(`the one file and a refusal are without a violation in ${locale}`, options, async () => {
    for (const view of [{}, { colorScheme: "dark" }, { viewport: { width: 320, height: 640 } }]) {
      const visitor = await Visitor.arrive(browser, { ...view, locale });
      const { page } = visitor;
      for (const path of ["/verify.html", "/nowhere", "/d/0123456789abcdef", "/f/nowhere"]) {
        await page.goto(network.url + path);
        if (path === "/verify.html") assert.equal(await page.locator("h1").textContent(), heading);
        assert.deepEqual(await visitor.violations(), [], path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= page.viewportSize().width, `${path}: ${wide} px`);
      }
      await visitor.leave();
    }
  });
}

// Of what a check brings over the wire without TLS, where browsers take no Brotli; words come on top,
// once a language.
const budgets = {
  verdict: 10_050, fallback: 20_000, later: 1_500, words: 4_600, live: 1_500, epochs: 3_200,
  html: firstPageMax,
};

test("the page and its scripts keep their budgets", options, async () => {
  const sizes = {};
  const address = network.url.replace("127.0.0.1", "ledger.test");
  // The second visit to a ledger that goes on, over plain HTTP, loads every script there is.
  await visiting(address, async (visitor) => {
    assert.equal((await visitor.check()).result, "verified");
    await network.give("phase-1");
    await visitor.page.reload();
    const { result, steps } = await visitor.check();
    assert.deepEqual([result, steps.history], ["verified", "ok"]);
    for (const request of new Set(visitor.requests)) {
      const [, name] = /\/assets\/([\w.-]+)\.[0-9a-f]{16}\.js$/.exec(request) ?? [];
      if (!name) continue;
      const { pathname } = new URL(request);
      sizes[name] = await network.transferred(pathname);
      assert.ok(await network.transferred(pathname, "gzip, br") < sizes[name], name);
    }
  });
  console.log(sizes);
  const { "check.en": words, live, zoom, ...scripts } = sizes; // zoom.test.mjs weighs that.
  const sum = (...names) => names.reduce((all, name) => all + scripts[name], 0);
  // No script but these: what decides, what tells, what only a later visit or an old browser needs.
  assert.deepEqual(Object.keys(scripts).sort(),
    ["check", "check-history", "check-noble", "check-result", "check-run"]);
  assert.ok(sum("check", "check-run") <= budgets.verdict, "all up to the verdict");
  const first = Object.keys(scripts).filter((name) => name !== "check-history");
  assert.ok(sum(...first) <= budgets.fallback, "all of a first check, with the fallback");
  assert.ok(sum("check-history") <= budgets.later, "what only a later visit needs, or a late node");
  const transferredOf = async (name) => {
    const script = readFileSync(join(process.env.CENTIME_WEB, "assets", `${name}.js`));
    const hash = createHash("sha256").update(script).digest("hex").slice(0, 16);
    return network.transferred(`/assets/${name}.${hash}.js`);
  };
  assert.equal(await transferredOf("check.en"), words);
  for (const language of ["en", "fr", "es"]) {
    const size = await transferredOf(`check.${language}`);
    assert.ok(size <= budgets.words, `the words of ${language}: ${size}`);
  }
  assert.ok(await transferredOf("check-epochs") <= budgets.epochs, "what follows the validators");
  assert.ok(live <= budgets.live, "what tells of news");
  assert.ok(await network.transferred(`/d/${network.gift}`) <= budgets.html, "html");
});

// The score that browsers give: what moved without the reader having asked for it.
const shiftOf = (page) => page.evaluate(() => new Promise((resolve) => {
  let score = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) score += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(score), 500);
}));

for (const [name, view] of [["wide", {}], ["narrow", { viewport: { width: 320, height: 640 } }]]) {
  test(`nothing on a page moves by itself, ${name}`, options, () =>
    visiting(network.url, async ({ page }) => {
      for (const path of ["/", "/f/phase-1", `/d/${network.gift}`, "/verify.html"]) {
        await page.goto(network.url + path);
        const score = await shiftOf(page);
        assert.ok(score <= 0.02, `${path}: ${score}`);
      }
    }, view));
}
