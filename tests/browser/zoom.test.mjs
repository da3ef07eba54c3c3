// Flow diagrams are made larger and smaller, by whatever the reader has at hand.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { started } from "./started.mjs";
import { skip, Visitor } from "./visitor.mjs";

const options = { skip, timeout: 120_000 };
const pictures = process.env.CENTIME_SCREENSHOTS;
const scriptMax = 1_500; // Bytes of zoom.js over the wire, gzip.
let network, browser;
started((own) => ({ network, browser } = own));

// Visits the page, has its diagram in view, does `visit`, and finds nothing that should not happen.
async function visiting(path, visit, { language = "en", ...context } = {}) {
  const visitor = await Visitor.arrive(browser, context);
  try {
    const { page } = visitor;
    await page.goto(`${network.url}${path}?lang=${language}`);
    await page.locator(".flow").first().scrollIntoViewIfNeeded();
    await visit(visitor, page);
    assert.deepEqual(visitor.faults, []);
  } finally {
    await visitor.leave();
  }
}

const gift = () => `/d/${network.gift}`;

// Of the diagram that is shown: the picture, and the frame that it is seen through.
const seen = (page) => page.locator(".flow").first().evaluate((frame) => {
  const picture = [...frame.querySelectorAll("svg")].find((svg) => svg.checkVisibility());
  const { left, top, width, height } = picture.getBoundingClientRect();
  const { width: drawn } = picture.viewBox.baseVal;
  return { left, top, width, height, zoom: width / drawn, frame: frame.clientWidth,
    moved: frame.scrollLeft, room: innerHeight };
});
const isNear = (value, expected, what, by = 0.01) =>
  assert.ok(Math.abs(value - expected) <= by, `${what}: ${value}, not ${expected}`);
const barOf = (page) => page.locator(".zoom").first();
const ended = (page) => barOf(page).locator("button").evaluateAll((all) =>
  all.map((button) => button.getAttribute("aria-disabled") === "true"));

const names = {
  en: ["Size of the diagram", "Larger", "Smaller", "Whole"],
  fr: ["Taille du diagramme", "Plus grand", "Plus petit", "Entier"],
  es: ["Tamaño del diagrama", "Más grande", "Más pequeño", "Entero"],
};
for (const [language, [group, larger, smaller, whole]] of Object.entries(names)) {
  for (const [place, path] of Object.entries({ gift, fund: () => "/f/phase-1" })) {
    test(`buttons of a ${place}'s diagram in ${language}`, options, () =>
      visiting(path(), async (visitor, page) => {
        const bar = page.getByRole("group", { name: new RegExp(`^${group}`) }).first();
        // One that would change nothing can be pressed all the same.
        const press = (name) => bar.getByRole("button", { name, exact: true }).click({ force: true });
        isNear((await seen(page)).zoom, 1, "as it came");
        await press(larger);
        isNear((await seen(page)).zoom, Math.SQRT2, "larger");
        await press(larger);
        isNear((await seen(page)).zoom, 2, "larger again");
        assert.deepEqual(await visitor.violations("best-practice"), []);
        await press(smaller);
        isNear((await seen(page)).zoom, Math.SQRT2, "smaller");
        await press(whole);
        const { zoom, width, height, frame, room } = await seen(page);
        assert.ok(zoom <= 1 && width <= frame + 1 && height <= room + 1, "not all of it is in view");
        assert.deepEqual(await ended(page), [false, true, true]);
        for (let i = 0; i < 8; ++i) await press(larger);
        isNear((await seen(page)).zoom, 4, "the largest");
        assert.deepEqual(await ended(page), [true, false, false]);
        assert.deepEqual(await visitor.violations("best-practice"), []);
      }, { language }));
  }
}

const screens = {
  light: {},
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 } },
  "narrow-french": { viewport: { width: 320, height: 640 }, language: "fr" },
  contrast: { forcedColors: "active" },
};
for (const [screen, context] of Object.entries(screens)) {
  test(`${screen}: a larger diagram stays in its frame`, options, () =>
    visiting(gift(), async (visitor, page) => {
      for (let i = 0; i < 3; ++i) await barOf(page).locator("button").first().click();
      const { width, frame } = await seen(page);
      assert.ok(width > frame, "it is wider than its frame");
      const wide = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "the page scrolls sideways");
      assert.deepEqual(await visitor.violations("best-practice"), []);
      if (!pictures) return;
      mkdirSync(pictures, { recursive: true });
      await barOf(page).evaluate((bar) => bar.scrollIntoView());
      await page.screenshot({ path: join(pictures, `zoom-${screen}.png`) });
    }, context));
}

