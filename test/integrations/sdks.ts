import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * Which SDKs the tests of this folder meet: those that the benchmark compares with (`npm ci --prefix bench`), or the newest,
 * which want Node 22 (`bash bench/node22/run`). Where they are not installed, their tests are skipped.
 */
const folder = process.env.EMBEDTUNE_SDKS ?? "bench";
const manifest = new URL(`../../${folder}/package.json`, import.meta.url);

export const installed = existsSync(new URL("node_modules/ai", manifest));
/** The folder, absolute. */
export const sdkFolder = new URL(".", manifest);
/** Loads one of them; nothing where they are not installed. */
export const load = <T>(name: string): T => (installed ? createRequire(manifest)(name) : {}) as T;
export function majorOf(name: string): number {
  if (!installed) return NaN;
  const { version } = JSON.parse(
    readFileSync(new URL(`node_modules/${name}/package.json`, manifest), "utf8"),
  ) as { version: string };
  return Number(version.split(".")[0]);
}
