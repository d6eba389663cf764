import { checkInteger } from "../../base/checks.js";
import { createYielder } from "../../base/event-loop.js";
import { createMatrix } from "../../math/matrix.js";
import { checkTexts } from "../check-texts.js";
import { createNgramCounter } from "./character-ngrams.js";
import type { Embedder } from "../embedder.js";
import { idfEntry, idfFingerprint, maxSize, minSize, type HashingIdf } from "./hashing-idf.js";

export interface HashingEmbedderOptions {
  /** Length of the vectors, >= 1. @default 1536 (as text-embedding-ada-002) */
  readonly dimensions?: number | undefined;
  /** Weights of rare and frequent n-grams, from `fitHashingIdf`; its fingerprint becomes part of the id. @default none */
  readonly idf?: HashingIdf | undefined;
}

/**
 * The built-in embedder: no key, no network, no model file, the same vectors on every machine.
 *
 * It is *not* a neural model: it compares spelling, not meaning. Each text becomes its word-boundary character
 * 3–5-grams; each n-gram adds its log term frequency (1 + ln tf), times its inverse document frequency where one was fitted, to one component, chosen with its sign by a 32-bit hash
 * (signed feature hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009); the sum is
 * scaled to length 1.
 *
 * @throws RangeError when `dimensions` is no positive integer; from `embed`, when a text is empty.
 */
export function createHashingEmbedder({
  dimensions = 1536,
  idf,
}: HashingEmbedderOptions = {}): Embedder {
  checkInteger(dimensions, "createHashingEmbedder: dimensions", { least: 1 });
  const fitted = idf === undefined ? "" : `/idf-${idfFingerprint(idf)}`;
  return {
    id: `hashing/char-${minSize}-${maxSize}/${dimensions}${fitted}/v1`,
    dimensions,
    symmetric: true,
    async embed(texts, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      checkTexts(texts, "embed");
      const result = createMatrix(texts.length, dimensions);
      const counter = createNgramCounter(minSize, maxSize);
      const sum = new Float64Array(dimensions);
      const yieldIfDue = createYielder();
      for (let i = 0; i < texts.length; i++) {
        sum.fill(0);
        counter.forEach(texts[i], (hash, count) => {
          const weight = (1 + Math.log(count)) * (idf?.weights[idfEntry(hash)] ?? 1);
          sum[(hash & 0x7fffffff) % dimensions] += hash < 0 ? -weight : weight;
        });
        normalizeInto(result.data.subarray(i * dimensions, (i + 1) * dimensions), sum, i);
        // Let timers, aborts and the page be handled a few times a second.
        const pause = yieldIfDue();
        if (pause !== undefined) {
          onProgress?.({ stage: "embed", done: i + 1, total: texts.length });
          await pause;
          signal?.throwIfAborted();
        }
      }
      onProgress?.({ stage: "embed", done: texts.length, total: texts.length });
      return result;
    },
  };
}

function normalizeInto(row: Float32Array, sum: Float64Array, index: number): void {
  let squares = 0;
  for (const value of sum) squares += value * value;
  if (squares === 0) {
    throw new RangeError(
      `embed: texts[${index}] must have a vector other than zero, but its n-grams cancel out in ${sum.length} dimensions; use more`,
    );
  }
  const scale = 1 / Math.sqrt(squares);
  for (let j = 0; j < row.length; j++) row[j] = sum[j] * scale;
}
