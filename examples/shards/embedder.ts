import KeyvRedis from "@keyv/redis";
import Keyv from "keyv";
import {
  createHashingEmbedder,
  createKeyvStore,
  withCache,
  type Embedder,
  type KeyValueStore,
} from "embedtune";
import { createLmdbStore } from "embedtune/node";

const dimensions = 384;

/** An embedder, and how to let go of its cache. */
export interface OpenEmbedder {
  readonly embedder: Embedder;
  close(): Promise<void>;
}

/**
 * The embedder of every worker: here one that needs no key, in your case a paid one. Behind it the cache that all share:
 * what one machine embeds the others have, and with `shareWork` no text is paid for twice, even if two want it at once.
 *
 * @param redis URL of the server.
 * @param cache `"redis"` or `"redis:NAMESPACE"`, the folder of an LMDB cache for workers on one machine, or `"none"`.
 */
export function openEmbedder(redis: string, cache: string): OpenEmbedder {
  const embedder = createHashingEmbedder({ dimensions });
  if (cache === "none") return { embedder, close: async () => undefined };
  const [where, namespace = "vectors"] = cache.split(":");
  const store: KeyValueStore =
    where === "redis"
      ? createKeyvStore(new Keyv(new KeyvRedis(redis), { namespace }))
      : createLmdbStore({ path: cache });
  return {
    embedder: withCache(embedder, store, { shareWork: true }),
    close: async () => store.close?.(),
  };
}
