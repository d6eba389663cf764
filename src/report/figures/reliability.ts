import { intern } from "../../base/intern.js";
import { createRandom } from "../../base/random.js";
import {
  applyCalibration,
  brierScore,
  calibrationCurve,
  expectedCalibrationError,
  fitCalibration,
  type CalibrationBin,
} from "../../evaluate/pairs/calibration/calibration.js";
import type { QuestionOutcome } from "../../tune/verdict/decision.js";

/** What a cosine, made into a probability, is worth on questions that the curve was not fitted on. */
export interface Reliability {
  /** By tenths of the probability promised; `bin` 0 is up to 0.1. Empty ones are left out. */
  readonly bins: readonly (CalibrationBin & { readonly bin: number })[];
  /** Mean distance of promised and found. */
  readonly error: number;
  readonly brier: number;
  /** Of always answering with the share of right passages. */
  readonly baseBrier: number;
}

const tenths = 10;
/** Fewer questions in a half say nothing about a curve. */
const fewest = 10;

/**
 * Right passages against each question's own nearest wrong one: a logistic curve (Platt's) fitted on one half of the
 * groups gives the probabilities of the other, and the other way round.
 *
 * @param groups Per question what hangs together; the halves are the same for every call with the same seed.
 * @returns `null` where there are too few questions.
 */
export function reliability(
  questions: readonly QuestionOutcome[],
  when: "before" | "after",
  groups: readonly (string | number)[],
  seed: string | number,
): Reliability | null {
  const { distinct, indices } = intern(groups);
  const order = createRandom(`${seed}/calibration`).shuffle([...distinct.keys()]);
  const second = new Set(order.slice(Math.ceil(order.length / 2)));
  const halves = [false, true].map((wanted) =>
    pairsOf(
      questions.filter((_, i) => second.has(indices[i]) === wanted),
      when,
    ),
  );
  if (halves.some(({ labels }) => labels.filter((label) => label === 0).length < fewest)) {
    return null;
  }
  const probabilities = halves.flatMap(({ scores }, half) => {
    const other = halves[1 - half];
    return [...applyCalibration(fitCalibration(other.scores, other.labels), scores)];
  });
  const labels = halves.flatMap((half) => half.labels);
  const bins = calibrationCurve(probabilities, labels, { bins: tenths });
  const share = labels.filter((label) => label === 1).length / labels.length;
  return {
    bins: bins.map((own) => ({
      ...own,
      bin: Math.max(0, Math.min(tenths - 1, Math.ceil(own.predicted * tenths - 1e-9) - 1)),
    })),
    error: expectedCalibrationError(bins),
    brier: brierScore(probabilities, labels),
    baseBrier: share * (1 - share),
  };
}

function pairsOf(
  questions: readonly QuestionOutcome[],
  when: "before" | "after",
): { scores: number[]; labels: number[] } {
  const scores: number[] = [];
  const labels: number[] = [];
  for (const { nearest } of questions) {
    const { rightCosine, wrongCosine } = nearest[when];
    if (wrongCosine === null) continue;
    scores.push(rightCosine, wrongCosine);
    labels.push(1, 0);
  }
  return { scores, labels };
}
