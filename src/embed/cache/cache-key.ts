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

/** An id is printed as it is where it is short and plain, else by its hash: stores limit their keys. */
async function scopeOf(name: string): Promise<string> {
  return /^[\x21-\x7e]{1,200}$/.test(name) ? name : `id-${(await sha256([name]))[0]}`;
}

/** The SHA-256 of each text's UTF-8 bytes, in base64url. */
async function sha256(texts: readonly string[]): Promise<string[]> {
  // Node's one-shot hash takes about a microsecond, WebCrypto's promise fifty; the core must not import node:crypto.
  const node = nodeCrypto();
  if (node !== undefined) return texts.map((text) => node.hash("sha256", text, "base64url"));
  const encoder = new TextEncoder();
  const result: string[] = [];
  for (const text of texts) {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
    result.push(base64url(new Uint8Array(digest)));
  }
  return result;
}

interface NodeCrypto {
  hash?(algorithm: "sha256", data: string, encoding: "base64url"): string;
}

function nodeCrypto(): Required<NodeCrypto> | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined };
  };
  const module = process?.getBuiltinModule?.("node:crypto");
  return module?.hash === undefined ? undefined : (module as Required<NodeCrypto>);
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
