import { fromRows, rowOf } from "../../math/matrix.js";
import { createStoredVectors } from "../cache/stored-vectors.js";
import type { RefusedText } from "../requests/refused-texts.js";
import type { StoredPrecision } from "../cache/vector-record.js";
import type { KeyValueStore } from "../stores/key-value-store.js";
import { decodeAnswer } from "./decode-answer.js";

/** A text and the name it goes by in batches: its hash, which is the end of its key in the store. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** What became of the texts of a job so far. */
export interface BatchTally {
  /** Texts that were in the store already. */
  readonly found: number;
  /** Texts whose vectors were fetched into the store. */
  readonly embedded: number;
  /** By position among the job's texts. */
  readonly failed: readonly RefusedText[];
  readonly tokens: number;
}

/** Keeps the books of a batch job: what is still wanted, what failed and why, and the store that vectors go to. */
export interface BatchLedger {
  wants(name: string): boolean;
  /** What is in the store neither from before nor by this job. */
  missing(): NamedText[];
  /** Takes the lines of a result file: vectors into the store, a few hundred at a time, and reasons of failure. */
  collect(lines: AsyncIterable<string>): Promise<void>;
  /** Gives a wanted text without an answer the reason why. */
  fail(name: string, reason: string): void;
  /** What failed is wanted once more. */
  forgiveFailures(): void;
  tally(): BatchTally;
}

/** Keys read, and vectors written, at once. */
const stride = 512;

/**
 * Opens the books of a job: looks up which texts the store has.
 *
 * @param texts Different from each other.
 * @param onChange Called with how many of the texts that were missing are embedded or failed, and of how many.
 */
export async function openBatchLedger(
  texts: readonly string[],
  store: KeyValueStore,
  { id, knownDimensions }: { readonly id: string; readonly knownDimensions: number | undefined },
  precision: StoredPrecision,
  onChange: (done: number, total: number) => void,
): Promise<BatchLedger> {
  const stored = createStoredVectors(
    { id, symmetric: true, dimensions: knownDimensions },
    store,
    precision,
  );
  const keys = await stored.keys(texts, undefined);
  const nameAt = (keys[0] ?? "").lastIndexOf(":") + 1;
  const prefix = (keys[0] ?? "").slice(0, nameAt);
  /** Name to position. */
  const wanted = new Map(keys.map((key, text) => [key.slice(nameAt), text]));
  const failed = new Map<string, string>();
  let embedded = 0;
  let tokens = 0;

  for (let start = 0; start < keys.length; start += stride) {
    const slice = keys.slice(start, start + stride);
    await stored.read(slice, (position) => wanted.delete(slice[position].slice(nameAt)));
  }
  const found = texts.length - wanted.size;
  const report = (): void => {
    onChange(embedded + failed.size, texts.length - found);
  };

  const tally = (): BatchTally => ({
    found,
    embedded,
    failed: [...failed].map(([name, reason]) => {
      const index = wanted.get(name) as number;
      return { index, text: texts[index], reason };
    }),
    tokens,
  });

  const keep = async (vectors: ReadonlyMap<string, Float32Array>): Promise<void> => {
    const names = [...vectors.keys()];
    await stored.write(
      names.map((name) => prefix + name),
      { indices: [...names.keys()], vectors: fromRows([...vectors.values()]) },
    );
    for (const name of names) {
      wanted.delete(name);
      failed.delete(name);
    }
    embedded += names.length;
    report();
  };

  return {
    wants: (name) => wanted.has(name),
    missing: () => [...wanted].map(([name, index]) => ({ name, text: texts[index] })),
    async collect(lines) {
      let fresh = new Map<string, Float32Array>();
      let dimensions = stored.dimensions;
      for await (const line of lines) {
        const answer = readLine(line, dimensions);
        // A line of a text that this call did not ask for, or one that says nothing.
        if (answer === undefined || !wanted.has(answer.name)) continue;
        if ("reason" in answer) failed.set(answer.name, answer.reason);
        else {
          dimensions ??= answer.vector.length;
          fresh.set(answer.name, answer.vector);
          tokens += answer.tokens;
        }
        if (fresh.size < stride) continue;
        await keep(fresh);
        fresh = new Map();
      }
      if (fresh.size > 0) await keep(fresh);
      else report();
    },
    fail(name, reason) {
      if (!wanted.has(name) || failed.has(name)) return;
      failed.set(name, reason);
      report();
    },
    forgiveFailures: () => failed.clear(),
    tally,
  };
}

type LineAnswer = { readonly name: string } & (
  { readonly vector: Float32Array; readonly tokens: number } | { readonly reason: string }
);

/** What a line of a result file says; `undefined` when it is damaged beyond its name. */
function readLine(line: string, dimensions: number | undefined): LineAnswer | undefined {
  let parsed: BatchLine;
  try {
    parsed = JSON.parse(line) as BatchLine;
  } catch {
    return undefined; // its text is told of as one without an answer
  }
  const { custom_id: name, response, error } = parsed;
  if (response?.status_code !== 200) {
    const status = response?.status_code ?? error?.code ?? "no answer";
    const message = response?.body?.error?.message ?? error?.message ?? "";
    return { name, reason: `${status} ${message}`.trim() };
  }
  try {
    const answer = decodeAnswer(response.body, 1, dimensions);
    return { name, vector: rowOf(answer.vectors, 0), tokens: answer.tokens ?? 0 };
  } catch (cause) {
    return { name, reason: (cause as Error).message };
  }
}

/** A line of a result file. */
interface BatchLine {
  readonly custom_id: string;
  readonly response?: {
    readonly status_code: number;
    readonly body?: { readonly error?: { readonly message?: string } };
  } | null;
  readonly error?: { readonly code?: string; readonly message?: string } | null;
}
