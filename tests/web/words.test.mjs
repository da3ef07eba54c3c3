// The catalogues have every word that the scripts say, and none that nothing says.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const explorer = join(process.env.CENTIME_SOURCE_DIR, "explorer");
const { steps } = await import(join(process.env.CENTIME_WEB, "verifier.mjs"));

const texts = (folder, extension) => readdirSync(join(explorer, folder))
  .filter((name) => name.endsWith(extension))
  .map((name) => readFileSync(join(explorer, folder, name), "utf8")).join("\n");
const scripts = texts("web/src", ".ts");
const templates = texts("templates", ".html");
const english = JSON.parse(readFileSync(join(explorer, "templates", "text.en.json"), "utf8"));

const found = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

// What a script says by its name, whole.
const byName = found(scripts, /words\.check\("(\w+)"/g).map((word) => `check_${word}`);

const said = new Set([
  ...byName,
  ...found(templates, /\{\{t_(check_\w+)\}\}/g),
  ...[...steps, "policy", "bundle", "history", "page"].map((step) => `check_step_${step}`),
  ...["waiting", "ok", "first", "skipped", "failed"].map((state) => `check_state_${state}`),
  ...["verified", "partly"].flatMap((key) => [`check_${key}`, `check_${key}_first`]),
  "check_no_answer", "check_no_answer_why", "check_policy_first", "check_history_first",
  // Of the result, in groups: sentences("proves", "signed", ...).
  ...[...scripts.matchAll(/\.\.\.sentences\(([^)]*)\)/g)].flatMap(([, list]) => {
    const [group, ...names] = found(list, /"(\w+)"/g);
    return [`check_${group}`, ...names.map((name) => `check_${group}_${name}`)];
  }),
  ...["policy", "bundle"].flatMap((kind) => [`check_offline_${kind}`, `check_offline_${kind}_hint`]),
  // Of faults: the union in fault.ts.
  ...found(/type Word =([^;]*);/.exec(scripts)[1], /"(\w+)"/g).map((word) => `check_word_${word}`),
]);

test("every word that is said is there, and every word that is there is said", () => {
  for (const key of Object.keys(english).filter((name) => name.startsWith("check_"))) {
    assert.ok(said.has(key), `nothing says ${key}`);
  }
  for (const key of said) assert.ok(key in english, `no ${key}`);
});
