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
 * whole groups, the same resamples for both.
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
  const times = new Uint32Array(units.length);
  const drawn = found.map(() => ks.map(() => new Float64Array(resamples)));
  for (let r = 0; r < resamples; r++) {
    times.fill(0);
    for (let i = 0; i < units.length; i++) times[random.integer(units.length)]++;
    for (const [f, firsts] of found.entries()) {
      for (const [j, share] of shares(firsts, (i) => times[unitOf[i]], ks.length).entries()) {
        drawn[f][j][r] = share;
      }
    }
  }
  const curve = (f: number): RecallCurve => {
    const sorted = drawn[f].map((values) => values.sort());
    const at = (share: number) => (values: Float64Array) =>
      values[Math.round(share * (resamples - 1))];
    return {
      recall: [...shares(found[f], () => 1, ks.length)],
      low: sorted.map(at(0.025)),
      high: sorted.map(at(0.975)),
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
