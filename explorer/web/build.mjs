// Bundles the explorer's scripts: node build.mjs SCHEMA.json OUTPUT
//
// OUTPUT/assets/check.js           offers a check on a donation's page
//               live.js            tells of new entries
//               check-run.js       the verifier, loaded when the reader asks for the check
//               check-noble.js     for browsers without WebCrypto, loaded by it
//               check.<lang>.js    the words that it needs, from the catalogues
//               verify.html        all of it in one file, which works without a server
// OUTPUT/verifier.mjs            the verifier by itself, for the tests under node
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [schemaFile, output] = process.argv.slice(2).map((path) => resolve(path));
const assets = join(output, "assets");
mkdirSync(assets, { recursive: true });

// The words of the verifier: its own, and how the language writes figures and days.
const isWanted = (key) => /^(check|number|month|kind)_|^(part_(?!rest|now)|date$|instant$|colon$|language_name$|sum$|record$)/.test(key);
const templates = join(here, "..", "templates");
const words = {};
for (const file of readdirSync(templates).sort()) {
  const language = /^text\.(\w+)\.json$/.exec(file)?.[1];
  if (!language) continue;
  const all = JSON.parse(readFileSync(join(templates, file), "utf8"));
  words[language] = Object.fromEntries(Object.entries(all).filter(([key]) => isWanted(key)));
  writeFileSync(join(assets, `check.${language}.js`),
    `export default ${JSON.stringify(words[language])};\n`);
}

// Of a format its first word names the grammar; the rest is for people.
const schema = readFileSync(schemaFile, "utf8").replace(/("format":"\w+)[^"]*"/g, '$1"');
const generated = {
  "centime:schema": schema,
  "centime:words": JSON.stringify(words),
};
const plugin = {
  name: "generated",
  setup(builder) {
    builder.onResolve({ filter: /^centime:/ }, ({ path }) => ({ path, namespace: "centime" }));
    builder.onLoad({ filter: /.*/, namespace: "centime" }, ({ path }) => ({
      contents: generated[path],
      loader: "json",
    }));
  },
};

async function bundle(source, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, "src", source)],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: ["es2021"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    plugins: [plugin],
    ...options,
  });
  return outputFiles[0].text;
}

writeFileSync(join(assets, "check.js"), await bundle("page.ts"));
writeFileSync(join(assets, "live.js"), await bundle("live.ts"));
writeFileSync(join(assets, "check-run.js"), await bundle("run.ts"));
writeFileSync(join(assets, "check-noble.js"), await bundle("noble.ts"));
writeFileSync(join(output, "verifier.mjs"), await bundle("verifier.ts", { minify: false }));

// A script inside HTML ends at the first "</script", wherever that stands.
const script = (await bundle("offline.ts", { format: "iife" })).replaceAll("</script", "<\\/script");
const style = (readFileSync(join(here, "..", "assets", "style.css"), "utf8")).trim();
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const values = { POLICY: policy, STYLE: style, SCRIPT: script };
const page = readFileSync(join(here, "src", "offline.html"), "utf8");
writeFileSync(join(assets, "verify.html"), page.replace(/@(\w+)@/g, (_, name) => values[name]));
