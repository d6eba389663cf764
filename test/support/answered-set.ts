import { createRandom, type Matrix } from "embedtune";
import type { KnownQuestionRows } from "embedtune/answered";
import { createMatrix, normalizeRows } from "embedtune/math";

export interface AnsweredSet {
  readonly passages: Matrix;
  readonly passageIds: string[];
  /** Answered questions, the same number for each passage that has any. */
  readonly known: KnownQuestionRows;
  /** Rows of `passages` that the known questions were asked for, before labels were made wrong. */
  readonly rows: Uint32Array;
  /** New questions, and the row that answers each. */
  readonly asked: Matrix;
  readonly answers: Uint32Array;
}

/**
 * Passages, and questions about them that are asked in a few ways each: a way lies half toward its passage and half
 * somewhere else, so that the nearest passage is often a wrong one while the nearest known question is a right one.
 */
export function answeredSet({
  passages: count = 150,
  perPassage = 6,
  asked: askedCount = 300,
  d = 24,
  seed = 1,
  wrong = 0,
  ways = 2,
}: {
  passages?: number;
  perPassage?: number;
  asked?: number;
  d?: number;
  seed?: number;
  /** Share of the known questions that are given another passage. */
  wrong?: number;
  ways?: number;
} = {}): AnsweredSet {
  const random = createRandom(`answered/${seed}`);
  const draw = (rows: number): Matrix => {
    const matrix = createMatrix(rows, d);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
    return normalizeRows(matrix);
  };
  const passages = draw(count);
  const offsets = draw(count * ways);
  const ask = (rows: Uint32Array): Matrix => {
    const noise = draw(rows.length);
    for (const [i, row] of rows.entries()) {
      const way = row * ways + random.integer(ways);
      for (let j = 0; j < d; j++) {
        const center = 0.5 * passages.data[row * d + j] + 0.7 * offsets.data[way * d + j];
        noise.data[i * d + j] = center + 0.5 * noise.data[i * d + j];
      }
    }
    return normalizeRows(noise);
  };
  const passageIds = Array.from({ length: count }, (_, i) => `p${i}`);
  const rows = Uint32Array.from({ length: count * perPassage }, (_, i) => i % count);
  const answers = Uint32Array.from({ length: askedCount }, () => random.integer(count));
  const vectors = ask(rows);
  const asked = ask(answers);
  return {
    ...{ passages, passageIds, rows, asked, answers },
    known: {
      vectors,
      ids: Array.from(rows, (_, i) => `q${i}`),
      passages: Array.from(rows, (row) => {
        const other = (row + 1 + random.integer(count - 1)) % count;
        return passageIds[random.next() < wrong ? other : row];
      }),
    },
  };
}
