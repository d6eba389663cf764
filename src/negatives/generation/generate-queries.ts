import { comparableText } from "../../data/split/comparable-text.js";
import type { Pair } from "../../data/types.js";
import type { LongJobOptions } from "../../base/progress.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import { sha256 } from "../../base/sha256.js";
import { mapConcurrently } from "../../base/map-concurrently.js";
import { checkInteger } from "../passage-length.js";
import type { PoolPassage } from "../passage-pool.js";
import { queriesOf, queryRequest, type ChatClient } from "./query-request.js";
import { quoteText } from "../compare-texts.js";

/** Where generated queries are kept: bytes under string keys. Every store of the embedding cache is one. */
export interface QueryStore {
  /** Calls `visit` with the position in `keys` and the bytes of each key that is there; the bytes are only lent. */
  readMany(
    keys: readonly string[],
    visit: (position: number, value: Uint8Array) => void,
  ): Promise<void>;
  writeMany(entries: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void>;
}

export interface GenerateQueriesOptions extends LongJobOptions {
  /** An OpenAI client, or anything with its `chat.completions.create`; retries are the client's. */
  readonly client: ChatClient;
  /** A chat model that can answer by a JSON schema. */
  readonly model: string;
  /** Queries for each passage. @default 3 */
  readonly n?: number | undefined;
  /** What queries to write: the domain, the language, the style of your users. @default web searches the passage answers */
  readonly instructions?: string | undefined;
  /** Keeps every answer, so that a second run, or one that was interrupted, pays only for what is missing. @default none */
  readonly store?: QueryStore | undefined;
  /** Requests under way at once. @default 4 */
  readonly concurrency?: number | undefined;
  /** Passed to the model, where it can be repeatable. @default none */
  readonly seed?: number | undefined;
  /** Passed to the model. @default none: the model's own */
  readonly temperature?: number | undefined;
}

/** Why a passage (the first two) or a query (the rest) gave no pair. */
export type GeneratedDrop = "refused" | "malformed" | "empty" | "duplicate" | "surplus";

export interface GeneratedQueries {
  /** Label 1, kind `"synthetic"`; the passage's group, or for a bare text the text itself. */
  readonly pairs: readonly Pair[];
  readonly counts: {
    /** Distinct passages. */
    readonly passages: number;
    /** Answered by the store. */
    readonly stored: number;
    /** Asked of the model. */
    readonly requests: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly drops: DropCounts<GeneratedDrop>;
  };
}

const DEFAULT_INSTRUCTIONS = `You write search queries. The user gives a passage; write queries that people who have not read it would type and that it answers. Use their words rather than the passage's, never refer to "the passage", and let each query ask for something else.`;

/**
 * Writes queries that given passages answer, for a corpus that has no questions: positive pairs to train and to mine
 * negatives for. Equal passages are asked for once; a query that two passages were given stays with the first.
 *
 * An error of the client ends the job after what is under way was stored: run it again, with the same store, to go on.
 *
 * @throws RangeError when an option is out of range. @throws Error naming the passage the client failed on.
 */
export async function generateQueries(
  passages: Iterable<string | PoolPassage>,
  {
    client,
    model,
    n = 3,
    instructions = DEFAULT_INSTRUCTIONS,
    store,
    concurrency = 4,
    seed,
    temperature,
    signal,
    onProgress,
  }: GenerateQueriesOptions,
): Promise<GeneratedQueries> {
  checkInteger("generateQueries", "n", n, 1);
  checkInteger("generateQueries", "concurrency", concurrency, 1);
  const drops = createDropCounter<GeneratedDrop>();
  const distinct = distinctPassages(passages);
  const prompt = { model, n, instructions, seed, temperature };
  const usage = { stored: 0, requests: 0, promptTokens: 0, completionTokens: 0 };
  let done = 0;

  const answer = async ({ text }: PoolPassage, i: number): Promise<readonly string[]> => {
    signal?.throwIfAborted();
    const request = queryRequest(text, prompt);
    const key = store === undefined ? "" : await keyOf(request);
    let queries = await storedQueries(store, key);
    if (queries !== undefined) usage.stored++;
    else {
      usage.requests++;
      const reply = await client.chat.completions
        .create(request, { signal })
        .then(undefined, (cause: unknown) => {
          signal?.throwIfAborted();
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`generateQueries: passage ${i} (${quoteText(text)}): ${reason}`, {
            cause,
          });
        });
      usage.promptTokens += reply.usage?.prompt_tokens ?? 0;
      usage.completionTokens += reply.usage?.completion_tokens ?? 0;
      const found = queriesOf(reply);
      if (typeof found === "string") drops.add(found);
      else await store?.writeMany([[key, new TextEncoder().encode(JSON.stringify(found))]]);
      queries = typeof found === "string" ? [] : found;
    }
    onProgress?.({ stage: "generate", done: ++done, total: distinct.length });
    return queries;
  };
  const answers = await mapConcurrently(distinct, concurrency, answer);

  const pairs: Pair[] = [];
  const seen = new Set<string>();
  for (const [i, { text, group }] of distinct.entries()) {
    drops.add("surplus", Math.max(0, answers[i].length - n));
    for (const query of answers[i].slice(0, n)) {
      const key = comparableText(query);
      if (key === "") drops.add("empty");
      else if (seen.has(key)) drops.add("duplicate");
      else {
        seen.add(key);
        pairs.push({ query, passage: text, label: 1, group, kind: "synthetic" });
      }
    }
  }
  return { pairs, counts: { passages: distinct.length, ...usage, drops: drops.counts() } };
}

function distinctPassages(passages: Iterable<string | PoolPassage>): PoolPassage[] {
  const byText = new Map<string, PoolPassage>();
  for (const passage of passages) {
    const entry = typeof passage === "string" ? { text: passage, group: passage } : passage;
    const key = comparableText(entry.text);
    if (key !== "" && !byText.has(key)) byText.set(key, entry);
  }
  return [...byText.values()];
}

/** All that the answer depends on, hashed: another model, prompt or number is another key. */
async function keyOf(request: object): Promise<string> {
  const [digest] = await sha256([JSON.stringify(request)]);
  return `queries:${digest}`;
}

/** What the store holds, `undefined` where it holds nothing that can be read. */
async function storedQueries(
  store: QueryStore | undefined,
  key: string,
): Promise<readonly string[] | undefined> {
  let text: string | undefined;
  await store?.readMany([key], (_, bytes) => {
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