test("keys turn it while it has the focus, and arrows pan", options, () =>
  visiting(gift(), async (visitor, page) => {
    const press = async (key) => {
      await page.keyboard.press(key);
      return (await seen(page)).zoom;
    };
    isNear(await press("+"), 1, "without the focus");
    await page.locator(".flow").first().focus();
    isNear(await press("+"), Math.SQRT2, "+");
    isNear(await press("="), 2, "= is + without shift");
    isNear(await press("-"), Math.SQRT2, "-");
    isNear(await press("Control+="), Math.SQRT2, "ctrl and + are the browser's");
    const { moved } = await seen(page);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((before) => document.querySelector(".flow").scrollLeft > before, moved);
    const down = await page.evaluate(() => scrollY);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((before) => scrollY > before, down);
    assert.ok(await press("0") <= 1, "0 is the whole");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.closest(".flow")), null, "no trap");
  }));

test("what would change nothing depends on how wide the window is", options, () =>
  visiting(gift(), async (_, page) => {
    assert.deepEqual(await ended(page), [false, true, true]);
    await page.setViewportSize({ width: 700, height: 300 });
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".zoom button")].slice(1, 3).every((one) => one.ariaDisabled === "false"));
    await page.setViewportSize({ width: 1280, height: 1000 });
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".zoom button")].slice(1, 3).every((one) => one.ariaDisabled === "true"));
  }, { viewport: { width: 1280, height: 1000 } }));

test("ctrl and the wheel turn it about the pointer, the wheel alone scrolls the page", options, () =>
  visiting(gift(), async (visitor, page) => {
    await page.locator(".flow").first().evaluate((frame) => frame.scrollIntoView());
    const before = await seen(page);
    const [x, y] = [before.left + before.frame * 0.7, before.top + 200];
    await page.mouse.move(x, y);
    await page.keyboard.down("Control");
    for (let i = 0; i < 2; ++i) await page.mouse.wheel(0, -100);
    await page.waitForFunction(() => document.querySelector(".flow.larger svg.wide").clientWidth >
      1.9 * document.querySelector(".flow svg.wide").viewBox.baseVal.width);
    await page.keyboard.up("Control");
    const after = await seen(page);
    isNear(after.zoom, 2, "two turns");
    isNear((x - after.left) / after.width, (x - before.left) / before.width, "the point, sideways");
    isNear((y - after.top) / after.height, (y - before.top) / before.height, "the point, downwards");
    const down = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, 100);
    await page.waitForFunction((was) => scrollY >= was + 100, down);
    isNear((await seen(page)).zoom, 2, "the wheel alone");
    assert.equal(await page.locator(".flow").first().evaluate((frame) => frame.scrollTop), 0);
  }));

test("two fingers turn it, one scrolls the page", options, () =>
  visiting(gift(), async (visitor, page) => {
    const devtools = await visitor.context.newCDPSession(page);
    const touch = (type, ...points) => devtools.send("Input.dispatchTouchEvent",
      { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    await page.locator(".flow").first().evaluate((frame) => frame.scrollIntoView());
    await touch("touchStart", [120, 200], [180, 200]);
    for (let i = 1; i <= 6; ++i) await touch("touchMove", [120 - 5 * i, 200], [180 + 5 * i, 200]);
    await touch("touchEnd");
    isNear((await seen(page)).zoom, 120 / 70, "spread from 70, the first that was told, to 120 pixels", 0.3);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1, "the page stays as it is");
    const { zoom } = await seen(page);
    const down = await page.evaluate(() => scrollY);
    await touch("touchStart", [150, 400]);
    for (let i = 1; i <= 6; ++i) await touch("touchMove", [150, 400 - 30 * i]);
    await touch("touchEnd");
    await page.waitForFunction((was) => scrollY > was + 50, down);
    isNear((await seen(page)).zoom, zoom, "one finger");
  }, { hasTouch: true, isMobile: true, viewport: { width: 320, height: 640 } }));

test("on paper the whole of it is there, and no buttons", options, () =>
  visiting(gift(), async (visitor, page) => {
    for (let i = 0; i < 4; ++i) await barOf(page).locator("button").first().click();
    await page.emulateMedia({ media: "print" });
    const { width, frame } = await seen(page);
    assert.ok(width <= frame + 1, `${width} of ${frame} px`);
    assert.equal(await barOf(page).isVisible(), false);
  }));

test("without scripts nothing of it is seen, and no room is kept for it", options, () =>
  visiting(gift(), async (visitor, page) => {
    assert.ok(await page.locator(".zoom").count() > 0);
    for (const bar of await page.locator(".zoom").all()) {
      assert.equal(await bar.isVisible(), false);
      assert.equal(await bar.evaluate((one) => one.offsetHeight), 0);
    }
  }, { javaScriptEnabled: false }));

test("the script is small, and only where there is a diagram", options, () =>
  visiting(gift(), async (visitor, page) => {
    const isZoom = (url) => /\/assets\/zoom\.[0-9a-f]{16}\.js$/.test(url);
    const [script] = visitor.requests.filter(isZoom);
    const bytes = await network.transferred(new URL(script).pathname);
    console.log({ bytes });
    assert.ok(bytes <= scriptMax, `${bytes} bytes`);
    visitor.requests.length = 0;
    await page.goto(`${network.url}/funds`, { waitUntil: "load" });
    assert.deepEqual(visitor.requests.filter(isZoom), []);
  }));
