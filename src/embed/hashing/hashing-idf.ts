import { refuse } from "../../base/checks.js";
import { createYielder } from "../../base/event-loop.js";
import type { LongJobOptions } from "../../base/progress.js";
import { checkTexts } from "../check-texts.js";
import { createNgramCounter } from "./character-ngrams.js";

/** How rare n-grams are in some texts: plain data, to keep beside what was embedded with it. */
export interface HashingIdf {
  /** Texts it was fitted on. */
  readonly documents: number;
  /**
   * Weight of an n-gram by the leading 20 bits of its hash: ln((1 + documents) / (1 + texts that have it)) + 1, as in
   * scikit-learn. N-grams that share an entry share their count.
   */
  readonly weights: Float32Array;
}

/** The sizes of the n-grams; the embedder's id names them. */
export const minSize = 3;
export const maxSize = 5;

const bits = 20;

/** The entry of an n-gram's hash in {@link HashingIdf.weights}. */
export function idfEntry(hash: number): number {
  return hash >>> (32 - bits);
}

/**
 * Counts in how many texts each n-gram occurs, for `createHashingEmbedder({ idf })`: what occurs everywhere ("the", "ing")
 * then weighs little. Fit it on passages of the kind that will be searched; no labels are needed.
 *
 * @throws RangeError when there is no text, or an empty one.
 */
export async function fitHashingIdf(
  texts: readonly string[],
  { signal, onProgress }: LongJobOptions = {},
): Promise<HashingIdf> {
  signal?.throwIfAborted();
  if (texts.length === 0) refuse("fitHashingIdf: texts", "one text or more", texts);
  checkTexts(texts, "fitHashingIdf");
  const counter = createNgramCounter(minSize, maxSize);
  const counts = new Int32Array(1 << bits);
  /** The last text (from 1) that counted for an entry: n-grams that share it count once per text. */
  const last = new Int32Array(1 << bits);
  const yieldIfDue = createYielder();
  for (const [i, text] of texts.entries()) {
    counter.forEach(text, (hash) => {
      const entry = idfEntry(hash);
      if (last[entry] !== i + 1) {
        last[entry] = i + 1;
        counts[entry]++;
      }
    });
    const pause = yieldIfDue();
    if (pause !== undefined) {
      onProgress?.({ stage: "idf", done: i + 1, total: texts.length });
      await pause;
      signal?.throwIfAborted();
    }
  }
  onProgress?.({ stage: "idf", done: texts.length, total: texts.length });
  const weights = Float32Array.from(
    counts,
    (count) => Math.log((1 + texts.length) / (1 + count)) + 1,
  );
  return { documents: texts.length, weights };
}

/** 16 hexadecimal digits that tell one fitted idf from another. */
export function idfFingerprint({ documents, weights }: HashingIdf): string {
  if (weights.length !== 1 << bits) {
    throw new RangeError(
      `createHashingEmbedder: idf must have ${1 << bits} weights, received ${weights.length}`,
    );
  }
  const words = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  let [a, b] = [documents | 0, ~documents];
  for (const word of words) {
    a = Math.imul(((a << 5) | (a >>> 27)) ^ word, 0x9e3779b1);
    b = Math.imul(((b << 11) | (b >>> 21)) ^ word, 0x85ebca77);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
