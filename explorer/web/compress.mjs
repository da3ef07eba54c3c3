// Compresses files as well as it goes: node compress.mjs OUTPUT FILE...
//
// Each becomes OUTPUT/<name>.gz, by zopfli, and OUTPUT/<name>.br. They are read by browsers a
// million times and made once.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gunzipSync } from "node:zlib";

const [output, ...files] = process.argv.slice(2);
mkdirSync(output, { recursive: true });
for (const file of files) {
  const plain = readFileSync(file);
  const gzip = execFileSync("zopfli", ["--i100", "-c", file], { maxBuffer: 1 << 26 });
  if (!gunzipSync(gzip).equals(plain)) throw new Error(`${file} does not come back`);
  const brotli = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  writeFileSync(join(output, `${basename(file)}.gz`), gzip);
  writeFileSync(join(output, `${basename(file)}.br`), brotli);
}
