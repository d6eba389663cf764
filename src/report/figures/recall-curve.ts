import { intern } from "../../base/intern.js";
import { createRandom } from "../../base/random.js";
import type { QuestionOutcome } from "../../tune/verdict/decision.js";

/** Recall at each k with the band in which 95 % of resamples lie. */
export interface RecallCurve {
  readonly recall: number[];
  readonly low: number[];
  readonly high: number[];
}

const resamples = 500;

/**
 * The share of questions whose right passage stands among the first k, before and after; the bands by a bootstrap over
 * whole groups, the same resamples for both. Two questions more are drawn from, one that is found at once and one that
 * never is: where all of a few questions are found, a bootstrap of those alone has no width.
 *
 * @param ks Ascending.
 * @param groups Per question what hangs together.
 */
export function recallCurves(
  questions: readonly QuestionOutcome[],
  ks: readonly number[],
  groups: readonly (string | number)[],
  seed: string | number,
): { before: RecallCurve; after: RecallCurve } {
  const { distinct: units, indices: unitOf } = intern(groups);
  const ranks = [
    questions.map(({ before }) => before),
    questions.map(({ after }) => after),
  ] as const;
  // Per question the first k that finds it; `ks.length` where none does.
  const found = ranks.map((own) =>
    Uint32Array.from(own, (rank) => {
      const first = ks.findIndex((k) => rank <= k);
      return first < 0 ? ks.length : first;
    }),
  );
  const random = createRandom(`${seed}/recall`);
  const widened = found.map((firsts) => Uint32Array.from([...firsts, 0, ks.length]));
  const unitsDrawn = units.length + 2;
  const unitOfDrawn = [...unitOf, units.length, units.length + 1];
  const times = new Uint32Array(unitsDrawn);
  const drawn = found.map(() => ks.map(() => new Float64Array(resamples)));
  for (let r = 0; r < resamples; r++) {
    times.fill(0);
    for (let i = 0; i < unitsDrawn; i++) times[random.integer(unitsDrawn)]++;
    for (const [f, firsts] of widened.entries()) {
      for (const [j, share] of shares(firsts, (i) => times[unitOfDrawn[i]], ks.length).entries()) {
        drawn[f][j][r] = share;
      }
    }
  }
  const curve = (f: number): RecallCurve => {
    const sorted = drawn[f].map((values) => values.sort());
    const at = (share: number, values: Float64Array): number =>
      values[Math.round(share * (resamples - 1))];
    const recall = [...shares(found[f], () => 1, ks.length)];
    return {
      recall,
      low: sorted.map((values, j) => Math.min(recall[j], at(0.025, values))),
      high: sorted.map((values, j) => Math.max(recall[j], at(0.975, values))),
    };
  };
  return { before: curve(0), after: curve(1) };
}

/** The share of weighted questions that are found at each of the first `count` cuts. */
function shares(
  firsts: Uint32Array,
  weightOf: (question: number) => number,
  count: number,
): Float64Array {
  const sums = new Float64Array(count + 1);
  for (let i = 0; i < firsts.length; i++) sums[firsts[i]] += weightOf(i);
  for (let j = 1; j <= count; j++) sums[j] += sums[j - 1];
  return sums.subarray(0, count).map((sum) => sum / sums[count]);
}
