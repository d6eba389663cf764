import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Random } from "../../src/base/random.js";
import { withCache } from "../../src/embed/cache/cache.js";
import { createOpenAIEmbedder } from "../../src/embed/openai/openai-embedder.js";
import type { Embedder } from "../../src/embed/embedder.js";
import type { KeyValueStore } from "../../src/embed/stores/key-value-store.js";
import { createLmdbStore } from "../../src/embed/stores/lmdb-store.js";
import { createMemoryStore } from "../../src/embed/stores/memory-store.js";
import { rowOf } from "../../src/math/matrix.js";
import { endingFaults, harmlessFaults, passingFaults, stormVector } from "./fault-kinds.js";
import { startFaultServer } from "./fault-server.js";

/** What one storm, or several, have come to. */
export interface StormOutcome {
  readonly storms: number;
  readonly texts: number;
  readonly requests: number;
  readonly faults: number;
  /** Calls that were begun anew after an error or an abort. */
  readonly runs: number;
  /** Rows that are not the vector of their text. */
  readonly wrong: number;
  /** Texts without a vector in the end. */
  readonly lost: number;
  /** Texts asked for once more after their vector had arrived whole. */
  readonly again: number;
  /** Of each request that asked so, the storm, its runs and how it is known that the vectors had arrived. */
  readonly repeats: readonly string[];
  /** Errors that say what nobody could expect of the server's faults, or that show the key. */
  readonly odd: readonly string[];
  readonly longestAbortMs: number;
  /** Turns of the event loop that passed until an abort was told, at most: a busy machine does not show in them. */
  readonly longestAbortTurns: number;
  /** How often each kind was drawn. */
  readonly kinds: ReadonlyMap<string, number>;
}

const dimensions = 8;
const secret = "sk-storm-SECRET";
/** A job that has not ended by then never will. */
const mostRuns = 40;

/** Embeds texts at a server that fails in ways drawn from the seed, stopped and begun anew until all are there. */
export async function runStorm(seed: number, count: number): Promise<StormOutcome> {
  const random = createRandom(`fault-storm/${seed}`);
  const texts = stormTexts(count, random);
  // Two calls at one file, each through a store of its own, as two processes would.
  const sharing = seed % 3 === 2;
  const path = seed % 3 === 0 ? undefined : mkdtempSync(join(tmpdir(), "embedtune-storm-"));
  const open = (): KeyValueStore =>
    path === undefined ? createMemoryStore() : createLmdbStore({ path });
  const stores = sharing ? [open(), open()] : [open()];

  /** The run that had a text stored, by text. */
  const stored = new Map<string, string>();
  /**
   * Half of the storms wait for a silent server until it hangs up, the others give it a time limit. Which answers a limit cuts off
   * while the machine is busy nobody can tell from the server's side: there only what was stored counts as arrived. And a request
   * counts when it is sent: one that the limit has cut off a busy server may read when its repetition has been answered.
   */
  const patient = seed % 2 === 1;
  /** Of each run under way, by the query of its address, the texts whose vector has arrived whole. */
  const arrived = new Map<string, Set<string>>();
  /** How it is known that a text's vector has arrived, if it has. */
  const arrival = (text: string): string | undefined => {
    const storedBy = stored.get(text);
    if (storedBy !== undefined) return `stored by ${storedBy}`;
    const there = [...arrived].find(([, texts]) => texts.has(text));
    return there && `whole at ${there[0]}, under way`;
  };
  let again = 0;
  const repeats: string[] = [];
  const began = performance.now();
  const ending = seed % 4 === 0 ? Object.keys(endingFaults) : [];
  const server = await startFaultServer({
    random,
    share: 0.15 + 0.4 * random.next(),
    kinds: [...Object.keys(passingFaults), ...Object.keys(harmlessFaults), ...ending],
    dimensions,
    stallMs: patient ? 1000 : 10_000,
    onRequest: (inputs, query) => () => {
      if (patient) for (const text of inputs) arrived.get(query)?.add(text);
    },
  });
  const stopListening = onSent(server.baseURL, (inputs, query) => {
    const had = inputs.map(arrival).filter((how) => how !== undefined);
    if (had.length === 0) return;
    again += had.length;
    const how = [...new Set(had)].join("; ");
    const ms = Math.round(performance.now() - began);
    repeats.push(
      `storm ${seed}, ${query}, after ${ms} ms: asked for ${had.length} of ${inputs.length} again (${how})`,
    );
  });
  const options = {
    ...{ apiKey: secret, baseURL: server.baseURL, model: "m", seed },
    maxInputsPerRequest: 1 + random.integer(64),
    concurrency: 1 + random.integer(8),
    ...{ maxWaitMs: 25, timeoutMs: patient ? 60_000 : 1500, maxRetries: 8 },
    ...(random.next() < 0.5 ? { dimensions } : {}),
  };

  /** Notes what the cache has stored: it comes back for the next batch after that. */
  const noting = (embedder: Embedder, query: string): Embedder => ({
    ...embedder,
    async *embedBatches(wanted, job) {
      for await (const batch of embedder.embedBatches!(wanted, job)) {
        yield batch;
        for (const index of batch.indices) stored.set(wanted[index], query);
      }
    },
  });

  const odd: string[] = [];
  let [wrong, lost, runs, longestAbortMs, longestAbortTurns] = [0, texts.length, 0, 0, 0];
  const run = async (store: KeyValueStore, mine: readonly string[]): Promise<boolean> => {
    const query = `run=${runs++}`;
    arrived.set(query, new Set());
    const stop = new AbortController();
    let stoppedAt = 0;
    let ended = false;
    const countTurns = (turns: number): void => {
      longestAbortTurns = Math.max(longestAbortTurns, turns);
      if (!ended) setImmediate(() => countTurns(turns + 1));
    };
    const timer =
      random.next() < 0.4 && runs < 12
        ? setTimeout(() => {
            stoppedAt = performance.now();
            stop.abort(new Error("stopped"));
            countTurns(0);
          }, random.integer(400))
        : undefined;
    try {
      const embedder = noting(
        createOpenAIEmbedder({ ...options, baseURL: `${server.baseURL}?${query}` }),
        query,
      );
      const cached = withCache(embedder, store, { shareWork: sharing });
      const matrix = await cached.embed(mine, { signal: stop.signal });
      for (const [i, text] of mine.entries()) {
        const expected = stormVector(text, dimensions);
        if (matrix.cols !== dimensions || rowOf(matrix, i).some((v, j) => v !== expected[j]))
          wrong++;
      }
      return true;
    } catch (error) {
      if (stoppedAt > 0) longestAbortMs = Math.max(longestAbortMs, performance.now() - stoppedAt);
      const { name, message } = error as Error;
      const expected = ["EmbeddingRequestError", "RefusedTextsError"].includes(name);
      if ((!expected && message !== "stopped") || String(error).includes(secret)) {
        odd.push(`storm ${seed}: ${String(error)}`);
      }
      return false;
    } finally {
      ended = true;
      clearTimeout(timer);
      arrived.delete(query); // of what was on its way when it was stopped nobody knows
    }
  };
  const finish = async (store: KeyValueStore, mine: readonly string[]): Promise<boolean> => {
    for (let tries = 0; tries < mostRuns; tries++) if (await run(store, mine)) return true;
    return false;
  };
  try {
    const ended = await Promise.all(
      stores.map((store, k) => finish(store, k === 0 ? texts : [...texts].reverse())),
    );
    const before = server.requests();
    // All of it is in the store now.
    const cached = withCache(createOpenAIEmbedder(options), stores[0]);
    lost = (await cached.missing(texts)).length;
    if (ended.every(Boolean) && server.requests() !== before)
      odd.push(`storm ${seed}: asked again`);
  } finally {
    stopListening();
    await server.close();
    for (const store of stores) await store.close?.();
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
  }
  const faults = [...server.drawn.values()].reduce((sum, n) => sum + n, 0);
  return {
    ...{ storms: 1, texts: count, requests: server.requests(), faults, runs },
    ...{ wrong, lost, again, repeats, odd, longestAbortMs, longestAbortTurns, kinds: server.drawn },
  };
}

