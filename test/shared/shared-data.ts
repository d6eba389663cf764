import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe } from "vitest";

/**
 * Real data that stand beside the project, not in it: the tests of this folder are skipped where they are absent, and
 * no test outside this folder reads them.
 */
const folder = new URL("../../../shared/data/", import.meta.url);

export const describeShared = describe.skipIf(!existsSync(folder));

/** The path of a file of the shared data, such as `nq/simplified-dev.jsonl`. */
export const sharedPath = (name: string): string => fileURLToPath(new URL(name, folder));

/** The bytes of a file of the shared data; `.gz` is unpacked. */
export function readShared(name: string): Buffer {
  const bytes = readFileSync(sharedPath(name));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** The lines of a text file of the shared data; `.gz` is unpacked. */
export const readSharedLines = (name: string): string[] =>
  readShared(name).toString("utf8").trimEnd().split("\n");
