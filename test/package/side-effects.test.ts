import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../src", import.meta.url));
// The command is no entry: it is run, not imported.
const entries = readdirSync(source).filter((name) => name.endsWith(".ts") && name !== "cli.ts");

/**
 * What a bundler keeps of an entry of which nothing is used, when it may drop no file as a whole: bundlers that see two files
 * as one chunk of dist have no more to go by.
 */
async function leftOf(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `import "./${entry}";`, resolveDir: source },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    logLevel: "silent",
    plugins: [
      {
        name: "every file counts",
        setup({ onResolve }) {
          // A package is not ours to clean; whether it is dropped is for its own package.json to say.
          onResolve({ filter: /^[^.]/ }, ({ path }) => ({
            path,
            external: true,
            sideEffects: false,
          }));
          onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => ({
            path: resolve(resolveDir, path.replace(/\.js$/, ".ts")),
            external: kind === "dynamic-import",
            sideEffects: true,
          }));
        },
      },
    ],
  });
  return outputFiles[0].text.replaceAll(/^\/\/.*\n/gm, "").trim();
}

describe("importing an entry", () => {
  it.each(entries)("does nothing: %s", async (entry) => {
    // Constants that refer to one another are kept, some bytes of them; what calls or defines a function is not.
    const left = await leftOf(entry);
    expect(left).not.toMatch(/function|=>|class/);
    expect(left.length).toBeLessThan(2500);
  });
});
