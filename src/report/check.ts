import { checkChoice, checkInteger, checkNumber, refuse } from "../base/checks.js";
import type {
  CosineSample,
  ExampleRanking,
  LatentView,
  MethodFigures,
  ReportData,
  ReportDecision,
  RetrievalExample,
  SampleDistribution,
  TrainingCurve,
} from "./report-data.js";
import { examplesOf } from "./report-fields.js";

/**
 * Refuses data that would be drawn wrong: a figure that is not finite or out of its range, an empty sample, a line to a
 * point that is not there, and data with nothing in them.
 *
 * @param caller The public function that was called; messages begin with it.
 * @throws RangeError naming the field, what is expected and what came.
 */
export function checkReportData(data: ReportData, caller: string): void {
  const { decision, methods = [], histograms = [], latent, training, distributions = [] } = data;
  const examples = examplesOf(data);
  if (decision !== undefined) checkDecision(decision, `${caller}: decision`);
  for (const [i, row] of methods.entries()) checkMethod(row, `${caller}: methods[${i}]`);
  const names = [...new Set(methods.map((row) => row.name))];
  for (const key of ["baseline", "chosen"] as const) {
    if (data[key] !== undefined && names.length > 0) {
      checkChoice(data[key], `${caller}: ${key}`, names);
    }
  }
  if (histograms.length > 0) checkHistograms(histograms, `${caller}: histograms`);
  if (latent?.before !== undefined) checkLatent(latent.before, `${caller}: latent.before`);
  if (latent?.after !== undefined) checkLatent(latent.after, `${caller}: latent.after`);
  if (training !== undefined) checkTraining(training, `${caller}: training`);
  for (const [i, example] of examples.entries()) checkExample(example, `${caller}: example[${i}]`);
  for (const [i, distribution] of distributions.entries()) {
    checkDistribution(distribution, `${caller}: distributions[${i}]`);
  }
  const lists = [methods, histograms, examples, distributions];
  const parts = [decision, latent?.before, latent?.after, training];
  if (lists.every((list) => list.length === 0) && parts.every((part) => part === undefined)) {
    throw new RangeError(`${caller}: data must have a part to show, received none`);
  }
}

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

/** Whoever calls from JavaScript may pass anything; a verdict without its words would be a blank. */
function checkDecision({ sentence }: ReportDecision, place: string): void {
  if (typeof sentence !== "string" || sentence === "") {
    refuse(`${place}.sentence`, "a sentence", sentence);
  }
}

function checkMethod(row: MethodFigures, place: string): void {
  checkShare(row.accuracy, `${place}.accuracy`);
  checkShare(row.baseRate, `${place}.baseRate`);
  for (const key of ["interval", "rocAuc", "recall@1", "recall@10", "mrr"] as const) {
    const value = row[key];
    if (value !== null) checkShare(value, `${place}.${key}`);
  }
  // Infinite thresholds are lawful: they accept all pairs, or none.
  if (row.threshold !== null && Math.abs(row.threshold) !== Infinity) {
    checkNumber(row.threshold, `${place}.threshold`);
  }
  if (row.seconds !== null) checkNumber(row.seconds, `${place}.seconds`, { least: 0 });
}

function checkExample({ before, after }: RetrievalExample, place: string): void {
  const check = ({ rank, passages }: ExampleRanking, ranking: string): void => {
    checkInteger(rank, `${ranking}.rank`, { least: 1 });
    for (const [i, passage] of passages.entries()) {
      checkNumber(passage.cosine, `${ranking}.passages[${i}].cosine`);
    }
  };
  check(before, `${place}.before`);
  check(after, `${place}.after`);
}

function checkShare(value: unknown, place: string): void {
  checkNumber(value, place, { least: 0, most: 1 });
}

function checkNotEmpty(list: ArrayLike<unknown>, place: string): void {
  checkInteger(list.length, `${place}.length`, { least: 1 });
}
