import { createMatrix, fromRows, rowOf } from "../../math/matrix.js";
import { checkVectorLength } from "../check-vectors.js";
import type { EmbeddedBatch } from "../embedder.js";
import type { AnsweredInputs } from "./sender.js";

interface PartialText {
  missing: number;
  readonly sum: Float64Array;
}

/**
 * Turns answers to inputs into vectors of texts. A text that was split is complete with its last part: its vector is the
 * mean of its parts' vectors weighted by their tokens, scaled to length 1.
 */
export function createAssembler(): (answered: AnsweredInputs) => EmbeddedBatch {
  const partial = new Map<number, PartialText>();
  return ({ inputs, answer: { vectors } }) => {
    if (inputs.every(({ parts }) => parts === 1)) {
      return { indices: inputs.map(({ index }) => index), vectors };
    }
    const indices: number[] = [];
    const rows: Float32Array[] = [];
    for (const [k, { index, tokens, parts }] of inputs.entries()) {
      const row = rowOf(vectors, k);
      if (parts === 1) {
        indices.push(index);
        rows.push(row);
        continue;
      }
      const text = partial.get(index) ?? { missing: parts, sum: new Float64Array(vectors.cols) };
      partial.set(index, text);
      checkVectorLength("createOpenAIEmbedder", row.length, text.sum.length, " like the first");
      for (let j = 0; j < row.length; j++) text.sum[j] += tokens * row[j];
      if (--text.missing === 0) {
        partial.delete(index);
        indices.push(index);
        rows.push(normalized(text.sum));
      }
    }
    return { indices, vectors: rows.length === 0 ? createMatrix(0, vectors.cols) : fromRows(rows) };
  };
}

function normalized(sum: Float64Array): Float32Array {
  let squares = 0;
  for (const value of sum) squares += value * value;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  return Float32Array.from(sum, (value) => value * scale);
}
