/** A process that embeds with one client: cold, warm, half-warm, and reports seconds, requests and its peak memory. */
import { createMemoryStore, withCache } from "embedtune";
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

async function contender(): Promise<Embed> {
  switch (name) {
    case "embedtune": {
      const store = createMemoryStore({ maxBytes: 4e9 });
      const cached = withCache(createOpenAIEmbedder({ apiKey, baseURL, model }), store);
      return (slice) => cached.embed(slice);
    }
    case "langchain": {
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
        new OpenAIEmbeddings({ apiKey, model, configuration: { baseURL } }),
        new InMemoryStore(),
        { namespace: model },
      );
      return (slice) => cached.embedDocuments(slice);
    }
    case "ai-sdk": {
      const { embedMany } = await rival<{
        embedMany(options: object): Promise<{ embeddings: number[][] }>;
      }>("ai/dist/index.mjs");
      const { createOpenAI } = await rival<{
        createOpenAI(options: object): { embeddingModel(model: string): object };
      }>("@ai-sdk/openai/dist/index.mjs");
      const provider = createOpenAI({ apiKey, baseURL });
      return async (values) =>
        (await embedMany({ model: provider.embeddingModel(model), values })).embeddings;
    }
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
const embed = await contender();
const runs: Record<string, unknown> = {};
await reset();
for (const [run, slice] of [
  ["cold", texts.slice(0, count)],
  ["warm", texts.slice(0, count)],
  ["half-warm", texts.slice(count / 2, count / 2 + count)],
] as const) {
  const started = performance.now();
  try {
    let best = Infinity;
    // What takes no time is tried several times, so that the garbage of the run before is not what is measured.
    const more = (pass: number): boolean =>
      run === "warm" && pass < 8 && elapsed(started) + best < 4;
    for (let pass = 0; pass === 0 || more(pass); pass++) {
      const begun = performance.now();
      const answer = await embed(slice);
      best = Math.min(best, elapsed(begun));
      const rows = "rows" in answer ? answer.rows : answer.length;
      if (rows !== count) throw new Error(`gave ${rows} vectors`);
    }
    runs[run] = { seconds: best, ...(await reset()) };
  } catch (error) {
    runs[run] = {
      error: String((error as Error).message).slice(0, 80),
      seconds: elapsed(started),
      ...(await reset()),
    };
  }
  if (run === "cold") runs.peakMB = process.resourceUsage().maxRSS / 1024;
}
process.send?.(runs);
process.disconnect();
