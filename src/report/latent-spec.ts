import { checkLatent } from "./check.js";
import { formatPercent, shorten } from "./format.js";
import type { LatentView } from "./report-data.js";
import {
  colors,
  plotConfig,
  vegaLiteSchema,
  type PlotOptions,
  type VegaLiteSpec,
} from "./vega-lite.js";

/**
 * Queries and passages as points, a line between each query and its right passage, their texts on hover, as a Vega-Lite
 * specification. One unit is as long on both axes, so distances can be compared in every direction; the axes
 * themselves mean nothing and carry no numbers.
 *
 * @throws RangeError when there is no point, a coordinate is not finite, or a line ends at no point.
 */
export function latentSpec(
  view: LatentView,
  { width = 360, height = 320, legend = true }: PlotOptions = {},
): VegaLiteSpec {
  checkLatent(view, "latent view");
  const { title = "latent space", method = "PCA", points, links } = view;
  const frame = frameOf(points, width / height);
  const x = {
    type: "quantitative",
    title: null,
    scale: { domain: frame.x, nice: false, zero: false },
    axis: null,
  };
  const y = { ...x, scale: { ...x.scale, domain: frame.y } };
  const description = { field: "hover", type: "nominal" };
  return {
    $schema: vegaLiteSchema,
    config: plotConfig,
    title: { text: title, subtitle: subtitleOf(view, method) },
    description: `Latent space ${title}: ${points.length} points, ${links.length} lines between a query and its right passage.`,
    width,
    height,
    layer: [
      {
        data: {
          values: links.map(([query, passage]) => ({
            x: points[query].x,
            y: points[query].y,
            x2: points[passage].x,
            y2: points[passage].y,
          })),
        },
        mark: { type: "rule", strokeWidth: 1, opacity: 0.55, color: colors.mutedInk },
        encoding: {
          x: { ...x, field: "x" },
          y: { ...y, field: "y" },
          x2: { field: "x2" },
          y2: { field: "y2" },
        },
      },
      {
        data: {
          values: points.map((point) => ({
            side: point.side,
            x: point.x,
            y: point.y,
            hover: `${point.side}: ${shorten(point.text, 200)}`,
          })),
        },
        mark: { type: "point", filled: true, size: 30, opacity: 0.85 },
        encoding: {
          x: { ...x, field: "x" },
          y: { ...y, field: "y" },
          color: {
            field: "side",
            type: "nominal",
            scale: { domain: ["query", "passage"], range: [colors.second, colors.first] },
            legend: legend ? { title: null } : null,
          },
          shape: {
            field: "side",
            type: "nominal",
            scale: { domain: ["query", "passage"], range: ["circle", "square"] },
            legend: legend ? { title: null } : null,
          },
          tooltip: description,
          description,
        },
      },
    ],
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
  points: LatentView["points"],
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
