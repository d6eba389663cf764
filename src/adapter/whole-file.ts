import { readFile, rename, rm, writeFile } from "node:fs/promises";

let counter = 0;

/**
 * Writes a file that appears whole or not at all: it is written beside its place and renamed.
 *
 * @param what What is written, for the message, e.g. `"the adapter"`.
 * @throws Error naming the path when it cannot be written.
 */
export async function writeWholeFile(path: string, bytes: Uint8Array, what: string): Promise<void> {
  const partial = `${path}.${process.pid}.${counter++}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new Error(`${path}: cannot write ${what}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws Error naming the path when the file is missing or cannot be read. */
export async function readWholeFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot read ${what}: ${(cause as Error).message}`, { cause });
  }
}
