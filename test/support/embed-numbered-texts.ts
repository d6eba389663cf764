/** A process for a test to kill: embeds "numbered text 0" … through a cache on disk. */
import { withCache } from "../../src/embed/cache/cache.js";
import { createLmdbStore } from "../../src/embed/stores/lmdb-store.js";
import { createOpenAIEmbedder } from "../../src/embed/openai/openai-embedder.js";

const [baseURL, path, count, share] = process.argv.slice(2);
const store = createLmdbStore({ path });
const embedder = withCache(
  createOpenAIEmbedder({ baseURL, model: "fake", dimensions: 8, maxInputsPerRequest: 200 }),
  store,
  { shareWork: share === "share" },
);
await embedder.embed(Array.from({ length: Number(count) }, (_, i) => `numbered text ${i}`));
await store.close();
