import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Source } from "../../../src/data/sources/open-source.js";

/** Writes files below a folder of the test file's own, which goes when its tests are over. */
export function scratchFolder(): (name: string, content: string | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-readers-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
}

/** Bytes as a stream that comes in pieces: the first so long, those after it `size` each. */
export function stream(
  name: string,
  content: string | Uint8Array,
  first: number,
  size = Infinity,
): Exclude<Source, string> {
  const bytes = Buffer.from(content);
  return {
    name,
    stream: (async function* () {
      if (first > 0) yield bytes.subarray(0, first);
      for (let at = first; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
