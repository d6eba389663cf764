import type {
  CosineSample,
  Distribution,
  LatentView,
  MethodFigures,
  ReportData,
  Retrieved,
  RetrievalExample,
  TrainingCurve,
} from "./report-data.js";

/**
 * Refuses data that would be drawn wrong: a figure that is not finite or out of its range, an empty sample, a line to a
 * point that is not there, and data with nothing in them.
 *
 * @throws RangeError naming the field, what is expected and what came.
 */
export function checkReportData(data: ReportData): void {
  for (const [i, row] of (data.methods ?? []).entries()) checkMethod(row, `methods[${i}]`);
  const names = new Set((data.methods ?? []).map((row) => row.name));
  for (const key of ["baseline", "chosen"] as const) {
    const name = data[key];
    if (name !== undefined && names.size > 0 && !names.has(name)) {
      fail(key, `one of the methods (${[...names].map((n) => `"${n}"`).join(", ")})`, `"${name}"`);
    }
  }
  if (data.histograms !== undefined && data.histograms.length > 0) {
    checkHistograms(data.histograms);
  }
  if (data.latent?.before !== undefined) checkLatent(data.latent.before, "latent.before");
  if (data.latent?.after !== undefined) checkLatent(data.latent.after, "latent.after");
  if (data.training !== undefined) checkTraining(data.training);
  for (const [i, example] of examplesOf(data).entries()) checkExample(example, `example[${i}]`);
  for (const [i, values] of (data.distributions ?? []).entries()) {
    checkDistribution(values, `distributions[${i}]`);
  }
  const parts = [
    data.methods?.length,
    data.histograms?.length,
    data.latent?.before,
    data.latent?.after,
    data.training,
    examplesOf(data).length,
    data.distributions?.length,
  ];
  if (!parts.some(Boolean)) {
    throw new RangeError("report: there is nothing to show, every part of the data is empty");
  }
}

/** The examples as a list, whether one was given or several. */
export function examplesOf({ example }: ReportData): readonly RetrievalExample[] {
  if (example === undefined) return [];
  return Array.isArray(example)
    ? (example as readonly RetrievalExample[])
    : [example as RetrievalExample];
}

/** @throws RangeError naming the first sample that is wrong. */
export function checkHistograms(samples: readonly CosineSample[]): void {
  if (samples.length === 0) fail("histograms", "at least one sample", "none");
  const seen = new Set<string>();
  for (const [i, { method, set, label, cosines }] of samples.entries()) {
    const place = `histograms[${i}]`;
    // Whoever calls from JavaScript may pass anything.
    if (label !== 0 && label !== 1) fail(`${place}.label`, "0 or 1", String(label));
    if (cosines.length === 0) fail(`${place}.cosines`, "at least one value", "none");
    for (let j = 0; j < cosines.length; j++) {
      checkNumber(cosines[j], `${place}.cosines[${j}]`, -1 - 1e-6, 1 + 1e-6, "a cosine (-1 to 1)");
    }
    const key = JSON.stringify([method, set, label]);
    if (seen.has(key)) {
      fail(place, "one sample per method, set and label", `a second of ${key}`);
    }
    seen.add(key);
  }
}

/** @throws RangeError naming the first point or line that is wrong. */
export function checkLatent(
  { points, links, explainedVarianceRatio }: LatentView,
  place: string,
): void {
  if (points.length === 0) fail(`${place}.points`, "at least one point", "none");
  for (const [i, point] of points.entries()) {
    if (point.side !== "query" && point.side !== "passage") {
      fail(`${place}.points[${i}].side`, `"query" or "passage"`, String(point.side));
    }
    checkNumber(point.x, `${place}.points[${i}].x`);
    checkNumber(point.y, `${place}.points[${i}].y`);
    if (point.z !== undefined) checkNumber(point.z, `${place}.points[${i}].z`);
  }
  const flat = points.filter((point) => point.z === undefined).length;
  if (flat !== 0 && flat !== points.length) {
    fail(`${place}.points`, "a z on every point or on none", `${flat} without`);
  }
  for (const [i, [query, passage]] of links.entries()) {
    if (points[query]?.side !== "query") {
      fail(`${place}.links[${i}][0]`, "the index of a query among the points", String(query));
    }
    if (points[passage]?.side !== "passage") {
      fail(`${place}.links[${i}][1]`, "the index of a passage among the points", String(passage));
    }
  }
  const ratios = explainedVarianceRatio ?? [];
  for (let i = 0; i < ratios.length; i++) {
    checkNumber(ratios[i], `${place}.explainedVarianceRatio[${i}]`, 0, 1, "a share (0 to 1)");
  }
}

/** @throws RangeError naming the first epoch that is wrong. */
export function checkTraining({ epochs, bestEpoch }: TrainingCurve): void {
  if (epochs.length === 0) fail("training.epochs", "at least one epoch", "none");
  for (const [i, epoch] of epochs.entries()) {
    const place = `training.epochs[${i}]`;
    checkNumber(epoch.epoch, `${place}.epoch`);
    for (const key of ["trainLoss", "validationLoss"] as const) {
      if (epoch[key] !== undefined) checkNumber(epoch[key], `${place}.${key}`);
    }
    for (const key of ["trainAccuracy", "validationAccuracy"] as const) {
      if (epoch[key] !== undefined) checkShare(epoch[key], `${place}.${key}`);
    }
  }
  if (bestEpoch !== undefined && !epochs.some((epoch) => epoch.epoch === bestEpoch)) {
    fail("training.bestEpoch", "the number of one of the epochs", String(bestEpoch));
  }
}

/** @throws RangeError when there is no value, or one that is not finite. */
export function checkDistribution({ values }: Distribution, place: string): void {
  if (values.length === 0) fail(`${place}.values`, "at least one value", "none");
  for (let i = 0; i < values.length; i++) checkNumber(values[i], `${place}.values[${i}]`);
}

function checkMethod(row: MethodFigures, place: string): void {
  checkShare(row.accuracy, `${place}.accuracy`);
  checkShare(row.baseRate, `${place}.baseRate`);
  for (const key of ["interval", "rocAuc", "recallAt1", "recallAt10", "mrr"] as const) {
    const value = row[key];
    if (value !== null) checkShare(value, `${place}.${key}`);
  }
  if (row.threshold !== null && Math.abs(row.threshold) !== Infinity) {
    // Infinite is lawful: "accept all" and "accept none" are thresholds too.
    checkNumber(row.threshold, `${place}.threshold`);
  }
  if (row.seconds !== null) {
    checkNumber(row.seconds, `${place}.seconds`, 0, Infinity, "seconds >= 0");
  }
}

function checkExample({ before, after }: RetrievalExample, place: string): void {
  const check = ({ rank, passages }: Retrieved, side: string): void => {
    if (!Number.isInteger(rank) || rank < 1) {
      fail(`${place}.${side}.rank`, "an integer from 1", String(rank));
    }
    for (const [i, passage] of passages.entries()) {
      checkNumber(passage.cosine, `${place}.${side}.passages[${i}].cosine`);
    }
  };
  check(before, "before");
  check(after, "after");
}

function checkShare(value: number, place: string): void {
  checkNumber(value, place, 0, 1, "a share (0 to 1)");
}

function checkNumber(
  value: number,
  place: string,
  least = -Infinity,
  most = Infinity,
  expectation = "a finite number",
): void {
  if (!Number.isFinite(value) || value < least || value > most) {
    fail(place, expectation, String(value));
  }
}

function fail(place: string, expectation: string, received: string): never {
  throw new RangeError(`report: ${place} must be ${expectation}, received ${received}`);
}
