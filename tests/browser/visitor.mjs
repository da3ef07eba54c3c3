// A visitor in Debian's Chromium, with a fresh profile, who notes whatever should not happen.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const web = createRequire(join(process.env.CENTIME_SOURCE_DIR, "explorer", "web", "package.json"));
const { chromium } = web("playwright-core");
const axe = web.resolve("axe-core/axe.min.js");
const program = "/usr/bin/chromium";

export const skip = existsSync(program) ? false : `there is no ${program}`;

// Pages of the browser's own that it would load into processes of their own for each window, for an
// address bar that nobody sees: more than a second of a core. And those of playwright's list that
// count here, as only the last list counts.
const without = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
  "AvoidUnnecessaryBeforeUnloadCheckSync", "BoundaryEventDispatchTracksNodeRemoval",
  "DestroyProfileOnBrowserClose", "HttpsUpgrades", "MediaRouter", "OptimizationHints", "PaintHolding",
  "RenderDocument", "ThirdPartyStoragePartitioning", "Translate"];

export async function launch(...more) {
  return chromium.launch({
    executablePath: program,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage", `--disable-features=${without}`, ...more],
  });
}

export class Visitor {
  static async arrive(browser, options = {}) {
    const visitor = new Visitor();
    visitor.context = await browser.newContext({ locale: "en-GB", ...options });
    visitor.page = await visitor.context.newPage();
    visitor.faults = [];
    visitor.requests = [];
    const { page, faults } = visitor;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => visitor.requests.push(request.url()));
    if (options.javaScriptEnabled !== false) {
      await page.exposeFunction("noteViolation", (text) => faults.push(text));
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) =>
          window.noteViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
      });
    }
    return visitor;
  }

  // Presses the button; what came of it.
  async check() {
    const { page } = this;
    await page.locator("#check button[type=submit]").click();
    await page.locator("#check button[type=submit]:enabled").waitFor();
    return this.outcome();
  }

  async outcome() {
    const { page } = this;
    const result = page.locator("[data-result]");
    await result.waitFor({ timeout: 60_000 }).catch(async () => {
      throw new Error(`no result: ${await page.locator("[role=status]").textContent()}\n${this.faults}`);
    });
    const rows = await page.locator("[data-step]").evaluateAll((items) =>
      items.map((item) => [item.dataset.step, item.dataset.state]));
    const failed = await page.locator("[data-result=failed] code").allTextContents();
    return {
      result: await result.getAttribute("data-result"),
      steps: Object.fromEntries(rows),
      failed: failed[0],
      struck: await page.locator(".struck").count(),
    };
  }

  // WCAG 2.2 AA by axe, and other rules; the names of what is violated, with where.
  violations(...more) {
    return this.ask(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", ...more]);
  }

  // The same, of the rules alone that look at colours.
  violationsOfColours() {
    return this.ask({ type: "rule", values: ["color-contrast", "link-in-text-block"] });
  }

  async ask(runOnly) {
    if (!await this.page.evaluate(() => "axe" in window)) await this.page.evaluate(await axeSource());
    const { violations } = await this.page.evaluate((rules) =>
      // What passes is of no interest, and telling of it is a fifth of the time.
      window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }), runOnly);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  }

  // What was noted so far.
  forget() {
    this.faults.length = this.requests.length = 0;
  }

  async leave() {
    await this.context.close();
  }
}

let source;
async function axeSource() {
  source ??= await (await import("node:fs/promises")).readFile(axe, "utf8");
  return source;
}
