// Bundles the explorer's scripts: node build.mjs SCHEMA.json OUTPUT
//
// OUTPUT/assets/check.js           offers a check on a donation's page
//               live.js            tells of new entries
//               zoom.js            makes diagrams larger and smaller
//               check-run.js       the verifier, loaded when the reader asks for the check
//               check-result.js    what a proof says in words, loaded by it
//               check-history.js   compares the log with that of the last visit, if any
//               check-epochs.js    follows the validators' changes, when there were some
//               check-noble.js     for browsers without WebCrypto, loaded by it
//               check-file.js      checks a saved proof on /verify; loads result, epochs and noble
//               check.<lang>.js    the words that it needs, from the catalogues
//               verify.html        all of it in one file, which works without a server
// OUTPUT/verifier.mjs            the verifier by itself, for the tests under node
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { minify } from "terser";

import { writeReaders } from "./readers.mjs";
import { shortNames } from "./short_names.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [schemaFile, output] = process.argv.slice(2).map((path) => resolve(path));
const assets = join(output, "assets");
mkdirSync(assets, { recursive: true });

const { exponents, epoch_link, ...types } = JSON.parse(readFileSync(schemaFile, "utf8"));

// The words of the verifier: its own, those of a gift's sentence and table, which it makes anew, and
// how the language writes figures and days. And the places of a currency's minor unit, where they are
// not two.
const places = Object.entries(exponents).map(([currency, count]) => [`places_${currency}`, `${count}`]);
const isWanted = (key) => /^(check|number|month|kind|part)_|^(column_[pa]|answer|where_title$|date|instant$|colon$|language_name$|sum$|record$)/.test(key);
const templates = join(here, "..", "templates");
const words = {};
for (const file of readdirSync(templates).sort()) {
  const language = /^text\.(\w+)\.json$/.exec(file)?.[1];
  if (!language) continue;
  const all = JSON.parse(readFileSync(join(templates, file), "utf8"));
  const wanted = Object.entries(all).filter(([key]) => isWanted(key));
  words[language] = Object.fromEntries([...wanted, ...places]);
  writeFileSync(join(assets, `check.${language}.js`),
    `export default ${JSON.stringify(words[language])};\n`);
}

const sources = join(here, "src");
const looksAt = (file) => readFileSync(join(sources, file), "utf8");
const generated = {
  "centime:readers": { contents: writeReaders(types, looksAt("ledger.ts")), loader: "js" },
  "centime:link-reader": {
    contents: writeReaders({ epoch_link }, looksAt("epochs.ts")),
    loader: "js",
  },
  "centime:words": { contents: JSON.stringify(words), loader: "json" },
};
const plugin = {
  name: "generated",
  setup(builder) {
    builder.onResolve({ filter: /^centime:/ }, ({ path }) => ({ path, namespace: "centime" }));
    builder.onLoad({ filter: /.*/, namespace: "centime" }, ({ path }) => ({
      ...generated[path],
      resolveDir: sources,
    }));
  },
};

// The same in all bundles, for they hand objects to each other.
const templateFiles = readdirSync(templates).filter((file) => file.endsWith(".html"));
const attributes = templateFiles.flatMap((file) =>
  readFileSync(join(templates, file), "utf8").match(/data-\w+/g) ?? []);
const scripts = readdirSync(sources).map((file) => readFileSync(join(sources, file), "utf8"));
const mangleCache = shortNames([...attributes, ...Object.values(words).flatMap(Object.values)], scripts);
const mangleProps = new RegExp(`^(${Object.keys(mangleCache).join("|")})$`);

async function bundle(source, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(sources, source)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["es2021"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    plugins: [plugin],
    mangleProps,
    mangleCache,
    ...options,
  });
  // "Unsafe" for who calls functions with `new`, compares what is no number, or has an Error, RegExp
  // or String of its own.
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    compress: {
      passes: 5,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_comps: true,
    },
    format: { comments: false },
  });
  return `${code}\n`;
}

const hash = (text, form) => createHash("sha256").update(text).digest(form);

// The script's address, as explorer/static_files.cpp makes it.
async function write(name, source) {
  const script = await bundle(source);
  writeFileSync(join(assets, `${name}.js`), script);
  return `/assets/${name}.${hash(script, "hex").slice(0, 16)}.js`;
}

await write("check", "page.ts");
await write("live", "live.ts");
await write("zoom", "zoom.ts");
await write("check-noble", "noble.ts");
const urls = {
  resultUrl: await write("check-result", "result.ts"),
  historyUrl: await write("check-history", "history.ts"),
  epochsUrl: await write("check-epochs", "epochs.ts"),
};
generated["centime:parts"] = { contents: JSON.stringify(urls), loader: "json" };
await write("check-run", "run.ts");
await write("check-file", "file_page.ts");
writeFileSync(join(output, "verifier.mjs"), await bundle("verifier.ts"));

// A script inside HTML ends at the first "</script", wherever that stands.
const script = (await bundle("offline.ts", { format: "iife" })).replaceAll("</script", "<\\/script");
const style = (readFileSync(join(here, "..", "assets", "style.css"), "utf8")).trim();
const policy = [
  "default-src 'none'",
  `script-src 'sha256-${hash(script, "base64")}'`,
  `style-src 'sha256-${hash(style, "base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const values = { POLICY: policy, STYLE: style, SCRIPT: script };
const page = readFileSync(join(here, "src", "offline.html"), "utf8");
writeFileSync(join(assets, "verify.html"), page.replace(/@(\w+)@/g, (_, name) => values[name]));
