import { sha256 } from "../../base/sha256.js";
import type { KeyValueStore } from "../../embed/stores/key-value-store.js";

/** Where generated queries are kept: any key–value store, e.g. the one of an embedding cache. */
export type QueryStore = Pick<KeyValueStore, "readMany" | "writeMany">;

/** All that the answer depends on, hashed: another model, prompt or number is another key. */
export async function queryKey(request: object): Promise<string> {
  const [digest] = await sha256([JSON.stringify(request)]);
  return `queries:${digest}`;
}

/** Keeps the queries under a key. */
export async function writeQueries(
  store: QueryStore,
  key: string,
  queries: readonly string[],
): Promise<void> {
  await store.writeMany([[key, new TextEncoder().encode(JSON.stringify(queries))]]);
}

/** What the store holds under a key, `undefined` where it holds nothing that can be read. */
export async function readQueries(
  store: QueryStore,
  key: string,
): Promise<readonly string[] | undefined> {
  let text: string | undefined;
  await store.readMany([key], (_, bytes) => {
    text = new TextDecoder().decode(bytes);
  });
  if (text === undefined) return undefined;
  try {
    const queries: unknown = JSON.parse(text);
    return Array.isArray(queries) && queries.every((query) => typeof query === "string")
      ? queries
      : undefined;
  } catch {
    return undefined;
  }
}
