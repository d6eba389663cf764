import fc from "fast-check";

/** Scores on a coarse grid, so that ties are common, with any labels. */
export const scored = ({ minLength = 1 } = {}): fc.Arbitrary<{
  scores: number[];
  labels: number[];
}> =>
  fc
    .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 1 })), {
      minLength,
      maxLength: 40,
    })
    .map((pairs) => ({ scores: pairs.map(([s]) => s / 20), labels: pairs.map(([, l]) => l) }));

type Metric = "accuracy" | "balancedAccuracy" | "f1" | "mcc";

/** The best value over a threshold below, at and above every score, from textbook definitions. */
export function bruteForceBest(
  scores: readonly number[],
  labels: readonly number[],
  metric: Metric,
): number {
  const thresholds = [-Infinity, ...scores];
  return Math.max(
    ...thresholds.map((threshold) => {
      let tp = 0;
      let fp = 0;
      let tn = 0;
      let fn = 0;
      scores.forEach((score, i) => {
        const positive = labels[i] === 1;
        if (score > threshold && positive) tp++;
        else if (score > threshold) fp++;
        else if (positive) fn++;
        else tn++;
      });
      switch (metric) {
        case "accuracy":
          return (tp + tn) / scores.length;
        case "balancedAccuracy":
          if (tp + fn === 0) return tn / (tn + fp);
          if (tn + fp === 0) return tp / (tp + fn);
          return (tp / (tp + fn) + tn / (tn + fp)) / 2;
        case "f1":
          return 2 * tp + fp + fn === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn);
        case "mcc": {
          const scale = Math.sqrt((tp + fp) * (tn + fn)) * Math.sqrt((tp + fn) * (tn + fp));
          return scale === 0 ? 0 : (tp * tn - fp * fn) / scale;
        }
      }
    }),
  );
}
