import { HALF_STEP, roundCosine } from "../../math/cosine-grid.js";
import type { Matrix } from "../../math/matrix.js";

/** How a question's cosines are to be read. */
export interface JudgedQuestion {
  /** Columns of the matching passages, and of others equal to them. */
  readonly relevant: readonly number[];
  /** Their grades; `null` where every match counts 1. */
  readonly grades: readonly number[] | null;
  /** Column of the passage that is the question itself, which takes no rank. @default -1: none is */
  readonly itself?: number | undefined;
  /** Columns of passages labelled 0 for the question. */
  readonly labelledWrong: readonly number[];
  /** Up to two columns drawn at random that are no match. */
  readonly random: readonly number[];
  /** Seed of the order in which passages of the same cosine stand: the same under every map. */
  readonly tieSeed: number;
}

/** What became of the judged questions under one map. */
export interface Outcomes {
  /**
   * Per question, the rank of the nearest match, from 1; passages of the same cosine stand in random order. Were they to
   * stand before it, whatever tells them apart by chance would gain; behind it, whatever makes passages alike.
   */
  readonly rank: Float64Array;
  /** Per question, nDCG@10. */
  readonly ndcg: Float64Array;
  /**
   * Per question, the rank of the nearest match among its peers alone: the passages that the fit learnt from just as it
   * learnt from the match, or did not. A fit moves what it learnt from otherwise than the rest, whatever the labels say;
   * among peers such a move favours nobody.
   */
  readonly peerRank: Float64Array;
  /** Per question, nDCG@10 among peers. */
  readonly peerNdcg: Float64Array;
  /** Per question, the cosine of the nearest match. */
  readonly match: Float64Array;
  /** Per question, its column. */
  readonly matchColumn: Int32Array;
  /** Per question, the column of the nearest wrong passage; -1 where there is none. */
  readonly wrongColumn: Int32Array;
  /** Two per question: the highest cosines of wrong passages; NaN where there are fewer. */
  readonly nearestWrong: Float64Array;
  /** Two per question: cosines of wrong passages drawn at random; NaN where there are fewer. */
  readonly randomWrong: Float64Array;
  /** Per question, the cosines of passages labelled 0. */
  readonly labelledWrong: number[][];
}

/** Room for the outcomes of `count` questions, all still to come. */
export function emptyOutcomes(count: number): Outcomes {
  return {
    rank: new Float64Array(count).fill(NaN),
    ndcg: new Float64Array(count).fill(NaN),
    peerRank: new Float64Array(count).fill(NaN),
    peerNdcg: new Float64Array(count).fill(NaN),
    match: new Float64Array(count).fill(NaN),
    matchColumn: new Int32Array(count).fill(-1),
    wrongColumn: new Int32Array(count).fill(-1),
    nearestWrong: new Float64Array(2 * count).fill(NaN),
    randomWrong: new Float64Array(2 * count).fill(NaN),
    labelledWrong: Array.from({ length: count }, (): number[] => []),
  };
}

/** Reads the cosines of one question, a block of the corpus at a time. Its lists are short: mostly there is one match. */
interface Reading {
  readonly question: JudgedQuestion;
  /** Matches by falling cosine, as positions in `question.relevant`. */
  readonly order: readonly number[];
  /** Their cosines, and their places among passages of the same cosine. */
  readonly scores: readonly number[];
  readonly places: readonly number[];
  /** How many wrong passages stand before each. */
  readonly before: number[];
  /** How many of its peers do. */
  readonly peersBefore: number[];
  /** Whether the fit learnt from each. */
  readonly learnt: readonly number[];
  first: number;
  second: number;
  firstColumn: number;
  readonly random: number[];
  readonly labelled: number[];
}

/** Collects the outcomes of some questions while cosines come in. */
export interface OutcomeReader {
  /** Cosines of the corpus from column `start` on, a row per question. */
  add(block: Matrix, start: number): void;
  /** When all columns have been: writes each question's outcome to its place. */
  finish(outcomes: Outcomes, places: ArrayLike<number>): void;
}

/**
 * @param matchScores Per question the cosines of `relevant`, in their order: they must be known before the first wrong
 *   passage can be counted.
 * @param learnt Per column of the corpus, 1 where the fit learnt from a pair that names the passage; `null` where all
 *   are alike.
 */
export function createOutcomeReader(
  questions: readonly JudgedQuestion[],
  matchScores: readonly ArrayLike<number>[],
  learnt: Uint8Array | null = null,
): OutcomeReader {
  const readings = questions.map((question, i) => startReading(question, matchScores[i], learnt));
  return {
    add({ cols, data }, start) {
      const passOver = new Uint8Array(cols);
      const learntHere = learnt?.subarray(start, start + cols) ?? new Uint8Array(cols);
      const mark = (column: number, value: number): void => {
        if (column >= start && column < start + cols) passOver[column - start] = value;
      };
      for (let i = 0; i < readings.length; i++) {
        const reading = readings[i];
        const row = data.subarray(i * cols, (i + 1) * cols);
        const { relevant, itself = -1, random, labelledWrong } = reading.question;
        for (const column of relevant) mark(column, 1);
        mark(itself, 1);
        countWrong(reading, row, passOver, learntHere, start);
        for (const column of relevant) mark(column, 0);
        mark(itself, 0);
        collect(random, row, start, reading.random);
        collect(labelledWrong, row, start, reading.labelled);
      }
    },
    finish(outcomes, places) {
      for (let i = 0; i < readings.length; i++) {
        const reading = readings[i];
        const at = places[i];
        outcomes.rank[at] = reading.before[0] + 1;
        outcomes.ndcg[at] = ndcgOf(reading, reading.before);
        outcomes.peerRank[at] = reading.peersBefore[0] + 1;
        outcomes.peerNdcg[at] = ndcgOf(reading, reading.peersBefore);
        outcomes.match[at] = reading.scores[0];
        outcomes.matchColumn[at] = reading.question.relevant[reading.order[0]];
        outcomes.wrongColumn[at] = reading.firstColumn;
        outcomes.nearestWrong[2 * at] = finiteOrNaN(reading.first);
        outcomes.nearestWrong[2 * at + 1] = finiteOrNaN(reading.second);
        outcomes.randomWrong.set(reading.random, 2 * at);
        outcomes.labelledWrong[at] = reading.labelled;
      }
    },
  };
}

