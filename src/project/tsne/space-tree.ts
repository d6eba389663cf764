/** Coordinates by axis, n each. In two dimensions the third is all zeros, so that one loop serves both. */
export type Axes = readonly [x: Float64Array, y: Float64Array, z: Float64Array];

/** Three axes of zeros. */
export function createAxes(length: number): Axes {
  return [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
}

/**
 * Points sorted into boxes within boxes: a quadtree, in three dimensions an octree, whose cells are shrunk to the points
 * they hold, in flat arrays with an entry per node. The nodes stand in the order in which a walk from the root meets them,
 * parents before children, so that a walk needs no stack: to the next node to look inside, to `after` to pass by. Each node
 * that is divided has two children or more, so that there are less than 2n.
 */
export interface SpaceTree {
  /** How many nodes the last {@link buildSpaceTree} made. */
  nodes: number;
  /** The mean of a node's points. */
  readonly center: Axes;
  /** How many points a node holds. */
  readonly count: Float64Array;
  /** Squared distance from `center` beyond which a node may count as one body. */
  readonly reach: Float64Array;
  /** The node that follows when this one is passed by; the very next for a leaf. */
  readonly after: Int32Array;
  /** Where a node's points begin in `order`; they end where those of the node `after` begin, or all end. */
  readonly first: Int32Array;
  /** The points, leaf by leaf. */
  readonly order: Int32Array;
  /** Their coordinates in the same order. */
  readonly ordered: Axes;
}

/** Points that a node may hold undivided: fewer nodes to walk through, for a few more pairs. */
const LEAF_POINTS = 8;

/** Memory for trees of so many points, at least 1. */
export function createSpaceTree(points: number): SpaceTree {
  const most = 2 * points;
  return {
    nodes: 0,
    center: createAxes(most),
    count: new Float64Array(most),
    reach: new Float64Array(most),
    after: new Int32Array(most),
    first: new Int32Array(most),
    order: Int32Array.from({ length: points }, (_, i) => i),
    ordered: createAxes(points),
  };
}

/**
 * Builds the tree over the points where they are now. The order of the last time is kept where it still holds.
 *
 * @param theta A node counts as one body where the longest side of its box is less than `theta` times the distance to its
 *   points' mean (Barnes & Hut 1986): 0 for never.
 */
export function buildSpaceTree(tree: SpaceTree, points: Axes, theta: number): void {
  tree.nodes = 0;
  build(tree, points, theta, 0, tree.order.length);
  tree.first[tree.nodes] = tree.order.length;
  for (let axis = 0; axis < points.length; axis++) {
    const [from, to] = [points[axis], tree.ordered[axis]];
    for (let at = 0; at < to.length; at++) to[at] = from[tree.order[at]];
  }
}

function build(tree: SpaceTree, points: Axes, theta: number, start: number, end: number): void {
  const node = tree.nodes++;
  const { order } = tree;
  const [x, y, z] = points;
  let [sumX, sumY, sumZ] = [0, 0, 0];
  let [lowX, lowY, lowZ] = [Infinity, Infinity, Infinity];
  let [highX, highY, highZ] = [-Infinity, -Infinity, -Infinity];
  for (let at = start; at < end; at++) {
    const i = order[at];
    const xi = x[i];
    const yi = y[i];
    const zi = z[i];
    sumX += xi;
    sumY += yi;
    sumZ += zi;
    if (xi < lowX) lowX = xi;
    if (xi > highX) highX = xi;
    if (yi < lowY) lowY = yi;
    if (yi > highY) highY = yi;
    if (zi < lowZ) lowZ = zi;
    if (zi > highZ) highZ = zi;
  }
  const count = end - start;
  const sideX = highX - lowX;
  const sideY = highY - lowY;
  const sideZ = highZ - lowZ;
  const longest = Math.max(sideX, sideY, sideZ);
  tree.center[0][node] = sumX / count;
  tree.center[1][node] = sumY / count;
  tree.center[2][node] = sumZ / count;
  tree.count[node] = count;
  tree.first[node] = start;
  // No point may meet a body that it is part of, so that none reaches into its own box. Points that lie on one another are
  // one body even to each other.
  const squaredDiagonal = sideX * sideX + sideY * sideY + sideZ * sideZ;
  tree.reach[node] = longest === 0 ? -1 : Math.max((longest / theta) ** 2, squaredDiagonal);
  if (count > LEAF_POINTS && longest > 0) {
    const halfway = partition(order, x, lowX, sideX, start, end);
    for (let i = 0; i < 2; i++) {
      const from = i === 0 ? start : halfway;
      const to = i === 0 ? halfway : end;
      const quarter = partition(order, y, lowY, sideY, from, to);
      for (let j = 0; j < 2; j++) {
        const low = j === 0 ? from : quarter;
        const high = j === 0 ? quarter : to;
        const eighth = partition(order, z, lowZ, sideZ, low, high);
        if (eighth > low) build(tree, points, theta, low, eighth);
        if (high > eighth) build(tree, points, theta, eighth, high);
      }
    }
  }
  tree.after[node] = tree.nodes;
}

/** Moves the points of the lower half of an axis before those of the upper; returns where the upper begin. */
function partition(
  order: Int32Array,
  axis: Float64Array,
  low: number,
  side: number,
  start: number,
  end: number,
): number {
  // Of two points that differ the lower falls into the lower half and the upper into the upper, however near they are.
  const half = side / 2;
  let lower = start;
  let upper = end;
  while (lower < upper) {
    const point = order[lower];
    if (axis[point] - low <= half) lower++;
    else {
      order[lower] = order[--upper];
      order[upper] = point;
    }
  }
  return lower;
}
