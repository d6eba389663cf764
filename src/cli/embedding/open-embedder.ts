import { withCache, type CachedEmbedder } from "../../embed/cache/cache.js";
import type { Embedder } from "../../embed/embedder.js";
import { withPrefixes } from "../../embed/prefixed-embedder.js";
import type { CommandIo } from "../io.js";
import { chooseEmbedder, type ChosenEmbedder } from "./choose-embedder.js";

/** The flags of every verb that embeds. */
export interface EmbedderFlags {
  readonly dimensions?: number | undefined;
  readonly queryPrefix?: string | undefined;
  readonly passagePrefix?: string | undefined;
  readonly cache: string;
  readonly maxCost?: number | undefined;
  readonly price?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** An embedder for the time of a verb, its prefixes and its cache included. */
export interface OpenEmbedder extends ChosenEmbedder {
  /** What stands before the embedder, and in which folder; the built-in embedder is as fast as a cache and has none. */
  readonly cache?: { readonly cached: CachedEmbedder; readonly folder: string } | undefined;
}

/**
 * Opens the embedder of a name (see `chooseEmbedder`) for the time of `work`. What was embedded stays in the cache
 * when the work ends early.
 */
export async function withEmbedder<T>(
  name: string,
  flags: EmbedderFlags,
  io: CommandIo,
  work: (open: OpenEmbedder) => Promise<T>,
): Promise<T> {
  const { dimensions, price, dryRun: countOnly, cache: folder } = flags;
  const chosen = await chooseEmbedder(name, io.env, { dimensions, price, countOnly });
  const embedder = prefixed(chosen.embedder, flags);
  if (name === "hashing") return work({ ...chosen, embedder });
  const { createLmdbStore } = await import("../../embed/stores/lmdb-store.js");
  const store = createLmdbStore({ path: folder });
  try {
    const cached = withCache(embedder, store);
    return await work({ ...chosen, embedder: cached, cache: { cached, folder } });
  } finally {
    await store.close();
  }
}

function prefixed(
  embedder: Embedder,
  { queryPrefix, passagePrefix }: Pick<EmbedderFlags, "queryPrefix" | "passagePrefix">,
): Embedder {
  if (queryPrefix === undefined && passagePrefix === undefined) return embedder;
  return withPrefixes(embedder, { query: queryPrefix, passage: passagePrefix });
}
