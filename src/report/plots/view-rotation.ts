/** Where a three-dimensional view is looked at from; orthographic, so that parallel lines stay parallel. */
export interface ViewAngle {
  /** Degrees around the upright (z) axis. @default 30 */
  readonly azimuth?: number | undefined;
  /** Degrees above the horizon. @default 20 */
  readonly elevation?: number | undefined;
}

export interface Point3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A point as it is seen. */
export interface RotatedPoint {
  /** To the right. */
  readonly x: number;
  /** Upwards. */
  readonly y: number;
  /** Towards the reader. */
  readonly depth: number;
}

/** The rotation that gives each point in space its place on the page. */
export function viewRotation({ azimuth = 30, elevation = 20 }: ViewAngle = {}): (
  point: Point3,
) => RotatedPoint {
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

/** The twelve edges of the box that holds the points: it shows how the view is rotated. */
export function boxEdges(points: readonly Point3[]): (readonly [Point3, Point3])[] {
  const rangeOf = (axis: keyof Point3): readonly [number, number] =>
    points.reduce<readonly [number, number]>(
      ([least, most], point) => [Math.min(least, point[axis]), Math.max(most, point[axis])],
      [Infinity, -Infinity],
    );
  const [x, y, z] = [rangeOf("x"), rangeOf("y"), rangeOf("z")];
  const corner = (i: number): Point3 => ({ x: x[i & 1], y: y[(i >> 1) & 1], z: z[(i >> 2) & 1] });
  const edges: (readonly [Point3, Point3])[] = [];
  for (let i = 0; i < 8; i++) {
    for (const bit of [1, 2, 4]) if ((i & bit) === 0) edges.push([corner(i), corner(i | bit)]);
  }
  return edges;
}
