import { intern } from "../../base/intern.js";
import { meanOf, standardErrorOfMean } from "../../tune/verdict/units.js";
import type { GainOf, QuestionOutcome } from "../../tune/verdict/decision.js";

/** Figures of the questions that share a slice. */
export interface SliceFigures {
  readonly key: string;
  readonly questions: number;
  readonly recall: SliceGain;
  readonly mrr: SliceGain;
}

/** A figure before and after, with the intervals of the first and of the gain. */
export interface SliceGain extends GainOf {
  readonly beforeLow: number;
  readonly beforeHigh: number;
}

/** Fewer questions than this have no interval worth printing. */
const fewestQuestions = 5;
const mostSlices = 15;

/**
 * Recall@1 and MRR per slice, the largest slices first.
 *
 * @param groupOf Of a row of the table of queries what hangs together, for the intervals.
 * @param keyOf Of a row of the table of queries; `null` where it is in none.
 * @returns `rest`: the slices that are not listed, because they are small or too many.
 */
export function slicesOf(
  questions: readonly QuestionOutcome[],
  keyOf: (row: number) => string | null,
  groupOf: (row: number) => string | number,
): { slices: SliceFigures[]; rest: { slices: number; questions: number } } {
  const members = new Map<string, QuestionOutcome[]>();
  for (const question of questions) {
    const key = keyOf(question.row);
    if (key !== null) members.set(key, [...(members.get(key) ?? []), question]);
  }
  const sorted = [...members].sort(
    ([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : a > b ? 1 : 0),
  );
  const listed = sorted
    .filter(([, own]) => own.length >= fewestQuestions)
    .slice(0, mostSlices)
    .map(([key, own]) => {
      const units = intern(own.map(({ row }) => groupOf(row))).indices;
      // Where all of a slice is one group, its questions stand for themselves.
      const each = new Set(units).size < 2 ? Uint32Array.from(own.keys()) : units;
      return {
        ...{ key, questions: own.length },
        recall: gainOfSlice(own, each, (rank) => Number(rank === 1)),
        mrr: gainOfSlice(own, each, (rank) => 1 / rank),
      };
    });
  const left = sorted.slice(listed.length).map(([, own]) => own.length);
  return {
    slices: listed,
    rest: { slices: left.length, questions: left.reduce((sum, n) => sum + n, 0) },
  };
}

function gainOfSlice(
  questions: readonly QuestionOutcome[],
  units: Uint32Array,
  value: (rank: number) => number,
): SliceGain {
  const before = Float64Array.from(questions, (question) => value(question.before));
  const after = Float64Array.from(questions, (question) => value(question.after));
  const difference = after.map((value, i) => value - before[i]);
  const [mean, gain] = [meanOf(before), meanOf(difference)];
  const reach = reachOf(before, [0, 1], units);
  const gainReach = reachOf(difference, [-1, 1], units);
  return {
    ...{ before: mean, after: meanOf(after) },
    ...{ gain, low: Math.max(-1, gain - gainReach), high: Math.min(1, gain + gainReach) },
    ...{ beforeLow: Math.max(0, mean - reach), beforeHigh: Math.min(1, mean + reach) },
  };
}

/**
 * Half the 95 % interval of a mean, with two questions more, one at either end of what there can be: of few questions that
 * are alike the others' spread would be none (as `changeOf` of the verdict does it).
 */
function reachOf(
  values: Float64Array,
  ends: readonly [number, number],
  units: Uint32Array,
): number {
  const fresh = units.reduce((most, unit) => Math.max(most, unit), 0) + 1;
  return 1.96 * standardErrorOfMean([...values, ...ends], [...units, fresh, fresh + 1]);
}
