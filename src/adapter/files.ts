import type { Adapter } from "./adapter.js";
import { encodeAdapter, readAdapter } from "./encode.js";
import { readWholeFile, writeWholeFile } from "./whole-file.js";

/**
 * Writes an adapter as safetensors. The file appears whole or not at all: it is written beside its place and renamed.
 *
 * @throws RangeError when the adapter's parts do not fit together; Error naming the path when it cannot be written.
 */
export async function saveAdapter(path: string, adapter: Adapter): Promise<void> {
  await writeWholeFile(path, encodeAdapter(adapter), "the adapter");
}

/**
 * Reads an adapter that {@link saveAdapter} wrote.
 *
 * @throws Error naming the path when the file is missing or cannot be read, RangeError naming it when its bytes are no
 *   adapter.
 */
export async function loadAdapter(path: string): Promise<Adapter> {
  return readAdapter(await readWholeFile(path, "the adapter"), path);
}
