import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { Adapter } from "./adapter.js";
import { encodeAdapter, readAdapter } from "./encode.js";

let counter = 0;

/**
 * Writes an adapter as safetensors. The file appears whole or not at all: it is written beside its place and renamed.
 *
 * @throws RangeError when the adapter's parts do not fit together; Error naming the path when it cannot be written.
 */
export async function saveAdapter(path: string, adapter: Adapter): Promise<void> {
  const bytes = encodeAdapter(adapter);
  const partial = `${path}.${process.pid}.${counter++}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new Error(`${path}: cannot write the adapter: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Reads an adapter that {@link saveAdapter} wrote.
 *
 * @throws Error naming the path when the file is missing or cannot be read, RangeError naming it when its bytes are no
 *   adapter.
 */
export async function loadAdapter(path: string): Promise<Adapter> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot read the adapter: ${(cause as Error).message}`, { cause });
  }
  return readAdapter(bytes, path);
}