type Told = (inputs: readonly string[], query: string) => void;

/** Who is told of the requests to an address. */
const listeners = new Map<string, Told>();
let telling = false;

/** Tells of each request that goes to an address, when it is sent: with its texts and its address's query. */
function onSent(address: string, tell: Told): () => void {
  if (!telling) {
    telling = true;
    const send = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      const { origin, search } = new URL(input instanceof Request ? input.url : input);
      const listener = listeners.get(origin);
      if (listener !== undefined && typeof init?.body === "string") {
        listener((JSON.parse(init.body) as { input: string[] }).input, search.slice(1));
      }
      return send(input, init);
    };
  }
  const { origin } = new URL(address);
  listeners.set(origin, tell);
  return () => void listeners.delete(origin);
}
/** Several outcomes as one. */
export function addOutcomes(outcomes: readonly StormOutcome[]): StormOutcome {
  const sum = (of: (outcome: StormOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const kinds = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const [kind, n] of outcome.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + n);
  }
  return {
    storms: sum(({ storms }) => storms),
    texts: sum(({ texts }) => texts),
    requests: sum(({ requests }) => requests),
    faults: sum(({ faults }) => faults),
    runs: sum(({ runs }) => runs),
    wrong: sum(({ wrong }) => wrong),
    lost: sum(({ lost }) => lost),
    again: sum(({ again }) => again),
    repeats: outcomes.flatMap(({ repeats }) => repeats),
    odd: outcomes.flatMap(({ odd }) => odd),
    longestAbortMs: Math.max(0, ...outcomes.map(({ longestAbortMs }) => longestAbortMs)),
    longestAbortTurns: Math.max(0, ...outcomes.map(({ longestAbortTurns }) => longestAbortTurns)),
    kinds,
  };
}

const words = [
  ...["alpha", "beta", "naïve", "café", "cafe\u0301", "東京", "👩‍👩‍👧‍👦", "🙂", "مرحبا"],
  ...["\u2028", "tab\tx", "<|endoftext|>", "\u0000nul", "\\u0041", '"q"', "__proto__"],
];

/** Texts of all kinds: some twice, some with half a pair of surrogates. */
function stormTexts(count: number, random: Random): string[] {
  const texts: string[] = [];
  while (texts.length < count) {
    const kind = random.next();
    if (kind < 0.12 && texts.length > 5) {
      texts.push(texts[random.integer(texts.length)]);
      continue;
    }
    const length = 1 + random.integer(8);
    const some = Array.from({ length }, () => words[random.integer(words.length)]);
    const half = kind > 0.97 ? String.fromCharCode(0xd800 + random.integer(0x800)) : "";
    texts.push(`${some.join(" ")} ${random.integer(1e6)}${half}`);
  }
  return texts;
}
