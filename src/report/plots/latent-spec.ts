import { checkLatent } from "./check.js";
import { formatPercent, shorten } from "../format.js";
import type { LatentView } from "./plot-data.js";
import { boxEdges, viewRotation, type ViewAngle } from "./view-rotation.js";
import {
  colors,
  plotConfig,
  vegaLiteSchema,
  type PlotOptions,
  type VegaLiteSpec,
  shownText,
} from "./vega-lite.js";

/** The angle matters only for a view of three dimensions. */
export interface LatentOptions extends PlotOptions, ViewAngle {}

interface Line {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
}

interface Dot {
  readonly side: "query" | "passage";
  readonly x: number;
  readonly y: number;
  /** 0 at the back, 1 in front. */
  readonly near: number;
  readonly hover: string;
}

/**
 * Queries and passages as points, a line between each query and its right passage, their texts on hover, as a Vega-Lite
 * specification. One unit is as long in every direction, so distances can be compared; the axes themselves mean
 * nothing and carry no numbers. Points with a `z` are looked at from an angle, in the box that holds them, those in
 * front larger.
 *
 * @throws RangeError when there is no point, a coordinate is not finite, or a line ends at no point.
 */
export function latentSpec(view: LatentView, options: LatentOptions = {}): VegaLiteSpec {
  const { width = 360, height = 320, legend = true } = options;
  checkLatent(view, "latentSpec: view");
  const { title = "latent space", method = "PCA", points, links } = view;
  const { dots, box } = projectPoints(view, options);
  const frame = frameOf(
    [...dots, ...box, ...box.map(({ x2, y2 }) => ({ x: x2, y: y2 }))],
    width / height,
  );
  const positions = {
    x: position("x", frame.x),
    y: position("y", frame.y),
  };
  const ends = { ...positions, x2: { field: "x2" }, y2: { field: "y2" } };
  const description = { field: "hover", type: "nominal" };
  const domain = ["query", "passage"];
  const legendOf = legend ? { title: null } : null;
  const lines = links.map(([query, passage]) => ({
    x: dots[query].x,
    y: dots[query].y,
    x2: dots[passage].x,
    y2: dots[passage].y,
  }));
  const boxLayer = {
    data: { values: box },
    mark: { type: "rule", strokeWidth: 1, color: colors.line },
    encoding: ends,
  };
  return {
    $schema: vegaLiteSchema,
    config: plotConfig,
    title: { text: shownText(title), subtitle: shownText(subtitleOf(view, method)) },
    description:
      `Latent space ${title}: ${points.length} points, ` +
      `${links.length} lines between a query and its right passage.`,
    width,
    height,
    layer: [
      ...(box.length === 0 ? [] : [boxLayer]),
      {
        data: { values: lines },
        mark: { type: "rule", strokeWidth: 1, opacity: 0.55, color: colors.mutedInk },
        encoding: ends,
      },
      {
        data: { values: dots },
        mark: { type: "point", filled: true, opacity: 0.85 },
        encoding: {
          ...positions,
          size: {
            field: "near",
            type: "quantitative",
            scale: { domain: [0, 1], range: [14, 46] },
            legend: null,
          },
          color: {
            field: "side",
            type: "nominal",
            scale: { domain, range: [colors.second, colors.first] },
            legend: legendOf,
          },
          shape: {
            field: "side",
            type: "nominal",
            scale: { domain, range: ["circle", "square"] },
            legend: legendOf,
          },
          tooltip: description,
          description,
        },
      },
    ],
  };
}

function position(field: "x" | "y", domain: readonly [number, number]): unknown {
  return {
    field,
    type: "quantitative",
    title: null,
    scale: { domain, nice: false, zero: false },
    axis: null,
  };
}

/** The points on the plane of the page, and the edges of their box where they have a depth. */
function projectPoints({ points }: LatentView, angle: ViewAngle): { dots: Dot[]; box: Line[] } {
  const hover = (point: LatentView["points"][number]): string =>
    `${point.side}: ${shorten(point.text, 200)}`;
  const solid = points.flatMap(({ x, y, z }) => (z === undefined ? [] : [{ x, y, z }]));
  if (solid.length === 0) {
    return {
      dots: points.map((p) => ({ side: p.side, x: p.x, y: p.y, near: 0.5, hover: hover(p) })),
      box: [],
    };
  }
  const rotate = viewRotation(angle);
  const rotated = solid.map(rotate);
  const depths = rotated.map(({ depth }) => depth);
  const back = depths.reduce((a, b) => Math.min(a, b), Infinity);
  const front = depths.reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    dots: points.map((point, i) => ({
      side: point.side,
      x: rotated[i].x,
      y: rotated[i].y,
      near: front > back ? (depths[i] - back) / (front - back) : 0.5,
      hover: hover(point),
    })),
    box: boxEdges(solid).map(([from, to]) => {
      const [a, b] = [rotate(from), rotate(to)];
      return { x: a.x, y: a.y, x2: b.x, y2: b.y };
    }),
  };
}

function subtitleOf({ explainedVarianceRatio }: LatentView, method: string): string {
  if (explainedVarianceRatio === undefined || explainedVarianceRatio.length === 0) return method;
  let shown = 0;
  for (let i = 0; i < explainedVarianceRatio.length; i++) shown += explainedVarianceRatio[i];
  return `${method}, ${formatPercent(Math.min(1, shown))} of the variance`;
}

/** The domains that show every point with a margin, one unit as long on both axes. */
function frameOf(
  points: readonly { readonly x: number; readonly y: number }[],
  aspect: number,
): { x: [number, number]; y: [number, number] } {
  const range = (values: number[]): [number, number] => {
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return [least, most];
  };
  const [left, right] = range(points.map((point) => point.x));
  const [bottom, top] = range(points.map((point) => point.y));
  const half = 0.53 * Math.max((right - left) / aspect, top - bottom) || 1;
  const around = (a: number, b: number, reach: number): [number, number] => [
    (a + b) / 2 - reach,
    (a + b) / 2 + reach,
  ];
  return { x: around(left, right, half * aspect), y: around(bottom, top, half) };
}
