import { checkChoice, checkInteger, checkNumber, refuse } from "../../base/checks.js";
import type { CosineSample, LatentView, SampleDistribution, TrainingCurve } from "./plot-data.js";

/** @throws RangeError naming the first sample that is wrong. */
export function checkHistograms(samples: readonly CosineSample[], place: string): void {
  checkNotEmpty(samples, place);
  const seen = new Set<string>();
  for (const [i, { method, set, label, cosines }] of samples.entries()) {
    const sample = `${place}[${i}]`;
    // Whoever calls from JavaScript may pass anything.
    if (label !== 0 && label !== 1) refuse(`${sample}.label`, "0 or 1", label);
    checkNotEmpty(cosines, `${sample}.cosines`);
    for (let j = 0; j < cosines.length; j++) {
      // Rounding may carry a cosine a little beyond 1.
      if (!(Math.abs(cosines[j]) <= 1 + 1e-6)) {
        refuse(`${sample}.cosines[${j}]`, "a cosine (-1 to 1)", cosines[j]);
      }
    }
    const key = JSON.stringify([method, set, label]);
    if (seen.has(key)) {
      throw new RangeError(
        `${sample} must be the only sample of its method, set and label, received a second of ${key}`,
      );
    }
    seen.add(key);
  }
}

/** @throws RangeError naming the first point or line that is wrong. */
export function checkLatent(
  { points, links, explainedVarianceRatio = [] }: LatentView,
  place: string,
): void {
  checkNotEmpty(points, `${place}.points`);
  for (const [i, point] of points.entries()) {
    checkChoice(point.side, `${place}.points[${i}].side`, ["query", "passage"]);
    checkNumber(point.x, `${place}.points[${i}].x`);
    checkNumber(point.y, `${place}.points[${i}].y`);
    if (point.z !== undefined) checkNumber(point.z, `${place}.points[${i}].z`);
  }
  const flat = points.filter((point) => point.z === undefined).length;
  if (flat !== 0 && flat !== points.length) {
    throw new RangeError(
      `${place}.points must have a z on every point or on none, received ${flat} without`,
    );
  }
  for (const [i, [query, passage]] of links.entries()) {
    if (points[query]?.side !== "query") {
      refuse(`${place}.links[${i}][0]`, "the index of a query among the points", query);
    }
    if (points[passage]?.side !== "passage") {
      refuse(`${place}.links[${i}][1]`, "the index of a passage among the points", passage);
    }
  }
  for (let i = 0; i < explainedVarianceRatio.length; i++) {
    checkShare(explainedVarianceRatio[i], `${place}.explainedVarianceRatio[${i}]`);
  }
}

/** @throws RangeError naming the first epoch that is wrong. */
export function checkTraining({ epochs, bestEpoch }: TrainingCurve, place: string): void {
  checkNotEmpty(epochs, `${place}.epochs`);
  for (const [i, epoch] of epochs.entries()) {
    checkNumber(epoch.epoch, `${place}.epochs[${i}].epoch`);
    for (const key of ["trainLoss", "validationLoss"] as const) {
      if (epoch[key] !== undefined) checkNumber(epoch[key], `${place}.epochs[${i}].${key}`);
    }
    for (const key of ["trainAccuracy", "validationAccuracy"] as const) {
      if (epoch[key] !== undefined) checkShare(epoch[key], `${place}.epochs[${i}].${key}`);
    }
  }
  if (bestEpoch !== undefined && !epochs.some((epoch) => epoch.epoch === bestEpoch)) {
    refuse(`${place}.bestEpoch`, "the number of one of the epochs", bestEpoch);
  }
}

/** @throws RangeError when there is no value, or one that is not finite. */
export function checkDistribution({ values }: SampleDistribution, place: string): void {
  checkNotEmpty(values, `${place}.values`);
  for (let i = 0; i < values.length; i++) checkNumber(values[i], `${place}.values[${i}]`);
}

function checkShare(value: unknown, place: string): void {
  checkNumber(value, place, { least: 0, most: 1 });
}

function checkNotEmpty(list: ArrayLike<unknown>, place: string): void {
  checkInteger(list.length, `${place}.length`, { least: 1 });
}
