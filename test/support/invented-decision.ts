import { createAdapter } from "../../src/adapter/create-adapter.js";
import { createRandom } from "../../src/base/random.js";
import { createMatrix, identityMatrix, type Matrix } from "../../src/math/matrix.js";
import type { ReportedDecision } from "../../src/report/reported-decision.js";
import type {
  Choice,
  DecisionRow,
  Gain,
  GainOf,
  NearestPassages,
  QuestionOutcome,
} from "../../src/tune/verdict/decision.js";

export interface InventedOptions {
  readonly questions?: number;
  readonly passages?: number;
  readonly dimensions?: number;
  readonly seed?: number;
}

const syllables = "ba co di fu ge hi jo ku la me ni po qua ri so tu ve wo xa zy".split(" ");

/**
 * A decision as `tune` would return it, on invented texts and vectors, with ranks drawn and not measured: to look at a
 * page of any size. Its figures are those of its questions.
 */
export function inventedDecision({
  questions: count = 60,
  passages: corpus = 120,
  dimensions = 16,
  seed = 1,
}: InventedOptions = {}): ReportedDecision {
  const random = createRandom(`invented/${seed}`);
  const word = (): string =>
    Array.from({ length: 1 + random.integer(3) }, () => syllables[random.integer(20)]).join("");
  const text = (words: number): string => Array.from({ length: words }, word).join(" ");
  const vectors = (rows: number): Matrix => {
    const matrix = createMatrix(rows, dimensions);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
    return matrix;
  };
  const rank = (): number =>
    Math.min(corpus, Math.max(1, Math.round(Math.exp(1.1 * random.normal() + 0.6))));
  const nearest = (right: number, place: number): NearestPassages => {
    const rightCosine = 0.5 + 0.1 * random.normal();
    const gap = Math.abs(0.05 * random.normal()) + 1e-3;
    const wrong = (right + 1 + random.integer(corpus - 1)) % corpus;
    return {
      ...{ right, rightCosine, wrong },
      wrongCosine: place === 1 ? rightCosine - gap : rightCosine + gap,
    };
  };
  const questions = Array.from({ length: count }, (_, row): QuestionOutcome => {
    const right = random.integer(corpus);
    const before = rank();
    const drawn = rank();
    const kind = random.next();
    const after = kind < 0.5 ? before : kind < 0.85 ? Math.min(before, drawn) : drawn;
    return {
      ...{ row, before, after, bestOfAll: Math.min(before, after) },
      nearest: { before: nearest(right, before), after: nearest(right, after) },
    };
  });
  const mean = (of: (question: QuestionOutcome) => number): number =>
    questions.reduce((sum, question) => sum + of(question), 0) / count;
  const about = (gain: number, reach: number): Gain => ({
    ...{ gain, low: gain - reach, high: gain + reach },
  });
  const figure = (value: (rank: number) => number): GainOf => {
    const [before, after] = [mean((q) => value(q.before)), mean((q) => value(q.after))];
    return { before, after, ...about(after - before, 0.02) };
  };
  const within = (k: number) => (place: number) => Number(place <= k);
  const figures = {
    mrr: figure((place) => 1 / place),
    "recall@1": figure(within(1)),
    "recall@10": figure(within(10)),
    "ndcg@10": figure((place) => (place > 10 ? 0 : 1 / Math.log2(place + 1))),
  };
  const { mrr } = figures;
  const sentence =
    `use it: for new questions about known passages, rca raises MRR from ${mrr.before.toFixed(3)} to ` +
    `${mrr.after.toFixed(3)}, by +${mrr.gain.toFixed(3)} [${mrr.low.toFixed(3)}, ${mrr.high.toFixed(3)}] ` +
    `(${count.toLocaleString("en-US")} questions judged out of fold against ${corpus.toLocaleString("en-US")} passages).`;
  const weights = identityMatrix(dimensions);
  for (let i = 0; i < dimensions; i++) weights.data[i * dimensions + i] = 1 / (1 + i);
  const side = { center: null, weights };
  const adapter = createAdapter({
    ...{ inputDimensions: dimensions, query: side, passage: side },
    ...{ embedder: "invented", method: "rca" },
  });
  const choice = (own: "both" | "query", expected: Gain): Choice => ({
    ...{ adapter, method: "rca", side: own, parameters: { lambda: 1, power: 0.25 }, expected },
  });
  const row = (
    method: string,
    own: "both" | "query",
    parameters: Record<string, number>,
    gain: number,
  ): DecisionRow => ({
    ...{ method, side: own, parameters, figure: mrr.before + gain, gain: about(gain, 0.02) },
    ...{ seconds: 1.5, skipped: null },
  });
  const pair = (rocAuc: number) => ({ rocAuc, accuracy: 0.8, threshold: 0.5, baseRate: 2 / 3 });
  const ids = (letter: string, n: number): string[] =>
    Array.from({ length: n }, (_, i) => `${letter}${i}`);
  return {
    ...{ verdict: "use it", claim: "questions", sentence, metric: "mrr", adapter },
    best: choice("both", mrr),
    bestQueryOnly: choice("query", about(mrr.gain - 0.01, 0.02)),
    peerGain: about(mrr.gain, 0.03),
    queryOnlyDifference: about(-0.01, 0.005),
    otherClaim: {
      ...{ claim: "passages", questions: count, untouched: mrr.before },
      ...{ chosen: about(0.01, 0.02), forms: [], bestClosedForm: null },
    },
    forms: [],
    labelsNeeded: count,
    labelsLookUnrelated: false,
    labels: { pairs: count, questions: count, groups: count },
    corpus: { rows: corpus, judged: corpus },
    figures,
    cosines: {
      nearestWrong: { before: pair(0.6), after: pair(0.7) },
      randomWrong: { before: pair(0.9), after: pair(0.95) },
    },
    table: [
      row("identity", "query", {}, 0),
      row("rca", "both", { lambda: 1, power: 0.25 }, mrr.gain),
      row("rca", "both", { lambda: 3, power: 0.25 }, mrr.gain - 0.01),
      row("ridge", "query", { mu: 1 }, -0.02),
      {
        ...{ method: "ridge", side: "query", parameters: { mu: 3 }, figure: null, gain: null },
        ...{ seconds: 0.2, skipped: "trailing" },
      },
    ],
    questions,
    texts: {
      queries: Array.from({ length: count }, (_, i) => `${text(6)} ask${i}`),
      passages: Array.from({ length: corpus }, (_, i) => `${text(60)} answer${i}`),
      queryIds: ids("q", count),
      passageIds: ids("p", corpus),
      pairs: {
        query: Uint32Array.from(questions, (question) => question.row),
        passage: Uint32Array.from(questions, (question) => question.nearest.before.right),
        label: new Uint8Array(count).fill(1),
      },
      groups: undefined,
      counts: {
        pairs: count,
        duplicatePairs: 0,
        contradictions: 0,
        duplicatePassages: 0,
        passagesBesideCorpus: 0,
      },
    },
    vectors: { queries: vectors(count), passages: vectors(corpus) },
    embedding: {
      ...{ embedder: "invented", dimensions, prefixes: null, tokenLimit: null, estimate: null },
      cut: { queries: 0, passages: 0 },
    },
    nearDuplicates: { queries: 0, passages: 0 },
    seed,
  };
}
