/** Where a three-dimensional view is looked at from; orthographic, so that parallel lines stay parallel. */
export interface ViewAngle {
  /** Degrees around the upright (z) axis. @default 30 */
  readonly azimuth?: number | undefined;
  /** Degrees above the horizon. @default 20 */
  readonly elevation?: number | undefined;
}

export interface Turned {
  /** To the right. */
  readonly x: number;
  /** Upwards. */
  readonly y: number;
  /** Towards the reader. */
  readonly depth: number;
}

/** A function that gives each point in space its place on the paper. */
export function turner({ azimuth = 30, elevation = 20 }: ViewAngle = {}): (
  point: Readonly<Record<"x" | "y" | "z", number>>,
) => Turned {
  const a = (azimuth * Math.PI) / 180;
  const e = (elevation * Math.PI) / 180;
  return ({ x, y, z }) => {
    const right = x * Math.cos(a) + y * Math.sin(a);
    const back = -x * Math.sin(a) + y * Math.cos(a);
    return {
      x: right,
      y: z * Math.cos(e) + back * Math.sin(e),
      depth: z * Math.sin(e) - back * Math.cos(e),
    };
  };
}

/** The twelve edges of the box that holds the points: it shows how the view is turned. */
export function boxEdges(
  points: readonly Readonly<Record<"x" | "y" | "z", number>>[],
): (readonly [
  Readonly<Record<"x" | "y" | "z", number>>,
  Readonly<Record<"x" | "y" | "z", number>>,
])[] {
  const axes = ["x", "y", "z"] as const;
  const range = Object.fromEntries(
    axes.map((axis) => [
      axis,
      points.reduce(
        ([a, b], p) => [Math.min(a, p[axis]), Math.max(b, p[axis])],
        [Infinity, -Infinity],
      ),
    ]),
  ) as Record<"x" | "y" | "z", [number, number]>;
  const corner = (i: number): Record<"x" | "y" | "z", number> => ({
    x: range.x[i & 1],
    y: range.y[(i >> 1) & 1],
    z: range.z[(i >> 2) & 1],
  });
  const edges: ReturnType<typeof boxEdges> = [];
  for (let i = 0; i < 8; i++) {
    for (const bit of [1, 2, 4]) if ((i & bit) === 0) edges.push([corner(i), corner(i | bit)]);
  }
  return edges;
}
