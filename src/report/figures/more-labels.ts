import type { AdapterLearningCurve } from "../../tune/learning-curve.js";

/** Points at the end of a curve that tell where it is going. */
export const lastPoints = 3;

/**
 * What a learning curve foretells of more labels: the slope of its last points against the logarithm of the number of
 * pairs, by least squares, carried on.
 *
 * @returns The change of the metric; `null` where two points are not to be had, and where there would be more new pairs
 *   than old ones: a curve that is carried on beyond its double says nothing.
 */
export function worthOfMore(
  { points }: Pick<AdapterLearningCurve, "points">,
  more: number,
): number | null {
  const last = points.slice(-lastPoints);
  if (last.length < 2 || last[last.length - 1].pairs < more) return null;
  const x = last.map(({ pairs }) => Math.log(pairs));
  const y = last.map(({ figure }) => figure);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xMean, yMean] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - xMean) ** 2, 0);
  if (spread === 0) return null;
  const slope = x.reduce((sum, value, i) => sum + (value - xMean) * (y[i] - yMean), 0) / spread;
  const { pairs } = last[last.length - 1];
  return slope * Math.log((pairs + more) / pairs);
}
