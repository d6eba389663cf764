/** A process that embeds with one client: cold, warm, half-warm, and reports seconds, requests and its peak memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore, withCache } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { createOpenAIEmbedder } from "embedtune/openai";

const [name, baseURL, countText] = process.argv.slice(2);
const count = Number(countText);
const model = "text-embedding-3-small";
const apiKey = "bench";

/** About 100 tokens each. */
const words =
  "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any".split(
    " ",
  );
const texts = Array.from({ length: Math.ceil(1.5 * count) }, (_, i) => {
  let state = i + 1;
  const text = Array.from({ length: 95 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return words[(state >>> 16) % words.length];
  });
  return `${text.join(" ")} ${i}`;
});

type Embed = (texts: string[]) => Promise<{ readonly length: number } | { readonly rows: number }>;

interface LangChain {
  embedDocuments(texts: string[]): Promise<number[][]>;
}

/** A file of a rival's package, by its path: the rivals are installed here only, and not where types are checked. */
async function rival<T>(file: string): Promise<T> {
  return (await import(new URL(`./node_modules/${file}`, import.meta.url).href)) as T;
}

/** Behind a cache in memory, or on disk. */
function embedtune(path?: string): Embed {
  const store =
    path === undefined ? createMemoryStore({ maxBytes: 4e9 }) : createLmdbStore({ path });
  const cached = withCache(createOpenAIEmbedder({ apiKey, baseURL, model }), store);
  return (slice) => cached.embed(slice);
}

async function langchain(options: object): Promise<Embed> {
  const { OpenAIEmbeddings } = await rival<{
    OpenAIEmbeddings: new (options: object) => object;
  }>("@langchain/openai/dist/index.js");
  const { CacheBackedEmbeddings } = await rival<{
    CacheBackedEmbeddings: {
      fromBytesStore(embeddings: object, store: object, options: object): LangChain;
    };
  }>("@langchain/classic/dist/embeddings/cache_backed.js");
  const { InMemoryStore } = await rival<{ InMemoryStore: new () => object }>(
    "@langchain/core/dist/stores.js",
  );
  const cached = CacheBackedEmbeddings.fromBytesStore(
    new OpenAIEmbeddings({ apiKey, model, configuration: { baseURL }, ...options }),
    new InMemoryStore(),
    { namespace: model },
  );
  return (slice) => cached.embedDocuments(slice);
}

async function aiSDK(options: object): Promise<Embed> {
  const { embedMany } = await rival<{
    embedMany(options: object): Promise<{ embeddings: number[][] }>;
  }>("ai/dist/index.mjs");
  const { createOpenAI } = await rival<{
    createOpenAI(options: object): { embeddingModel(model: string): object };
  }>("@ai-sdk/openai/dist/index.mjs");
  const provider = createOpenAI({ apiKey, baseURL });
  return async (values) =>
    (await embedMany({ model: provider.embeddingModel(model), values, ...options })).embeddings;
}

async function contender(): Promise<Embed> {
  switch (name) {
    case "embedtune":
      return embedtune();
    case "embedtune-lmdb": {
      const path = mkdtempSync(join(tmpdir(), "embedtune-bench-"));
      process.on("exit", () => rmSync(path, { recursive: true, force: true }));
      return embedtune(path);
    }
    case "langchain":
      return langchain({});
    case "langchain-tuned":
      return langchain({ batchSize: 2048, maxConcurrency: 8 });
    case "ai-sdk":
      return aiSDK({});
    case "ai-sdk-tuned":
      return aiSDK({ maxParallelCalls: 8 });
    default:
      throw new Error(`no contender ${name}`);
  }
}

const reset = async (): Promise<{ requests: number; refused: number }> =>
  (await (await fetch(new URL("/reset", baseURL))).json()) as {
    requests: number;
    refused: number;
  };

const elapsed = (since: number): number => (performance.now() - since) / 1000;
const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const embed = await contender();
const runs: Record<string, unknown> = {};
await reset();
for (const [run, slice] of [
  ["cold", texts.slice(0, count)],
  ["warm", texts.slice(0, count)],
  ["half-warm", texts.slice(count / 2, count / 2 + count)],
] as const) {
  const started = performance.now();
  let seconds = Infinity;
  let processor = Infinity;
  let error: string | undefined;
  try {
    // What takes no time is tried several times, so that the garbage of the run before is not what is measured.
    const more = (pass: number): boolean =>
      run === "warm" && pass < 8 && elapsed(started) + seconds < 12;
    for (let pass = 0; pass === 0 || more(pass); pass++) {
      if (pass > 0) await reset(); // requests are those of one pass
      const begun = performance.now();
      const usedBefore = processorSeconds();
      const answer = await embed(slice);
      seconds = Math.min(seconds, elapsed(begun));
      processor = Math.min(processor, processorSeconds() - usedBefore);
      const rows = "rows" in answer ? answer.rows : answer.length;
      if (rows !== count) throw new Error(`gave ${rows} vectors`);
    }
  } catch (cause) {
    error = String((cause as Error).message).slice(0, 80);
  }
  runs[run] = { seconds, processor, ...(error === undefined ? {} : { error }), ...(await reset()) };
}
runs.peakMB = process.resourceUsage().maxRSS / 1024;
process.send?.(runs);
process.disconnect();
