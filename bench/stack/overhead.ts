/**
 * What a wrapper adds to a warm embed of 100 texts: what it stands for done by hand, and through it. Both go through the identity,
 * so that the adapter's product, which is the same in both, does not drown the difference; beside it stands what a warm embed takes
 * with a dense adapter, with one of low rank, and with none. `npm ci --prefix bench` installs the AI SDK; without it the wrappers are
 * called as the SDK calls them.
 *
 *   --dimensions 1536   length of the vectors
 *   --rounds 60         of each, in turn; the quickest tenth of the rounds counts
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import OpenAI from "openai";
import {
  applyAdapter,
  createFunctionEmbedder,
  createMemoryStore,
  createRandom,
  fromRows,
  identityAdapter,
  withAdapter,
  withCache,
  type Adapter,
} from "embedtune";
import {
  adapterMiddleware,
  fromAISDK,
  toAISDK,
  type AISDKEmbeddingModel,
  type AISDKMiddleware,
  type AISDKModel,
} from "embedtune/ai-sdk";
import { fromLangChain, toLangChain } from "embedtune/langchain";
import { adaptOpenAI } from "embedtune/openai";
import { countOption, type BenchOptions, type BenchRow } from "../rows.js";

const texts = Array.from({ length: 100 }, (_, i) => `text number ${i} of a hundred`);
const manifest = new URL("../package.json", import.meta.url);
const installed = existsSync(new URL("node_modules/ai", manifest));

interface AISDK {
  embedMany(options: object): Promise<{ embeddings: number[][] }>;
  wrapEmbeddingModel(options: { model: AISDKModel; middleware: AISDKMiddleware }): AISDKModel;
}
const byShape = {
  embedMany: ({ model, values }: { model: AISDKModel; values: string[] }) =>
    model.doEmbed({ values }),
  wrapEmbeddingModel: ({
    model,
    middleware,
  }: {
    model: AISDKModel;
    middleware: AISDKMiddleware;
  }) => ({
    ...model,
    doEmbed: (params: Parameters<AISDKModel["doEmbed"]>[0]) =>
      middleware.wrapEmbed({ doEmbed: () => model.doEmbed(params), params, model }),
  }),
};
const sdk = (installed ? createRequire(manifest)("ai") : byShape) as AISDK;

type Work = () => Promise<unknown>;

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const dimensions = countOption(options, "dimensions", 1536);
  const rounds = countOption(options, "rounds", 60);
  const vectors = randomRows(texts.length, dimensions);
  const rowOfText = new Map(texts.map((text, i) => [text, vectors[i]]));
  const base = createFunctionEmbedder((some) => some.map((text) => rowOfText.get(text)!), {
    ...{ id: "embedder", dimensions, symmetric: true, batchSize: 2048 },
  });
  const cached = withCache(base, createMemoryStore());
  const adapter = identityAdapter(dimensions, base.id);
  const adapted = withAdapter(cached, adapter);
  const matrix = fromRows(vectors);
  const [model, plain] = [adapted, cached].map((of) => toAISDK(of, { side: "query" }));
  const middleware = adapterMiddleware(adapter, { side: "query" });
  const wrapped = sdk.wrapEmbeddingModel({ model: plain, middleware });
  const client = clientOf(vectors);
  const asking = adaptOpenAI(client, adapter, { side: "query", embedder: base.id });
  const body = { model: "model", input: texts };
  const ofSDK = await fromAISDK(plain as AISDKEmbeddingModel, { dimensions });
  const ofLangChain = fromLangChain(toLangChain(cached), { id: "embeddings", dimensions });
  const side = "query";
  const map = () => applyAdapter(adapter, matrix, { side });

  // What the wrapper stands for, done by hand, and the wrapper.
  const cases: readonly (readonly [wrapper: string, byHand: Work, through: Work])[] = [
    ["toLangChain", () => adapted.embed(texts), () => toLangChain(adapted).embedDocuments(texts)],
    [
      "toAISDK in embedMany",
      () => adapted.embed(texts, { side }),
      () => sdk.embedMany({ model, values: texts }),
    ],
    [
      "adapterMiddleware in embedMany",
      async () => [await sdk.embedMany({ model: plain, values: texts }), map()],
      () => sdk.embedMany({ model: wrapped, values: texts }),
    ],
    [
      "adaptOpenAI around a client",
      async () => [await client.embeddings.create(body), map()],
      () => asking.embeddings.create(body),
    ],
    ["fromAISDK", () => plain.doEmbed({ values: texts }), () => ofSDK.embed(texts, { side })],
    [
      "fromLangChain",
      () => toLangChain(cached).embedDocuments(texts),
      () => ofLangChain.embed(texts),
    ],
  ];
  const random = randomRows(dimensions, dimensions);
  const full = { center: null, weights: fromRows(random) };
  const lowRank = {
    left: fromRows(random.map((row) => row.slice(0, 32))),
    right: fromRows(random.slice(0, 32)),
  };
  const behind = (query: Adapter["query"]): Work => {
    const embedder = withAdapter(cached, { ...adapter, query });
    return () => embedder.embed(texts, { side });
  };
  const warm = await quickest(
    [
      behind(full),
      behind({ center: null, weights: null, lowRank }),
      () => cached.embed(texts, { side }),
    ],
    rounds,
  );
  const rows: BenchRow[] = [];
  for (const [wrapper, byHand, through] of cases) {
    const [before, after] = await quickest([byHand, through], rounds);
    const added = after - before;
    const [ofFull, ofLowRank, ofNone] = warm.map((time) => percent(added / time));
    rows.push({
      table: `100 texts of ${dimensions} dimensions out of a cache in memory${installed ? "" : " (the AI SDK is not installed)"}`,
      ...{ wrapper, "by hand ms": before, "through it ms": after, "adds ms": added },
      [`of a warm embed with a dense adapter (${warm[0].toPrecision(3)} ms)`]: ofFull,
      [`of rank 32 (${warm[1].toPrecision(3)} ms)`]: ofLowRank,
      [`with none (${warm[2].toPrecision(3)} ms)`]: ofNone,
    });
  }
  return rows;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function randomRows(rows: number, cols: number): number[][] {
  const random = createRandom("overhead");
  return Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal()));
}

/** OpenAI's client, answered in base64 without a network. */
function clientOf(vectors: readonly number[][]): OpenAI {
  const data = vectors.map((vector, index) => ({
    ...{ object: "embedding", index },
    embedding: Buffer.from(Float32Array.from(vector).buffer).toString("base64"),
  }));
  const usage = { prompt_tokens: 700, total_tokens: 700 };
  const answer = JSON.stringify({ object: "list", data, model: "model", usage });
  const headers = { "content-type": "application/json" };
  return new OpenAI({
    apiKey: "none",
    fetch: () => Promise.resolve(new Response(answer, { headers })),
  });
}

/** Milliseconds of each, in turn, so that they meet the same machine: the mean of the quickest tenth. */
async function quickest(works: readonly Work[], rounds: number): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds + 5; round++) {
    for (const [i, work] of works.entries()) {
      const started = performance.now();
      await work();
      if (round >= 5) times[i].push(performance.now() - started);
    }
  }
  return times.map((all) => {
    const best = all.toSorted((a, b) => a - b).slice(0, Math.max(1, Math.floor(rounds / 10)));
    return best.reduce((sum, time) => sum + time, 0) / best.length;
  });
}
