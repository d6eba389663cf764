import type { Affinities } from "./affinities.js";
import type { Axes, SpaceTree } from "./space-tree.js";

/**
 * Sets `gradient` to that of the Kullback–Leibler divergence by the points, attraction exaggerated:
 * 4 Σⱼ (exaggeration · pᵢⱼ - qᵢⱼ / Z) qᵢⱼ (yᵢ - yⱼ), with qᵢⱼ = 1 / (1 + ‖yᵢ - yⱼ‖²).
 *
 * @param tree built over the points
 */
export function findGradient(
  affinities: Affinities,
  tree: SpaceTree,
  points: Axes,
  exaggeration: number,
  gradient: Axes,
): void {
  const factor = -4 / repel(tree, gradient);
  for (const axis of gradient) for (let i = 0; i < axis.length; i++) axis[i] *= factor;
  attract(affinities, points, -4 * exaggeration, gradient);
}

/**
 * Sets `forces` to what drives points apart, Σⱼ qᵢⱼ² (yᵢ - yⱼ), bodies of the tree counted as so many points at their
 * mean (van der Maaten 2014).
 *
 * @returns Z = Σᵢ Σⱼ≠ᵢ qᵢⱼ, in the same approximation.
 */
export function repel(tree: SpaceTree, forces: Axes): number {
  const { nodes, count, reach, after, first, order } = tree;
  const [centerX, centerY, centerZ] = tree.center;
  const [x, y, z] = tree.ordered;
  const [forceX, forceY, forceZ] = forces;
  let total = 0;
  for (let at = 0; at < order.length; at++) {
    const xi = x[at];
    const yi = y[at];
    const zi = z[at];
    let sumX = 0;
    let sumY = 0;
    let sumZ = 0;
    let node = 0;
    while (node < nodes) {
      const dx = xi - centerX[node];
      const dy = yi - centerY[node];
      const dz = zi - centerZ[node];
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared > reach[node]) {
        const q = 1 / (1 + squared);
        const weight = count[node] * q;
        const force = weight * q;
        total += weight;
        sumX += force * dx;
        sumY += force * dy;
        sumZ += force * dz;
        node = after[node];
        continue;
      }
      if (after[node] === node + 1) {
        for (let k = first[node]; k < first[node + 1]; k++) {
          const dx = xi - x[k];
          const dy = yi - y[k];
          const dz = zi - z[k];
          const q = 1 / (1 + dx * dx + dy * dy + dz * dz);
          const force = q * q;
          total += q;
          sumX += force * dx;
          sumY += force * dy;
          sumZ += force * dz;
        }
      }
      node++;
    }
    const i = order[at];
    forceX[i] = sumX;
    forceY[i] = sumY;
    forceZ[i] = sumZ;
  }
  // Each point has met itself once, at distance 0.
  return total - order.length;
}

/** Adds to `forces` what draws points to their neighbours: `factor` · Σⱼ pᵢⱼ qᵢⱼ (yⱼ - yᵢ). */
function attract(
  { starts, others, values }: Affinities,
  points: Axes,
  factor: number,
  forces: Axes,
): void {
  const [x, y, z] = points;
  const [forceX, forceY, forceZ] = forces;
  for (let i = 0; i + 1 < starts.length; i++) {
    const xi = x[i];
    const yi = y[i];
    const zi = z[i];
    let sumX = 0;
    let sumY = 0;
    let sumZ = 0;
    const end = starts[i + 1];
    for (let k = starts[i]; k < end; k++) {
      const j = others[k];
      const dx = x[j] - xi;
      const dy = y[j] - yi;
      const dz = z[j] - zi;
      const pull = (factor * values[k]) / (1 + dx * dx + dy * dy + dz * dz);
      sumX += pull * dx;
      sumY += pull * dy;
      sumZ += pull * dz;
      forceX[j] -= pull * dx;
      forceY[j] -= pull * dy;
      forceZ[j] -= pull * dz;
    }
    forceX[i] += sumX;
    forceY[i] += sumY;
    forceZ[i] += sumZ;
  }
}
