import { sha256 } from "../../base/sha256.js";
import type { VectorStore } from "../../embed/cache/vector-store.js";

/** Where generated queries are kept: any store of the embedding cache. */
export type QueryStore = Pick<VectorStore, "readMany" | "writeMany">;

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
