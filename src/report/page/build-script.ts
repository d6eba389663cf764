/**
 * Bundles browser/main.ts into script.generated.ts: `npm run build:page`. The result is committed, so that the page is
 * written without a bundler; a test builds it again and compares.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The text of script.generated.ts. */
export async function generate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-page-"));
  try {
    await build({
      config: false,
      entry: { page: join(here, "..", "browser", "main.ts") },
      outDir: folder,
      format: "iife",
      platform: "browser",
      target: "es2022",
      minify: true,
      silent: true,
    });
    const script = readFileSync(join(folder, "page.global.js"), "utf8").trim();
    if (/<\/?script|<!--/i.test(script)) {
      throw new Error("build:page: the script must not hold what ends a script element");
    }
    return [
      "// Written by `npm run build:page` from browser/*.ts. Do not edit.",
      "",
      "/** The script of the page. */",
      `export const pageScript =\n  ${JSON.stringify(script)};`,
      "",
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(here, "script.generated.ts"), await generate());
}
