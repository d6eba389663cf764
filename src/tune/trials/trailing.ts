import { meanOf, standardErrorOfMean } from "../verdict/units.js";
import { valuesOf, type RankMetric, type Rivals } from "../ranking/outcomes.js";
import type { Trial } from "./trial.js";

/** How far behind the best is clearly behind: in standard errors of the paired difference, and in the metric itself. */
const errors = 3;
const least = 0.01;

/**
 * Candidates that trail so clearly on some questions that more of them cannot bring them to the front. Those that leave
 * passages as they are compete among themselves, too: the best of them is wanted. The untouched embedding, which comes
 * first, always stays.
 */
export function trailing<T extends Trial>(
  trials: readonly T[],
  questions: Uint32Array,
  units: Uint32Array,
  metric: RankMetric,
  rivals: Rivals,
): T[] {
  const own = Uint32Array.from(questions, (at) => units[at]);
  const measured = trials
    .filter(({ dropped }) => dropped === null)
    .map((trial) => {
      const values = valuesOf(trial.outcomes, metric, rivals);
      return { trial, values: Float64Array.from(questions, (at) => values[at]) };
    });
  const behind = (field: typeof measured): Set<T> => {
    if (field.length === 0) return new Set();
    const best = field.reduce((a, b) => (meanOf(b.values) > meanOf(a.values) ? b : a));
    const lost = field.filter(({ values }) => {
      const differences = best.values.map((value, i) => value - values[i]);
      const gap = meanOf(differences);
      return gap > Math.max(least, errors * standardErrorOfMean(differences, own));
    });
    return new Set(lost.map(({ trial }) => trial));
  };
  const queryOnly = measured.filter(({ trial }) => trial.candidate.side === "query");
  const behindAll = behind(measured);
  const behindQueryOnly = behind(queryOnly);
  return measured
    .filter(({ trial }, i) => {
      if (i === 0) return false;
      return (
        behindAll.has(trial) && (trial.candidate.side === "both" || behindQueryOnly.has(trial))
      );
    })
    .map(({ trial }) => trial);
}
