import { describe, expect, it } from "vitest";
import { fitThreshold, pairCosines, type PairColumns } from "../../src/index.js";
import {
  averagePrecision,
  brierScore,
  calibrationCurve,
  evaluateCompressed,
  evaluateGradedPairs,
  evaluateTriplets,
  fitCalibration,
  labelHistogram,
  notebookThreshold,
  pairScores,
  precisionRecallCurve,
  rankRelevant,
  retrieve,
  rocAuc,
  rocCurve,
  scoreOverlap,
} from "../../src/evaluate.js";
import { evaluateScores } from "../../src/evaluate/pairs/evaluate-scores.js";
import { evaluateRetrieval } from "../../src/evaluate/retrieval/retrieval.js";
import { fromRows, type Matrix } from "../../src/math/matrix.js";
import { createVectorIndex } from "../../src/negatives/indexes/vector-index.js";

const pairs: PairColumns = {
  query: Uint32Array.of(0, 1),
  passage: Uint32Array.of(0, 1),
  label: Uint8Array.of(1, 0),
};
const rows = Uint32Array.of(0, 1);
const relevant = [[0], [1]];
const texts = { queries: ["a", "b"], passages: ["c", "d"] };

type Evaluator = (queries: Matrix, corpus: Matrix) => unknown;
/** What compares vectors, with what its messages call the two sides. */
const evaluators: readonly [string, string, string, Evaluator][] = [
  ["evaluateRetrieval", "queries", "corpus", (q, c) => evaluateRetrieval(q, c, relevant)],
  ["evaluateCompressed", "queries", "corpus", (q, c) => evaluateCompressed(q, c, relevant)],
  ["rankRelevant", "queries", "corpus", (q, c) => rankRelevant(q, c, relevant)],
  ["retrieve", "queries", "corpus", (q, c) => retrieve(q, c, 1)],
  ["pairCosines", "queries", "passages", (q, c) => pairCosines(q, c, pairs)],
  ["pairScores", "queries", "passages", (q, c) => pairScores(q, c, pairs, { similarity: "dot" })],
  [
    "evaluateTriplets",
    "queries",
    "passages",
    (q, c) => evaluateTriplets(q, c, { query: rows, positive: rows, negative: rows }),
  ],
  [
    "createVectorIndex",
    "vectors.queries",
    "vectors.passages",
    (queries, passages) => createVectorIndex(texts, { queries, passages }),
  ],
];

const good = fromRows([
  [1, 2],
  [3, -1],
]);
const matrix = (height: number, cols: number, values: readonly number[]): Matrix => ({
  ...{ rows: height, cols, data: Float32Array.from(values) },
});
const isMatrix = /must be a Matrix, as fromRows makes it, received/;
const finite = /row 1(?:, column 0 must be a finite number|.*received a value that is not finite)/;
/** Names, values, what is said of them behind the side's name, and whether that is so of inner products too. */
const wrong: readonly [string, Matrix, RegExp, boolean?][] = [
  ["NaN", matrix(2, 2, [1, 0, NaN, 1]), finite],
  ["infinity", matrix(2, 2, [1, 0, -Infinity, 1]), finite],
  ["a row of zeros", matrix(2, 2, [1, 0, 0, 0]), /row 1 must have a direction/, false],
  ["rows that are cut off", matrix(2, 2, [1, 0, 1]), /must have rows × cols values, 2 × 2/],
  ["values behind the rows", matrix(2, 2, [1, 0, 1, 0, 1]), /must have rows × cols values, 2 × 2/],
  ["fewer than no rows", matrix(-1, 2, []), /must have rows × cols values, -1 × 2|relevant.* -1/],
  ["other dimensions", matrix(2, 3, [1, 0, 0, 0, 1, 0]), /must have the same dimensions, received/],
  ["lists of numbers", [[1, 0]] as unknown as Matrix, isMatrix],
  ["lists of two lengths", [[1, 0], [1]] as unknown as Matrix, isMatrix],
  ["nothing", undefined as unknown as Matrix, isMatrix],
];

describe.each(evaluators)("%s", (caller, queries, corpus, evaluate) => {
  const refusal = async (q: Matrix, c: Matrix): Promise<string> => {
    try {
      await evaluate(q, c);
      return "";
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return (error as RangeError).message;
    }
  };

  it.each(wrong)("refuses %s by name, on either side", async (name, value, message, ofDot) => {
    const asked = await refusal(value, good);
    const searched = await refusal(good, value);
    if (caller === "pairScores" && ofDot === false)
      return expect([asked, searched]).toEqual(["", ""]);
    for (const [said, side] of [
      [asked, queries],
      [searched, corpus],
    ]) {
      expect(said).toMatch(message);
      expect(said.startsWith(`${caller}: `)).toBe(true);
      if (name !== "other dimensions" && !said.includes("relevant")) expect(said).toContain(side);
    }
  });

  it("takes vectors of any length that single precision holds", async () => {
    for (const scale of [1e-44, 1e-30, 1, 1e30, 1e37]) {
      const scaled = matrix(2, 2, [scale, 2 * scale, 3 * scale, -scale]);
      if (scale < 1e-40) scaled.data.set([scale, 0, 0, scale]);
      expect(await refusal(scaled, good)).toBe("");
    }
  });
});

