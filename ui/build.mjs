// Builds the shortlist, and the host page that its tests open, into one HTML file each.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const pages = [
  { from: "src", name: "shortlist", to: "../fj_mcp/server/app/shortlist.html" },
  { from: "host", name: "host", to: "../tests/support/host.html" },
];

/** A hash of every source, so that tests can detect a stale build without building. */
async function sourcesHash() {
  const found = await readdir(here, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((name) => !/^node_modules\/|^package-lock\.json$|^\.gitignore$/.test(name))
    .sort();
  const hash = createHash("sha256");
  for (const name of names) {
    hash
      .update(`${name}\0`)
      .update(await readFile(join(here, name)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Leaves out zod's locales, its JSON schemas, and the unused parts of the SDK. */
const lean = {
  name: "lean",
  setup(esbuild) {
    esbuild.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    }));
    // Nothing here describes a schema in JSON.
    esbuild.onLoad({ filter: /zod\/v4\/core\/json-schema-processors\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(
        /export const (\w+) =[^]*?(?=export |$)/g,
        "export const $1 = undefined;",
      ),
    }));
    esbuild.onLoad({ filter: /zod\/v4\/core\/to-json-schema\.js$/ }, () => ({
      contents: `
        const none = () => undefined;
        export { none as initializeContext, none as handleUnrepresentable, none as processSchema };
        export { none as process, none as extractDefs, none as finalize };
        export const createToJSONSchemaMethod = () => none;
        export const createStandardJSONSchemaMethod = () => none;
      `,
    }));
    // Tree shaking works on zod as a namespace, not as the value `z`.
    esbuild.onLoad({ filter: /ext-apps\/dist\/src\/app(-bridge)?\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(
        /import\{z as ([\w$]+)\}from"zod\/v4"/g,
        'import*as $1 from"zod/v4"',
      ),
    }));
    esbuild.onResolve({ filter: /^(\.\/|@modelcontextprotocol\/c)/ }, async (asked) => {
      const sdk = /@modelcontextprotocol\/c(lient|ore)\b/;
      if (asked.pluginData === lean || !sdk.test(asked.path + asked.importer)) return undefined;
      const { kind, importer, resolveDir } = asked;
      const found = await esbuild.resolve(asked.path, {
        kind,
        importer,
        resolveDir,
        pluginData: lean,
      });
      return { ...found, sideEffects: false };
    });
  },
};

async function script(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    charset: "ascii",
    // The SDK logs every message to the console, candidates' data included.
    pure: ["console.debug"],
    write: false,
    plugins: [lean],
  });
  return outputFiles[0].text.trim();
}

async function style(path) {
  const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
  return code.trim();
}

const sources = await sourcesHash();
for (const { from, name, to } of pages) {
  const folder = join(here, from);
  const parts = {
    sources: `<meta name="fj-sources" content="${sources}">`,
    style: `<style>${await style(join(folder, `${name}.css`))}</style>`,
    script: `<script>${await script(join(folder, "main.ts"))}</script>`,
  };
  const page = await readFile(join(folder, `${name}.html`), "utf8");
  const built = page.replaceAll(/<!-- (sources|style|script) -->/g, (_, part) => parts[part]);
  const file = join(here, to);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, built);
  console.log(`${relative(here, file)}: ${(Buffer.byteLength(built) / 1000).toFixed(1)} kB`);
}
