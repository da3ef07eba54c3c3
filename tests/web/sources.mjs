// The explorer's scripts as they are written, fields by their own names: what a test says of one part
// alone. Whatever is served has short names and is looked at whole, by the tests beside these.
import { createRequire } from "node:module";
import { join } from "node:path";

const web = join(process.env.CENTIME_SOURCE_DIR, "explorer", "web");
const { build } = createRequire(join(web, "package.json"))("esbuild");

// All that these files of explorer/web/src export.
export async function sources(...names) {
  const { outputFiles } = await build({
    stdin: {
      contents: names.map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: join(web, "src"),
    },
    bundle: true,
    write: false,
    format: "esm",
    logLevel: "warning",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
