import { refuse } from "../../base/checks.js";
import type { Progress } from "../../base/progress.js";
import type { Affinities } from "./affinities.js";
import { findGradient, repel } from "./forces.js";
import { buildSpaceTree, createAxes, createSpaceTree, type Axes } from "./space-tree.js";

export interface DescentOptions {
  readonly theta: number;
  readonly iterations: number;
  readonly earlyExaggeration: number;
  readonly learningRate: number;
}

/** Iterations with exaggerated attraction, at most, and as a share of all. */
const EXAGGERATED = { most: 250, share: 0.25 };
const MOMENTUM = { exaggerated: 0.5, then: 0.8 };
const LEAST_GAIN = 0.01;

/**
 * Moves `points` down the gradient of the Kullback–Leibler divergence between the affinities and those of the points, with
 * momentum and a gain for each coordinate (Jacobs 1988), as van der Maaten (2014) and scikit-learn do: first with the
 * attraction exaggerated and little momentum, then, both begun anew, as it is. Yields once an iteration.
 *
 * @returns the divergence of where the points end, Z by the tree.
 * @throws RangeError when the points run out of numbers.
 */
export function* descend(
  affinities: Affinities,
  points: Axes,
  { theta, iterations, earlyExaggeration, learningRate }: DescentOptions,
  caller: string,
): Generator<Progress, number> {
  const count = points[0].length;
  const tree = createSpaceTree(count);
  const [gradient, updates, gains] = [0, 0, 0].map(() => createAxes(count));
  const exaggerated = Math.min(EXAGGERATED.most, Math.floor(iterations * EXAGGERATED.share));
  for (let iteration = 0; iteration < iterations; iteration++) {
    yield { stage: "t-SNE", done: iteration, total: iterations };
    const early = iteration < exaggerated;
    if (iteration === 0 || iteration === exaggerated) {
      for (const axis of updates) axis.fill(0);
      for (const axis of gains) axis.fill(1);
    }
    buildSpaceTree(tree, points, theta);
    findGradient(affinities, tree, points, early ? earlyExaggeration : 1, gradient);
    let sum = 0; // of what must be finite
    const momentum = early ? MOMENTUM.exaggerated : MOMENTUM.then;
    for (let axis = 0; axis < points.length; axis++) {
      const [position, slope] = [points[axis], gradient[axis]];
      const [update, gain] = [updates[axis], gains[axis]];
      for (let i = 0; i < count; i++) {
        const grown = update[i] * slope[i] < 0 ? gain[i] + 0.2 : gain[i] * 0.8;
        gain[i] = Math.max(LEAST_GAIN, grown);
        update[i] = momentum * update[i] - learningRate * gain[i] * slope[i];
        position[i] += update[i];
        sum += position[i];
      }
    }
    if (!Number.isFinite(sum)) {
      refuse(`${caller}: learningRate`, "low enough that points stay finite", learningRate);
    }
  }
  buildSpaceTree(tree, points, theta);
  return divergence(affinities, points, repel(tree, gradient));
}

/** Σᵢ Σⱼ pᵢⱼ log(pᵢⱼ / qᵢⱼ), where qᵢⱼ = 1 / ((1 + ‖yᵢ - yⱼ‖²) Z). */
function divergence(
  { starts, others, values }: Affinities,
  [x, y, z]: Axes,
  total: number,
): number {
  let sum = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const j = others[k];
      const squared = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 + (z[i] - z[j]) ** 2;
      sum += values[k] * Math.log(values[k] * (1 + squared));
    }
  }
  return 2 * sum + Math.log(total);
}