/** The cosines of some columns, where they are in this block. */
function collect(columns: readonly number[], row: Float32Array, start: number, to: number[]): void {
  for (const column of columns) {
    if (column >= start && column < start + row.length) to.push(roundCosine(row[column - start]));
  }
}

function startReading(
  question: JudgedQuestion,
  matchScores: ArrayLike<number>,
  learnt: Uint8Array | null,
): Reading {
  const { relevant, tieSeed } = question;
  const place = (j: number): number => placeAmongTied(tieSeed, relevant[j]);
  const own: number[] = [];
  const order: number[] = [];
  for (let j = 0; j < relevant.length; j++) {
    own.push(roundCosine(matchScores[j]));
    order.push(j);
  }
  if (order.length > 1) order.sort((a, b) => own[b] - own[a] || place(a) - place(b));
  return {
    question,
    order,
    scores: order.map((j) => own[j]),
    places: order.map(place),
    before: order.map(() => 0),
    peersBefore: order.map(() => 0),
    learnt: order.map((j) => learnt?.[relevant[j]] ?? 0),
    first: -Infinity,
    second: -Infinity,
    firstColumn: -1,
    random: [],
    labelled: [],
  };
}

/** Reads a whole table of cosines, a row per question and a column per passage. */
export function readOutcomes(
  scores: Matrix,
  questions: readonly JudgedQuestion[],
  outcomes: Outcomes,
  places: ArrayLike<number>,
  learnt: Uint8Array | null = null,
): void {
  const matches = questions.map(({ relevant }, i) =>
    relevant.map((j) => scores.data[i * scores.cols + j]),
  );
  const reader = createOutcomeReader(questions, matches, learnt);
  reader.add(scores, 0);
  reader.finish(outcomes, places);
}

function countWrong(
  reading: Reading,
  row: Float32Array,
  passOver: Uint8Array,
  learntHere: Uint8Array,
  start: number,
): void {
  const { question, scores, places, before, peersBefore, learnt } = reading;
  const last = scores.length - 1;
  const floor = scores[last];
  let { first, second, firstColumn } = reading;
  for (let j = 0; j < row.length; j++) {
    // What a rounded cosine would tell, without rounding most.
    if (row[j] < floor - HALF_STEP && row[j] < second + HALF_STEP) continue;
    if (passOver[j] === 1) continue;
    const score = roundCosine(row[j]);
    // Not `>=`: a cosine that is no number, on either side, counts against the match.
    for (let t = last; t >= 0 && !(score < scores[t]); t--) {
      if (score === scores[t] && placeAmongTied(question.tieSeed, start + j) > places[t]) continue;
      before[t]++;
      if (learntHere[j] === learnt[t]) peersBefore[t]++;
    }
    if (score > first) {
      second = first;
      first = score;
      firstColumn = start + j;
    } else if (score > second) second = score;
  }
  reading.first = first;
  reading.second = second;
  reading.firstColumn = firstColumn;
}

/** A column's place among others of the same cosine: 32 well mixed bits (MurmurHash3's finaliser). */
function placeAmongTied(seed: number, column: number): number {
  let bits = seed ^ Math.imul(column + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const depth = 10;

/** What a match of grade 1 at a rank adds to DCG@10. */
const gainAt = (rank: number): number => (rank > depth ? 0 : 1 / Math.log2(rank + 1));

/** The sum of grade · gain by rank, over the same in the best order (Järvelin and Kekäläinen, 2002). */
function ndcgOf({ question: { grades }, order }: Reading, before: readonly number[]): number {
  // Of one match alone, the best order gains 1.
  if (grades === null && order.length === 1) return gainAt(before[0] + 1);
  const grade = (j: number): number => (grades === null ? 1 : grades[j]);
  let sum = 0;
  for (const [t, j] of order.entries()) sum += grade(j) * gainAt(before[t] + t + 1);
  const ideal = order.map(grade).sort((a, b) => b - a);
  return sum / ideal.reduce((total, value, t) => total + value * gainAt(t + 1), 0);
}

const finiteOrNaN = (value: number): number => (Number.isFinite(value) ? value : NaN);

/** A figure by which questions are judged. */
export type RankMetric = "mrr" | "ndcg@10" | `recall@${number}`;

/** What matches are ranked against: the whole corpus, or their peers in it. */
export type Rivals = "corpus" | "peers";

/** The metric's value of each question, against the whole corpus or among peers: its mean is the figure. */
export function valuesOf(
  { rank, ndcg, peerRank, peerNdcg }: Outcomes,
  metric: RankMetric,
  against: Rivals = "corpus",
): Float64Array {
  if (metric === "ndcg@10") return against === "corpus" ? ndcg : peerNdcg;
  const ranks = against === "corpus" ? rank : peerRank;
  if (metric === "mrr") return ranks.map((r) => 1 / r);
  const k = Number(metric.slice("recall@".length));
  return ranks.map((r) => (Number.isNaN(r) ? NaN : Number(r <= k)));
}