describe("inner products beyond single precision", () => {
  const long = matrix(2, 2, [3e38, 3e38, 1, 0]);
  const dot = { similarity: "dot" } as const;
  it.each<[string, string, Evaluator]>([
    ["evaluateRetrieval", "corpus", (q, c) => evaluateRetrieval(q, c, relevant, dot)],
    ["rankRelevant", "corpus", (q, c) => rankRelevant(q, c, relevant, dot)],
    ["retrieve", "corpus", (q, c) => retrieve(q, c, 1, dot)],
    ["pairScores", "passages", (q, c) => pairScores(q, c, pairs, dot)],
    [
      "evaluateTriplets",
      "passages",
      (q, c) => evaluateTriplets(q, c, { query: rows, positive: rows, negative: rows }, dot),
    ],
  ])("are refused, not infinite: %s", async (caller, side, evaluate) => {
    const error = await (async () => evaluate(long, good))().catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(
      `RangeError: ${caller}: queries and ${side} must have inner products within single precision, received rows of lengths 4.2`,
    );
    expect(String(error)).toMatch(/e\+38 and 3\.16\d*$/);
    const small = matrix(2, 2, [1e-30, 0, 0, 1e-30]);
    await evaluate(long, small);
  });
});

type Scored = (scores: readonly number[], labels: readonly number[]) => unknown;
/** What takes scores with labels 0 and 1; those that are `true` ask for both labels. */
const scored: readonly [string, Scored, boolean?][] = [
  ["evaluateScores", (s, l) => evaluateScores(s, l)],
  ["fitThreshold", (s, l) => fitThreshold(s, l)],
  ["notebookThreshold", (s, l) => notebookThreshold(s, l)],
  ["rocAuc", (s, l) => rocAuc(s, l), true],
  ["rocCurve", (s, l) => rocCurve(s, l), true],
  ["averagePrecision", (s, l) => averagePrecision(s, l)],
  ["precisionRecallCurve", (s, l) => precisionRecallCurve(s, l)],
  ["scoreOverlap", (s, l) => scoreOverlap(s, l), true],
  ["labelHistogram", (s, l) => labelHistogram(s, l)],
  ["fitCalibration", (s, l) => fitCalibration(s, l, { method: "platt" })],
  ["brierScore", (s, l) => brierScore(s, l)],
  ["calibrationCurve", (s, l) => calibrationCurve(s, l)],
];

describe.each(scored)("%s", (caller, evaluate, needsBoth) => {
  it.each<[string, readonly number[], readonly number[]]>([
    ["nothing", [], []],
    ["NaN", [0.5, NaN], [1, 0]],
    ["infinity", [0.5, Infinity], [1, 0]],
    ["a label that is none", [0.5, 0.25], [1, 2]],
    ["more scores than labels", [0.5, 0.25], [1]],
    ["a score that is a text", [0.5, "0.2" as unknown as number], [1, 0]],
  ])("refuses %s by name", (_, scores, labels) => {
    const refused = expect(() => evaluate(scores, labels));
    refused.toThrow(RangeError);
    expect(() => evaluate(scores, labels)).toThrow(
      new RegExp(`^${caller}: (?:scores|labels|probabilities)`),
    );
  });

  it("gives finite figures for ties and for neighbours that no midpoint parts", () => {
    for (const scores of [
      [0.5, 0.5, 0.5, 0.5],
      [0.5, 0.5 + 2 ** -53, 0.5, 0.5 + 2 ** -53],
      [0, -0, 0, -0],
    ]) {
      const labels = [1, 0, 0, 1];
      const noSpread = caller === "scoreOverlap" && new Set(scores).size === 1;
      if (noSpread)
        expect(() => evaluate(scores, labels)).toThrow("scoreOverlap: scores must differ");
      else expect(infinite(evaluate(scores, labels))).toEqual([]);
    }
  });

  it("gives finite figures for one label alone, or says that it needs both", () => {
    for (const label of [0, 1]) {
      const work = (): unknown => evaluate([0.2, 0.4], [label, label]);
      if (needsBoth === true) expect(work).toThrow(`${caller}: labels must hold both 0 and 1`);
      else {
        let figures: unknown;
        try {
          figures = work();
        } catch (error) {
          expect(String(error)).toMatch(
            new RegExp(
              `^RangeError: ${caller}: labels must hold (?:both 0 and 1|a 1), received only`,
            ),
          );
        }
        expect(infinite(figures)).toEqual([]);
      }
    }
  });
});

describe("evaluateGradedPairs", () => {
  it.each<[string, readonly number[], readonly number[]]>([
    ["one pair", [1], [2]],
    ["equal scores", [1, 1], [2, 3]],
    ["NaN", [1, NaN], [2, 3]],
    ["more scores than grades", [1, 2], [3]],
  ])("refuses %s by name", (_, scores, grades) => {
    expect(() => evaluateGradedPairs(scores, grades)).toThrow(/^evaluateGradedPairs: /);
  });
});

/** Paths of numbers that are not finite. */
function infinite(value: unknown, path = ""): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path} ${value}`];
  if (typeof value !== "object" || value === null) return [];
  const entries = ArrayBuffer.isView(value)
    ? [...(value as Float64Array).entries()]
    : Object.entries(value);
  return entries.flatMap(([key, part]) => infinite(part, `${path}.${key}`));
}
