import { sha256 } from "../../base/sha256.js";
import type { StoredPrecision } from "./vector-record.js";

/**
 * Keys of a cache: the embedder's id (provider, model, dimensions, prefixes), the side where it matters, and the SHA-256
 * of the text; values of half precision have keys of their own. E.g. `openai/text-embedding-3-small/512:oOEp…`. Readable in a database, the same in every runtime.
 */
export async function cacheKeys(
  id: string,
  side: "query" | "passage" | undefined,
  texts: readonly string[],
  precision: StoredPrecision = "float32",
): Promise<string[]> {
  const marks = [precision === "float32" ? undefined : precision, side];
  const scope = await scopeOf([id, ...marks.filter((mark) => mark !== undefined)].join(":"));
  const hashes = await sha256(texts);
  return hashes.map((hash) => `${scope}:${hash}`);
}

/** Key of the record that says how long an embedder's vectors are, of both sides and precisions. */
export async function lengthKey(id: string): Promise<string> {
  return `${await scopeOf(id)}:length`;
}

/** An id is printed as it is where it is short and plain, else by its hash: stores limit their keys. */
async function scopeOf(name: string): Promise<string> {
  return /^[\x21-\x7e]{1,200}$/.test(name) ? name : `id-${(await sha256([name]))[0]}`;
}
