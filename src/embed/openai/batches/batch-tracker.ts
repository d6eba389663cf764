import type { Interned } from "../../../base/intern.js";
import { fromRows, rowOf } from "../../../math/matrix.js";
import { keySlices, type StoredVectors } from "../../cache/stored-vectors.js";
import type { RefusedText } from "../../requests/refused-texts.js";
import { decodeAnswer } from "../decode-answer.js";
import { serverWords } from "../server/server-words.js";
import { mostLineCharacters } from "./file-lines.js";

/** A text and the name it goes by in batches: its hash, which is the end of its key in the store. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
  /** Its first position among the caller's texts. */
  readonly index: number;
}

/** What became of the texts of a job so far. */
export interface BatchTally {
  /** Texts that were in the store already. */
  readonly found: number;
  /** Texts whose vectors were fetched into the store. */
  readonly embedded: number;
  /** By position among the caller's texts. */
  readonly failed: readonly RefusedText[];
  readonly tokens: number;
}

/** Tracks a batch job: what is still wanted, what failed and why; and writes what was embedded into the store. */
export interface BatchTracker {
  wants(name: string): boolean;
  /** What is in the store neither from before nor by this job. */
  missing(): NamedText[];
  /** Takes the lines of a result file: vectors into the store, a few hundred at a time, and reasons of failure. */
  collect(lines: AsyncIterable<string>): Promise<void>;
  /** Gives a wanted text without an answer the reason why. */
  fail(name: string, reason: string): void;
  /** What failed is wanted once more. */
  clearFailures(): void;
  tally(): BatchTally;
}

/** Vectors written at once. */
const stride = 512;

/**
 * Begins to track a job: looks up which texts the store has.
 *
 * @param texts Each different text once, with where it first stands among the caller's.
 * @param onChange Called with how many of the texts that were missing are embedded or failed, and of how many.
 */
export async function createBatchTracker(
  { distinct, first }: Pick<Interned<string>, "distinct" | "first">,
  stored: StoredVectors,
  onChange: (done: number, total: number) => void,
): Promise<BatchTracker> {
  /** What is not in the store, by name. */
  const wanted = new Map<string, { readonly key: string; readonly position: number }>();
  for await (const { start, keys } of keySlices(stored, distinct, {})) {
    const { absent } = await stored.read(keys, () => undefined);
    for (const k of absent) {
      wanted.set(keys[k].slice(keys[k].lastIndexOf(":") + 1), {
        key: keys[k],
        position: start + k,
      });
    }
  }
  const failed = new Map<string, string>();
  const found = distinct.length - wanted.size;
  let embedded = 0;
  let tokens = 0;
  const report = (): void => {
    onChange(embedded + failed.size, distinct.length - found);
  };

  const write = async (vectors: ReadonlyMap<string, Float32Array>): Promise<void> => {
    const length = stored.dimensions ?? usualLength(vectors.values());
    const names = [...vectors.keys()].filter((name) => vectors.get(name)!.length === length);
    for (const [name, vector] of vectors) {
      if (vector.length === length) continue;
      failed.set(
        name,
        `its vector must have ${length} values like the others, received ${vector.length}`,
      );
    }
    await stored.write(
      names.map((name) => wanted.get(name)!.key),
      { indices: [...names.keys()], vectors: fromRows(names.map((name) => vectors.get(name)!)) },
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
    missing: () =>
      [...wanted].map(([name, { position }]) => ({
        name,
        text: distinct[position],
        index: first[position],
      })),
    async collect(lines) {
      let fresh = new Map<string, Float32Array>();
      for await (const line of lines) {
        const answer = readLine(line, stored.dimensions);
        // A line of a text that this call did not ask for, or one that says nothing.
        if (answer === undefined || !wanted.has(answer.name)) continue;
        if ("reason" in answer) failed.set(answer.name, answer.reason);
        else {
          fresh.set(answer.name, answer.vector);
          tokens += answer.tokens;
        }
        if (fresh.size < stride) continue;
        await write(fresh);
        fresh = new Map();
      }
      if (fresh.size > 0) await write(fresh);
      else report();
    },
    fail(name, reason) {
      if (!wanted.has(name) || failed.has(name)) return;
      failed.set(name, reason);
      report();
    },
    clearFailures: () => failed.clear(),
    tally: () => ({
      found,
      embedded,
      failed: [...failed].map(([name, reason]) => {
        const { position } = wanted.get(name)!;
        return { index: first[position], text: distinct[position], reason };
      }),
      tokens,
    }),
  };
}

/** The length that most of them have: a single damaged line says nothing of the others. */
function usualLength(vectors: Iterable<Float32Array>): number {
  const counts = new Map<number, number>();
  for (const { length } of vectors) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [[length]] = [...counts].sort(([, a], [, b]) => b - a);
  return length;
}

type LineAnswer = { readonly name: string } & (
  { readonly vector: Float32Array; readonly tokens: number } | { readonly reason: string }
);

/** What a line of a result file says; `undefined` when it is damaged beyond its name. */
function readLine(line: string, dimensions: number | undefined): LineAnswer | undefined {
  const { name, response, error } = namedLine(line) ?? {};
  if (name === undefined) return undefined; // its text is told of as one without an answer
  const status = isObject(response) ? response.status_code : undefined;
  if (status !== 200 || !isObject(response)) {
    const words = serverWords(isObject(response) ? response.body : { error });
    const message = words.message || serverWords({ error }).message;
    return {
      name,
      reason:
        `${typeof status === "number" ? status : (words.code ?? "no status")} ${message}`.trim(),
    };
  }
  try {
    const answer = decodeAnswer(response.body, 1, dimensions);
    return { name, vector: rowOf(answer.vectors, 0), tokens: answer.tokens ?? 0 };
  } catch (cause) {
    return { name, reason: (cause as Error).message };
  }
}

/** A line of a file of batches; `undefined` where it is none: no object, without a name. */
export function namedLine(
  line: string,
): { readonly name: string; readonly response: unknown; readonly error: unknown } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // A line that is too long comes as its beginning, where its name stands.
    const name = /"custom_id": ?"([^"\\]+)"/.exec(line)?.[1];
    const message = `line: cut, or of more than ${mostLineCharacters} characters`;
    return name === undefined
      ? undefined
      : { name, response: null, error: { code: "damaged", message } };
  }
  if (!isObject(parsed) || typeof parsed.custom_id !== "string") return undefined;
  return { name: parsed.custom_id, response: parsed.response, error: parsed.error };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
