import { checkInteger } from "../../base/checks.js";
import { mapConcurrently } from "../../base/map-concurrently.js";
import type { LongJobOptions } from "../../base/progress.js";
import { show } from "../../base/show.js";
import { comparableText } from "../../data/split/comparable-text.js";
import { goldKey } from "../../data/text-identity.js";
import type { Pair } from "../../data/types.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import type { PoolPassage } from "../passage-pool.js";
import {
  queriesOf,
  queryRequest,
  type ChatClient,
  type QueryReply,
  type QueryRequest,
} from "./query-request.js";
import { queryKey, readQueries, writeQueries, type QueryStore } from "./query-store.js";

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
  checkInteger(n, "generateQueries: n", { least: 1 });
  checkInteger(concurrency, "generateQueries: concurrency", { least: 1 });
  const drops = createDropCounter<GeneratedDrop>();
  const distinct = distinctPassages(passages);
  const prompt = { model, n, instructions, seed, temperature };
  const usage = { stored: 0, requests: 0, promptTokens: 0, completionTokens: 0 };
  let done = 0;

  const answer = async ({ text }: PoolPassage, i: number): Promise<readonly string[]> => {
    signal?.throwIfAborted();
    const request = queryRequest(text, prompt);
    const key = await queryKey(request);
    let queries = store === undefined ? undefined : await readQueries(store, key);
    if (queries !== undefined) usage.stored++;
    else {
      usage.requests++;
      const place = `generateQueries: passage ${i} (${show(text)})`;
      const reply = await askModel(client, request, place, signal);
      usage.promptTokens += reply.usage?.prompt_tokens ?? 0;
      usage.completionTokens += reply.usage?.completion_tokens ?? 0;
      const found = queriesOf(reply);
      if (typeof found === "string") drops.add(found);
      else if (store !== undefined) await writeQueries(store, key, found);
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

/** @throws Error beginning with the place, its cause what the client threw; the signal's reason when stopped. */
async function askModel(
  client: ChatClient,
  request: QueryRequest,
  place: string,
  signal: AbortSignal | undefined,
): Promise<QueryReply> {
  try {
    return await client.chat.completions.create(request, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${place}: ${reason}`, { cause });
  }
}

function distinctPassages(passages: Iterable<string | PoolPassage>): PoolPassage[] {
  const byText = new Map<string, PoolPassage>();
  for (const passage of passages) {
    const entry = typeof passage === "string" ? { text: passage, group: passage } : passage;
    const key = goldKey(entry.text);
    if (key !== "" && !byText.has(key)) byText.set(key, entry);
  }
  return [...byText.values()];
}
