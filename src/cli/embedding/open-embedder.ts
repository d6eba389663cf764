import { withCache, type CacheStatistics } from "../../embed/cache/cache.js";
import type { Embedder } from "../../embed/embedder.js";
import { missingPrefixes } from "../../embed/models/with-model-prefixes.js";
import { withPrefixes, type Prefixes } from "../../embed/prefixed-embedder.js";
import type { KeyValueStore } from "../../embed/stores/key-value-store.js";
import type { CommandIo } from "../io.js";
import { chooseEmbedder, type ChosenEmbedder } from "./choose-embedder.js";

/** The flags of every verb that embeds. */
export interface EmbedderFlags {
  readonly dimensions?: number | undefined;
  readonly embedderId?: string | undefined;
  readonly queryPrefix?: string | undefined;
  readonly passagePrefix?: string | undefined;
  readonly cache: string;
  readonly shareWork?: boolean | undefined;
  readonly maxCost?: number | undefined;
  readonly price?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** An embedder for the time of a verb, its prefixes and its cache included. */
export interface OpenEmbedder extends ChosenEmbedder {
  /** The same without prefixes, for whoever puts them. */
  readonly bare: Embedder;
  /** The same without the cache, for whoever asks whether the embedder still gives what the cache keeps. */
  readonly uncached: Embedder;
  /** What is put before each text; `null` where nothing is. */
  readonly prefixes: Required<Prefixes> | null;
  /** What stands before the embedder, and in which folder; the built-in embedder is as fast as a cache and has none. */
  readonly cache?:
    | {
        readonly folder: string;
        readonly store: KeyValueStore;
        readonly statistics: () => CacheStatistics;
      }
    | undefined;
}

/**
 * Opens the embedder of a name (see `chooseEmbedder`) for the time of `work`, with the prefixes that the flags name, else
 * those that its model is known to want, which is said. What was embedded stays in the cache when the work ends early.
 */
export async function withEmbedder<T>(
  name: string,
  flags: EmbedderFlags,
  io: CommandIo,
  work: (open: OpenEmbedder) => Promise<T>,
): Promise<T> {
  const { dimensions, embedderId: id, price, dryRun: countOnly, cache: folder, shareWork } = flags;
  const chosen = await chooseEmbedder(name, io.env, { dimensions, id, price, countOnly });
  const prefixes = prefixesFor(chosen.embedder, flags, io);
  const put = (embedder: Embedder): Embedder =>
    prefixes === null ? embedder : withPrefixes(embedder, prefixes);
  if (name === "hashing") {
    const { embedder: bare } = chosen;
    return work({ ...chosen, bare, uncached: bare, prefixes, embedder: put(bare) });
  }
  const { createLmdbStore } = await import("../../embed/stores/lmdb-store.js");
  const store = createLmdbStore({ path: folder });
  try {
    // The cache stands inside: it knows texts with their prefixes, as the model does.
    const bare = withCache(chosen.embedder, store, { shareWork });
    const cache = { folder, store, statistics: () => bare.statistics() };
    const uncached = chosen.embedder;
    return await work({ ...chosen, bare, uncached, prefixes, cache, embedder: put(bare) });
  } finally {
    await store.close();
  }
}

/** What is left of a verb's embedding that was interrupted. */
export function keptIn({ cache }: Pick<OpenEmbedder, "cache">): string {
  return cache === undefined
    ? "nothing is kept, and the same command begins anew"
    : `what was embedded is kept in ${cache.folder}, and the same command goes on from there`;
}

/** What the flags put before texts, else what the model is known to want, which is said. */
function prefixesFor(
  embedder: Embedder,
  { queryPrefix, passagePrefix }: Pick<EmbedderFlags, "queryPrefix" | "passagePrefix">,
  io: CommandIo,
): Required<Prefixes> | null {
  const wanted = missingPrefixes(embedder);
  const said = wanted !== null && (queryPrefix === undefined || passagePrefix === undefined);
  // A flag for one side says nothing about the other.
  const query = queryPrefix ?? wanted?.query ?? "";
  const passage = passagePrefix ?? wanted?.passage ?? "";
  if (said) {
    io.say(
      `its model wants prefixes, and these are put: query ${JSON.stringify(query)}, passage ${JSON.stringify(passage)} (--query-prefix "" --passage-prefix "" puts none)`,
    );
  }
  return query === "" && passage === "" ? null : { query, passage };
}
